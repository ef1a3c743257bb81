/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/agreement.h"
#include "setup/agree/hold.h"
#include "setup/agree/safety.h"
#include "setup/cert/lineage_make.h"
#include "setup/cert/renew.h"
#include "setup/install/install.h"
#include "setup/life/claim.h"
#include "setup/life/lag.h"
#include "setup/life/outcome.h"
#include "setup/life/publication.h"
#include "setup/life/usable.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/publish.h"
#include "verdict/phrase.h"

int stages_published(struct lineage *l, struct outcome *r, struct why *why)
{
	struct agreement a = { 0 };
	struct why inner;
	bool changed;
	int rc = lag_observe(l, &a, &changed, &inner);

	if (rc < 0)
		return lag_wait(l, inner.text, r, why);
	switch (a.safety) {
	case SAFETY_NONE:
	case SAFETY_LAGS:
		rc = a.blocked ? lag_tell_blocked(l, &a, OUTCOME_REFUSED, r, why)
			       : lag_answer(l, lag_name(&a), changed, r, why);
		break;
	case SAFETY_WAIT:
		rc = lag_await_safe(l, a.safe_at, r, why);
		break;
	case SAFETY_SAFE:
		rc = outcome_enter(l, STAGE_SAFE, why);
		if (rc == 0)
			rc = outcome_tell(r, OUTCOME_MOVED, 0,
					  "no cache can lack the key %s",
					  lineage_number(l->state.goal).text);
		break;
	}
	agreement_clear(&a);
	return rc;
}

static int all_is_well(struct lineage *l, time_t due, struct outcome *r, struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc = 0;

	if (s->stage == STAGE_STUCK)
		rc = lineage_note(l, why, "well-again", "why", s->reason, NULL);
	s->stage = STAGE_IDLE;
	s->intent = INTENT_NONE; /* of a publication: all is there */
	s->failures = 0;
	s->retry_at = 0;
	lineage_state_reason(s, NULL, 0);
	if (rc == 0)
		rc = lineage_save(l, why);
	return rc < 0 ? rc : outcome_tell(r, OUTCOME_NOTHING, due, "nothing to do");
}

/* A service that was added presented another key. Nobody waits for that but an operator,
 * so it is told at once; when it has the key, its records follow by themselves. */
static int still_held(struct lineage *l, struct outcome *r, struct why *why)
{
	char *reason = NULL, *text;
	struct why inner;
	int rc = hold_review(l, &reason, &inner);

	if (rc < 0)
		return lag_wait(l, inner.text, r, why);
	if (!reason)
		return publication_give(l, false, r, why);
	text = mem_printf("records are held back at %s: %s: let its server read "
			  "live/ and reload it, and the next run publishes them",
			  l->state.held, reason);
	rc = outcome_stuck(l, text, why);
	if (rc == 0)
		rc = outcome_tell(r, OUTCOME_LATE, 0, "%s", text);
	free(text);
	free(reason);
	return rc;
}

/* What the servers have is looked at all the same: so the rollover that may be the remedy
 * needs no wait. */
static int tell_bad_key(struct lineage *l, const char *text, struct outcome *r,
			struct why *why)
{
	struct agreement a = { 0 };
	int rc;

	(void)agreement_observe(l, &a, NULL);
	agreement_clear(&a);
	rc = outcome_stuck(l, text, why);
	return rc < 0 ? rc : outcome_tell(r, OUTCOME_LATE, 0, "%s", text);
}

/* Nothing is to be changed, so the records have to be there: the next rollover, and an
 * emergency more so, is safe by what was seen until then. */
int stages_idle(struct lineage *l, time_t due, struct outcome *r, struct why *why)
{
	struct agreement a = { 0 };
	char *bad = usable_word_fault(l);
	struct why inner;
	bool changed;
	int rc;

	if (bad) {
		rc = tell_bad_key(l, bad, r, why);
		free(bad);
		return rc;
	}
	rc = lag_observe(l, &a, &changed, &inner);
	if (rc < 0) /* also where nothing but that is wanted */
		return l->state.held ? still_held(l, r, why)
				     : lag_wait(l, inner.text, r, why);
	if (a.blocked) /* the next rollover, an emergency too */
		rc = lag_tell_blocked(l, &a, OUTCOME_LATE, r, why);
	else if (a.safety == SAFETY_LAGS || a.safety == SAFETY_NONE)
		rc = lag_answer(l, lag_name(&a), changed, r, why);
	else if (l->state.held)
		rc = still_held(l, r, why);
	else
		rc = all_is_well(l, due, r, why);
	agreement_clear(&a);
	if (rc < 0 || r->kind == OUTCOME_MOVED || r->kind == OUTCOME_REFUSED)
		return rc;
	return claim_remind(l, r);
}

bool stages_is_first_key(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	return !s->view && !s->published_at && s->goal == s->current;
}

/* Until when caches may hold records that were there before. */
static time_t emptied_at(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;
	const struct safety_facts facts = { .old_ttl_s = s->filled_ttl_s,
					    .new_ttl_s = s->filled_ttl_s };

	return s->filled_at ? s->filled_at + (time_t)safety_hold_s(&facts) : 0;
}

/* A service without any record needs none to be installed. */
static bool may_install_first(const struct lineage *l)
{
	return stages_is_first_key(l) && env_now(l->env) >= emptied_at(l);
}

static int await_empty(struct lineage *l, struct outcome *r, struct why *why)
{
	char *when = outcome_when(l, emptied_at(l));
	int rc = lineage_save(l, why);

	if (rc == 0)
		rc = outcome_tell(r, OUTCOME_WAITING, emptied_at(l),
				  "DNS has no TLSA record any more, but caches may hold "
				  "some: the key is installed first %s",
				  when);
	free(when);
	return rc;
}

static int install_first(struct lineage *l, struct outcome *r, struct why *why)
{
	int rc;

	rc = outcome_enter(l, STAGE_SAFE, why);
	return rc < 0 ? rc
		      : outcome_tell(r, OUTCOME_MOVED, 0,
				     "DNS has no TLSA record yet, so the key is "
				     "installed first");
}

/* The next key's record is mostly there long since: then nothing has to be changed, and
 * what caches hold is known from back then. */
int stages_staged(struct lineage *l, struct outcome *r, struct why *why)
{
	struct agreement a = { 0 };
	enum safety safety;
	struct why inner;
	int rc;

	/* What was begun was allowed. */
	if (l->state.intent == INTENT_PUBLISH)
		return publication_give(l, true, r, why);
	rc = agreement_observe(l, &a, &inner);
	/* Ours are all there: what stands against the key is told as of a published one.
	 */
	safety = a.blocked ? SAFETY_WAIT : a.safety;
	agreement_clear(&a);
	if (rc < 0) /* also where all that is wanted is held back */
		return l->state.held ? publication_give(l, false, r, why)
				     : lag_wait(l, inner.text, r, why);
	switch (safety) {
	case SAFETY_NONE:
		if (!stages_is_first_key(l))
			return publication_give(l, false, r, why);
		return may_install_first(l) ? install_first(l, r, why)
					    : await_empty(l, r, why);
	case SAFETY_LAGS:
		return publication_give(l, false, r, why);
	case SAFETY_WAIT:
	case SAFETY_SAFE:
		if (!l->state.published_at)
			l->state.published_at = env_now(l->env);
		rc = outcome_enter(l, STAGE_PUBLISHED, why);
		return rc < 0 ? rc
			      : outcome_tell(r, OUTCOME_MOVED, 0,
					     "all servers have the records already");
	}
	return 0;
}

static int order_certificate(struct lineage *l, struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc = renew_order(l, s->goal, false, why);

	if (rc < 0)
		lineage_state_renewal_failed(s, why->text, env_now(l->env));
	else
		lineage_state_renewal_done(s);
	return rc;
}

/* What was held back has a record by now: ours come beside it, and the wait begins anew.
 */
static int publish_what_was_held(struct lineage *l, bool *ret_did, struct outcome *r,
				 struct why *why)
{
	struct why inner;
	bool has = false;
	int rc = hold_has_records(l, &has, &inner);

	*ret_did = rc < 0 || has;
	if (rc < 0)
		return lag_wait(l, inner.text, r, why);
	if (!has)
		return 0;
	rc = outcome_enter(l, STAGE_PUBLISHED, why);
	return rc < 0 ? rc : publication_give(l, false, r, why);
}

/* Servers are asked once more at the last moment: one may have gone back. */
static int still_safe(struct lineage *l, bool *ret_safe, struct outcome *r,
		      struct why *why)
{
	struct agreement a = { 0 };
	struct why inner;
	bool did = false;
	int rc = agreement_observe(l, &a, &inner);

	*ret_safe = false;
	if (rc < 0)
		return lag_wait(l, inner.text, r, why);
	if (l->state.held)
		rc = publish_what_was_held(l, &did, r, why);
	*ret_safe = !did && (a.safety == SAFETY_SAFE ||
			     (a.safety == SAFETY_NONE && may_install_first(l)));
	if (rc == 0 && !did && a.blocked) {
		rc = outcome_enter(l, STAGE_PUBLISHED, why);
		if (rc == 0)
			rc = lag_tell_blocked(l, &a, OUTCOME_REFUSED, r, why);
	} else if (rc == 0 && !did && !*ret_safe) {
		rc = outcome_enter(
			l, l->state.published_at ? STAGE_PUBLISHED : STAGE_STAGED, why);
		if (rc == 0)
			rc = outcome_tell(
				r, OUTCOME_LATE, a.safe_at, "no longer safe: %s",
				a.who_lags ? a.who_lags : "the wait begins anew");
	}
	agreement_clear(&a);
	return rc;
}

int stages_all_installed(struct lineage *l, struct outcome *r, struct why *why)
{
	int rc = outcome_enter(l, STAGE_INSTALLED, why);

	/* install_generation has seen the key at every endpoint. */
	if (rc == 0)
		rc = outcome_enter(l, STAGE_VERIFIED, why);
	return rc < 0 ? rc
		      : outcome_tell(r, OUTCOME_MOVED, 0,
				     "every endpoint presents key %s",
				     lineage_number(l->state.goal).text);
}

static int fail_bad_goal(struct lineage *l, const char *text, struct outcome *r,
			 struct why *why)
{
	char *whole = mem_printf("key %s can't be used: %s: restore it from a backup, or "
				 "daneprobe rollover --discard-next %s",
				 lineage_number(l->state.goal).text, text, l->name);
	int rc = outcome_failed(l, whole, r, why);

	free(whole);
	return rc;
}

int stages_safe(struct lineage *l, struct outcome *r, struct why *why)
{
	enum install_result result = INSTALL_DONE;
	char *text = NULL;
	struct why inner;
	bool safe = false, stops = false;
	int rc = lineage_make_check(l, l->state.goal, &inner);

	if (rc < 0)
		return fail_bad_goal(l, inner.text, r, why);
	if (!l->state.emergency && !l->state.claimed) {
		rc = claim_check(l, true, &stops, r, why);
		if (rc < 0 || stops)
			return rc;
	}
	rc = order_certificate(l, &inner);
	if (rc < 0)
		return outcome_failed(l, inner.text, r, why);
	rc = still_safe(l, &safe, r, why);
	if (rc < 0 || !safe)
		return rc;
	rc = install_generation(l, l->state.goal, &result, &text, why);
	if (rc < 0)
		return rc;
	rc = result == INSTALL_DONE ? stages_all_installed(l, r, why)
				    : outcome_failed(l, text, r, why);
	free(text);
	return rc;
}

/* A crash may have come between the two stages. */
int stages_installed(struct lineage *l, struct outcome *r, struct why *why)
{
	char *problem = NULL;
	struct why inner;
	int rc = install_look(l, l->state.goal, &problem, &inner);

	if (rc < 0)
		return outcome_failed(l, inner.text, r, why);
	if (problem) {
		rc = outcome_failed(l, problem, r, why);
		free(problem);
		return rc;
	}
	rc = outcome_enter(l, STAGE_VERIFIED, why);
	return rc < 0 ? rc
		      : outcome_tell(r, OUTCOME_MOVED, 0,
				     "every endpoint presents key %s",
				     lineage_number(l->state.goal).text);
}

/* Where the folder of a key is gone, only people can take its record out of DNS. On the
 * heap. */
static char *word_unknown_record(const struct lineage *l, int64_t generation)
{
	uint8_t spki[KEY_TYPE_COUNT][32];

	if (!generation || lineage_spki(l, generation, spki, NULL) == 0)
		return mem_text("");
	return mem_printf("; which record key %s has can't be told without its request: "
			  "take out by hand the one that is of neither key %s nor key %s "
			  "(daneprobe propagation %s lists all that are there)",
			  lineage_number(generation).text,
			  lineage_number(l->state.current).text,
			  lineage_number(l->state.next).text, l->name);
}

static int tell_in_use(const struct lineage *l, bool is_lost, const char *unknown,
		       struct outcome *r)
{
	return outcome_tell(r, is_lost ? OUTCOME_LATE : OUTCOME_MOVED, 0,
			    "key %s is in use, %s is next%s",
			    lineage_number(l->state.current).text,
			    lineage_number(l->state.next).text, unknown);
}

static int become_idle(struct lineage *l, struct outcome *r, struct why *why)
{
	struct lineage_state *s = &l->state;
	int64_t retired = s->retire;
	char *unknown;
	bool discarded = s->retire > s->current; /* a next key, and no rollover */
	int rc;

	s->goal = s->retire = 0;
	s->begun_at = 0;
	/* Where the key that has just come is the compromised one, the next begins. */
	s->emergency = s->emergency && s->compromised == s->current;
	if (!s->emergency)
		s->compromised = 0;
	if (!discarded)
		s->rolled_at = env_now(l->env);
	rc = outcome_enter(l, STAGE_IDLE, why);
	unknown = word_unknown_record(l, retired);
	if (rc == 0) /* of a discarded one that was told when it was */
		rc = tell_in_use(l, *unknown && !discarded, discarded ? "" : unknown, r);
	free(unknown);
	return rc;
}

/* The goal is seen everywhere: it becomes current, the old one leaves, a next one comes.
 */
int stages_verified(struct lineage *l, struct outcome *r, struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc = 0;

	if (s->goal != s->current) {
		rc = lineage_make_generation(l, s->last + 1, why);
		if (rc < 0)
			return rc;
		s->retire = s->current;
		s->current = s->goal;
		s->next = ++s->last;
		s->published_at = 0;
	}
	rc = outcome_enter(l, STAGE_RETIRING, why);
	if (rc == 0)
		rc = lineage_point(l, why);
	return rc < 0 ? rc
		      : outcome_tell(r, OUTCOME_MOVED, 0, "key %s is current, %s is next",
				     lineage_number(s->current).text,
				     lineage_number(s->next).text);
}

/* Without its request nobody knows its record. */
static bool is_next_known(const struct lineage *l)
{
	uint8_t spki[KEY_TYPE_COUNT][32];

	return lineage_spki(l, l->state.next, spki, NULL) == 0;
}

int stages_heed_lost(struct lineage *l, bool *ret_lost, struct outcome *r,
		     struct why *why)
{
	char *text = is_next_known(l) ? NULL : usable_word_next(l);
	int rc = text ? tell_bad_key(l, text, r, why) : 0;

	*ret_lost = text != NULL;
	free(text);
	return rc;
}

int stages_retiring(struct lineage *l, struct outcome *r, struct why *why)
{
	struct agreement a = { 0 };
	struct why inner;
	bool changed;
	int rc;

	if (!l->state.published_at)
		return publication_give(l, false, r, why);
	rc = lag_observe(l, &a, &changed, &inner);
	if (rc < 0)
		return lag_wait(l, inner.text, r, why);
	if (a.safety == SAFETY_LAGS || a.safety == SAFETY_NONE)
		rc = lag_answer(l, lag_name(&a), changed, r, why);
	else
		rc = become_idle(l, r, why);
	agreement_clear(&a);
	return rc;
}

/* Why it can't be done now, NULL: it can. */
static const char *find_obstacle(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	if (!s->view)
		return "nothing of this lineage is installed yet: begin anew with "
		       "daneprobe new, under another name";
	if (s->view_generation != s->current)
		return "the servers have it already: let the rollover end first";
	if (lineage_state_stage(s) == STAGE_RETIRING && is_next_known(l))
		return "the records of the last rollover are on their way: let it end "
		       "first";
	return NULL;
}

static int tell_discarded(const struct lineage *l, int64_t discarded, struct outcome *r)
{
	char *unknown = word_unknown_record(l, discarded);
	int rc = outcome_tell(r, OUTCOME_MOVED, 0,
			      "key %s is discarded, %s is next: the next run publishes "
			      "its record in DNS%s",
			      lineage_number(discarded).text,
			      lineage_number(l->state.next).text, unknown);

	free(unknown);
	return rc;
}

/* The record of the new one is published as after a rollover, and waits as long. */
int stages_discard_next(struct lineage *l, struct outcome *r, struct why *why)
{
	struct lineage_state *s = &l->state;
	const char *obstacle = find_obstacle(l);
	int64_t discarded = s->next;
	int rc;

	if (obstacle)
		return outcome_tell(r, OUTCOME_REFUSED, 0,
				    "key %s stays the next one: %s",
				    lineage_number(s->next).text, obstacle);
	rc = lineage_make_generation(l, s->last + 1, why);
	if (rc == 0)
		rc = lineage_note(l, why, "discarded", "generation",
				  lineage_number(s->next).text, NULL);
	if (rc < 0)
		return rc;
	if (lineage_state_stage(s) != STAGE_RETIRING) /* else that one still has to go */
		s->retire = s->next;
	s->next = ++s->last;
	s->goal = s->current;
	s->published_at = 0;
	s->intent = INTENT_NONE;
	rc = outcome_enter(l, STAGE_RETIRING, why);
	if (rc == 0)
		rc = lineage_point(l, why);
	return rc < 0 ? rc : tell_discarded(l, discarded, r);
}
