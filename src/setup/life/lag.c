/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/lag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "setup/agree/agreement.h"
#include "setup/agree/safety.h"
#include "setup/life/claim.h"
#include "setup/life/outcome.h"
#include "setup/life/publication.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/publish.h"
#include "verdict/phrase.h"

#define LAG_MIN_S 3600		   /* a secondary's refresh, at least */
#define PUBLISH_AGAIN_S (6 * 3600) /* where records are missing all that time */

/* How long a server may lag before that is out of the ordinary. */
static int64_t lag_limit_s(const struct lineage *l)
{
	int64_t ttl_s = l->state.old_ttl_s > (int64_t)l->conf.ttl ? l->state.old_ttl_s
								  : (int64_t)l->conf.ttl;

	return 2 * ttl_s > LAG_MIN_S ? 2 * ttl_s : LAG_MIN_S;
}

/* Since when it isn't as it should be. */
static time_t lags_since(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	if (lineage_state_stage(s) == STAGE_IDLE && s->agree_seen)
		return s->agree_seen;
	return s->published_at > s->since ? s->published_at : s->since;
}

static bool is_overdue(const struct lineage *l)
{
	return l->state.stage == STAGE_STUCK ||
	       env_now(l->env) - lags_since(l) > lag_limit_s(l);
}

int lag_wait(struct lineage *l, const char *who, struct outcome *r, struct why *why)
{
	int rc;

	if (is_overdue(l)) {
		rc = outcome_stuck(l, who, why);
		return rc < 0 ? rc : outcome_tell(r, OUTCOME_LATE, 0, "%s", who);
	}
	lineage_state_reason(&l->state, who, env_now(l->env));
	rc = lineage_save(l, why);
	return rc < 0 ? rc : outcome_tell(r, OUTCOME_WAITING, 0, "%s", who);
}

/* Whoever took a record out, or a zone that was restored from an old copy: giving what is
 * there already to DNS changes nothing. */
static int publish_once_more(struct lineage *l, const char *who, struct outcome *r,
			     struct why *why)
{
	int rc = publication_give(l, false, r, why);

	if (rc < 0 || r->kind == OUTCOME_REFUSED)
		return rc;
	rc = outcome_stuck(l, who, why);
	return rc < 0 ? rc
		      : outcome_tell(r, OUTCOME_LATE, 0,
				     "%s: the records were published in DNS once more",
				     who);
}

/* Servers lack records. changed: these were never given to DNS, since the services are
 * others than before. */
int lag_answer(struct lineage *l, const char *who, bool changed, struct outcome *r,
	       struct why *why)
{
	time_t last = l->state.published_at;

	bool stops = false;
	int rc;

	if (!l->state.claimed) {
		rc = claim_check(l, true, &stops, r, why);
		if (rc < 0 || stops)
			return rc;
	}
	if (changed || publication_is_due(l))
		return publication_give(l, false, r, why);
	if (is_overdue(l) && env_now(l->env) - last > PUBLISH_AGAIN_S &&
	    !publish_is_by_hand(l))
		return publish_once_more(l, who, r, why);
	return lag_wait(l, who, r, why);
}

/* ret_changed: other records are asked for than the last time. */
int lag_observe(struct lineage *l, struct agreement *ret_agreement, bool *ret_changed,
		struct why *why)
{
	int64_t before = l->state.agreed_on;
	int rc = agreement_observe(l, ret_agreement, why);

	*ret_changed = rc == 0 && before && before != l->state.agreed_on;
	return rc;
}

/* A record of somebody else's stands against the key, with all of ours in place. */
int lag_tell_blocked(struct lineage *l, const struct agreement *a, enum outcome_kind kind,
		     struct outcome *r, struct why *why)
{
	int rc = outcome_stuck(l, a->who_lags, why);

	return rc < 0 ? rc : outcome_tell(r, kind, 0, "%s", a->who_lags);
}

const char *lag_name(const struct agreement *a)
{
	return a->who_lags ? a->who_lags : "no server has any of the records";
}

static int note_waiting(struct lineage *l, time_t until, struct why *why)
{
	struct lineage_state *s = &l->state;
	struct safety_facts facts = { .old_ttl_s = s->old_ttl_s,
				      .new_ttl_s = s->hold_ttl_s };
	int64_t hold_s = safety_hold_s(&facts);
	char when[32], text[160], *span = phrase_span((double)hold_s);
	int rc = 0;

	if (facts.old_ttl_s < 0 || facts.new_ttl_s < 0)
		(void)snprintf(text, sizeof(text),
			       "%s since all servers agreed, as a TTL is unknown", span);
	else
		(void)snprintf(text, sizeof(text),
			       "2 x TTL %lld since all servers agreed",
			       (long long)hold_s / 2);
	free(span);
	if (!s->reason || strcmp(s->reason, text) != 0)
		rc = lineage_note(l, why, "waiting", "until", clock_rfc3339(until, when),
				  "why", text, NULL);
	if (s->stage == STAGE_STUCK)
		s->stage = s->resume;
	/* All agree: what failed before is over. */
	s->failures = 0;
	s->retry_at = 0;
	lineage_state_reason(s, text, env_now(l->env));
	return rc < 0 ? rc : lineage_save(l, why);
}

int lag_await_safe(struct lineage *l, time_t until, struct outcome *r, struct why *why)
{
	int rc = note_waiting(l, until, why);
	char *when;

	if (rc < 0)
		return rc;
	when = outcome_when(l, until);
	outcome_tell(r, OUTCOME_WAITING, until, "safe %s: %s", when, l->state.reason);
	free(when);
	return 0;
}
