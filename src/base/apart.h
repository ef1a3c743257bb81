/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads what a stranger sent in a process of its own, which has nothing but its memory
 * and a pipe: what takes such a reader over has got no further. */
#ifndef BASE_APART_H
#define BASE_APART_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct why;

/* Runs apart, with all that this process has in its memory: reads what arg has, and puts
 * what it found into facts (base/fields.h); 0 or an error. What it changes and allocates
 * is gone with it. */
typedef int apart_fn(const void *arg, struct buf *facts, struct why *why);

struct apart_bounds {
	size_t octets; /* of the facts */
	unsigned cpu_s;
	int64_t deadline_ms;
};

/* For what takes milliseconds, so that no slow machine meets them. */
#define APART_BOUNDS(max)                                                                \
	(&(const struct apart_bounds){                                                   \
		.octets = (max), .cpu_s = 10, .deadline_ms = 60 * 1000 })

/* Clears facts and fills it with what fn found, which is to be read like what a stranger
 * sent. Else an error: fn's own, with its sentence in printable ASCII; DP_ELIMIT where it
 * found too much; DP_EIO where it crashed, didn't end in time, had no memory, or can't be
 * run at all. facts is to be cleared in any case. */
int apart_run(apart_fn *fn, const void *arg, const struct apart_bounds *bounds,
	      struct buf *ret_facts, struct why *why);

#endif
