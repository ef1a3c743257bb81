/* SPDX-License-Identifier: BSD-2-Clause */
/* The largest TTL by which a cache may still hold a set that was given out before: who
 * lowers a TTL doesn't shorten what caches have. Pure. */
#ifndef SETUP_PEAK_H
#define SETUP_PEAK_H

#include <stdint.h>
#include <time.h>

struct lineage_state;

/* What the servers say now; -1 is unknown, and counts as a day. The state gets the peak,
 * which isn't saved. */
void peak_note(struct lineage_state *state, int64_t ttl_s, time_t now);

#endif
