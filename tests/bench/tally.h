/* SPDX-License-Identifier: BSD-2-Clause */
/* A running number that scripts read: a file of one line, written anew at each step. */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

/* To the file that the environment's TALLY names; without that nothing is counted. */
void tally_open(void);
void tally_add(long more);

#endif
