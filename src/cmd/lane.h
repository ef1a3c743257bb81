/* SPDX-License-Identifier: BSD-2-Clause */
/* A worker process and what it has at hand, or the place of one that isn't there yet or
 * any more. */
#ifndef CMD_LANE_H
#define CMD_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cmd/held.h"

struct channel;
struct loop;
struct loop_pulse;

struct lane {
	void *owner; /* borrowed; the caller's own */
	int number;
	bool lone;		  /* for suspects, one at a time */
	int jobs;		  /* targets in flight, at most */
	size_t window;		  /* items at hand */
	pid_t pid;		  /* 0: there is none */
	struct channel *channel;  /* owned; NULL likewise */
	struct held_list held;	  /* in the order in which it got them */
	struct loop_pulse *pulse; /* borrowed; of its loop */
	uint32_t turns;		  /* at the last look */
	int still;		  /* looks at which there were no more */
};

/* A worker to be made. */
struct lane_conf {
	struct loop *loop;	/* borrowed, as lanes */
	const struct lane *all; /* whose sockets the worker closes */
	int count;
	void (*work)(void *arg, int fd, int lane, struct loop_pulse *pulse);
	void *arg; /* of work */
	/* As channel_conf's, with the lane as arg. */
	bool (*message)(void *arg, const void *data, size_t len);
	void (*closed)(void *arg);
};

/* False, after saying so, where the system has no process or socket left. */
bool lane_hire(struct lane *lane, const struct lane_conf *conf);
/* Ends a worker and reaps it. Returns what is known of its end, as a part of a sentence,
 * on the heap. */
char *lane_bury(struct lane *lane);
/* Hands an item over; there must be a worker. */
void lane_give(struct lane *lane, struct held *h);
/* To be asked once in LANE_LOOK_MS: whether the worker's loop has stood still for two
 * seconds; told once. */
#define LANE_LOOK_MS 250
bool lane_is_stuck(struct lane *lane);
/* Whom the worker worked for as it ended; NULL: nobody knows. */
struct held *lane_culprit(const struct lane *lane, const struct held_table *table);

#endif
