/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/agreement.h"

#include <stdlib.h>
#include <string.h>

#include "base/fnv.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/peak.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/wanted.h"

/* Servers that nobody looked at for so long may have said anything meanwhile. A timer
 * that runs once a day has days to miss. */
#define UNSEEN_MAX_S (3 * 86400)
#define DRIFT_S 60 /* by which two clocks that were never set may differ */

int64_t agreement_hash(const struct wanted *w)
{
	uint64_t sum = 0; /* whatever their order */
	char *text;
	size_t i;

	for (i = 0; i < w->want_count; i++) {
		char *rr = tlsa_to_text(&w->want[i].rr);

		text = mem_printf("%s %s", w->want[i].owner, rr);
		sum += fnv_text(text);
		free(rr);
		free(text);
	}
	return (int64_t)(sum >> 1) | 1;
}

int agreement_ask(struct lineage *l, struct env_dns *ret_dns, int64_t *ret_hash,
		  struct why *why)
{
	struct env_question question = { .all_but_one = l->conf.all_but_one };
	struct wanted wanted = { 0 };
	int rc;

	if (!l->env->ask)
		return why_set(why, DP_EDNS, "the authoritative servers can't be asked");
	rc = wanted_make(l, &wanted, why);
	if (rc == 0 && !wanted.want_count) /* of nothing all servers have all */
		rc = why_set(why, DP_EDNS, "records are still held back at %.300s",
			     l->state.held);
	if (rc < 0) {
		wanted_clear(&wanted);
		return rc;
	}
	question.want = wanted.want;
	question.want_count = wanted.want_count;
	question.gone = wanted.gone;
	question.gone_count = wanted.gone_count;
	rc = l->env->ask(l->env->arg, &question, ret_dns, why);
	*ret_hash = agreement_hash(&wanted);
	wanted_clear(&wanted);
	return rc;
}

static void note_answers(struct lineage *l, const struct env_dns *dns)
{
	struct lineage_state *s = &l->state;
	time_t now = env_now(l->env); /* after the last answer: caches may be that late */

	peak_note(s, dns->ttl_s, now);
	if (!dns->some)
		return;
	s->filled_at = now;
	s->filled_ttl_s = s->peak_ttl_s;
}

int agreement_before(struct lineage *l, struct env_dns *ret_dns, struct why *why)
{
	struct lineage_state *s = &l->state;
	int64_t old_ttl_s, hash;
	int rc = agreement_ask(l, ret_dns, &hash, why);

	if (rc < 0)
		return rc;
	note_answers(l, ret_dns);
	old_ttl_s = ret_dns->ttl_s < 0 ? -1 : s->peak_ttl_s;
	/* After a crash a second look may see the new set already: what was seen first
	 * still counts. */
	if (s->intent == INTENT_PUBLISH &&
	    (s->old_ttl_s < 0 || (old_ttl_s >= 0 && s->old_ttl_s > old_ttl_s)))
		old_ttl_s = s->old_ttl_s;
	if (s->intent != INTENT_PUBLISH)
		s->hold_ttl_s = -1;
	s->old_ttl_s = old_ttl_s;
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

static int64_t uptime_of(const struct lineage *l, char **ret_boot)
{
	*ret_boot = NULL;
	return l->env->uptime ? l->env->uptime(l->env->arg, ret_boot) : 0;
}

static void agree_from(struct lineage *l, time_t now)
{
	struct lineage_state *s = &l->state;

	free(s->boot);
	s->agree_since = now;
	s->agree_uptime_s = uptime_of(l, &s->boot);
}

/* Time that only passed because the clock was put forward is none. */
static void doubt_clock(struct lineage *l, time_t now)
{
	struct lineage_state *s = &l->state;
	int64_t uptime_s, passed_s;
	char *boot;

	uptime_s = uptime_of(l, &boot);
	passed_s = uptime_s - s->agree_uptime_s;
	if (boot && s->boot && !strcmp(boot, s->boot)) {
		if (now - s->agree_since > passed_s + DRIFT_S)
			s->agree_since = now - (time_t)passed_s;
	} else {
		/* from here on */
		s->agree_uptime_s = uptime_s - (int64_t)(now - s->agree_since);
		free(s->boot);
		s->boot = boot;
		boot = NULL;
	}
	free(boot);
}

static void keep_agreement(struct lineage *l, const struct env_dns *dns, int64_t hash)
{
	struct lineage_state *s = &l->state;
	time_t now = env_now(l->env);

	note_answers(l, dns);
	if (dns->ttl_s > s->hold_ttl_s)
		s->hold_ttl_s = dns->ttl_s;
	/* Of records that weren't asked for before nobody knows what was there. */
	if (s->agreed_on && s->agreed_on != hash) {
		s->agree_since = 0;
		s->old_ttl_s = -1;
	}
	s->agreed_on = hash;
	if (!dns->agree) {
		s->agree_since = 0;
		return;
	}
	if (!s->agree_since || now < s->agree_since || now - s->agree_seen > UNSEEN_MAX_S)
		agree_from(l, now);
	else
		doubt_clock(l, now);
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

/* Nobody answered: that says nothing against what was agreed. */
static void end_look(struct lineage *l)
{
	bool was_told = l->state.looking;

	l->state.looking = false;
	if (was_told)
		(void)lineage_save(l, NULL);
}

int agreement_observe(struct lineage *l, struct agreement *ret_agreement, struct why *why)
{
	struct env_dns dns = { 0 };
	struct agreement a = { 0 };
	struct safety_facts facts;
	int64_t hash = 0;
	int rc = begin_to_look(l, why);

	if (rc < 0)
		return rc;
	rc = agreement_ask(l, &dns, &hash, why);
	if (rc < 0) {
		end_look(l);
		return rc;
	}
	l->state.looking = false;
	keep_agreement(l, &dns, hash);
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
