/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/advice.h"

#include <stdlib.h>

#include "base/mem.h"
#include "verdict/advice_chain.h"
#include "verdict/advice_context.h"
#include "verdict/advice_dns.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"
#include "verdict/remedy.h"

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
	advice_context_remedy(c, "look at the web server's log, or say what to expect by "
				 "--expect-status and --expect-body");
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
	else
		advice_context_story(c, mem_printf("all %zu addresses present %s%s", all,
						   first ? first : "a match", pages));
}

/* Codes whose story is the error itself. */
static void advise_by_error(const struct advice_context *c)
{
	const char *what;

	if (!c->e && c->t->summary)
		advice_context_story(c, mem_text(c->t->summary));
	advice_context_place_and_error(c);
	if (c->t->code == CODE_DNS_ERROR &&
	    (c->t->blame_who == BLAME_DOMAIN || c->t->blame_who == BLAME_SERVER))
		advice_context_remedy(
			c, "let the domain's name servers answer this question: clients "
			   "that go by DANE stay away until they do");
	what = remedy_for(c->t->code, advice_context_error_text(c));
	if (what)
		advice_context_remedy(c, what);
}

static void advise_by_code(const struct advice_context *c)
{
	switch (c->t->code) {
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
	case CODE_STOPPED:
		advise_by_error(c);
		return;
	}
}

void advice_write(struct facts_target *t, time_t now)
{
	struct advice_context c = { .t = t, .now = now };
	size_t i;

	c.e = facts_culprit(t, &c.p);
	if (c.e && c.e->story)
		advice_context_story(&c, mem_text(c.e->story));
	if (c.p && c.p->chain_count)
		c.leaf = &c.p->chain[0];
	for (i = 0; c.e && !c.leaf && i < c.e->peer_count; i++)
		if (c.e->peer[i].chain_count)
			c.leaf = &c.e->peer[i].chain[0];
	advise_by_code(&c);
	t->advice.story = phrase_sentence(t->advice.story);
}
