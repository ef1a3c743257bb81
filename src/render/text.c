/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/certs.h"
#include "render/fates.h"
#include "render/grid.h"
#include "render/layout.h"
#include "render/lookups.h"
#include "render/page.h"
#include "render/peers.h"
#include "render/render.h"
#include "render/title.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"
#include "verdict/relay.h"

#define CELL_MIN 26 /* the column of names is at least this wide */
#define CELL_MAX 41 /* and at most this; longer names push */
#define REST_MIN 41 /* what is left for the rest of a row, at 80 columns and less */
#define MARK_MIN 8  /* "secure", "match" and a gap */

static bool has_host_row(const struct facts_target *t)
{
	return t->endpoint_count > 1 || (t->discovery && t->discovery->kind);
}

/* What an endpoint's MX or SRV record says of its rank, and what that means to a
 * client. */
static char *rank_text(const struct facts_target *t, const struct facts_endpoint *e)
{
	const char *kind = t->discovery ? t->discovery->kind : NULL;
	char *fate, *text;

	if (!kind)
		return mem_text("");
	if (e->weight >= 0)
		return mem_printf("priority %d, weight %d", e->priority, e->weight);
	if (strcmp(kind, "mx"))
		return mem_text("");
	fate = relay_text(e);
	if (e->priority < 0)
		return fate;
	text = mem_printf("%d: %s", e->priority, fate);
	free(fate);
	return text;
}

static void endpoint_block(const struct page *g, const struct facts_endpoint *e)
{
	char *place, *rank;

	if (has_host_row(g->t)) {
		place = mem_printf("%s:%d", e->host ? e->host : "?", e->port);
		rank = rank_text(g->t, e);
		page_state_row(g, "host", place, code_name(e->code), e->state, rank);
		free(place);
		free(rank);
	}
	fates_block(g, e);
	peers_block(g, e);
	certs_block(g, e);
}

static void finding_block(const struct page *g)
{
	static const char *const labels[] = {
		[SEVERITY_INFO] = "note",
		[SEVERITY_WARNING] = "warn",
		[SEVERITY_CRITICAL] = "crit",
	};
	const struct finding *f;
	size_t i;
	char *text;

	for (i = 0; i < g->t->findings.count; i++) {
		f = &g->t->findings.item[i];
		/* what raises the state is named, so that --on can be told of it */
		text = f->state == STATE_OK
			       ? mem_text(f->text)
			       : mem_printf("%s: %s", finding_name(f->id), f->text);
		if (f->state == STATE_OK)
			page_remark(g, labels[f->severity], text);
		else
			page_state_remark(g, labels[f->severity], f->state, text);
		free(text);
	}
}

static void put_advice(const struct page *g, const struct facts_advice *a)
{
	size_t columns = page_columns(g), i;

	if (a->story)
		layout_paragraph(g->out, columns, "  ", 2, a->story);
	if (a->remedy)
		layout_paragraph(g->out, columns, "  Do: ", 6, a->remedy);
	for (i = 0; i < a->record_count; i++)
		layout_whole(g->out, "      ", a->record[i]);
	if (a->remedy_after)
		layout_paragraph(g->out, columns, "      ", 6, a->remedy_after);
}

static void advice_block(const struct page *g)
{
	size_t i;

	for (i = 0; i < g->t->advice_count; i++)
		put_advice(g, &g->t->advice[i]);
}

/* Wide cells on a narrow page would leave no room for what stands beside them. */
static size_t cell_limit(const struct page *g)
{
	size_t columns = page_columns(g);

	return columns < LAYOUT_COLUMNS ? columns - REST_MIN : CELL_MAX;
}

static void widen_to(size_t *width, const char *text, size_t gap, size_t max)
{
	size_t need = text ? layout_width(text) + gap : 0;

	if (need > *width && need <= max)
		*width = need;
}

static void measure_endpoint(struct page *g, const struct facts_endpoint *e)
{
	size_t i, k;
	char *text;

	if (has_host_row(g->t)) {
		text = mem_printf("%s:%d", e->host ? e->host : "?", e->port);
		widen_to(&g->cell_width, text, 1, cell_limit(g));
		free(text);
	}
	for (i = 0; i < e->peer_count; i++) {
		text = phrase_peer(&e->peer[i]);
		widen_to(&g->cell_width, text, 1, cell_limit(g));
		free(text);
		for (k = 0; k < e->peer[i].chain_count && k < CERTS_SHOWN; k++) {
			text = certs_cell(e, &e->peer[i].chain[k], k);
			widen_to(&g->cell_width, text, 1, cell_limit(g));
			free(text);
		}
	}
}

/* Finds one width of names for all blocks, from what goes into them. */
static void measure_cells(struct page *g)
{
	const struct facts_target *t = g->t;
	size_t i;

	g->cell_width = CELL_MIN < cell_limit(g) ? CELL_MIN : cell_limit(g);
	for (i = 0; i < t->lookup_count; i++)
		widen_to(&g->cell_width, t->lookup[i].name, 1, cell_limit(g));
	if (t->discovery)
		widen_to(&g->cell_width, t->discovery->name, 1, cell_limit(g));
	for (i = 0; i < t->endpoint_count; i++)
		measure_endpoint(g, &t->endpoint[i]);
}

static void measure_dns_marks(struct page *g)
{
	size_t i;

	g->mark_width = MARK_MIN;
	for (i = 0; i < g->t->lookup_count; i++)
		widen_to(&g->mark_width, lookups_status(&g->t->lookup[i]), 1, CELL_MAX);
}

static void measure_peer_marks(struct page *g)
{
	const struct facts_endpoint *e;
	size_t i, k;

	g->mark_width = MARK_MIN;
	for (i = 0; i < g->t->endpoint_count; i++) {
		e = &g->t->endpoint[i];
		widen_to(&g->mark_width, code_name(e->code), 1, CELL_MAX);
		for (k = 0; k < e->peer_count; k++)
			widen_to(&g->mark_width, code_name(e->peer[k].code), 1, CELL_MAX);
	}
}

static void write_body(struct buf *out, const struct render_conf *conf,
		       const struct facts_target *t)
{
	struct page g = { .out = out, .conf = conf, .t = t };
	size_t i;

	measure_cells(&g);
	measure_dns_marks(&g);
	lookups_block(&g);
	measure_peer_marks(&g);
	for (i = 0; i < t->endpoint_count; i++)
		endpoint_block(&g, &t->endpoint[i]);
	grid_block(&g);
	finding_block(&g);
	advice_block(&g);
}

/* Where it is part of another format there is no terminal. */
void text_body(struct buf *out, const struct render_conf *conf,
	       const struct facts_target *t)
{
	struct render_conf plain = *conf;

	plain.colour = false;
	plain.columns = 0;
	write_body(out, &plain, t);
}

struct render_state {
	const struct render_conf *conf;
};

static struct render_state *begin_pages(const struct render_conf *conf)
{
	struct render_state *s = mem_zero(sizeof(*s));

	s->conf = conf;
	return s;
}

static void first_line(const struct render_conf *conf, const struct facts_target *t)
{
	char *name = title_of(t);

	if (t->dry_run)
		fprintf(conf->out, "DRY RUN  %s\n", name);
	else if (conf->colour)
		fprintf(conf->out, "\033[%sm%s\033[0m  %s  %s\n", title_colour(t->state),
			state_name(t->state), name, code_name(t->code));
	else
		fprintf(conf->out, "%s  %s  %s\n", state_name(t->state), name,
			code_name(t->code));
	free(name);
}

static void put_page(struct render_state *s, const struct facts_target *t)
{
	struct buf body;

	first_line(s->conf, t);
	if (s->conf->verbosity >= 0) {
		buf_init(&body, PAGE_MAX);
		write_body(&body, s->conf, t);
		fwrite(buf_str(&body), 1, body.len, s->conf->out);
		buf_clear(&body);
	}
	fflush(s->conf->out);
}

static void end_pages(struct render_state *s)
{
	free(s);
}

const struct renderer *text_renderer(void)
{
	static const struct renderer r = { "text", begin_pages, put_page, end_pages };

	return &r;
}
