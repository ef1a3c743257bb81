/* SPDX-License-Identifier: BSD-2-Clause */
/* How fast targets begin, so that no more than so many DNS questions a second are asked.
 * What a target asks is learnt from those before it. No I/O. */
#ifndef PROBE_PACE_H
#define PROBE_PACE_H

#include <stdint.h>

/* Begin with all zero but for per_s. */
struct pace {
	double per_s;	/* questions; 0: any number */
	double next_ms; /* when the next target may begin */
};

/* How long until a target may begin, 0: now. now_ms by clock_ms(). */
int64_t pace_wait_ms(const struct pace *p, int64_t now_ms);
/* One begins. asked: all questions so far; ended: targets that have ended, which is to
 * say that those under way are taken for theirs: too few begin rather than too many. */
void pace_begin(struct pace *p, int64_t now_ms, uint64_t asked, uint64_t ended);

#endif
