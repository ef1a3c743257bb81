/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a process by its own fault: a library without memory, a fault in one, or
 * what the sandbox forbids. It is told, and never becomes a server's. */
#ifndef CMD_CRASH_H
#define CMD_CRASH_H

/* From now on such an end has status 3 and a line on standard error; processes made later
 * end by the signal, which this one can see. A build with sanitizers tells more by
 * itself: there only the sandbox's signal is taken. */
void crash_guard(void);
/* What is then said on standard output (borrowed): by the sandbox, and by all else. NULL:
 * nothing. */
void crash_set_results(const char *by_sandbox, const char *by_fault);
/* For who debugs: after what is said such an end comes by its signal all the same, and
 * the system keeps a core where ulimit -c allows one. */
void crash_keep_core(void);

#endif
