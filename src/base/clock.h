/* SPDX-License-Identifier: BSD-2-Clause */
/* What time it is. Tests set it. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Much more than a turn takes on a busy machine, much less than any deadline. */
#define CLOCK_TURN_MS 500

/* Seconds since 1970, UTC. */
time_t clock_now(void);
/* Fixes clock_now() (--at, tests); 0 gives the real time back. */
void clock_fix(time_t now);
/* Milliseconds that only ever grow, from an arbitrary start. While a loop runs they are
 * those in which it turned: what a process stood still for, stopped, starved or deep in
 * one callback, is nobody else's slowness. */
int64_t clock_ms(void);
/* A loop turns: from here to its next turn at most CLOCK_TURN_MS pass on clock_ms(). */
void clock_turn(void);
/* No loop turns any more: time passes as it does. */
void clock_run_free(void);
/* What clock_ms() has left out so far. */
int64_t clock_stood_still_ms(void);
/* Microseconds of a processor that this process has used, and what a test adds to them.
 */
int64_t clock_cpu_us(void);
void clock_work(int64_t us);
/* Moves clock_ms() on, for tests of what passes with time. */
void clock_skip(int64_t ms);
/* Seconds that the system has run, sleep included: setting the clock doesn't change it.
 * ret_boot gets a name of this run of the system, on the heap; NULL where it has none. */
int64_t clock_uptime_s(char **ret_boot);
/* "2026-12-07" and "2026-12-07T10:00:00Z" (both UTC) into text of at least 32 bytes;
 * returns it.
 */
char *clock_date(time_t t, char *text);
char *clock_rfc3339(time_t t, char *text);
/* RFC 3339 with "Z" or an offset; returns 0 or DP_EFORMAT. */
struct why;
int clock_parse_rfc3339(const char *text, time_t *ret_t, struct why *why);

#endif
