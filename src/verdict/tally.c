/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"

#define TEXT_MAX 4096
#define NAMED_MAX 6  /* clients of one list in the sentence */
#define PLACES_MAX 2 /* places named after one of them */

/* What the sentence needs to know of a client. */
struct count {
	size_t used, failed;
	bool special; /* it fails where a client that can do everything does not */
};

struct tally {
	const struct facts_target *t; /* borrowed */
	struct matrix *m;	      /* borrowed */
	struct count *count;	      /* owned, one a client */
	size_t open;		      /* the client under way */
	bool brief;		      /* the sentence leaves out who lacks IPv6 */
};

struct tally *tally_new(const struct facts_target *t, struct matrix *m)
{
	struct tally *tally = mem_zero(sizeof(*tally));

	tally->t = t;
	tally->m = m;
	return tally;
}

void tally_begin(struct tally *tally, char *take_name)
{
	struct matrix *m = tally->m;

	tally->open = m->client_count;
	m->client = mem_grow(m->client, m->client_count, sizeof(*m->client));
	m->client[m->client_count++] = (struct matrix_client){ .name = take_name };
	tally->count = mem_grow(tally->count, tally->open, sizeof(*tally->count));
	tally->count[tally->open] = (struct count){ 0 };
}

static void add_place(struct matrix_client *client, char *take_place)
{
	size_t i;

	for (i = 0; i < client->place_count; i++)
		if (!strcmp(client->place[i], take_place)) {
			free(take_place);
			return;
		}
	client->place =
		mem_grow(client->place, client->place_count, sizeof(*client->place));
	client->place[client->place_count++] = take_place;
}

void tally_fails(struct tally *tally, size_t row, bool plain)
{
	const struct matrix_row *r = &tally->m->row[row];
	const struct facts_endpoint *e = &tally->t->endpoint[r->endpoint];
	struct count *count = &tally->count[tally->open];
	char *place = r->peer == MATRIX_NO_PEER
			      ? mem_printf("%s:%d", e->host ? e->host : "?", e->port)
			      : phrase_peer(&e->peer[r->peer]);

	tally_uses(tally);
	count->failed++;
	count->special = count->special || !plain;
	add_place(&tally->m->client[tally->open], place);
}

void tally_uses(struct tally *tally)
{
	tally->count[tally->open].used++;
}

bool tally_used(const struct tally *tally)
{
	return tally->count[tally->open].used > 0;
}

struct matrix_client *tally_end(struct tally *tally, enum matrix_answer answer)
{
	struct matrix_client *client = &tally->m->client[tally->open];

	client->answer = answer;
	return client;
}

/* Whether it fails at some places, and not wherever it goes. */
static bool fails_at_some(const struct tally *tally, size_t client)
{
	const struct count *count = &tally->count[client];

	return count->failed && count->failed < count->used;
}

static void add_places(struct buf *b, const struct tally *tally, size_t client)
{
	const struct matrix_client *c = &tally->m->client[client];
	size_t i;

	for (i = 0; i < c->place_count && i < PLACES_MAX; i++)
		buf_printf(b, "%s%s", i ? ", " : "at ", c->place[i]);
	if (c->place_count > PLACES_MAX)
		buf_printf(b, " and %zu more", c->place_count - PLACES_MAX);
}

/* Adds, after the name of a client, where it fails, or what it lacks. */
static void add_remark(struct buf *b, const struct tally *tally, size_t client)
{
	if (tally->m->client[client].reason) {
		buf_printf(b, " (%s)", tally->m->client[client].reason);
	} else if (fails_at_some(tally, client)) {
		buf_text(b, " (");
		add_places(b, tally, client);
		buf_text(b, ")");
	}
}

/* Adds, after "would fail", the places where all do. */
static void add_places_of_all(struct buf *b, const struct tally *tally)
{
	if (!fails_at_some(tally, 0))
		return;
	buf_text(b, " ");
	add_places(b, tally, 0);
}

typedef bool pick_fn(const struct tally *tally, size_t client);

/* Whether the other of two kinds, each of which leaves out what the other has, passes. */
static bool other_half_passes(const struct tally *tally, size_t client)
{
	static const char *const halves[][2] = { { "IPv4-only", "IPv6-only" },
						 { "RSA-only", "ECDSA-only" } };
	const struct matrix *m = tally->m;
	const char *other = NULL;
	size_t i, k;

	for (i = 0; i < 2; i++)
		for (k = 0; k < 2; k++)
			if (!strcmp(m->client[client].name, halves[i][k]))
				other = halves[i][!k];
	for (i = 0; other && i < m->client_count; i++)
		if (!strcmp(m->client[i].name, other))
			return m->client[i].answer == MATRIX_PASSES;
	return false;
}

static bool all_fail(const struct tally *tally)
{
	return tally->m->client[0].answer == MATRIX_FAILS;
}

static bool is_spared(const struct tally *tally, size_t client)
{
	return all_fail(tally) && tally->m->client[client].answer == MATRIX_PASSES;
}

/* That a host has no IPv6 address is no news where nobody has offered any. */
static bool is_no_news(const struct tally *tally, const struct matrix_client *c)
{
	return tally->brief && c->reason && !strcmp(c->name, "IPv6-only");
}

static bool is_hit(const struct tally *tally, size_t client)
{
	const struct matrix_client *c = &tally->m->client[client];

	return c->answer == MATRIX_FAILS && !is_no_news(tally, c) &&
	       (c->reason || tally->count[client].special ||
		(all_fail(tally) && other_half_passes(tally, client)));
}

static bool is_fine(const struct tally *tally, size_t client)
{
	return tally->m->client[client].answer == MATRIX_PASSES;
}

static size_t how_many(const struct tally *tally, pick_fn *pick)
{
	size_t i, n = 0;

	for (i = 1; i < tally->m->client_count; i++)
		n += pick(tally, i);
	return n;
}

/* "IPv6-only clients, RSA-only clients (at ...) and SHA2-256-only clients" */
static void add_list(struct buf *b, const struct tally *tally, pick_fn *pick,
		     const char *noun)
{
	size_t i, n = 0, all = how_many(tally, pick);
	size_t shown = all > NAMED_MAX ? NAMED_MAX - 1 : all;

	for (i = 1; i < tally->m->client_count && n < shown; i++) {
		if (!pick(tally, i))
			continue;
		n++;
		buf_text(b, n == 1 ? "" : n == all ? " and " : ", ");
		buf_printf(b, "%s%s", tally->m->client[i].name, noun);
		add_remark(b, tally, i);
	}
	if (shown < all)
		buf_printf(b, " and %zu more kinds", all - shown);
}

/* Whether its failure is the reason why a client that can do everything fails. */
static bool explains_all(const struct tally *tally, size_t client)
{
	return is_hit(tally, client) && !tally->m->client[client].reason &&
	       other_half_passes(tally, client);
}

static void write_failure(struct buf *b, const struct tally *tally)
{
	bool spared = how_many(tally, is_spared);

	if (spared && how_many(tally, explains_all)) {
		add_list(b, tally, is_hit, " clients");
		buf_text(b, " would fail");
	} else {
		buf_text(b, spared ? "Clients would fail"
				   : "Every kind of client tested for would fail");
		add_places_of_all(b, tally);
		if (how_many(tally, is_hit)) {
			buf_text(b, "; ");
			add_list(b, tally, is_hit, " clients");
			buf_text(b, " would too");
		}
	}
	if (spared) {
		buf_text(b, "; ");
		add_list(b, tally, is_spared, " ones");
		buf_text(b, " would not");
	}
}

static void write_text(struct buf *b, const struct tally *tally)
{
	if (all_fail(tally)) {
		write_failure(b, tally);
	} else if (how_many(tally, is_hit)) {
		add_list(b, tally, is_hit, " clients");
		buf_text(b, " would fail");
	} else if (tally->m->client[0].answer == MATRIX_UNKNOWN) {
		buf_text(b, "No kind of client is known to fail, but not every address "
			    "gave an answer");
	} else {
		buf_text(b, "No kind of client tested for would fail");
		if (how_many(tally, is_fine)) {
			buf_text(b, " (");
			add_list(b, tally, is_fine, "");
			buf_text(b, ")");
		}
	}
	buf_text(b, ".");
}

static char *make_text(struct tally *tally, bool brief)
{
	struct buf b;
	char *text;

	tally->brief = brief;
	buf_init(&b, TEXT_MAX);
	write_text(&b, tally);
	text = mem_text(buf_str(&b));
	buf_clear(&b);
	return text;
}

void tally_take(struct tally *take_tally)
{
	take_tally->m->text = make_text(take_tally, false);
	take_tally->m->brief = make_text(take_tally, true);
	free(take_tally->count);
	free(take_tally);
}
