/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/movement.h"

#include "setup/life/next.h"
#include "setup/lineage/lineage.h"

#define DAY_S 86400
/* A timer that runs once a day, the least that agreement.c needs, may miss a day. */
#define UNMOVED_MAX_S ((int64_t)2 * DAY_S)

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
	time_t at = next_of(l, now).at;

	if (s->stage == STAGE_STUCK || !at || now - at <= patience_s(l))
		return 0;
	return s->stage == STAGE_IDLE ? at : next_last_look(l);
}
