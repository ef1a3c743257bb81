/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/rollover.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/agreement.h"
#include "setup/cert/ari.h"
#include "setup/cert/lineage_make.h"
#include "setup/cert/renew.h"
#include "setup/install/view.h"
#include "setup/life/assumption.h"
#include "setup/life/claim.h"
#include "setup/life/emergency.h"
#include "setup/life/next.h"
#include "setup/life/outcome.h"
#include "setup/life/publication.h"
#include "setup/life/recovery.h"
#include "setup/life/renewed.h"
#include "setup/life/stages.h"
#include "setup/life/usable.h"
#include "setup/lineage/lineage.h"

#define STEPS_MAX 24 /* twice the steps of a whole rollover, and some */

/* Better now than when all waits for it. */
static int refuse_next(struct lineage *l, const char *text, struct outcome *r,
		       struct why *why)
{
	char *whole = mem_printf("no rollover can begin: key %s, the next one, can't be "
				 "used: %s: daneprobe rollover --discard-next %s makes "
				 "another one",
				 lineage_number(l->state.next).text, text, l->name);
	int rc = outcome_failed(l, whole, r, why);

	free(whole);
	return rc;
}

static int begin_rollover(struct lineage *l, struct outcome *r, struct why *why)
{
	struct lineage_state *s = &l->state;
	struct why inner;
	int rc;

	if (lineage_make_check(l, s->next, &inner) < 0)
		return refuse_next(l, inner.text, r, why);
	rc = lineage_note(l, why, "begun", "to", lineage_number(s->next).text, "why",
			  s->emergency ? "emergency" : NULL, NULL);
	s->goal = s->next;
	s->intent = INTENT_NONE; /* a publication that failed is decided anew */
	s->begun_at = env_now(l->env);
	if (rc == 0)
		rc = outcome_enter(l, STAGE_STAGED, why);
	return rc < 0 ? rc
		      : outcome_tell(r, OUTCOME_MOVED, 0, "a rollover to key %s is begun",
				     lineage_number(s->goal).text);
}

static int refuse_another(const struct lineage *l, struct outcome *r)
{
	char when[32];

	return outcome_tell(
		r, OUTCOME_REFUSED, 0,
		"the last rollover ended at %s, less than a day ago: daneprobe "
		"rollover --again %s begins another one (a timer's line is "
		"daneprobe rollover --all)",
		clock_rfc3339(l->state.rolled_at, when), l->name);
}

static int tell_ending(const struct lineage *l, bool asked_for, struct outcome *r)
{
	char since[32];

	return outcome_tell(r, asked_for ? OUTCOME_REFUSED : OUTCOME_NOTHING, 0,
			    "it goes out of service since %s: daneprobe end %s goes on "
			    "with that, end --back %s takes it back",
			    clock_rfc3339(l->state.ending_at, since), l->name, l->name);
}

static bool is_publishing(enum next_action action)
{
	return action == NEXT_PUBLISH || action == NEXT_AWAIT_SERVERS ||
	       action == NEXT_AWAIT_CACHES || action == NEXT_RETIRE ||
	       action == NEXT_AWAIT_RETIRED;
}

static int do_step(struct lineage *l, const struct rollover_how *how, struct outcome *r,
		   struct why *why)
{
	struct next next = next_of(l, env_now(l->env));
	bool lost = false;
	int rc = is_publishing(next.action) ? stages_heed_lost(l, &lost, r, why) : 0;

	if (rc < 0 || lost)
		return rc;
	switch (next.action) {
	case NEXT_STAY:
		if (!how->begin)
			return stages_idle(l, next.at, r, why);
		if (!how->again && next_follows_soon(l, env_now(l->env)))
			return refuse_another(l, r);
		return begin_rollover(l, r, why);
	case NEXT_BEGIN:
		return begin_rollover(l, r, why);
	case NEXT_PUBLISH:
		return stages_staged(l, r, why);
	case NEXT_AWAIT_SERVERS:
	case NEXT_AWAIT_CACHES:
		return stages_published(l, r, why);
	case NEXT_INSTALL:
		return stages_safe(l, r, why);
	case NEXT_LOOK:
		return stages_installed(l, r, why);
	case NEXT_CHANGE:
		return stages_verified(l, r, why);
	case NEXT_RETIRE:
	case NEXT_AWAIT_RETIRED:
		return stages_retiring(l, r, why);
	case NEXT_END:
		return tell_ending(l, how->begin, r);
	}
	return 0;
}

static bool must_wait(const struct lineage *l, bool force)
{
	const struct lineage_state *s = &l->state;

	return !force && s->retry_at && env_now(l->env) < s->retry_at;
}

/* On the heap: "; tried again in 2 hours, at ..., or at once by daneprobe VERB NAME". */
static char *word_retry(const struct lineage *l, time_t at, const char *verb)
{
	char *when = outcome_when(l, at);
	char *text = mem_printf("; tried again %s, or at once by daneprobe %s %s", when,
				verb, l->name);

	free(when);
	return text;
}

static int tell_retry(const struct lineage *l, struct outcome *r)
{
	const struct lineage_state *s = &l->state;
	char *retry = word_retry(l, s->retry_at, "rollover"), since[32];

	if (s->reason)
		outcome_tell(r, OUTCOME_LATE, s->retry_at, "%s (since %s)%s", s->reason,
			     clock_rfc3339(s->reason_since, since), retry);
	else
		outcome_tell(r, OUTCOME_LATE, s->retry_at, "the last try failed%s",
			     retry);
	free(retry);
	return 0;
}

static int tell_renewal_retry(const struct lineage *l, struct outcome *r)
{
	const struct lineage_state *s = &l->state;
	time_t at = renewed_retry_at(s);
	char *retry = word_retry(l, at, "renew"), tried[32];

	outcome_tell(r, OUTCOME_LATE, at, "%s (tried at %s)%s",
		     s->renew_error ? s->renew_error : "the last renewal failed",
		     clock_rfc3339(s->renew_tried_at, tried), retry);
	free(retry);
	return 0;
}

/* Takes the usual steps without waiting for the next run. It still waits for caches and
 * servers, since that protects those who connect. */
static int emergency_steps(struct lineage *l, const struct rollover_how *how,
			   struct outcome *r, struct why *why)
{
	const struct lineage_state *s = &l->state;
	int i, rc = 0;

	for (i = 0; i < STEPS_MAX; i++) {
		rc = do_step(l, how, r, why);
		if (rc < 0 || r->kind != OUTCOME_MOVED ||
		    (s->stage == STAGE_IDLE && !s->emergency))
			break;
	}
	return rc;
}

/* The wait for caches is cut short by an operator's word, and the steps go on. */
static int take_word(struct lineage *l, const struct rollover_how *how, struct outcome *r,
		     struct why *why)
{
	bool made = false;
	int rc = assumption_make(l, how->assume_since, how->assume_reason, &made, r, why);

	if (rc == 0 && made)
		rc = emergency_steps(l, how, r, why);
	if (rc == 0 && made)
		assumption_tell(l, how->assume_since, r);
	return rc;
}

static int in_emergency(struct lineage *l, const struct rollover_how *how,
			struct outcome *r, struct why *why)
{
	int64_t compromised = l->state.compromised;
	bool done = false;
	int rc = emergency_mark(l, why); /* a crash may have come before it */

	if (rc == 0)
		rc = recovery_finish(l, &done, r, why);
	if (rc < 0)
		return rc;
	if (!recovery_refused(done, r) && must_wait(l, how->force || how->emergency))
		rc = tell_retry(l, r);
	else if (!recovery_refused(done, r))
		rc = emergency_steps(l, how, r, why);
	if (rc == 0 && how->assume_since && r->kind == OUTCOME_WAITING)
		rc = take_word(l, how, r, why);
	if (rc == 0 && compromised)
		emergency_tell_exposure(l, compromised, r);
	if (rc == 0 && how->emergency)
		emergency_tell_remedy(l, r);
	return rc;
}

int rollover_step(struct lineage *l, const struct rollover_how *how, struct outcome *r,
		  struct why *why)
{
	bool done = false, stops = false;
	int rc = 0;

	*r = (struct outcome){ 0 };
	/* noted first, so that no failure below loses it */
	if (how->emergency)
		rc = emergency_declare(l, why);
	if (rc < 0)
		return rc;
	if (how->emergency || (how->begin && l->state.stranger)) /* it was told */
		claim_take(l);
	else if (!l->state.ending_at)
		rc = claim_check(l, false, &stops, r, why);
	if (rc < 0 || stops)
		return rc;
	if (l->state.emergency)
		return in_emergency(l, how, r, why);
	if (how->assume_since) /* is refused */
		return take_word(l, how, r, why);
	rc = recovery_finish(l, &done, r, why);
	if (rc < 0 || done)
		return rc;
	return must_wait(l, how->force) ? tell_retry(l, r) : do_step(l, how, r, why);
}

int rollover_discard_next(struct lineage *l, struct outcome *r, struct why *why)
{
	bool done = false;
	int rc;

	*r = (struct outcome){ 0 };
	rc = recovery_finish(l, &done, r, why);
	return rc < 0 || done ? rc : stages_discard_next(l, r, why);
}

int rollover_publish(struct lineage *l, struct outcome *r, struct why *why)
{
	bool done = false, stops = false;
	int rc = 0;

	*r = (struct outcome){ 0 };
	if (l->state.ending_at)
		return tell_ending(l, true, r);
	if (l->state.stranger) /* it was told */
		claim_take(l);
	else
		rc = claim_check(l, false, &stops, r, why);
	if (rc == 0 && !stops)
		rc = recovery_finish(l, &done, r, why);
	return rc < 0 || stops || recovery_refused(done, r)
		       ? rc
		       : publication_give(l, true, r, why);
}

int rollover_propagation(struct lineage *l, struct outcome *r, struct why *why)
{
	struct agreement a = { 0 };
	bool done = false;
	char *when;
	int rc;

	*r = (struct outcome){ 0 };
	rc = recovery_finish(l, &done, r, why);
	if (rc < 0 || recovery_refused(done, r))
		return rc;
	if (lineage_state_stage(&l->state) == STAGE_PUBLISHED) {
		rc = stages_published(l, r, why);
		/* Whether a server lags is what was asked. */
		if (rc == 0 && r->kind == OUTCOME_WAITING && !r->until)
			r->kind = OUTCOME_LATE;
		return rc;
	}
	rc = agreement_observe(l, &a, why);
	if (rc == 0)
		rc = lineage_save(l, why);
	if (rc < 0) {
		agreement_clear(&a);
		return rc;
	}
	switch (a.safety) {
	case SAFETY_NONE:
		outcome_tell(r, l->state.published_at ? OUTCOME_LATE : OUTCOME_WAITING, 0,
			     "no server has any TLSA record");
		break;
	case SAFETY_LAGS:
		outcome_tell(r, OUTCOME_LATE, 0, "%s", a.who_lags);
		break;
	case SAFETY_WAIT:
		when = outcome_when(l, a.safe_at);
		outcome_tell(r, OUTCOME_WAITING, a.safe_at, "all agree, safe %s", when);
		free(when);
		break;
	case SAFETY_SAFE:
		outcome_tell(r, OUTCOME_NOTHING, 0, "all agree, and no cache can differ");
		break;
	}
	agreement_clear(&a);
	return 0;
}

/* Where another key is in its place it comes back, if that is safe. */
static int install_again(struct lineage *l, struct outcome *r, struct why *why)
{
	int64_t generation = l->state.view_generation;
	struct claim claim;
	int rc;

	claim_ask(l, &claim);
	if (claim.text) {
		rc = claim_tell(l, &claim, r, why);
		r->kind = OUTCOME_REFUSED;
		free(claim.text);
		return rc;
	}
	if (!l->state.stranger) {
		rc = lineage_save(l, why);
		return rc < 0 ? rc
			      : outcome_tell(r, OUTCOME_NOTHING, 0, "key %s is installed",
					     lineage_number(generation).text);
	}
	rc = renewed_install(l, generation, NULL, r, why);
	return rc < 0 || r->kind != OUTCOME_MOVED
		       ? rc
		       : outcome_tell(r, OUTCOME_MOVED, 0,
				      "every endpoint presents key %s",
				      lineage_number(generation).text);
}

int rollover_install(struct lineage *l, struct outcome *r, struct why *why)
{
	bool done = false;
	int rc;

	*r = (struct outcome){ 0 };
	if (l->state.ending_at)
		return tell_ending(l, true, r);
	rc = recovery_finish(l, &done, r, why);
	if (rc < 0 || done)
		return rc;
	/* Where the time has passed already, the stage safe is reached at once. */
	if (lineage_state_stage(&l->state) == STAGE_STAGED && stages_is_first_key(l) &&
	    l->state.intent == INTENT_NONE)
		rc = stages_staged(l, r, why);
	else if (lineage_state_stage(&l->state) == STAGE_PUBLISHED)
		rc = stages_published(l, r, why);
	if (rc < 0)
		return rc;
	switch (lineage_state_stage(&l->state)) {
	case STAGE_SAFE:
		return stages_safe(l, r, why);
	case STAGE_INSTALLED:
		return stages_installed(l, r, why);
	case STAGE_IDLE:
	case STAGE_VERIFIED:
	case STAGE_RETIRING:
		return install_again(l, r, why);
	case STAGE_STAGED:
	case STAGE_PUBLISHED:
	case STAGE_STUCK:
		break;
	}
	if (!r->text)
		return outcome_tell(r, OUTCOME_REFUSED, 0,
				    "nobody has looked yet whether the record of key "
				    "%s is published: daneprobe publish %s",
				    lineage_number(l->state.goal).text, l->name);
	if (r->kind == OUTCOME_WAITING || r->kind == OUTCOME_MOVED)
		r->kind = OUTCOME_REFUSED;
	return 0;
}

/* Orders a certificate. ret_failed: why there is none, on the heap; NULL: it is there. */
static int order_renewal(struct lineage *l, int64_t generation, bool force,
			 char **ret_failed, struct why *why)
{
	struct why inner;
	int rc = 0;

	if (renew_order(l, generation, force, &inner) < 0) {
		rc = lineage_note(l, why, "failed", "why", inner.text, NULL);
		*ret_failed = mem_text(inner.text);
	}
	return rc < 0 ? rc : lineage_save(l, why);
}

/* Whether a certificate is kept and not installed yet. */
static bool is_kept(const struct lineage *l, int64_t generation, bool install)
{
	return install && l->state.view && !view_is_fresh(l, l->state.view, generation);
}

/* *ret_stops: what the services present is none of this copy's. */
static int heed_claim(struct lineage *l, bool *ret_stops, struct outcome *r,
		      struct why *why)
{
	struct claim claim;
	int rc = 0;

	claim_ask(l, &claim);
	*ret_stops = claim.text != NULL;
	if (claim.stops)
		rc = renewed_failed(l, claim.text, r, why);
	else if (claim.text)
		rc = claim_tell(l, &claim, r, why);
	free(claim.text);
	return rc;
}

static int install_received(struct lineage *l, int64_t generation, struct outcome *r,
			    struct why *why)
{
	bool stops;
	int rc = heed_claim(l, &stops, r, why);

	return rc < 0 || stops ? rc : renewed_install(l, generation, NULL, r, why);
}

int rollover_receive(struct lineage *l, int64_t generation, struct outcome *r,
		     struct why *why)
{
	const struct rollover_how how = { .begin = true, .again = true, .force = true };
	struct lineage_state *s = &l->state;
	bool done = false, stops = false;
	int i, rc;

	*r = (struct outcome){ 0 };
	rc = recovery_finish(l, &done, r, why);
	if (rc < 0 || recovery_refused(done, r))
		return rc;
	if (s->view && generation == s->view_generation) {
		if (is_kept(l, generation, true))
			return install_received(l, generation, r, why);
		return outcome_tell(r, OUTCOME_NOTHING, 0,
				    "the certificate is installed");
	}
	if (generation != (s->goal ? s->goal : s->next))
		return outcome_tell(r, OUTCOME_REFUSED, 0,
				    "key %s is being brought to the servers, not "
				    "%s",
				    lineage_number(s->goal).text,
				    lineage_number(generation).text);
	rc = claim_check(l, true, &stops, r, why);
	if (rc < 0 || stops)
		return rc;
	for (i = 0; i < STEPS_MAX && rc == 0 && s->view_generation != generation; i++) {
		rc = do_step(l, &how, r, why);
		if (r->kind != OUTCOME_MOVED)
			break;
	}
	if (rc == 0 && s->view_generation != generation)
		r->kind = OUTCOME_REFUSED;
	return rc;
}

/* The CA may move its window: asks again, and keeps what it says. */
static int refresh_window(struct lineage *l, int64_t generation, struct why *why)
{
	return ari_refresh(l, generation) ? lineage_save(l, why) : 0;
}

/* *ret_stops: the key isn't there, so a certificate is of no use. */
static int heed_loss(struct lineage *l, int64_t generation, bool *ret_stops,
		     struct outcome *r, struct why *why)
{
	char *text = generation == l->state.current ? usable_word_current(l) : NULL;
	int rc = text ? renewed_failed(l, text, r, why) : 0;

	*ret_stops = text != NULL;
	free(text);
	return rc;
}

/* Orders a certificate if one is due, and installs what is kept. */
static int renew_now(struct lineage *l, int64_t generation, bool order, bool force,
		     bool install, struct outcome *r, struct why *why)
{
	bool stops = false, kept = is_kept(l, generation, true);
	char *failed = NULL;
	int rc;

	/* a run that brought it all may have ended before it could say so */
	if (!order && !kept)
		return renewed_done(l, why);
	rc = heed_loss(l, generation, &stops, r, why);
	if (rc == 0 && !stops && install)
		rc = heed_claim(l, &stops, r, why);
	if (rc < 0 || stops)
		return rc;
	if (order)
		rc = order_renewal(l, generation, force, &failed, why);
	if (rc == 0 && is_kept(l, generation, install))
		rc = renewed_install(l, generation, failed, r, why);
	else if (rc == 0 && failed)
		rc = renewed_failed(l, failed, r, why);
	else if (rc == 0 && order) {
		rc = renewed_done(l, why);
		if (rc == 0)
			rc = outcome_tell(r, OUTCOME_MOVED, 0,
					  "the certificate is renewed");
	}
	free(failed);
	return rc;
}

int rollover_renew(struct lineage *l, bool force, bool install, struct outcome *r,
		   struct why *why)
{
	struct lineage_state *s = &l->state;
	time_t due = 0, now = env_now(l->env);
	int64_t generation;
	bool done = false;
	int rc;

	*r = (struct outcome){ 0 };
	rc = recovery_finish(l, &done, r, why);
	if (rc < 0 || recovery_refused(done, r))
		return rc;
	generation = lineage_state_live(s);
	rc = refresh_window(l, generation, why);
	if (rc == 0)
		rc = renew_due_at(l, generation, &due, why);
	if (rc < 0)
		return rc;
	outcome_tell(r, OUTCOME_NOTHING, due, "the certificate isn't due");
	if (!force && now < renewed_retry_at(s))
		return tell_renewal_retry(l, r);
	return renew_now(l, generation, force || !due || due <= now, force, install, r,
			 why);
}
