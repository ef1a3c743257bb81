/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/cases.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "render/peers.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"

static struct cases_row *add_row(struct cases *c, char *take_name, enum state state,
				 const char *id)
{
	c->row = mem_grow(c->row, c->count, sizeof(*c->row));
	c->row[c->count] = (struct cases_row){
		.name = take_name, .id = id, .state = state, .ms = -1
	};
	return &c->row[c->count++];
}

/* "192.0.2.10:443", with the host where there are several, and with the kind of key where
 * the address has more than one. */
static char *peer_name(const struct facts_target *t, const struct facts_endpoint *e,
		       const struct facts_peer *p)
{
	char *place = phrase_peer(p), *name;
	bool again = false;
	size_t i;

	for (i = 0; i < e->peer_count; i++) {
		const struct facts_peer *other = &e->peer[i];

		again |= other != p && other->port == p->port && other->address &&
			 p->address && !strcmp(other->address, p->address);
	}
	name = mem_printf("%s%s%s%s%s", t->endpoint_count > 1 && e->host ? e->host : "",
			  t->endpoint_count > 1 && e->host ? " " : "", place,
			  again && p->tls.auth ? " " : "",
			  again && p->tls.auth ? p->tls.auth : "");
	free(place);
	return name;
}

static const char *peer_message(const struct facts_peer *p)
{
	if (p->http && p->http->error)
		return p->http->error;
	return p->error ? p->error : code_meaning(p->code);
}

static void add_peers(struct cases *c, const struct facts_target *t,
		      const struct facts_endpoint *e)
{
	size_t i;

	for (i = 0; i < e->peer_count; i++) {
		const struct facts_peer *p = &e->peer[i];
		struct cases_row *row =
			add_row(c, peer_name(t, e, p), p->state, code_name(p->code));

		row->peer = p;
		row->ms = peers_spent_ms(p);
		row->skipped = facts_peer_excused(e, p);
		if (row->skipped || p->code != CODE_MATCH)
			row->message = mem_text(peer_message(p));
	}
}

static void add_endpoint(struct cases *c, const struct facts_endpoint *e)
{
	struct cases_row *row =
		add_row(c, mem_printf("%s:%d", e->host ? e->host : "?", e->port),
			e->state, code_name(e->code));

	row->message = mem_text(e->error ? e->error : code_meaning(e->code));
}

static void add_findings(struct cases *c, const struct finding_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const char *id = finding_name(list->item[i].id);

		if (list->item[i].state != STATE_OK)
			add_row(c, mem_text(id), list->item[i].state, id)->message =
				mem_text(list->item[i].text);
	}
}

/* A report doesn't pass where the exit status says that the check failed. */
static void add_target(struct cases *c, const struct facts_target *t)
{
	enum state worst = STATE_OK;
	size_t i;

	for (i = 0; i < c->count; i++)
		if (!c->row[i].skipped)
			worst = state_worse(worst, c->row[i].state);
	if (!c->count || worst != t->state)
		add_row(c, mem_text("target"), t->state, code_name(t->code))->message =
			mem_text(t->summary);
}

/* Tells cases of one name apart: the second becomes "NAME (2)". */
static void part_names(struct cases *c)
{
	size_t i, k, same;

	for (i = c->count; i-- > 1;) {
		for (k = same = 0; k < i; k++)
			same += !strcmp(c->row[k].name, c->row[i].name);
		if (same) {
			char *name = mem_printf("%s (%zu)", c->row[i].name, same + 1);

			free(c->row[i].name);
			c->row[i].name = name;
		}
	}
}

/* Chooses the case that the summary is about: the first that has the target's code. */
static void choose_teller(struct cases *c, const struct facts_target *t)
{
	const char *id = code_name(t->code);
	struct cases_row *found = NULL;
	size_t i;

	for (i = c->count; t->state != STATE_OK && i-- > 0;) {
		struct cases_row *row = &c->row[i];

		if (row->skipped || row->state != t->state)
			continue;
		if (!found || !strcmp(row->id, id) || strcmp(found->id, id) != 0)
			found = row;
	}
	if (!found)
		return;
	found->tells = true;
	if (!strcmp(found->id, id) && t->summary) {
		free(found->message);
		found->message = mem_text(t->summary);
	}
}

void cases_collect(const struct facts_target *t, struct cases *ret_cases)
{
	struct cases c = { 0 };
	size_t i;

	for (i = 0; i < t->endpoint_count; i++) {
		if (t->endpoint[i].peer_count)
			add_peers(&c, t, &t->endpoint[i]);
		else
			add_endpoint(&c, &t->endpoint[i]);
	}
	add_findings(&c, &t->findings);
	add_target(&c, t);
	part_names(&c);
	choose_teller(&c, t);
	*ret_cases = c;
}

void cases_clear(struct cases *c)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		free(c->row[i].name);
		free(c->row[i].message);
	}
	free(c->row);
	*c = (struct cases){ 0 };
}
