/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/movement.h"

#include "setup/agree/agreement.h"
#include "setup/life/rollover.h"
#include "setup/lineage/lineage.h"

#define DAY_S 86400
/* A timer that runs once a day, as agreement.c wants it at least, and misses one. */
#define UNMOVED_MAX_S ((int64_t)2 * DAY_S)

static time_t later_of(time_t a, time_t b)
{
	return a > b ? a : b;
}

/* A server that lags leaves no trace in the state but the last time it didn't. */
static time_t last_look(const struct lineage_state *s)
{
	return later_of(later_of(s->since, s->published_at), s->agree_seen);
}

static time_t published_at(const struct lineage *l)
{
	struct agreement a;
	time_t safe_at;

	agreement_recall(l, &a);
	safe_at = a.safe_at;
	agreement_clear(&a);
	return safe_at ? safe_at : last_look(&l->state);
}

/* When a run has had something to do; 0: none has. */
static time_t awaited_at(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	switch (s->stage) {
	case STAGE_STUCK:
		return 0;
	case STAGE_IDLE:
		return rollover_due_at(l);
	case STAGE_PUBLISHED:
		return later_of(published_at(l), s->retry_at);
	case STAGE_RETIRING:
		return later_of(last_look(s), s->retry_at);
	case STAGE_STAGED:
	case STAGE_SAFE:
	case STAGE_INSTALLED:
	case STAGE_VERIFIED:
		return later_of(s->since, s->retry_at);
	}
	return 0;
}

/* A server may lag for twice the TTL before a run calls that stuck. */
static int64_t patience_s(const struct lineage *l)
{
	int64_t ttl_s = (int64_t)l->conf.ttl, lag_s;

	if (l->state.old_ttl_s > ttl_s)
		ttl_s = l->state.old_ttl_s;
	lag_s = 2 * ttl_s + DAY_S;
	return lag_s > UNMOVED_MAX_S ? lag_s : UNMOVED_MAX_S;
}

time_t movement_missed(const struct lineage *l, time_t now)
{
	const struct lineage_state *s = &l->state;
	time_t at = awaited_at(l);

	if (!at || now - at <= patience_s(l))
		return 0;
	return s->stage == STAGE_IDLE ? at : last_look(s);
}
