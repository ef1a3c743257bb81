/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/lookups.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/same.h"
#include "render/layout.h"
#include "render/page.h"
#include "render/render.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"

#define RECORDS_SHOWN 12 /* of a discovery; all with -v */

static bool is_address(const struct facts_lookup *l)
{
	return !strcmp(l->type, "A") || !strcmp(l->type, "AAAA");
}

const char *lookups_status(const struct facts_lookup *l)
{
	return l->failed && l->security != SECURITY_BOGUS ? "failed"
							  : security_name(l->security);
}

static void add_life(struct buf *b, const struct facts_lookup *l)
{
	char date[32];

	if (l->ttl >= 0)
		buf_printf(b, "%sTTL %lld", b->len ? ", " : "", (long long)l->ttl);
	if (l->rrsig_expires != -1)
		buf_printf(b, "%sRRSIG to %s", b->len ? ", " : "",
			   clock_date(l->rrsig_expires, date));
}

/* Adds what one question gave: "A 192.0.2.10", "no TLSA", "AAAA: reason". */
static void add_answer(struct buf *b, const struct page *g, const struct facts_lookup *l)
{
	bool is_tlsa = !strcmp(l->type, "TLSA");

	if (l->failed || l->security == SECURITY_BOGUS) {
		buf_printf(b, "%s%s", b->len ? ", " : "", l->type);
		return;
	}
	if (l->nxdomain)
		buf_printf(b, "%sdoes not exist", b->len ? ", " : "");
	else if (l->absent)
		buf_printf(b, "%sno %s", b->len ? ", " : "", l->type);
	else if (l->data)
		buf_printf(b, "%s%s %s", b->len ? ", " : "", l->type, l->data);
	if (is_tlsa || g->conf->verbosity > 0)
		add_life(b, l);
	if (!b->len)
		buf_text(b, l->type);
}

static bool share_row(const struct facts_lookup *a, const struct facts_lookup *b)
{
	return is_address(a) && is_address(b) && a->endpoint == b->endpoint &&
	       !strcmp(a->name, b->name) && !strcmp(lookups_status(a), lookups_status(b));
}

/* Beside the other family's addresses, "no AAAA" is noise; and no name has to be said
 * twice not to exist. */
static bool is_superfluous(const struct page *g, const struct facts_lookup *l,
			   const struct facts_lookup *first, size_t count)
{
	size_t i;

	if (!l->absent || l->failed || l->security == SECURITY_BOGUS ||
	    g->conf->verbosity > 0)
		return false;
	for (i = 0; i < count; i++)
		if (&first[i] != l &&
		    (!first[i].absent || (l->nxdomain && &first[i] < l)))
			return true;
	return false;
}

/* What is behind it: "... because of a previous validation failure <NAME>: REASON". */
static const char *first_cause(const char *error)
{
	static const char mark[] = "validation failure <";
	const char *at = error, *reason = phrase_reason(error);

	while ((at = strstr(at, mark))) {
		reason = phrase_reason(at);
		at += strlen(mark);
	}
	return reason;
}

/* Reasons are long, so they get whole lines. The one that the advice tells is left
 * out. */
static void lookup_error(const struct page *g, const struct facts_lookup *l)
{
	const char *reason = l->error ? first_cause(l->error) : NULL;
	size_t i;

	if (!reason)
		return;
	for (i = 0; i < g->t->advice_count && g->conf->verbosity <= 0; i++)
		if (g->t->advice[i].story && strstr(g->t->advice[i].story, reason))
			return;
	layout_paragraph(g->out, page_columns(g), "           ", 11, l->error);
}

/* Whether a row tells this already: for a host with two ports the addresses were asked
 * for twice. */
static bool is_told(const struct facts_lookup *l, size_t index)
{
	const struct facts_lookup *one = &l[index];
	size_t i;

	for (i = 0; i < index; i++)
		if (l[i].endpoint != one->endpoint && !strcmp(l[i].name, one->name) &&
		    !strcmp(l[i].type, one->type) && l[i].security == one->security &&
		    l[i].failed == one->failed && l[i].absent == one->absent &&
		    same_text(l[i].data, one->data))
			return true;
	return false;
}

/* The question for MX or SRV records, which has a row of its own. */
static const struct facts_lookup *discovery_lookup(const struct facts_target *t)
{
	size_t i;

	for (i = 0; t->discovery && i < t->lookup_count; i++)
		if (t->lookup[i].endpoint < 0 && (!strcmp(t->lookup[i].type, "MX") ||
						  !strcmp(t->lookup[i].type, "SRV")))
			return &t->lookup[i];
	return NULL;
}

static void dns_block(const struct page *g)
{
	const struct facts_lookup *l = g->t->lookup;
	const char *label = "dns", *name = NULL;
	size_t i, k, end;
	struct buf text;

	buf_init(&text, PAGE_MAX);
	for (i = 0; i < g->t->lookup_count; i = end) {
		end = i + 1;
		if (&l[i] == discovery_lookup(g->t) || is_told(l, i))
			continue;
		for (; end < g->t->lookup_count && share_row(&l[i], &l[end]);)
			end++;
		buf_reset(&text);
		for (k = i; k < end; k++)
			if (!is_superfluous(g, &l[k], &l[i], end - i))
				add_answer(&text, g, &l[k]);
		page_row(g, label, name && !strcmp(name, l[i].name) ? "" : l[i].name,
			 lookups_status(&l[i]), buf_str(&text));
		for (k = i; k < end; k++)
			lookup_error(g, &l[k]);
		label = "";
		name = l[i].name;
	}
	buf_clear(&text);
}

static void other_records(const struct page *g, const struct facts_discovery *d)
{
	size_t i, shown = d->record_count;
	char *more;

	if (g->conf->verbosity <= 0 && shown > RECORDS_SHOWN)
		shown = RECORDS_SHOWN - 1;
	for (i = 1; i < shown; i++)
		page_row(g, "", "", "", d->record[i]);
	if (shown == d->record_count)
		return;
	more = mem_printf("and %zu more", d->record_count - shown);
	page_row(g, "", "", "", more);
	free(more);
}

/* Which of the known ports have records: those of the endpoints. */
static void ports_row(const struct page *g, const struct facts_discovery *d)
{
	const struct facts_endpoint *e;
	struct buf text;
	size_t i;

	buf_init(&text, PAGE_MAX);
	for (i = 0; i < g->t->endpoint_count; i++) {
		e = &g->t->endpoint[i];
		buf_printf(&text, "%s%d %s", i ? ", " : "", e->port, e->service);
	}
	page_row(g, "ports", d->name ? d->name : "", security_name(d->security),
		 buf_str(&text));
	buf_clear(&text);
}

static void discovery_block(const struct page *g)
{
	const struct facts_discovery *d = g->t->discovery;
	const struct facts_lookup *l = discovery_lookup(g->t);
	struct buf text;

	if (!d || !d->kind)
		return;
	if (!strcmp(d->kind, "host")) {
		if (g->t->endpoint_count)
			ports_row(g, d);
		return;
	}
	buf_init(&text, PAGE_MAX);
	if (d->implicit)
		buf_text(&text, "no MX: the domain's own host");
	else if (d->record_count)
		buf_text(&text, d->record[0]);
	else if (l)
		add_answer(&text, g, l);
	if (d->record_count && l && g->conf->verbosity > 0)
		add_life(&text, l);
	page_row(g, d->kind, d->name ? d->name : "",
		 l ? lookups_status(l) : security_name(d->security), buf_str(&text));
	other_records(g, d);
	if (l)
		lookup_error(g, l);
	buf_clear(&text);
}

static void blame_block(const struct page *g)
{
	size_t i;

	for (i = 0; i < g->t->blame_count; i++)
		page_remark(g, i ? "" : "blame", g->t->blame[i]);
}

void lookups_block(const struct page *g)
{
	discovery_block(g);
	dns_block(g);
	blame_block(g);
}
