/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a process that no event can reach: it waits where no loop runs, for a reader
 * of its output or a writer of its input, or computes what a stranger sent. */
#ifndef CMD_CUTOFF_H
#define CMD_CUTOFF_H

#include <stdbool.h>
#include <stdint.h>

struct loop_pulse;

/* From now on SIGTERM, besides what it did before, ends the process with status 3 unless
 * cutoff_clear() comes within two seconds. It then says why, on standard output as a
 * plugin's status line where one is owed, else on standard error; never to a stream that
 * is full. */
void cutoff_arm(bool owes_status_line);
/* After cutoff_arm(): in so many milliseconds the process ends with status 3, with result
 * (borrowed) on standard output, unless another call comes before; 0: it doesn't. */
void cutoff_limit(int64_t ms, const char *result);
/* After cutoff_arm(): from now on the process ends with status 3 where the loop that
 * tells by pulse (borrowed) how it goes hasn't turned for two and a half seconds. It then
 * says so, as for SIGTERM, with the number of the target that it worked for, after these
 * words (borrowed). What the whole process stood still for isn't counted. NULL: it
 * doesn't, and while output waits for its reader it mustn't. */
void cutoff_watch(const struct loop_pulse *pulse, const char *words);
/* Undoes all; nothing where it isn't armed. */
void cutoff_clear(void);

#endif
