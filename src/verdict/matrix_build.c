/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/matrix_build.h"

#include "base/mem.h"
#include "verdict/clients.h"
#include "verdict/facts.h"
#include "verdict/matrix.h"

static enum matrix_verdict verdict_of(const struct facts_record *r,
				      const struct match_record *judged)
{
	if (r->superseded || judged->superseded)
		return MATRIX_SUPERSEDED;
	if (!r->usable)
		return MATRIX_UNUSABLE;
	switch (judged->code) {
	case MATCH_OK:
		return MATRIX_MATCH;
	case MATCH_NAME:
		return MATRIX_NAME_MISMATCH;
	case MATCH_EXPIRED:
		return MATRIX_EXPIRED;
	case MATCH_PKIX:
		return MATRIX_PKIX_FAILED;
	case MATCH_MISMATCH:
		return MATRIX_MISMATCH;
	case MATCH_UNUSABLE:
		return MATRIX_UNUSABLE;
	}
	return MATRIX_MISMATCH;
}

static struct matrix_row *add_row(struct matrix *m, size_t endpoint, size_t peer)
{
	struct matrix_row *row;

	m->row = mem_grow(m->row, m->row_count, sizeof(*m->row));
	row = &m->row[m->row_count++];
	*row = (struct matrix_row){ .endpoint = endpoint, .peer = peer };
	return row;
}

static const char *key_of(const struct facts_peer *p)
{
	if (p->tls.auth && p->offered != FACTS_KEYS_RAW)
		return p->tls.auth;
	return facts_keys_name(p->offered);
}

static void add_peer(struct matrix *m, const struct facts_target *t, size_t endpoint,
		     size_t peer)
{
	const struct facts_endpoint *e = &t->endpoint[endpoint];
	const struct facts_peer *p = &e->peer[peer];
	struct matrix_row *row = add_row(m, endpoint, peer);
	size_t i;

	row->key = key_of(p);
	if (!p->has_match || p->match.rec_count != e->record_count ||
	    e->record_count > MATRIX_CELLS_MAX - m->cells)
		return;
	m->cells += e->record_count;
	row->cell_count = e->record_count;
	row->cell = mem_array(e->record_count, sizeof(*row->cell));
	for (i = 0; i < e->record_count; i++)
		row->cell[i] = verdict_of(&e->record[i], &p->match.rec[i]);
}

static void add_rows(struct matrix *m, const struct facts_target *t)
{
	size_t i, k;

	for (i = 0; i < t->endpoint_count; i++) {
		if (!t->endpoint[i].peer_count)
			add_row(m, i, MATRIX_NO_PEER);
		for (k = 0; k < t->endpoint[i].peer_count; k++)
			add_peer(m, t, i, k);
	}
}

struct matrix *matrix_build(const struct facts_target *t)
{
	struct matrix *m = mem_zero(sizeof(*m));

	add_rows(m, t);
	if (m->row_count < 2 || t->lookup_only) {
		matrix_free(m);
		return NULL;
	}
	clients_judge(t, m);
	return m;
}
