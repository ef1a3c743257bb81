/* SPDX-License-Identifier: BSD-2-Clause */
/* Ends a process on SIGTERM where nothing else can: it waits, without a loop, for a
 * reader of its output or a writer of its input. */
#ifndef CMD_CUTOFF_H
#define CMD_CUTOFF_H

#include <stdbool.h>

/* From now on SIGTERM, besides what it did before, ends the process with status 3 unless
 * cutoff_clear() comes within two seconds. The line, with its newline, then goes to
 * standard error, and where it is a result to standard output first; never to a stream
 * that is full. line is borrowed until cutoff_clear(). */
void cutoff_arm(const char *line, bool is_result);

/* Undoes that; does nothing where it isn't armed. */
void cutoff_clear(void);

#endif
