/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/signature.h"

#include <stddef.h>

#include "verdict/facts.h"
#include "verdict/verdict.h"

/* Signers that renew late leave little more than the TTL and the time that a change takes
 * to reach every name server: Knot by default an hour. */
#define RESERVE_S (45 * 60)
#define NOTE_SHARE 0.15 /* of the validity */

/* Secure records: of a denial or an insecure answer no verdict hangs on the signature. */
static bool is_signed(const struct facts_lookup *l)
{
	return l->security == SECURITY_SECURE && !l->failed && !l->absent &&
	       l->rrsig_expires != -1;
}

static double limit_of(const struct threshold *t, double validity_s, double default_s)
{
	if (t->given && t->is_share && validity_s < 0)
		return -1;
	if (t->given)
		return threshold_seconds(t, validity_s);
	return validity_s >= 0 && default_s > validity_s / 2 ? validity_s / 2 : default_s;
}

static struct signature judge_signature(const struct facts_lookup *l,
					const struct verdict_conf *conf, time_t now)
{
	struct signature s = { .lookup = l, .severity = SEVERITY_INFO };
	struct threshold_limits limits;
	int64_t ttl_s = l->rrsig_original_ttl > 0 ? l->rrsig_original_ttl
			: l->ttl > 0		  ? l->ttl
						  : 0;

	s.left_s = difftime(l->rrsig_expires, now);
	s.validity_s = l->rrsig_inception == -1
			       ? -1
			       : difftime(l->rrsig_expires, l->rrsig_inception);
	limits.warn_s =
		limit_of(&conf->warn_rrsig, s.validity_s, (double)ttl_s + RESERVE_S);
	limits.crit_s = limit_of(&conf->crit_rrsig, s.validity_s, RESERVE_S);
	threshold_order(&conf->warn_rrsig, &conf->crit_rrsig, &limits);
	s.warn_s = limits.warn_s;
	s.crit_s = limits.crit_s;
	if (s.left_s < s.crit_s || s.left_s < 0)
		s.severity = SEVERITY_CRITICAL;
	else if (s.left_s < s.warn_s)
		s.severity = SEVERITY_WARNING;
	s.ageing = !conf->warn_rrsig.given && s.left_s < s.validity_s * NOTE_SHARE;
	return s;
}

static bool is_worse(const struct signature *a, const struct signature *b)
{
	if (a->severity != b->severity)
		return a->severity > b->severity;
	if (a->ageing != b->ageing)
		return a->ageing;
	return a->left_s - a->warn_s < b->left_s - b->warn_s;
}

bool signature_find_worst(const struct facts_target *t, const struct verdict_conf *conf,
			  time_t now, struct signature *ret_worst)
{
	struct signature s;
	bool any = false;
	size_t i;

	for (i = 0; i < t->lookup_count; i++) {
		if (!is_signed(&t->lookup[i]))
			continue;
		s = judge_signature(&t->lookup[i], conf, now);
		if (!any || is_worse(&s, ret_worst))
			*ret_worst = s;
		any = true;
	}
	return any;
}

time_t signature_first_end(const struct facts_target *t)
{
	time_t first = -1;
	size_t i;

	for (i = 0; i < t->lookup_count; i++)
		if (is_signed(&t->lookup[i]) &&
		    (first == -1 || t->lookup[i].rrsig_expires < first))
			first = t->lookup[i].rrsig_expires;
	return first;
}
