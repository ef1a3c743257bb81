/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/grid.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/layout.h"
#include "render/page.h"
#include "render/render.h"
#include "verdict/facts.h"
#include "verdict/matrix.h"
#include "verdict/phrase.h"

#define LABEL_WIDTH 9
#define KEY_WIDTH 6    /* "ECDSA" and a gap */
#define COLUMN_WIDTH 6 /* "3 1 1" and a gap */

static const struct facts_endpoint *endpoint_of(const struct page *g,
						const struct matrix_row *row)
{
	return &g->t->endpoint[row->endpoint];
}

static const struct facts_peer *peer_of(const struct page *g,
					const struct matrix_row *row)
{
	return row->peer == MATRIX_NO_PEER ? NULL : &endpoint_of(g, row)->peer[row->peer];
}

/* How many of the records have a column. */
static size_t shown_columns(const struct page *g, size_t records)
{
	size_t room = (page_columns(g) - LABEL_WIDTH - g->cell_width - KEY_WIDTH + 1) /
		      COLUMN_WIDTH;

	return records < room ? records : room;
}

static const char *verdict_word(enum matrix_verdict verdict)
{
	switch (verdict) {
	case MATRIX_MATCH:
		return "match";
	case MATRIX_NAME_MISMATCH:
		return "name";
	case MATRIX_EXPIRED:
		return "dates";
	case MATRIX_PKIX_FAILED:
		return "pkix";
	case MATRIX_MISMATCH:
		return "no";
	case MATRIX_SUPERSEDED:
	case MATRIX_UNUSABLE:
		return "-";
	}
	return "-";
}

static void put_line(const struct page *g, const char *label, const char *cell,
		     const char *mark, const char *text)
{
	layout_row(g->out, &(struct layout_row){ .label = label,
						 .cell = cell,
						 .cell_width = g->cell_width,
						 .mark = mark,
						 .mark_width = KEY_WIDTH,
						 .text = text,
						 .columns = page_columns(g) });
}

static void fill_column(struct buf *b, size_t index, const char *text)
{
	while (b->len < index * COLUMN_WIDTH)
		buf_text(b, " ");
	buf_text(b, text);
}

/* Puts the host, and which records the columns stand for; or its code, where no address
 * was tried. */
static void put_host(const struct page *g, const struct facts_endpoint *e,
		     const char *label)
{
	char *host = mem_printf("%s:%d", e->host ? e->host : "?", e->port), *fields;
	size_t i, shown = e->peer_count ? shown_columns(g, e->record_count) : 0;
	struct buf text;

	buf_init(&text, PAGE_MAX);
	for (i = 0; i < shown; i++) {
		const struct tlsa *rr = &e->record[i].rr;

		fields = mem_printf("%u %u %u", (unsigned)rr->usage,
				    (unsigned)rr->selector, (unsigned)rr->mtype);
		fill_column(&text, i, fields);
		free(fields);
	}
	if (!e->peer_count)
		buf_text(&text, code_name(e->code));
	put_line(g, label, host, shown ? "key" : "-", buf_str(&text));
	buf_clear(&text);
	free(host);
}

/* Rows that say the same share a line. */
static bool rows_alike(const struct page *g, const struct matrix_row *a,
		       const struct matrix_row *b)
{
	const struct facts_peer *p = peer_of(g, a), *q = peer_of(g, b);

	if (a->endpoint != b->endpoint || !p || !q || p->code != q->code ||
	    a->cell_count != b->cell_count || !a->key != !b->key ||
	    (a->key && strcmp(a->key, b->key)))
		return false;
	return !a->cell_count ||
	       !memcmp(a->cell, b->cell, a->cell_count * sizeof(*a->cell));
}

/* "192.0.2.1, 192.0.2.2" where that fits, else "2 addresses". */
static char *places_text(const struct page *g, size_t first, size_t *ret_count)
{
	const struct matrix *m = g->t->matrix;
	struct buf b;
	size_t i, n = 0;
	char *text;

	buf_init(&b, PAGE_MAX);
	for (i = first; i < m->row_count; i++) {
		const struct facts_peer *p = peer_of(g, &m->row[i]);

		if (!rows_alike(g, &m->row[first], &m->row[i]))
			continue;
		n++;
		if (p->port == endpoint_of(g, &m->row[i])->port) {
			page_list(&b, p->address ? p->address : "?");
		} else {
			text = phrase_peer(p);
			page_list(&b, text);
			free(text);
		}
	}
	text = n > 1 && layout_width(buf_str(&b)) >= g->cell_width
		       ? mem_printf("%zu addresses", n)
		       : mem_text(buf_str(&b));
	buf_clear(&b);
	*ret_count = n;
	return text;
}

static void row_line(const struct page *g, size_t index)
{
	const struct matrix_row *row = &g->t->matrix->row[index];
	const struct facts_peer *p = peer_of(g, row);
	size_t i, n, shown = shown_columns(g, row->cell_count);
	char *cell = places_text(g, index, &n);
	struct buf text;

	buf_init(&text, PAGE_MAX);
	for (i = 0; i < shown; i++)
		fill_column(&text, i, verdict_word(row->cell[i]));
	if (!row->cell)
		buf_text(&text, code_name(p->code));
	put_line(g, "", cell, row->key ? row->key : "-", buf_str(&text));
	buf_clear(&text);
	free(cell);
}

static bool told_before(const struct page *g, size_t index)
{
	const struct matrix *m = g->t->matrix;
	size_t i;

	for (i = 0; i < index; i++)
		if (rows_alike(g, &m->row[i], &m->row[index]))
			return true;
	return false;
}

static void left_out(const struct page *g, const struct facts_endpoint *e)
{
	size_t shown = shown_columns(g, e->record_count);
	char *text;

	if (shown == e->record_count || !e->peer_count)
		return;
	text = mem_printf("and %zu more records, which -o json has",
			  e->record_count - shown);
	page_remark(g, "", text);
	free(text);
}

void grid_block(const struct page *g)
{
	const struct matrix *m = g->t->matrix;
	const struct facts_endpoint *e = NULL;
	size_t i;

	if (!m)
		return;
	for (i = 0; i < m->row_count; i++) {
		if (endpoint_of(g, &m->row[i]) != e) {
			e = endpoint_of(g, &m->row[i]);
			put_host(g, e, i ? "" : "matrix");
			left_out(g, e);
		}
		if (peer_of(g, &m->row[i]) && !told_before(g, i))
			row_line(g, i);
	}
	page_remark(g, "", g->conf->verbosity > 0 ? m->text : m->brief);
}
