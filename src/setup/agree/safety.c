/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/safety.h"

/* One TTL for a resolver's cache, and one more for a cache behind it that counts anew. */
#define SAFETY_FACTOR 2

int64_t safety_hold_s(const struct safety_facts *facts)
{
	int64_t ttl_s =
		facts->old_ttl_s > facts->new_ttl_s ? facts->old_ttl_s : facts->new_ttl_s;

	if (facts->old_ttl_s < 0 || facts->new_ttl_s < 0)
		return SAFETY_FACTOR * ttl_s > SAFETY_UNKNOWN_S ? SAFETY_FACTOR * ttl_s
								: SAFETY_UNKNOWN_S;
	return SAFETY_FACTOR * ttl_s;
}

enum safety safety_decide(const struct safety_facts *facts, time_t now, time_t *ret_at)
{
	*ret_at = 0;
	if (facts->none_at_all)
		return SAFETY_NONE;
	if (!facts->agree_since)
		return SAFETY_LAGS;
	*ret_at = facts->agree_since + (time_t)safety_hold_s(facts);
	/* The clock was set back: what it says now is no measure of time passed. */
	if (now < facts->agree_since)
		return SAFETY_WAIT;
	return now >= *ret_at ? SAFETY_SAFE : SAFETY_WAIT;
}
