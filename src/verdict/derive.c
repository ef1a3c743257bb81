/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/derive.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "dane/policy.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"
#include "verdict/relay.h"
#include "verdict/signature.h"
#include "verdict/verdict.h"

#define STALE_MAX                                                                        \
	24 /* usages x selectors x matching types: there are no more combinations */

struct context {
	struct facts_target *t;
	const struct verdict_conf *conf;
	time_t now;
};

static void add_finding(const struct context *c, enum finding_id id,
			enum severity severity, char *take_text)
{
	finding_take(&c->t->findings, id, severity, &c->conf->overrides, take_text);
}

/* What became of record i at the peer; NULL when it wasn't judged. */
static const struct match_record *match_of_record(const struct facts_peer *p, size_t i)
{
	return p->has_match && i < p->match.rec_count ? &p->match.rec[i] : NULL;
}

static bool record_matches(const struct facts_peer *p, size_t i)
{
	const struct match_record *r = match_of_record(p, i);

	return r && r->code == MATCH_OK;
}

bool derive_only_dane_ee(const struct facts_endpoint *e, const struct facts_peer *p)
{
	bool any = false;
	size_t i;

	for (i = 0; i < e->record_count; i++) {
		if (!record_matches(p, i))
			continue;
		if (e->record[i].rr.usage != TLSA_DANE_EE)
			return false;
		any = true;
	}
	return any;
}

/* Which of two thresholds the remaining life is below; SEVERITY_INFO for none. capped:
 * a default threshold raises warnings at most. */
static enum severity grade_remaining(double left, const struct verdict_conf *conf,
				     double whole, bool capped)
{
	struct threshold_limits limits;
	bool is_crit, is_warn;

	limits = threshold_limits(&conf->warn_expiry, &conf->crit_expiry, whole);
	is_crit = limits.crit_s >= 0 && left < limits.crit_s;
	is_warn = limits.warn_s >= 0 && left < limits.warn_s;
	if (is_crit && (conf->crit_expiry.given || !capped))
		return SEVERITY_CRITICAL;
	return is_warn || is_crit ? SEVERITY_WARNING : SEVERITY_INFO;
}

static char *expiry_text(const struct facts_endpoint *e, const struct facts_cert *leaf,
			 time_t now)
{
	double left = difftime(leaf->not_after, now);
	char *span = phrase_span(left < 0 ? -left : left);
	char date[32], *text;

	clock_date(leaf->not_after, date);
	if (left < 0)
		text = mem_printf("the certificate of %s ended %s ago, on %s: renew it",
				  e->host, span, date);
	else
		text = mem_printf("the certificate of %s ends in %s, on %s: renew it",
				  e->host, span, date);
	free(span);
	return text;
}

static void cert_expiring(const struct context *c, const struct facts_endpoint *e,
			  const struct facts_peer *p)
{
	const struct facts_cert *leaf = p->chain;
	enum severity severity;

	/* where the dates decide, the code tells so */
	if (!p->chain_count || leaf->not_after == -1 || p->code == CODE_EXPIRED)
		return;
	severity = grade_remaining(
		difftime(leaf->not_after, c->now), c->conf,
		leaf->not_before == -1 ? -1 : difftime(leaf->not_after, leaf->not_before),
		derive_only_dane_ee(e, p));
	if (severity != SEVERITY_INFO)
		add_finding(c, FINDING_CERT_EXPIRING, severity,
			    expiry_text(e, leaf, c->now));
}

static char *signature_text(const struct signature *s)
{
	const struct facts_lookup *l = s->lookup;
	char *span = phrase_span(s->left_s < 0 ? -s->left_s : s->left_s), *text;
	char date[32];

	clock_rfc3339(l->rrsig_expires, date);
	if (s->severity != SEVERITY_INFO)
		text = mem_printf("the DNSSEC signature of %s %s %s %s%s, at %s: make "
				  "sure that the zone is signed again before then",
				  l->name, l->type, s->left_s < 0 ? "ended" : "ends in",
				  span, s->left_s < 0 ? " ago" : "", date);
	else
		text = mem_printf("the DNSSEC signature of %s %s ends in %s, at %s, with "
				  "%.0f %% of its validity left: some signers renew no "
				  "earlier; where yours does, --warn-rrsig 2d makes this "
				  "a warning",
				  l->name, l->type, span, date,
				  100 * s->left_s / s->validity_s);
	free(span);
	return text;
}

static void rrsig_expiring(const struct context *c)
{
	struct signature s;

	if (signature_find_worst(c->t, c->conf, c->now, &s) &&
	    (s.severity != SEVERITY_INFO || s.ageing))
		add_finding(c, FINDING_RRSIG_EXPIRING, s.severity, signature_text(&s));
}

static bool is_over(const struct threshold *t, int64_t ms)
{
	return t->given && (double)ms > t->value * 1000;
}

static void note_slowness(const struct context *c)
{
	const struct verdict_conf *conf = c->conf;
	int64_t ms = c->t->total_ms;
	bool crit = is_over(&conf->crit_time, ms);

	if (ms < 0 || (!crit && !is_over(&conf->warn_time, ms)))
		return;
	add_finding(c, FINDING_SLOW, crit ? SEVERITY_CRITICAL : SEVERITY_WARNING,
		    mem_printf("the check took %.3f s, more than %g s, of which DNS took "
			       "%.3f s: find out whether DNS or the server is slow",
			       (double)ms / 1000,
			       crit ? conf->crit_time.value : conf->warn_time.value,
			       (double)(c->t->dns_ms > 0 ? c->t->dns_ms : 0) / 1000));
}

static char *combination_text(const struct tlsa *rr)
{
	return mem_printf("%u %u %u", rr->usage, rr->selector, rr->mtype);
}

static void combination_stale(const struct context *c, const struct facts_endpoint *e,
			      const struct facts_peer *p)
{
	size_t stale[STALE_MAX], count, i;
	struct tlsa *rr;
	char *fields;

	if (!p->has_match || p->match.code != MATCH_OK ||
	    p->match.rec_count != e->record_count)
		return;
	rr = facts_rrset(e);
	count = policy_stale_combinations(rr, &p->match, stale, STALE_MAX);
	for (i = 0; i < count && i < STALE_MAX; i++) {
		fields = combination_text(&rr[stale[i]]);
		add_finding(c, FINDING_COMBINATION_STALE, SEVERITY_WARNING,
			    mem_printf("no %s record of %s matches, though others do: a "
				       "client that supports only this combination "
				       "fails; correct or remove the record",
				       fields, e->host));
		free(fields);
	}
	free(rr);
}

static void match_facts(const struct context *c, const struct facts_endpoint *e,
			const struct facts_peer *p)
{
	const struct match *m = &p->match;
	const struct facts_cert *leaf = p->chain;
	size_t i;

	if (!p->has_match || m->code != MATCH_OK)
		return;
	for (i = 0; i < e->record_count; i++)
		if (record_matches(p, i) && m->rec[i].anchor_in_dns)
			add_finding(c, FINDING_ANCHOR_ONLY_IN_DNS, SEVERITY_WARNING,
				    mem_printf("the trust anchor of %s is only in DNS: "
					       "clients that require it in the chain "
					       "fail; make the server send it",
					       e->host));
	if (m->cn_used)
		add_finding(c, FINDING_CN_FALLBACK, SEVERITY_INFO,
			    mem_printf("the certificate of %s has no DNS name as subject "
				       "alternative name; its CN was used instead",
				       e->host));
	if (!derive_only_dane_ee(e, p) || !p->chain_count || !leaf->has_cert)
		return;
	if (!m->name_matched)
		add_finding(c, FINDING_NAME_IGNORED, SEVERITY_INFO,
			    mem_printf("the certificate does not name %s, but DANE-EE(3) "
				       "doesn't require it",
				       e->base_domain ? e->base_domain : e->host));
	if ((leaf->not_after != -1 && c->now > leaf->not_after) ||
	    (leaf->not_before != -1 && c->now < leaf->not_before))
		add_finding(c, FINDING_DATES_IGNORED, SEVERITY_INFO,
			    mem_printf("the certificate of %s is outside its validity "
				       "dates, but DANE-EE(3) ignores them",
				       e->host));
}

static void record_facts(const struct context *c, const struct facts_endpoint *e)
{
	size_t i, usable = 0;
	char *fields;

	for (i = 0; i < e->record_count; i++)
		usable += e->record[i].usable;
	for (i = 0; i < e->record_count; i++) {
		const struct facts_record *r = &e->record[i];
		const struct tlsa *rr = &r->rr;

		fields = combination_text(rr);
		if (!r->usable && !r->superseded && usable)
			add_finding(
				c, FINDING_UNUSABLE_RECORD, SEVERITY_INFO,
				mem_printf("record %zu (%s) of %s is unusable: %s", i + 1,
					   fields, e->tlsa_name ? e->tlsa_name : e->host,
					   r->reason ? r->reason : "no reason known"));
		if (r->usable && rr->selector == TLSA_CERT &&
		    (rr->usage == TLSA_DANE_EE || rr->usage == TLSA_PKIX_EE))
			add_finding(c, FINDING_EE_SELECTOR_0, SEVERITY_INFO,
				    mem_printf("%s names the certificate of %s, so every "
					       "renewal breaks it: use %u 1 1, which "
					       "names the key",
					       fields, e->host, rr->usage));
		if (r->usable && rr->mtype == TLSA_FULL)
			add_finding(c, FINDING_FULL_DATA, SEVERITY_INFO,
				    mem_printf("%s of %s holds %zu octets: use a digest "
					       "to keep answers small",
					       fields, e->host, rr->len));
		free(fields);
	}
}

/* The leaf of a peer that we spoke to; verify has one without an address. */
static const struct facts_cert *leaf_of(const struct facts_peer *p)
{
	return p->chain_count && p->address ? &p->chain[0] : NULL;
}

/* Whether some peer at p's address presents a leaf with the same field. */
static bool presented_at(const struct facts_endpoint *e, const struct facts_peer *p,
			 const struct facts_cert *leaf, bool by_key)
{
	const struct facts_cert *other;
	size_t i;

	for (i = 0; i < e->peer_count; i++) {
		other = leaf_of(&e->peer[i]);
		if (!other || strcmp(e->peer[i].address, p->address))
			continue;
		if (by_key ? other->key && leaf->key && !strcmp(other->key, leaf->key)
			   : !strcmp(other->cert_sha256, leaf->cert_sha256) &&
				     !strcmp(other->spki_sha256, leaf->spki_sha256))
			return true;
	}
	return false;
}

/* A second handshake with one address (--auth both) shows another leaf by intent, so it
 * is addresses that are compared. */
static bool leaves_differ(const struct facts_endpoint *e, bool by_key)
{
	const struct facts_cert *leaf;
	size_t i, k;

	for (i = 0; i < e->peer_count; i++) {
		leaf = leaf_of(&e->peer[i]);
		for (k = 0; leaf && k < e->peer_count; k++)
			if (leaf_of(&e->peer[k]) &&
			    !presented_at(e, &e->peer[k], leaf, by_key))
				return true;
	}
	return false;
}

static void compare_peers(const struct context *c, const struct facts_endpoint *e)
{
	if (leaves_differ(e, true))
		add_finding(
			c, FINDING_KEY_TYPE_DIFFERS, SEVERITY_INFO,
			mem_printf("the addresses of %s present keys of different types",
				   e->host));
	else if (leaves_differ(e, false))
		add_finding(
			c, FINDING_DIFFERENT_CHAINS, SEVERITY_INFO,
			mem_printf("the addresses of %s present different certificates",
				   e->host));
}

/* The page that the user asked for wasn't fetched, which nobody may take for a good
 * answer. */
static void http_skipped(const struct context *c, const struct facts_peer *p)
{
	char *place;

	if (!p->http_skipped)
		return;
	place = phrase_peer(p);
	add_finding(
		c, FINDING_HTTP_SKIPPED, SEVERITY_INFO,
		mem_printf(
			"the page at %s was not fetched, so its status and body are "
			"unknown: the server shows a raw public key, which libcurl does "
			"not speak",
			place));
	free(place);
}

/* The server proved its key before it hung up, so that was judged. */
static void note_demand(const struct context *c, const struct facts_peer *p)
{
	char *place;

	if (!p->demands_certificate)
		return;
	place = phrase_peer(p);
	add_finding(
		c, FINDING_CLIENT_CERTIFICATE_DEMANDED, SEVERITY_INFO,
		mem_printf("%s demands a client certificate, and this check has none: "
			   "the server's own certificate was judged all the same",
			   place));
	free(place);
}

static void note_key_usage(const struct context *c, const struct facts_peer *p)
{
	char *place;

	if (!p->key_usage_odd)
		return;
	place = p->address ? phrase_peer(p) : NULL; /* verify has none */
	add_finding(c, FINDING_KEY_USAGE_ODD, SEVERITY_INFO,
		    mem_printf("the key usage of the certificate%s%s has no digital "
			       "signature: OpenSSL's clients accept that where a "
			       "DANE-EE(3) record matches, GnuTLS's refuse it",
			       place ? " at " : "", place ? place : ""));
	free(place);
}

/* What this host lacks is no failure of the server's, so it is only told. */
static void note_excused(const struct context *c, const struct facts_endpoint *e,
			 const struct facts_peer *p)
{
	bool ipv6 = p->address && strchr(p->address, ':');

	if (!facts_peer_excused(e, p))
		return;
	add_finding(c, ipv6 ? FINDING_IPV6_UNREACHABLE : FINDING_IPV4_UNREACHABLE,
		    SEVERITY_INFO,
		    mem_printf("this host has no %s route to %s: not checked from here",
			       ipv6 ? "IPv6" : "IPv4",
			       p->address ? p->address : "an address"));
}

void derive_findings(struct facts_target *t, const struct verdict_conf *conf, time_t now)
{
	const struct context c = { .t = t, .conf = conf, .now = now };
	const struct facts_endpoint *e;
	size_t i, k;

	for (i = 0; i < t->endpoint_count; i++) {
		e = &t->endpoint[i];
		for (k = 0; k < e->peer_count; k++) {
			cert_expiring(&c, e, &e->peer[k]);
			combination_stale(&c, e, &e->peer[k]);
			match_facts(&c, e, &e->peer[k]);
			note_excused(&c, e, &e->peer[k]);
			http_skipped(&c, &e->peer[k]);
			note_demand(&c, &e->peer[k]);
			note_key_usage(&c, &e->peer[k]);
		}
		record_facts(&c, e);
		compare_peers(&c, e);
	}
	relay_findings(t, &conf->overrides);
	rrsig_expiring(&c);
	note_slowness(&c);
}
