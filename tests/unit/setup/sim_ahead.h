/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading ahead: a run is a process of its own that reads and verifies the same requests
 * and certificates as the one before, thousands of times in ten years. Its parent reads
 * them once, so that each run knows them by their octets already. What is in the files is
 * what counts then as well: other octets are read anew. */
#ifndef SIM_AHEAD_H
#define SIM_AHEAD_H

struct sim;

/* To be told of each file that is written. */
void sim_ahead_note(struct sim *sim, const char *path);
/* Before a process is made: reads what has been written since. */
void sim_ahead_read(struct sim *sim);

#endif
