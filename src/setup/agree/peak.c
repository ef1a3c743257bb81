/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/peak.h"

#include <stdbool.h>

#include "setup/agree/safety.h"
#include "setup/lineage/lineage_state.h"

#define FACTOR 2 /* as safety.c holds a set for twice its TTL */

void peak_note(struct lineage_state *s, int64_t ttl_s, time_t now)
{
	int64_t known_s = ttl_s < 0 ? SAFETY_UNKNOWN_S / FACTOR : ttl_s;
	bool over = now - s->peak_at > FACTOR * s->peak_ttl_s;

	/* The servers may have given out sets with the former TTL until this look. */
	if (s->seen_ttl_s >= s->peak_ttl_s && s->peak_ttl_s && !over)
		s->peak_at = now;
	if (known_s >= s->peak_ttl_s || over) {
		s->peak_ttl_s = s->seen_ttl_s > known_s ? s->seen_ttl_s : known_s;
		s->peak_at = now;
	}
	s->seen_ttl_s = known_s;
}
