/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agreement.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage.h"
#include "setup/rollover.h"
#include "setup/wanted.h"

/* Servers that nobody looked at for so long may have said anything meanwhile. */
#define UNSEEN_MAX_S 86400

static int ask(struct lineage *l, struct env_dns *ret_dns, struct why *why)
{
	struct env_question question = { .all_but_one = l->conf.all_but_one };
	struct wanted wanted = { 0 };
	int rc;

	if (!l->env->ask)
		return why_set(why, DP_EDNS,
			       "the authoritative servers can't be asked in this "
			       "version");
	rc = wanted_make(l, &wanted, why);
	if (rc < 0)
		return rc;
	question.want = wanted.want;
	question.want_count = wanted.want_count;
	question.gone = wanted.gone;
	question.gone_count = wanted.gone_count;
	rc = l->env->ask(l->env->arg, &question, ret_dns, why);
	wanted_clear(&wanted);
	return rc;
}

int agreement_before(struct lineage *l, struct why *why)
{
	struct lineage_state *s = &l->state;
	struct env_dns dns = { 0 };
	int rc = ask(l, &dns, why);

	if (rc < 0)
		return rc;
	/* A second look, after a crash or when the user publishes again, may see the new
	 * set already: what was seen first still counts. */
	if (s->intent != INTENT_PUBLISH &&
	    (rollover_stage(s) == STAGE_STAGED || !s->published_at)) {
		s->old_ttl_s = dns.ttl_s;
		s->hold_ttl_s = -1;
		s->none_before = dns.none;
	} else if (s->old_ttl_s >= 0 && dns.ttl_s > s->old_ttl_s) {
		s->old_ttl_s = dns.ttl_s;
	}
	env_dns_clear(&dns);
	return 0;
}

static struct safety_facts facts_of(const struct lineage *l, bool none)
{
	const struct lineage_state *s = &l->state;
	int64_t new_ttl_s = s->hold_ttl_s;

	if (new_ttl_s >= 0 && new_ttl_s < (int64_t)l->conf.ttl)
		new_ttl_s = (int64_t)l->conf.ttl;
	return (struct safety_facts){ .agree_since = s->agree_since,
				      .old_ttl_s = s->old_ttl_s,
				      .new_ttl_s = new_ttl_s,
				      .none_at_all = none };
}

static void keep(struct lineage *l, const struct env_dns *dns)
{
	struct lineage_state *s = &l->state;
	time_t now = env_now(l->env); /* after the last answer: caches may be that late */

	if (dns->ttl_s > s->hold_ttl_s)
		s->hold_ttl_s = dns->ttl_s;
	if (!dns->agree) {
		s->agree_since = 0;
		return;
	}
	if (!s->agree_since || now < s->agree_since ||
	    (now - s->agree_seen > UNSEEN_MAX_S && !s->emergency))
		s->agree_since = now;
	s->agree_seen = now;
}

/* A run that dies between the answers and the state would forget a server that lags: the
 * state says before that somebody looks. Where it said so already, that is what happened,
 * and the agreement counts from now. */
static int begin_to_look(struct lineage *l, struct why *why)
{
	struct lineage_state *s = &l->state;

	if (s->looking)
		s->agree_since = 0;
	if (!s->agree_since || s->looking)
		return 0;
	s->looking = true;
	return lineage_save(l, why);
}

int agreement_observe(struct lineage *l, struct agreement *ret_agreement, struct why *why)
{
	struct env_dns dns = { 0 };
	struct agreement a = { 0 };
	struct safety_facts facts;
	int rc = begin_to_look(l, why);

	if (rc < 0)
		return rc;
	rc = ask(l, &dns, why);
	l->state.looking = false;
	if (rc < 0)
		return rc;
	keep(l, &dns);
	facts = facts_of(l, dns.none);
	a.safety = safety_decide(&facts, env_now(l->env), &a.safe_at);
	if (a.safety == SAFETY_LAGS)
		a.who_lags =
			mem_text(dns.who_lags ? dns.who_lags : "the servers don't agree");
	env_dns_clear(&dns);
	*ret_agreement = a;
	return 0;
}

void agreement_recall(const struct lineage *l, struct agreement *ret_agreement)
{
	struct safety_facts facts = facts_of(l, false);

	*ret_agreement = (struct agreement){ 0 };
	ret_agreement->safety =
		safety_decide(&facts, env_now(l->env), &ret_agreement->safe_at);
}

void agreement_clear(struct agreement *a)
{
	free(a->who_lags);
	*a = (struct agreement){ 0 };
}
