/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/next.h"

#include "setup/agree/agreement.h"
#include "setup/lineage/lineage.h"

#define DAY_S 86400
#define FIRST_GENERATION 1

static time_t later_of(time_t a, time_t b)
{
	return a > b ? a : b;
}

/* What brings the first key is no rollover. */
bool next_follows_soon(const struct lineage *l, time_t now)
{
	const struct lineage_state *s = &l->state;

	return s->current > FIRST_GENERATION && s->rolled_at &&
	       now - s->rolled_at < DAY_S;
}

time_t next_rollover_at(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	if (!l->conf.rollover_every_s || !s->rolled_at)
		return 0;
	return s->rolled_at + (time_t)l->conf.rollover_every_s;
}

time_t next_last_look(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	return later_of(later_of(s->since, s->published_at), s->agree_seen);
}

static struct next next_of_idle(const struct lineage *l, time_t now)
{
	time_t at = next_rollover_at(l);

	if (l->state.emergency)
		return (struct next){ NEXT_BEGIN, l->state.since };
	return (struct next){ at && now >= at ? NEXT_BEGIN : NEXT_STAY, at };
}

/* Servers may have agreed for months before this stage began. */
static struct next next_of_published(const struct lineage *l)
{
	time_t safe_at = agreement_safe_at(l);

	if (!safe_at)
		return (struct next){ NEXT_AWAIT_SERVERS, next_last_look(l) };
	return (struct next){ NEXT_AWAIT_CACHES, later_of(safe_at, l->state.since) };
}

static struct next next_of_retiring(const struct lineage *l)
{
	if (!l->state.published_at)
		return (struct next){ NEXT_RETIRE, l->state.since };
	return (struct next){ NEXT_AWAIT_RETIRED, next_last_look(l) };
}

static struct next next_of_stage(const struct lineage *l, time_t now)
{
	time_t since = l->state.since;

	switch (lineage_state_stage(&l->state)) {
	case STAGE_STUCK: /* in nothing else */
	case STAGE_IDLE:
		return next_of_idle(l, now);
	case STAGE_STAGED:
		return (struct next){ NEXT_PUBLISH, since };
	case STAGE_PUBLISHED:
		return next_of_published(l);
	case STAGE_SAFE:
		return (struct next){ NEXT_INSTALL, since };
	case STAGE_INSTALLED:
		return (struct next){ NEXT_LOOK, since };
	case STAGE_VERIFIED:
		return (struct next){ NEXT_CHANGE, since };
	case STAGE_RETIRING:
		return next_of_retiring(l);
	}
	return (struct next){ NEXT_STAY, 0 };
}

struct next next_of(const struct lineage *l, time_t now)
{
	struct next next;

	if (l->state.ending_at)
		return (struct next){ NEXT_END, 0 };
	next = next_of_stage(l, now);
	if (next.at) /* what failed has its pause */
		next.at = later_of(next.at, l->state.retry_at);
	return next;
}
