/* SPDX-License-Identifier: BSD-2-Clause */
/* A process that probes the targets that fleet.h hands to it. */
#ifndef CMD_WORKER_H
#define CMD_WORKER_H

struct engine;
struct engine_shared;
struct loop_pulse;

/* The life of a process just made by fork(2): talks by parcels over fd, with up to jobs
 * targets in flight, and ends when the other end closes it. The engine is prepared; a
 * loop or resolver in it is the parent's and left alone. shared (borrowed) has the
 * process' own lane, and pulse (borrowed) tells how its loop goes. */
_Noreturn void worker_run(int fd, struct engine *engine, int jobs,
			  const struct engine_shared *shared, struct loop_pulse *pulse);

#endif
