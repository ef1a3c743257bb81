/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/clients.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/matrix.h"
#include "verdict/phrase.h"
#include "verdict/tally.h"

#define COMBINATIONS_MAX 24 /* usages x selectors x matching types */

/* What a client finds at a row. */
enum use { USE_NONE, USE_UNKNOWN, USE_PASSES, USE_FAILS };

struct context {
	const struct facts_target *t;
	struct matrix *m;
	struct tally *tally;
};

/* A row, seen by one kind of client. */
struct view {
	const struct facts_endpoint *e;
	const struct facts_peer *p; /* NULL: none was tried */
	enum use plain;		    /* what a client that can do everything meets */
	int family;		    /* 4 or 6; of clients of one family */
	enum facts_keys keys;	    /* of clients that know one kind of keys */
	const struct tlsa *fields;  /* of clients that know one combination */
};

typedef enum use use_fn(const struct view *v);

static enum use use_of_code(enum code code)
{
	switch (code) {
	case CODE_MATCH:
		return USE_PASSES;
	case CODE_TRY_LATER:
	case CODE_DNS_ERROR:
	case CODE_NO_ROUTE:
	case CODE_NO_SERVICE:
	case CODE_BAD_TARGET:
	case CODE_NOT_FETCHED:
	case CODE_STOPPED:
	case CODE_NOT_PROBED:
		return USE_UNKNOWN;
	case CODE_BOGUS:
	case CODE_MISMATCH:
	case CODE_NAME_MISMATCH:
	case CODE_EXPIRED:
	case CODE_PKIX_FAILED:
	case CODE_UNUSABLE:
	case CODE_NO_TLSA:
	case CODE_INSECURE:
	case CODE_STARTTLS_REFUSED:
	case CODE_TLS_FAILED:
	case CODE_CONNECT_FAILED:
	case CODE_TIMEOUT:
	case CODE_HTTP_FAILED:
	case CODE_NXDOMAIN:
	case CODE_NO_ADDRESS:
		return USE_FAILS;
	}
	return USE_UNKNOWN;
}

static bool excused(const struct view *v)
{
	return v->p && facts_peer_excused(v->e, v->p);
}

static enum use use_plain(const struct view *v)
{
	return v->plain;
}

static enum use use_family(const struct view *v)
{
	int family = v->p && v->p->address && strchr(v->p->address, ':') ? 6 : 4;

	if (!v->p)
		return v->plain;
	if (family != v->family)
		return USE_NONE;
	return excused(v) ? USE_UNKNOWN : v->plain;
}

static enum facts_keys keys_shown(const struct facts_peer *p)
{
	if (!p->tls.auth)
		return FACTS_KEYS_ANY;
	return !strcmp(p->tls.auth, facts_keys_name(FACTS_KEYS_RSA)) ? FACTS_KEYS_RSA
								     : FACTS_KEYS_ECDSA;
}

/* Whether another handshake with the same address tells what these clients meet. */
static bool told_elsewhere(const struct view *v)
{
	size_t i;

	for (i = 0; i < v->e->peer_count; i++) {
		const struct facts_peer *p = &v->e->peer[i];

		if (p != v->p && p->offered != FACTS_KEYS_RAW &&
		    phrase_same_place(p, v->p) &&
		    (keys_shown(p) == v->keys || p->offered == v->keys))
			return true;
	}
	return false;
}

static enum use use_keys(const struct view *v)
{
	if (!v->p || excused(v))
		return v->plain;
	if (v->p->lacks == v->keys)
		return USE_FAILS;
	/* clients without raw keys find what else the server has */
	if (v->p->offered == FACTS_KEYS_RAW && told_elsewhere(v))
		return USE_NONE;
	if (keys_shown(v->p) == v->keys || v->p->offered == v->keys)
		return v->plain;
	if (told_elsewhere(v))
		return USE_NONE;
	/* there was no handshake, whatever the keys */
	if (!v->p->has_tls && v->p->offered == FACTS_KEYS_ANY)
		return v->plain;
	return USE_UNKNOWN;
}

/* The use of a row, where the records are fine by the client's own reading, or aren't. */
static enum use use_of_reading(const struct view *v, bool fine)
{
	if (!fine)
		return USE_FAILS;
	return v->p->match.code == MATCH_OK ? v->plain : USE_PASSES;
}

static enum use use_sha256(const struct view *v)
{
	if (!v->p || !v->p->has_match || !v->p->has_sha512)
		return v->plain;
	return use_of_reading(v, v->p->without_sha512 == MATCH_OK);
}

static bool record_is_used(const struct facts_endpoint *e, size_t record)
{
	return e->record[record].usable && !e->record[record].superseded;
}

static bool record_matches(const struct view *v, size_t record)
{
	return record_is_used(v->e, record) && record < v->p->match.rec_count &&
	       v->p->match.rec[record].code == MATCH_OK;
}

static enum use use_usage_3(const struct view *v)
{
	bool fine = false;
	size_t i;

	if (!v->p || !v->p->has_match)
		return v->plain;
	for (i = 0; i < v->e->record_count; i++)
		fine = fine ||
		       (v->e->record[i].rr.usage == TLSA_DANE_EE && record_matches(v, i));
	return use_of_reading(v, fine);
}

static enum use use_combination(const struct view *v)
{
	bool fine = false, published = false;
	size_t i;

	if (!v->p || !v->p->has_match)
		return v->plain;
	for (i = 0; i < v->e->record_count; i++) {
		if (!record_is_used(v->e, i) ||
		    !tlsa_same_parameters(&v->e->record[i].rr, v->fields))
			continue;
		published = true;
		fine = fine || record_matches(v, i);
	}
	/* where it isn't published such a client goes without DANE, as it may */
	return published ? use_of_reading(v, fine) : USE_NONE;
}

static struct view view_row(const struct context *c, size_t row)
{
	const struct matrix_row *r = &c->m->row[row];
	struct view v = { .e = &c->t->endpoint[r->endpoint] };

	if (r->peer != MATRIX_NO_PEER)
		v.p = &v.e->peer[r->peer];
	v.plain = use_of_code(v.p ? v.p->code : v.e->code);
	if (excused(&v))
		v.plain = USE_NONE;
	return v;
}

/* Goes through the rows as a client of one kind does; base says which kind. */
static struct matrix_client *judge_client(const struct context *c, char *take_name,
					  use_fn *fn, const struct view *base)
{
	bool passes = false, unknown = false, fails = false;
	size_t i;

	tally_begin(c->tally, take_name);
	for (i = 0; i < c->m->row_count; i++) {
		struct view v = view_row(c, i);
		enum use use;

		if (base) {
			v.family = base->family;
			v.keys = base->keys;
			v.fields = base->fields;
		}
		use = fn(&v);
		if (use == USE_FAILS)
			tally_fails(c->tally, i, v.plain == USE_FAILS);
		else if (use != USE_NONE)
			tally_uses(c->tally);
		passes = passes || use == USE_PASSES;
		unknown = unknown || use == USE_UNKNOWN;
		fails = fails || use == USE_FAILS;
	}
	return tally_end(c->tally, fails		? MATRIX_FAILS
				   : unknown || !passes ? MATRIX_UNKNOWN
							: MATRIX_PASSES);
}

/* The name that addresses were asked for: behind the aliases that were seen. */
static const char *end_of_aliases(const struct facts_target *t, const char *host)
{
	size_t i, hops;

	for (hops = 0; hops < t->lookup_count; hops++) {
		for (i = 0; i < t->lookup_count; i++)
			if (!strcmp(t->lookup[i].type, "CNAME") && t->lookup[i].data &&
			    !strcmp(t->lookup[i].name, host))
				break;
		if (i == t->lookup_count)
			break;
		host = t->lookup[i].data;
	}
	return host;
}

/* Whether DNS said that the host has no address of that type. */
static bool has_none(const struct facts_target *t, const char *host, const char *type)
{
	const char *name = host ? end_of_aliases(t, host) : "";
	size_t i;

	for (i = 0; i < t->lookup_count; i++) {
		const struct facts_lookup *l = &t->lookup[i];

		if (!strcmp(l->type, type) && l->absent && !l->failed &&
		    (!strcmp(l->name, name) || (host && !strcmp(l->name, host))))
			return true;
	}
	return false;
}

static void judge_family(const struct context *c, int family)
{
	const struct view base = { .family = family };
	struct matrix_client *client =
		judge_client(c, mem_printf("IPv%d-only", family), use_family, &base);
	size_t i;

	if (tally_used(c->tally))
		return;
	for (i = 0; i < c->t->endpoint_count; i++)
		if (!has_none(c->t, c->t->endpoint[i].host, family == 6 ? "AAAA" : "A"))
			return;
	client->answer = MATRIX_FAILS;
	client->reason = family == 6 ? "no IPv6 address" : "no IPv4 address";
}

static bool any_sha512(const struct facts_target *t)
{
	size_t i, k;

	for (i = 0; i < t->endpoint_count; i++)
		for (k = 0; k < t->endpoint[i].peer_count; k++)
			if (t->endpoint[i].peer[k].has_sha512)
				return true;
	return false;
}

/* The combinations that count somewhere, each once; returns how many. */
static size_t list_combinations(const struct facts_target *t,
				const struct tlsa *ret_fields[COMBINATIONS_MAX])
{
	size_t i, k, n, count = 0;

	for (i = 0; i < t->endpoint_count; i++)
		for (k = 0; k < t->endpoint[i].record_count; k++) {
			const struct tlsa *rr = &t->endpoint[i].record[k].rr;

			for (n = 0; n < count && !tlsa_same_parameters(ret_fields[n], rr);
			     n++)
				;
			if (n == count && n < COMBINATIONS_MAX &&
			    record_is_used(&t->endpoint[i], k))
				ret_fields[count++] = rr;
		}
	return count;
}

static void judge_combinations(const struct context *c)
{
	const struct tlsa *fields[COMBINATIONS_MAX];
	size_t i, usage_3 = 0, count = list_combinations(c->t, fields);

	for (i = 0; i < count; i++)
		usage_3 += fields[i]->usage == TLSA_DANE_EE;
	for (i = 0; count > 1 && i < count; i++) {
		const struct view base = { .fields = fields[i] };

		/* the one that clients with usage 3 alone go by */
		if (fields[i]->usage == TLSA_DANE_EE && usage_3 == 1)
			continue;
		judge_client(c,
			     mem_printf("%u-%u-%u-only", (unsigned)fields[i]->usage,
					(unsigned)fields[i]->selector,
					(unsigned)fields[i]->mtype),
			     use_combination, &base);
	}
}

static bool any_other_usage(const struct facts_target *t)
{
	size_t i, k;

	for (i = 0; i < t->endpoint_count; i++)
		for (k = 0; k < t->endpoint[i].record_count; k++)
			if (record_is_used(&t->endpoint[i], k) &&
			    t->endpoint[i].record[k].rr.usage != TLSA_DANE_EE)
				return true;
	return false;
}

void clients_judge(const struct facts_target *t, struct matrix *m)
{
	const struct view rsa = { .keys = FACTS_KEYS_RSA };
	const struct view ecdsa = { .keys = FACTS_KEYS_ECDSA };
	struct context c = { .t = t, .m = m, .tally = tally_new(t, m) };

	judge_client(&c, mem_text("every"), use_plain, NULL);
	judge_family(&c, 4);
	judge_family(&c, 6);
	judge_client(&c, mem_text("RSA-only"), use_keys, &rsa);
	judge_client(&c, mem_text("ECDSA-only"), use_keys, &ecdsa);
	if (any_sha512(t))
		judge_client(&c, mem_text("SHA2-256-only"), use_sha256, NULL);
	if (any_other_usage(t))
		judge_client(&c, mem_text("usage-3-only"), use_usage_3, NULL);
	judge_combinations(&c);
	tally_take(c.tally);
}
