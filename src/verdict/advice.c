/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/advice.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "verdict/advice_chain.h"
#include "verdict/advice_context.h"
#include "verdict/advice_dns.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"
#include "verdict/remedy.h"

#define GROUP_TEXT_MAX 8192 /* 64 endpoints, and what there is to say of them */
#define RECORD_TTL_S 3600   /* as `daneprobe record` prints them */

static void http_failed(const struct advice_context *c)
{
	const struct facts_http *http = c->p ? c->p->http : NULL;
	char *place = c->p && c->p->address ? phrase_peer(c->p)
					    : mem_text(advice_context_host(c));

	if (http && http->error)
		advice_context_story(
			c, mem_printf("the key at %s matches, but the page fails: %s",
				      place, http->error));
	else if (http && http->status)
		advice_context_story(
			c, mem_printf("the key at %s matches, but the page answers with "
				      "status %d",
				      place, http->status));
	else
		advice_context_story(
			c, mem_printf("the key at %s matches, but the page fails: %s",
				      place, advice_context_error_text(c)));
	free(place);
	advice_context_remedy(c, "look at the web server's log, or change what is "
				 "expected with --expect-status and --expect-body");
}

static void advise_matched(const struct advice_context *c)
{
	size_t i, all = 0;
	const char *what = NULL, *first = NULL;
	bool fetched = false, skipped = false;
	const char *pages;

	for (i = 0; i < c->t->endpoint_count; i++) {
		const struct facts_endpoint *e = &c->t->endpoint[i];
		size_t k;

		all += phrase_addresses(e, NULL);
		for (k = 0; k < e->peer_count; k++) {
			const struct facts_peer *p = &e->peer[k];
			const struct tlsa *rr;

			skipped |= p->http_skipped;
			if (p->match.record < 0 || !p->has_match ||
			    (size_t)p->match.record >= e->record_count)
				continue;
			rr = &e->record[p->match.record].rr;
			fetched |= p->http && p->http->status && !p->http->error;
			what = rr->usage == TLSA_DANE_TA || rr->usage == TLSA_PKIX_TA
				       ? "a chain to the published CA"
			       : rr->selector == TLSA_SPKI ? "the published key"
							   : "the published certificate";
			first = first && first != what ? "what is published" : what;
		}
	}
	pages = skipped	   ? "; a page was not fetched"
		: !fetched ? ""
		: all == 1 ? ", and the page is as expected"
			   : ", and the pages are as expected";
	if (all == 1)
		advice_context_story(c, mem_printf("the address presents %s%s",
						   first ? first : "a match", pages));
	else if (all == 2)
		advice_context_story(c, mem_printf("both addresses present %s%s",
						   first ? first : "a match", pages));
	else
		advice_context_story(c, mem_printf("all %zu addresses present %s%s", all,
						   first ? first : "a match", pages));
}

/* Advises on codes whose story is the error itself. */
static void advise_by_error(const struct advice_context *c)
{
	const char *what;

	if (advice_chain_alias(c))
		return;
	if (!c->e && c->t->summary)
		advice_context_story(c, mem_text(c->t->summary));
	advice_context_place_and_error(c);
	if (c->code == CODE_DNS_ERROR &&
	    (c->t->blame_who == BLAME_DOMAIN || c->t->blame_who == BLAME_SERVER))
		advice_context_remedy(
			c, "make the domain's name servers answer this question: clients "
			   "that use DANE stay away until they do");
	what = remedy_for(c->code, c->e ? c->e->service : NULL,
			  advice_context_error_text(c));
	if (what)
		advice_context_remedy(c, what);
}

static void advise_unprobed(const struct advice_context *c)
{
	advice_context_story(c, mem_text(advice_context_error_text(c)));
	advice_context_remedy(c, remedy_for(c->code, NULL, advice_context_error_text(c)));
}

static void advise_by_code(const struct advice_context *c)
{
	switch (c->code) {
	case CODE_BOGUS:
		advice_dns_bogus(c);
		return;
	case CODE_MISMATCH:
		advice_chain_mismatch(c);
		return;
	case CODE_NAME_MISMATCH:
		advice_chain_name_mismatch(c);
		return;
	case CODE_EXPIRED:
		advice_chain_expired(c);
		return;
	case CODE_PKIX_FAILED:
		advice_chain_pkix_failed(c);
		return;
	case CODE_UNUSABLE:
		advice_dns_unusable(c);
		return;
	case CODE_NO_TLSA:
		advice_dns_no_tlsa(c);
		return;
	case CODE_INSECURE:
		advice_dns_insecure(c);
		return;
	case CODE_HTTP_FAILED:
		http_failed(c);
		return;
	case CODE_DNS_ERROR:
		advice_dns_unanswered(c);
		return;
	case CODE_MATCH:
		advise_matched(c);
		return;
	case CODE_STARTTLS_REFUSED:
	case CODE_TRY_LATER:
	case CODE_TLS_FAILED:
	case CODE_CONNECT_FAILED:
	case CODE_TIMEOUT:
	case CODE_NXDOMAIN:
	case CODE_NO_ADDRESS:
	case CODE_NO_SERVICE:
	case CODE_BAD_TARGET:
	case CODE_NO_ROUTE:
	case CODE_NOT_FETCHED:
	case CODE_STOPPED:
		advise_by_error(c);
		return;
	case CODE_NOT_PROBED:
		advise_unprobed(c);
		return;
	}
}

/* Fills in a, of endpoint e as its peer p shows it; both may be NULL. */
static void advise_on_endpoint(struct advice_context *c, const struct facts_endpoint *e,
			       const struct facts_peer *p)
{
	size_t i;

	c->e = e;
	c->p = p;
	c->leaf = p && p->chain_count ? &p->chain[0] : NULL;
	for (i = 0; e && !c->leaf && i < e->peer_count; i++)
		if (e->peer[i].chain_count)
			c->leaf = &e->peer[i].chain[0];
	if (e && e->story)
		advice_context_story(c, mem_text(e->story));
	advise_by_code(c);
}

/* Some advice and the endpoints that it is for. */
struct group {
	struct facts_advice advice;
	const struct facts_endpoint **endpoint; /* owned, what it leads to isn't */
	size_t count;
};

static bool same_words(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool is_same_advice(const struct facts_advice *a, const struct facts_advice *b)
{
	size_t i;

	for (i = 0; i < a->record_count && i < b->record_count; i++)
		if (strcmp(a->record[i], b->record[i]))
			return false;
	return a->record_count == b->record_count && same_words(a->story, b->story) &&
	       same_words(a->remedy, b->remedy) &&
	       same_words(a->remedy_after, b->remedy_after);
}

static void add_to_group(struct group *g, const struct facts_endpoint *e)
{
	g->endpoint = mem_grow(g->endpoint, g->count, sizeof(*g->endpoint));
	g->endpoint[g->count++] = e;
}

/* "mx1.example:25, mx2.example:25: the server presents ..." */
static char *named_story(const struct group *g)
{
	struct buf text;
	size_t i;

	buf_init(&text, GROUP_TEXT_MAX);
	for (i = 0; i < g->count; i++)
		buf_printf(&text, "%s%s:%d", i ? ", " : "", g->endpoint[i]->host,
			   g->endpoint[i]->port);
	buf_printf(&text, ": %s", g->advice.story ? g->advice.story : "");
	return text.data;
}

static void add_zone_line(struct facts_advice *advice, const struct facts_endpoint *e,
			  const char *data)
{
	char *owner = e->tlsa_name
			      ? mem_text(e->tlsa_name)
			      : mem_printf("_%d._%s.%s", e->port, e->protocol,
					   e->base_domain ? e->base_domain : e->host);

	facts_add_advice_record(
		advice, *data ? mem_printf("%s. %d IN TLSA %s", owner, RECORD_TTL_S, data)
			      : mem_printf("%s.", owner));
	free(owner);
}

static void tell_group(struct facts_target *t, struct group *g)
{
	struct facts_advice *a = facts_add_advice(t);
	size_t i, k;

	a->story = phrase_sentence(named_story(g), t);
	a->remedy = mem_text(g->advice.remedy);
	a->remedy_after = mem_text(g->advice.remedy_after);
	for (i = 0; i < g->count; i++)
		for (k = 0; k < g->advice.record_count; k++)
			add_zone_line(a, g->endpoint[i], g->advice.record[k]);
	facts_clear_advice(&g->advice);
	free(g->endpoint);
}

/* Whether endpoint a is told before b: the order of the states, then of the codes. */
static bool goes_before(const struct facts_endpoint *a, const struct facts_endpoint *b)
{
	if (a->state != b->state)
		return state_worse(a->state, b->state) == a->state;
	return a->code < b->code || (a->code == b->code && a < b);
}

/* The next of the failing endpoints after that one; NULL: it was the last. */
static const struct facts_endpoint *next_failing(const struct facts_target *t,
						 const struct facts_endpoint *behind)
{
	const struct facts_endpoint *e, *next = NULL;
	size_t i;

	for (i = 0; i < t->endpoint_count; i++) {
		e = &t->endpoint[i];
		if (e->state == STATE_OK || (behind && !goes_before(behind, e)))
			continue;
		if (!next || goes_before(e, next))
			next = e;
	}
	return next;
}

static const struct facts_peer *culprit_of(const struct facts_endpoint *e)
{
	size_t i;

	for (i = 0; i < e->peer_count; i++)
		if (e->peer[i].code == e->code)
			return &e->peer[i];
	return NULL;
}

static void advise_each_endpoint(struct facts_target *t, time_t now)
{
	const struct facts_endpoint *e = NULL;
	struct group *group = mem_array(t->endpoint_count, sizeof(*group));
	size_t count = 0, i;

	while ((e = next_failing(t, e))) {
		struct group one = { .count = 0 };
		struct advice_context c = { .t = t,
					    .a = &one.advice,
					    .code = e->code,
					    .several = true,
					    .now = now };

		advise_on_endpoint(&c, e, culprit_of(e));
		for (i = 0; i < count; i++)
			if (is_same_advice(&group[i].advice, &one.advice))
				break;
		if (i < count)
			facts_clear_advice(&one.advice);
		else
			group[count++] = one;
		add_to_group(&group[i], e);
	}
	for (i = 0; i < count; i++)
		tell_group(t, &group[i]);
	free(group);
}

void advice_write(struct facts_target *t, time_t now)
{
	const struct facts_peer *p;
	const struct facts_endpoint *e = facts_culprit(t, &p);
	struct advice_context c = { .t = t, .code = t->code, .now = now };

	if (t->endpoint_count > 1 && e && e->state != STATE_OK) {
		advise_each_endpoint(t, now);
		return;
	}
	c.a = t->advice_count ? t->advice : facts_add_advice(t);
	advise_on_endpoint(&c, e, p);
	c.a->story = phrase_sentence(c.a->story, t);
}
