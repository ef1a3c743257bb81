/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/agreement.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fnv.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/foreign.h"
#include "setup/agree/heard.h"
#include "setup/agree/left.h"
#include "setup/agree/peak.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/owners.h"
#include "setup/publish/wanted.h"

/* After a longer time without a look the servers may have said anything, so what was
 * agreed no longer counts. A timer that runs once a day may miss two days. */
#define UNSEEN_MAX_S (3 * 86400)
#define DRIFT_S 60 /* how far two clocks drift apart that nobody has set */

/* On the heap, of one record. */
static char *record_text(const struct record *record)
{
	char *rr = tlsa_to_text(&record->rr);
	char *text = mem_printf("%s %s", record->owner, rr);

	free(rr);
	return text;
}

static int64_t hash_records(const struct wanted *w)
{
	uint64_t sum = 0; /* a sum is the same in any order */
	char *text;
	size_t i;

	for (i = 0; i < w->want_count; i++) {
		text = record_text(&w->want[i]);
		sum += fnv_text(text);
		free(text);
	}
	return (int64_t)(sum >> 1) | 1;
}

/* One of them, as an item of a set. */
static char *record_token(const struct record *record)
{
	char *text = record_text(record);
	char *token = mem_printf("%016llx", (unsigned long long)fnv_text(text));

	free(text);
	return token;
}

void agreement_remember(struct lineage_state *s, const struct wanted *w)
{
	char *token;
	size_t i;

	left_note(s, &w->endpoints);
	s->agreed_on = hash_records(w);
	free(s->agreed);
	s->agreed = NULL;
	for (i = 0; i < w->want_count; i++) {
		token = record_token(&w->want[i]);
		owners_add(&s->agreed, token);
		free(token);
	}
}

/* Whether a record is wanted that nobody asked about before. With fewer of them the
 * others were asked about all the time. */
static bool has_new_record(const struct lineage_state *s, const struct wanted *w)
{
	bool is_new = false;
	char *token;
	size_t i;

	if (!s->agreed_on || s->agreed_on == hash_records(w))
		return false;
	for (i = 0; i < w->want_count && !is_new; i++) {
		token = record_token(&w->want[i]);
		is_new = !owners_has(s->agreed, token);
		free(token);
	}
	return is_new;
}

/* What is wanted, and what the servers have of it. */
struct asked {
	struct wanted wanted; /* owned, as the next */
	struct env_dns dns;
};

static void asked_clear(struct asked *a)
{
	wanted_clear(&a->wanted);
	env_dns_clear(&a->dns);
}

static int ask_servers(const struct lineage *l, const char *held, struct asked *ret_asked,
		       struct why *why)
{
	struct env_question question = { .all_but_one = l->conf.all_but_one };
	struct asked a = { .wanted = { 0 } };
	int rc;

	if (!l->env->ask)
		return why_set(why, DP_EDNS, "the authoritative servers can't be asked");
	rc = wanted_make(l, held, &a.wanted, why);
	if (rc == 0 && !a.wanted.want_count) /* of nothing all servers have all */
		rc = why_set(why, DP_EDNS, "records are still held back at %s", held);
	question.want = a.wanted.want;
	question.want_count = a.wanted.want_count;
	question.dead = a.wanted.dead;
	question.dead_count = a.wanted.dead_count;
	if (rc == 0)
		rc = l->env->ask(l->env->arg, &question, &a.dns, why);
	if (rc < 0)
		asked_clear(&a);
	else
		*ret_asked = a;
	return rc;
}

int agreement_ask(const struct lineage *l, struct env_dns *ret_dns, struct why *why)
{
	struct asked a;
	int rc = ask_servers(l, NULL, &a, why);

	if (rc < 0)
		return rc;
	*ret_dns = a.dns;
	wanted_clear(&a.wanted);
	return 0;
}

int agreement_foreign(struct lineage *l, int64_t generation, struct foreign *ret_foreign,
		      struct why *why)
{
	struct asked a;
	int rc = ask_servers(l, l->state.held, &a, why);

	if (rc < 0)
		return rc;
	rc = foreign_judge(l, generation, &a.dns, &a.wanted, ret_foreign, why);
	asked_clear(&a);
	return rc;
}

/* Returns the largest TTL of now; -1 unknown. */
static int64_t note_answers(struct lineage *l, const struct env_dns *dns)
{
	struct lineage_state *s = &l->state;
	time_t now = env_now(l->env); /* read after the last answer came: caches may have
					 asked as late as that */
	int64_t ttl_s = heard_ttl_s(s, dns, now);

	peak_note(s, ttl_s, now);
	heard_keep(s, dns, now);
	if (!dns->some)
		return ttl_s;
	s->filled_at = now;
	s->filled_ttl_s = s->peak_ttl_s;
	return ttl_s;
}

int agreement_before(struct lineage *l, struct env_dns *ret_dns, struct why *why)
{
	struct lineage_state *s = &l->state;
	int64_t old_ttl_s;
	int rc = agreement_ask(l, ret_dns, why);

	if (rc < 0)
		return rc;
	old_ttl_s = note_answers(l, ret_dns) < 0 ? -1 : s->peak_ttl_s;
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

/* A clock that was put forward makes time seem to have passed. Such time doesn't
 * count. */
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

/* blocked: what the servers have is of no use yet, and a cache may keep that. */
static void keep_agreement(struct lineage *l, const struct asked *asked, bool blocked)
{
	const struct env_dns *dns = &asked->dns;
	struct lineage_state *s = &l->state;
	time_t now = env_now(l->env);
	int64_t ttl_s = note_answers(l, dns);

	if (ttl_s > s->hold_ttl_s)
		s->hold_ttl_s = ttl_s;
	/* Nobody knows what the servers had of records that weren't asked about
	 * before. */
	if (has_new_record(s, &asked->wanted)) {
		s->agree_since = 0;
		s->old_ttl_s = -1;
	}
	agreement_remember(s, &asked->wanted);
	if (dns->contradicts)
		s->lacked_at = now;
	if (!dns->agree || blocked) {
		s->agree_since = 0;
		return;
	}
	if (!s->agree_since || now < s->agree_since || now - s->agree_seen > UNSEEN_MAX_S)
		agree_from(l, now);
	else
		doubt_clock(l, now);
	s->agree_seen = now;
}

/* A run that dies after the answers came and before the state is saved would forget
 * that a server lagged. So the state says first that a run is looking. Where it said so
 * already, an earlier run died there, and the agreement counts from now. */
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

/* Nobody answered, which says nothing against what was agreed. */
static void end_look(struct lineage *l)
{
	bool was_told = l->state.looking;

	l->state.looking = false;
	if (was_told)
		(void)lineage_save(l, NULL);
}

/* Judges the key that is to be installed next; leaves NULLs where none is. */
static int judge_foreign(struct lineage *l, const struct asked *a, struct foreign *f,
			 struct why *why)
{
	struct lineage_state *s = &l->state;
	int64_t next = s->goal ? s->goal : s->next;
	int rc = 0;

	if (next != s->view_generation)
		rc = foreign_judge(l, next, &a->dns, &a->wanted, f, why);
	if (rc < 0)
		return rc;
	free(s->goes_stale);
	s->goes_stale = f->stale;
	f->stale = NULL;
	return 0;
}

static void conclude_look(struct lineage *l, const struct asked *asked, struct foreign *f,
			  struct agreement *a)
{
	const struct env_dns *dns = &asked->dns;
	struct safety_facts facts;

	a->blocked = f->blocked && dns->agree;
	keep_agreement(l, asked, a->blocked);
	facts = facts_of(l, dns->none);
	a->safety = safety_decide(&facts, env_now(l->env), &a->safe_at);
	if (a->blocked)
		a->who_lags = mem_text(f->blocked);
	else if (a->safety == SAFETY_LAGS)
		a->who_lags = mem_text(dns->who_lags ? dns->who_lags
						     : "the servers don't agree");
}

int agreement_observe(struct lineage *l, struct agreement *ret_agreement, struct why *why)
{
	struct foreign foreign = { 0 };
	struct agreement a = { 0 };
	struct asked asked = { .wanted = { 0 } };
	int rc = begin_to_look(l, why);

	if (rc < 0)
		return rc;
	rc = ask_servers(l, l->state.held, &asked, why);
	if (rc == 0) {
		rc = judge_foreign(l, &asked, &foreign, why);
		if (rc < 0)
			asked_clear(&asked);
	}
	if (rc < 0) {
		end_look(l);
		return rc;
	}
	l->state.looking = false;
	conclude_look(l, &asked, &foreign, &a);
	asked_clear(&asked);
	foreign_clear(&foreign);
	*ret_agreement = a;
	return 0;
}

/* What stands against it, on the heap; NULL: nothing. */
static char *find_contradiction(const struct lineage *l, const struct agreement *a,
				time_t since)
{
	const struct lineage_state *s = &l->state;
	char then[32], at[32];

	if (since > env_now(l->env))
		return mem_printf("%s is still to come", clock_rfc3339(since, then));
	if (a->safety == SAFETY_NONE)
		return mem_text("no name server has any of the records");
	if (a->safety == SAFETY_LAGS || a->blocked)
		return mem_text(a->who_lags);
	if (since <= s->lacked_at)
		return mem_printf("at %s a name server still lacked a record, or had an "
				  "old one, and that is later than %s",
				  clock_rfc3339(s->lacked_at, at),
				  clock_rfc3339(since, then));
	return NULL;
}

int agreement_assume(struct lineage *l, time_t since, char **ret_contradiction,
		     struct why *why)
{
	struct lineage_state *s = &l->state;
	struct agreement a = { 0 };
	int rc = agreement_observe(l, &a, why);

	if (rc < 0)
		return rc;
	*ret_contradiction = find_contradiction(l, &a, since);
	agreement_clear(&a);
	if (!*ret_contradiction && since < s->agree_since) {
		s->agree_uptime_s -= (int64_t)(s->agree_since - since);
		s->agree_since = since;
	}
	return lineage_save(l, why);
}

time_t agreement_safe_at(const struct lineage *l)
{
	const struct safety_facts facts = facts_of(l, false);

	return facts.agree_since ? facts.agree_since + (time_t)safety_hold_s(&facts) : 0;
}

void agreement_clear(struct agreement *a)
{
	free(a->who_lags);
	*a = (struct agreement){ 0 };
}
