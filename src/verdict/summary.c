/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"

/* "3 1 1" when every peer matched such a record, else NULL. */
static char *common_combination(const struct facts_target *t)
{
	const struct tlsa *found = NULL, *rr;
	size_t i, k;

	for (i = 0; i < t->endpoint_count; i++) {
		const struct facts_endpoint *e = &t->endpoint[i];

		for (k = 0; k < e->peer_count; k++) {
			const struct facts_peer *p = &e->peer[k];

			if (!p->has_match || p->match.record < 0 ||
			    (size_t)p->match.record >= e->record_count)
				continue;
			rr = &e->record[p->match.record].rr;
			if (found &&
			    (found->usage != rr->usage || found->mtype != rr->mtype ||
			     found->selector != rr->selector))
				return NULL;
			found = rr;
		}
	}
	return found ? mem_printf("%u %u %u", found->usage, found->selector, found->mtype)
		     : NULL;
}

static bool page_skipped(const struct facts_target *t)
{
	size_t i;

	for (i = 0; i < t->findings.count; i++)
		if (t->findings.item[i].id == FINDING_HTTP_SKIPPED)
			return true;
	return false;
}

static char *match_text(const struct facts_target *t)
{
	size_t i, matched, all_matched = 0, all = 0;
	char *fields, *text;

	for (i = 0; i < t->endpoint_count; i++) {
		all += phrase_addresses(&t->endpoint[i], &matched);
		all_matched += matched;
	}
	fields = common_combination(t);
	text = mem_printf("%zu of %zu addresses match%s%s%s", all_matched, all,
			  fields ? " " : "", fields ? fields : "",
			  page_skipped(t) ? "; a page was not fetched" : "");
	free(fields);
	return text;
}

static char *mismatch_text(const struct facts_endpoint *e, const struct facts_peer *p)
{
	bool key = false, leaf = false;
	size_t i;

	for (i = 0; i < e->record_count; i++) {
		const struct tlsa *rr = &e->record[i].rr;

		if (!e->record[i].usable ||
		    (rr->usage != TLSA_DANE_EE && rr->usage != TLSA_PKIX_EE))
			continue;
		leaf = true;
		key = key || rr->selector == TLSA_SPKI;
	}
	if (!p->chain_count || !leaf)
		return mem_text("no certificate of the chain is published");
	return mem_printf("%s %.8s... is not published", key ? "key" : "certificate",
			  key ? p->chain->spki_sha256 : p->chain->cert_sha256);
}

static char *insecure_text(const struct facts_target *t, const struct facts_endpoint *e)
{
	const struct facts_lookup *l = facts_lookup_with(t, e, SECURITY_INSECURE);

	if (!l)
		return mem_text(code_meaning(CODE_INSECURE));
	return mem_printf("%s %s is not signed: no DNSSEC chain of trust", l->name,
			  l->type);
}

static char *bogus_text(const struct facts_target *t, const struct facts_endpoint *e)
{
	const struct facts_lookup *l = facts_lookup_with(t, e, SECURITY_BOGUS);

	if (l && l->error)
		return mem_printf("%s %s: %s", l->name, l->type, phrase_reason(l->error));
	if (e && e->tlsa_why_bogus)
		return mem_text(phrase_reason(e->tlsa_why_bogus));
	if (l)
		return mem_printf("DNSSEC validation of %s %s failed", l->name, l->type);
	return mem_text(e && e->error ? e->error : code_meaning(CODE_BOGUS));
}

/* What the code means here, at that endpoint and peer (each may be NULL). */
static char *culprit_text(const struct facts_target *t, const struct facts_endpoint *e,
			  const struct facts_peer *p)
{
	if (t->code == CODE_MISMATCH && e && p)
		return mismatch_text(e, p);
	if (t->code == CODE_INSECURE)
		return insecure_text(t, e);
	if (t->code == CODE_BOGUS)
		return bogus_text(t, e);
	if (t->code == CODE_NO_TLSA && e && e->tlsa_name)
		return mem_printf("no TLSA record at %s", e->tlsa_name);
	if (p && p->http && p->http->error)
		return mem_text(p->http->error);
	if (p && p->error)
		return mem_text(p->error);
	if (e && e->error)
		return mem_text(e->error);
	if (!e && t->discovery && t->discovery->error)
		return mem_text(t->discovery->error);
	return mem_text(code_meaning(t->code));
}

static char *failure_text(const struct facts_target *t)
{
	const struct facts_peer *p;
	const struct facts_endpoint *e = facts_culprit(t, &p);
	char *text = culprit_text(t, e, p), *place = NULL, *whole;

	if (p && phrase_addresses(e, NULL) > 1)
		place = phrase_peer(p);
	else if (e && t->endpoint_count > 1)
		place = mem_printf("%s:%d", e->host, e->port);
	if (!place || !strncmp(text, place, strlen(place))) {
		free(place);
		return text;
	}
	whole = mem_printf("%s: %s", place, text);
	free(place);
	free(text);
	return whole;
}

/* Where no code has the target's state, a finding raised it: then the summary tells
 * that. */
static char *with_finding(const struct facts_target *t, char *take_text)
{
	bool by_code = t->code != CODE_MATCH && t->state == code_default_state(t->code);
	const struct finding *f = NULL;
	char *text;
	size_t i;

	for (i = 0; i < t->findings.count && !f && !by_code; i++)
		if (t->findings.item[i].state == t->state && t->state != STATE_OK)
			f = &t->findings.item[i];
	if (!f)
		return take_text;
	text = mem_printf("%s, but %s", take_text, f->text);
	free(take_text);
	return text;
}

static void number_line(struct facts_target *t)
{
	char *text;

	if (!t->line || t->code != CODE_BAD_TARGET || !strncmp(t->summary, "line ", 5))
		return;
	text = mem_printf("line %ld: %s", t->line, t->summary);
	free(t->summary);
	t->summary = text;
}

void summary_write(struct facts_target *t)
{
	if (t->dry_run && !t->summary)
		t->summary = mem_text("dry run: nothing was sent");
	else if (!t->summary && t->code == CODE_MATCH)
		t->summary = with_finding(t, match_text(t));
	else if (!t->summary)
		t->summary = with_finding(t, failure_text(t));
	number_line(t);
}
