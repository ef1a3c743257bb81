/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/rollover.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/agreement.h"
#include "setup/ari.h"
#include "setup/install.h"
#include "setup/lineage.h"
#include "setup/publish.h"
#include "setup/renew.h"
#include "setup/renewal.h"
#include "setup/safety.h"
#include "setup/view.h"
#include "setup/wanted.h"

#define STUCK_FAILURES 3   /* of orders or installations in a row */
#define LAG_MIN_S 3600	   /* a secondary's refresh, at least */
#define EMERGENCY_STEPS 12 /* more than there are from beginning to end */

void rollover_result_clear(struct rollover_result *r)
{
	free(r->text);
	*r = (struct rollover_result){ 0 };
}

static int tell(struct rollover_result *r, enum rollover_outcome outcome, time_t until,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

static int tell(struct rollover_result *r, enum rollover_outcome outcome, time_t until,
		const char *format, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	rollover_result_clear(r);
	*r = (struct rollover_result){ outcome, until, mem_text(text) };
	return 0;
}

enum lineage_stage rollover_stage(const struct lineage_state *s)
{
	return s->stage == STAGE_STUCK ? s->resume : s->stage;
}

int64_t rollover_live_generation(const struct lineage_state *s)
{
	return s->view_generation ? s->view_generation : s->current;
}

time_t rollover_due_at(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	if (!l->conf.rollover_every_s || !s->rolled_at)
		return 0;
	return s->rolled_at + (time_t)l->conf.rollover_every_s;
}

/* Enters a stage and saves: what was wrong before is over. */
static int enter(struct lineage *l, enum lineage_stage stage, struct why *why)
{
	struct lineage_state *s = &l->state;
	char goal[24];
	int rc;

	(void)snprintf(goal, sizeof(goal), "%04lld",
		       (long long)(s->goal ? s->goal : s->current));
	rc = lineage_note(l, why, lineage_state_stage_name(stage), "generation", goal,
			  NULL);
	s->stage = s->resume = stage;
	s->since = env_now(l->env);
	s->failures = 0;
	s->retry_at = 0;
	lineage_state_reason(s, NULL, 0);
	return rc < 0 ? rc : lineage_save(l, why);
}

static int get_stuck(struct lineage *l, const char *text, struct why *why)
{
	struct lineage_state *s = &l->state;
	bool news = s->stage != STAGE_STUCK || !s->reason || strcmp(s->reason, text) != 0;
	int rc = news ? lineage_note(l, why, "stuck", "why", text, NULL) : 0;

	if (s->stage != STAGE_STUCK)
		s->resume = s->stage;
	s->stage = STAGE_STUCK;
	lineage_state_reason(s, text, env_now(l->env));
	return rc < 0 ? rc : lineage_save(l, why);
}

/* A try that failed: later again, and stuck after a few. */
static int failed(struct lineage *l, const char *text, struct rollover_result *r,
		  struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc;

	s->failures++;
	s->retry_at = env_now(l->env) + (time_t)renewal_backoff_s(s->failures);
	if (s->failures >= STUCK_FAILURES) {
		rc = get_stuck(l, text, why);
	} else {
		rc = lineage_note(l, why, "failed", "why", text, NULL);
		lineage_state_reason(s, text, env_now(l->env));
		if (rc == 0)
			rc = lineage_save(l, why);
	}
	return rc < 0 ? rc : tell(r, ROLLOVER_REFUSED, s->retry_at, "%.500s", text);
}

/* Records are asked for; the way there is told before it is gone. */
static int publish(struct lineage *l, enum publish_result *ret_result, struct why *why)
{
	struct lineage_state *s = &l->state;
	struct wanted wanted = { 0 };
	int rc = agreement_before(l, why);

	if (rc < 0)
		return rc;
	s->intent = INTENT_PUBLISH;
	s->agree_since = 0;
	rc = lineage_save(l, why);
	if (rc == 0)
		rc = wanted_make(l, &wanted, why);
	if (rc == 0)
		rc = publish_records(l, &wanted, ret_result, why);
	wanted_clear(&wanted);
	if (rc < 0)
		return rc;
	s->intent = INTENT_NONE;
	s->published_at = env_now(l->env);
	return lineage_save(l, why);
}

static int tell_published(enum publish_result result, struct rollover_result *r)
{
	return result == PUBLISH_BY_HAND
		       ? tell(r, ROLLOVER_MOVED, 0, "the records are yours to publish")
		       : tell(r, ROLLOVER_MOVED, 0, "the records are given to DNS");
}

static int publish_step(struct lineage *l, struct rollover_result *r, struct why *why)
{
	enum publish_result result = PUBLISH_DONE;
	struct why inner;
	int rc = publish(l, &result, &inner);

	if (rc < 0)
		return failed(l, inner.text, r, why);
	if (rollover_stage(&l->state) == STAGE_STAGED)
		rc = enter(l, STAGE_PUBLISHED, why);
	return rc < 0 ? rc : tell_published(result, r);
}

/* How long a server may lag before that is out of the ordinary. */
static int64_t lag_limit_s(const struct lineage *l)
{
	int64_t ttl_s = l->state.old_ttl_s > (int64_t)l->conf.ttl ? l->state.old_ttl_s
								  : (int64_t)l->conf.ttl;

	return 2 * ttl_s > LAG_MIN_S ? 2 * ttl_s : LAG_MIN_S;
}

static int lags(struct lineage *l, const char *who, struct rollover_result *r,
		struct why *why)
{
	struct lineage_state *s = &l->state;
	time_t now = env_now(l->env);
	time_t begun = s->published_at > s->since ? s->published_at : s->since;
	int rc;

	if (s->stage == STAGE_STUCK || now - begun > lag_limit_s(l)) {
		rc = get_stuck(l, who, why);
		return rc < 0 ? rc : tell(r, ROLLOVER_LATE, 0, "%.500s", who);
	}
	lineage_state_reason(s, who, now);
	rc = lineage_save(l, why);
	return rc < 0 ? rc : tell(r, ROLLOVER_WAITING, 0, "%.500s", who);
}

static int note_waiting(struct lineage *l, time_t until, struct why *why)
{
	struct lineage_state *s = &l->state;
	struct safety_facts facts = { .old_ttl_s = s->old_ttl_s,
				      .new_ttl_s = s->hold_ttl_s };
	char when[32], because[100], text[160];
	int rc = 0;

	if (facts.old_ttl_s < 0 || facts.new_ttl_s < 0)
		(void)snprintf(because, sizeof(because), "two days, a TTL being unknown");
	else
		(void)snprintf(because, sizeof(because), "2 x TTL %lld",
			       (long long)safety_hold_s(&facts) / 2);
	(void)snprintf(text, sizeof(text), "%s since all servers agreed", because);
	if (!s->reason || strcmp(s->reason, text) != 0)
		rc = lineage_note(l, why, "waiting", "until", clock_rfc3339(until, when),
				  "why", text, NULL);
	if (s->stage == STAGE_STUCK)
		s->stage = s->resume;
	lineage_state_reason(s, text, env_now(l->env));
	return rc < 0 ? rc : lineage_save(l, why);
}

static int await_safe(struct lineage *l, time_t until, struct rollover_result *r,
		      struct why *why)
{
	char when[32];
	int rc = note_waiting(l, until, why);

	return rc < 0 ? rc
		      : tell(r, ROLLOVER_WAITING, until, "safe at %s: %s",
			     clock_rfc3339(until, when), l->state.reason);
}

static int could_not_ask(struct lineage *l, const char *text, struct rollover_result *r,
			 struct why *why)
{
	return lags(l, text, r, why);
}

static int published_step(struct lineage *l, struct rollover_result *r, struct why *why)
{
	struct agreement a = { 0 };
	struct why inner;
	int rc = agreement_observe(l, &a, &inner);

	if (rc < 0)
		return could_not_ask(l, inner.text, r, why);
	switch (a.safety) {
	case SAFETY_NONE:
		rc = lags(l, "no server has any of the records", r, why);
		break;
	case SAFETY_LAGS:
		rc = lags(l, a.who_lags, r, why);
		break;
	case SAFETY_WAIT:
		rc = await_safe(l, a.safe_at, r, why);
		break;
	case SAFETY_SAFE:
		rc = enter(l, STAGE_SAFE, why);
		if (rc == 0)
			rc = tell(r, ROLLOVER_MOVED, 0,
				  "no cache can lack the key %04lld",
				  (long long)l->state.goal);
		break;
	}
	agreement_clear(&a);
	return rc;
}

/* The first key of a service without any record needs none to be installed. */
static bool may_install_first(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	return !s->view && !s->published_at && s->goal == s->current;
}

static int install_first(struct lineage *l, struct rollover_result *r, struct why *why)
{
	int rc;

	l->state.none_before = true;
	rc = enter(l, STAGE_SAFE, why);
	return rc < 0 ? rc
		      : tell(r, ROLLOVER_MOVED, 0,
			     "DNS has no TLSA record yet, so the key is installed first");
}

/* The next key's record is mostly there long since: then nothing has to be changed, and
 * what caches hold is known from back then. */
static int staged_step(struct lineage *l, struct rollover_result *r, struct why *why)
{
	struct agreement a = { 0 };
	enum safety safety;
	struct why inner;
	int rc;

	if (l->state.intent == INTENT_PUBLISH)
		return publish_step(l, r, why);
	rc = agreement_observe(l, &a, &inner);
	safety = a.safety;
	agreement_clear(&a);
	if (rc < 0)
		return could_not_ask(l, inner.text, r, why);
	switch (safety) {
	case SAFETY_NONE:
		return may_install_first(l) ? install_first(l, r, why)
					    : publish_step(l, r, why);
	case SAFETY_LAGS:
		return publish_step(l, r, why);
	case SAFETY_WAIT:
	case SAFETY_SAFE:
		if (!l->state.published_at)
			l->state.published_at = env_now(l->env);
		rc = enter(l, STAGE_PUBLISHED, why);
		return rc < 0 ? rc
			      : tell(r, ROLLOVER_MOVED, 0,
				     "all servers have the records already");
	}
	return 0;
}

static int order(struct lineage *l, int64_t generation, bool force, struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc = renew_order(l, generation, force, why);

	s->renew_tried_at = env_now(l->env);
	free(s->renew_error);
	s->renew_error = NULL;
	s->renew_failures = rc < 0 ? s->renew_failures + 1 : 0;
	if (rc < 0 && why)
		s->renew_error = mem_text(why->text);
	return rc;
}

/* Servers are asked once more at the last moment: one may have gone back. */
static int still_safe(struct lineage *l, bool *ret_safe, struct rollover_result *r,
		      struct why *why)
{
	struct agreement a = { 0 };
	struct why inner;
	int rc = agreement_observe(l, &a, &inner);

	*ret_safe = false;
	if (rc < 0)
		return could_not_ask(l, inner.text, r, why);
	*ret_safe = a.safety == SAFETY_SAFE ||
		    (a.safety == SAFETY_NONE && may_install_first(l));
	if (!*ret_safe) {
		rc = enter(l, l->state.published_at ? STAGE_PUBLISHED : STAGE_STAGED,
			   why);
		if (rc == 0)
			rc = tell(r, ROLLOVER_LATE, a.safe_at, "no longer safe: %.400s",
				  a.who_lags ? a.who_lags : "the wait begins anew");
	}
	agreement_clear(&a);
	return rc;
}

static int went_back(struct lineage *l, char *text, struct rollover_result *r,
		     struct why *why)
{
	int rc = failed(l, text, r, why);

	free(text);
	return rc;
}

static int installed(struct lineage *l, struct rollover_result *r, struct why *why)
{
	int rc = enter(l, STAGE_INSTALLED, why);

	/* install_generation has seen the key at every endpoint. */
	if (rc == 0)
		rc = enter(l, STAGE_VERIFIED, why);
	return rc < 0 ? rc
		      : tell(r, ROLLOVER_MOVED, 0, "every endpoint presents key %04lld",
			     (long long)l->state.goal);
}

static int safe_step(struct lineage *l, struct rollover_result *r, struct why *why)
{
	enum install_result result = INSTALL_DONE;
	char *text = NULL;
	struct why inner;
	bool safe = false;
	int rc = order(l, l->state.goal, false, &inner);

	if (rc < 0)
		return failed(l, inner.text, r, why);
	rc = still_safe(l, &safe, r, why);
	if (rc < 0 || !safe)
		return rc;
	rc = install_generation(l, l->state.goal, &result, &text, why);
	if (rc < 0)
		return rc;
	return result == INSTALL_DONE ? installed(l, r, why) : went_back(l, text, r, why);
}

/* A crash may have come between the two stages. */
static int installed_step(struct lineage *l, struct rollover_result *r, struct why *why)
{
	char *problem = NULL;
	struct why inner;
	int rc = install_look(l, l->state.goal, &problem, &inner);

	if (rc < 0)
		return failed(l, inner.text, r, why);
	if (problem)
		return went_back(l, problem, r, why);
	rc = enter(l, STAGE_VERIFIED, why);
	return rc < 0 ? rc
		      : tell(r, ROLLOVER_MOVED, 0, "every endpoint presents key %04lld",
			     (long long)l->state.goal);
}

static int become_idle(struct lineage *l, struct rollover_result *r, struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc;

	s->goal = s->retire = 0;
	s->begun_at = 0;
	s->emergency = false;
	s->rolled_at = env_now(l->env);
	rc = enter(l, STAGE_IDLE, why);
	return rc < 0 ? rc
		      : tell(r, ROLLOVER_MOVED, 0, "key %04lld is in use, %04lld is next",
			     (long long)s->current, (long long)s->next);
}

/* The goal is seen everywhere: it becomes current, the old one leaves, a next one comes.
 */
static int verified_step(struct lineage *l, struct rollover_result *r, struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc = 0;

	if (s->goal == s->current && s->published_at)
		return become_idle(l, r, why);
	if (s->goal != s->current) {
		rc = lineage_make_generation(l, s->last + 1, why);
		if (rc < 0)
			return rc;
		s->retire = s->current;
		s->current = s->goal;
		s->next = ++s->last;
		s->published_at = 0;
	}
	rc = enter(l, STAGE_RETIRING, why);
	if (rc == 0)
		rc = lineage_point(l, why);
	return rc < 0 ? rc
		      : tell(r, ROLLOVER_MOVED, 0,
			     "key %04lld is current, %04lld is next",
			     (long long)s->current, (long long)s->next);
}

static int retiring_step(struct lineage *l, struct rollover_result *r, struct why *why)
{
	struct agreement a = { 0 };
	struct why inner;
	int rc;

	if (!l->state.published_at)
		return publish_step(l, r, why);
	rc = agreement_observe(l, &a, &inner);
	if (rc < 0)
		return could_not_ask(l, inner.text, r, why);
	if (a.safety == SAFETY_LAGS || a.safety == SAFETY_NONE)
		rc = lags(l, a.who_lags ? a.who_lags : "no server has any of the records",
			  r, why);
	else
		rc = become_idle(l, r, why);
	agreement_clear(&a);
	return rc;
}

static int begin(struct lineage *l, const struct rollover_how *how,
		 struct rollover_result *r, struct why *why)
{
	struct lineage_state *s = &l->state;
	time_t due = rollover_due_at(l);
	bool is_due = due && env_now(l->env) >= due;
	char next[24];
	int rc;

	if (!how->begin && !how->emergency && !is_due)
		return tell(r, ROLLOVER_NOTHING, due, "nothing to do");
	(void)snprintf(next, sizeof(next), "%04lld", (long long)s->next);
	rc = lineage_note(l, why, "begun", "to", next, "why",
			  how->emergency ? "emergency" : NULL, NULL);
	s->goal = s->next;
	s->begun_at = env_now(l->env);
	s->emergency = how->emergency;
	if (rc == 0)
		rc = enter(l, STAGE_STAGED, why);
	return rc < 0 ? rc
		      : tell(r, ROLLOVER_MOVED, 0, "a rollover to key %s is begun", next);
}

static int do_step(struct lineage *l, const struct rollover_how *how,
		   struct rollover_result *r, struct why *why)
{
	switch (rollover_stage(&l->state)) {
	case STAGE_STUCK:
	case STAGE_IDLE:
		return begin(l, how, r, why);
	case STAGE_STAGED:
		return staged_step(l, r, why);
	case STAGE_PUBLISHED:
		return published_step(l, r, why);
	case STAGE_SAFE:
		return safe_step(l, r, why);
	case STAGE_INSTALLED:
		return installed_step(l, r, why);
	case STAGE_VERIFIED:
		return verified_step(l, r, why);
	case STAGE_RETIRING:
		return retiring_step(l, r, why);
	}
	return 0;
}

/* Finishes what a crash cut short. done: that was a step by itself. */
static int recover(struct lineage *l, bool *ret_done, struct rollover_result *r,
		   struct why *why)
{
	struct lineage_state *s = &l->state;
	bool pending = s->intent == INTENT_SWITCH || s->intent == INTENT_GO_BACK;
	enum install_result result = INSTALL_DONE;
	int64_t before = s->view;
	char *text = NULL;
	int rc = lineage_point(l, why);

	*ret_done = false;
	if (rc < 0 || !pending)
		return rc;
	rc = install_recover(l, &result, &text, why);
	if (rc < 0 || (result == INSTALL_DONE && s->view == before))
		return rc;
	*ret_done = true;
	if (result != INSTALL_DONE)
		return went_back(l, text, r, why);
	if (rollover_stage(s) == STAGE_SAFE && s->view_generation == s->goal)
		return installed(l, r, why);
	return tell(r, ROLLOVER_MOVED, 0, "an installation that was cut short is done");
}

static bool must_wait(const struct lineage *l, bool force)
{
	const struct lineage_state *s = &l->state;

	return !force && s->retry_at && env_now(l->env) < s->retry_at;
}

static int tell_retry(const struct lineage *l, struct rollover_result *r)
{
	const struct lineage_state *s = &l->state;
	char when[32];

	return tell(r, ROLLOVER_LATE, s->retry_at, "%.400s; tried again at %s",
		    s->reason ? s->reason : "the last try failed",
		    clock_rfc3339(s->retry_at, when));
}

/* What the holder of a compromised key can still do, behind what the step told. */
static void tell_exposure(const struct lineage *l, int64_t compromised,
			  struct rollover_result *r)
{
	const struct lineage_state *s = &l->state;
	int64_t ttl_s =
		s->old_ttl_s > (int64_t)l->conf.ttl ? s->old_ttl_s : (int64_t)l->conf.ttl;
	char when[32], *before = r->text;

	if (s->old_ttl_s < 0)
		ttl_s = SAFETY_UNKNOWN_S;
	if (s->stage == STAGE_IDLE)
		r->text = mem_printf("%s; caches may hold the record of key %04lld until "
				     "%s: until then its holder can pass for the "
				     "services. Have the CA revoke its certificates. Key "
				     "%04lld lay beside it: if that may be known too, do "
				     "this once more",
				     before, (long long)compromised,
				     clock_rfc3339(env_now(l->env) + ttl_s, when),
				     (long long)s->current);
	else
		r->text = mem_printf("%s; until its record is gone and %lld s more, the "
				     "holder of key %04lld can pass for the services",
				     before, (long long)ttl_s, (long long)compromised);
	free(before);
}

/* Step by step as always, but no run waits for the next: only caches and servers are
 * waited for, and they protect those who connect. */
static int emergency_steps(struct lineage *l, const struct rollover_how *how,
			   struct rollover_result *r, struct why *why)
{
	const struct lineage_state *s = &l->state;
	int64_t compromised = s->goal && s->goal == s->current ? s->retire : s->current;
	int i, rc = 0;

	for (i = 0; i < EMERGENCY_STEPS && rc == 0; i++) {
		rc = do_step(l, how, r, why);
		if (rc < 0 || r->outcome != ROLLOVER_MOVED || s->stage == STAGE_IDLE)
			break;
	}
	if (rc == 0 && compromised)
		tell_exposure(l, compromised, r);
	return rc;
}

int rollover_step(struct lineage *l, const struct rollover_how *how,
		  struct rollover_result *r, struct why *why)
{
	bool done = false;
	int rc;

	*r = (struct rollover_result){ 0 };
	rc = recover(l, &done, r, why);
	if (rc < 0 || done)
		return rc;
	if (must_wait(l, how->force || how->emergency))
		return tell_retry(l, r);
	if (how->emergency && l->state.goal && !l->state.emergency) {
		l->state.emergency = true;
		rc = lineage_save(l, why);
		if (rc < 0)
			return rc;
	}
	return how->emergency || l->state.emergency ? emergency_steps(l, how, r, why)
						    : do_step(l, how, r, why);
}

int rollover_publish(struct lineage *l, struct rollover_result *r, struct why *why)
{
	enum publish_result result = PUBLISH_DONE;
	enum lineage_stage stage;
	bool done = false;
	struct why inner;
	int rc;

	*r = (struct rollover_result){ 0 };
	rc = recover(l, &done, r, why);
	stage = rollover_stage(&l->state);
	if (rc < 0 || stage == STAGE_STAGED)
		return rc < 0 ? rc : publish_step(l, r, why);
	rc = publish(l, &result, &inner);
	return rc < 0 ? failed(l, inner.text, r, why) : tell_published(result, r);
}

int rollover_propagation(struct lineage *l, struct rollover_result *r, struct why *why)
{
	struct agreement a = { 0 };
	bool done = false;
	char when[32];
	int rc;

	*r = (struct rollover_result){ 0 };
	rc = recover(l, &done, r, why);
	if (rc < 0)
		return rc;
	if (rollover_stage(&l->state) == STAGE_PUBLISHED)
		return published_step(l, r, why);
	rc = agreement_observe(l, &a, why);
	if (rc == 0)
		rc = lineage_save(l, why);
	if (rc < 0)
		return rc;
	switch (a.safety) {
	case SAFETY_NONE:
		tell(r, ROLLOVER_WAITING, 0, "no server has any TLSA record");
		break;
	case SAFETY_LAGS:
		tell(r, ROLLOVER_LATE, 0, "%.500s", a.who_lags);
		break;
	case SAFETY_WAIT:
		tell(r, ROLLOVER_WAITING, a.safe_at, "all agree, safe at %s",
		     clock_rfc3339(a.safe_at, when));
		break;
	case SAFETY_SAFE:
		tell(r, ROLLOVER_NOTHING, 0, "all agree, and no cache can differ");
		break;
	}
	agreement_clear(&a);
	return 0;
}

int rollover_install(struct lineage *l, struct rollover_result *r, struct why *why)
{
	bool done = false;
	int rc;

	*r = (struct rollover_result){ 0 };
	rc = recover(l, &done, r, why);
	if (rc < 0 || done)
		return rc;
	/* The way to safe is short where the time has passed already. */
	if (rollover_stage(&l->state) == STAGE_STAGED && may_install_first(l) &&
	    l->state.intent == INTENT_NONE)
		rc = staged_step(l, r, why);
	else if (rollover_stage(&l->state) == STAGE_PUBLISHED)
		rc = published_step(l, r, why);
	if (rc < 0)
		return rc;
	switch (rollover_stage(&l->state)) {
	case STAGE_SAFE:
		return safe_step(l, r, why);
	case STAGE_INSTALLED:
		return installed_step(l, r, why);
	case STAGE_IDLE:
	case STAGE_VERIFIED:
	case STAGE_RETIRING:
		return tell(r, ROLLOVER_NOTHING, 0, "key %04lld is installed",
			    (long long)l->state.view_generation);
	case STAGE_STAGED:
	case STAGE_PUBLISHED:
	case STAGE_STUCK:
		break;
	}
	if (r->outcome == ROLLOVER_WAITING || r->outcome == ROLLOVER_MOVED)
		r->outcome = ROLLOVER_REFUSED;
	return 0;
}

/* The certificate is there; now under the servers. */
static int install_renewed(struct lineage *l, int64_t generation,
			   struct rollover_result *r, struct why *why)
{
	enum install_result result = INSTALL_DONE;
	struct lineage_state *s = &l->state;
	char *text = NULL;
	int rc = install_generation(l, generation, &result, &text, why);

	if (rc < 0)
		return rc;
	if (result == INSTALL_DONE)
		return tell(r, ROLLOVER_MOVED, 0,
			    "the certificate is renewed and every endpoint presents it");
	s->renew_failures++;
	s->renew_tried_at = env_now(l->env);
	free(s->renew_error);
	s->renew_error = text;
	rc = lineage_save(l, why);
	return rc < 0 ? rc : tell(r, ROLLOVER_REFUSED, 0, "%.500s", s->renew_error);
}

static int renew(struct lineage *l, int64_t generation, bool force,
		 struct rollover_result *r, struct why *why)
{
	struct why inner;
	int rc = order(l, generation, force, &inner);

	if (rc < 0) {
		rc = lineage_note(l, why, "failed", "why", inner.text, NULL);
		tell(r, ROLLOVER_REFUSED, 0, "%.500s", inner.text);
	} else {
		tell(r, ROLLOVER_MOVED, 0, "the certificate is renewed");
	}
	return rc < 0 ? rc : lineage_save(l, why);
}

int rollover_renew(struct lineage *l, bool force, bool install, struct rollover_result *r,
		   struct why *why)
{
	struct lineage_state *s = &l->state;
	int64_t generation;
	bool done = false;
	time_t due = 0, now = env_now(l->env), retry, asked;
	int rc;

	*r = (struct rollover_result){ 0 };
	rc = recover(l, &done, r, why);
	generation = rollover_live_generation(s);
	asked = s->ari_asked_at;
	if (rc == 0)
		ari_refresh(l, generation);
	if (rc == 0 && s->ari_asked_at != asked)
		rc = lineage_save(l, why);
	if (rc == 0)
		rc = renew_due_at(l, generation, &due, why);
	if (rc < 0)
		return rc;
	tell(r, ROLLOVER_NOTHING, due, "the certificate isn't due");
	retry = s->renew_failures
			? s->renew_tried_at + (time_t)renewal_backoff_s(s->renew_failures)
			: 0;
	if (!force && now < retry)
		return tell(r, ROLLOVER_LATE, retry, "%.400s",
			    s->renew_error ? s->renew_error : "the last try failed");
	if (force || !due || due <= now)
		rc = renew(l, generation, force, r, why);
	if (rc < 0 || r->outcome == ROLLOVER_REFUSED)
		return rc;
	if (!install || !s->view || view_is_fresh(l, s->view, generation))
		return 0;
	return install_renewed(l, generation, r, why);
}
