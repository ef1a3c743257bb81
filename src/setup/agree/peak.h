/* SPDX-License-Identifier: BSD-2-Clause */
/* The largest TTL with which a cache may still hold an RRset that it got earlier:
 * lowering a TTL doesn't shorten what caches already have. Pure. */
#ifndef SETUP_PEAK_H
#define SETUP_PEAK_H

#include <stdint.h>
#include <time.h>

struct lineage_state;

/* Takes in the TTL that the servers give now; -1 is unknown and counts as a day. The
 * peak goes into the state, which isn't saved. */
void peak_note(struct lineage_state *state, int64_t ttl_s, time_t now);

#endif
