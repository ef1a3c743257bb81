/* SPDX-License-Identifier: BSD-2-Clause */
/* Targets handed out to worker processes, by their host names, so that what belongs to
 * one host stays together; their results as they end. A worker that dies takes nothing
 * with it: what it may have been at is tried once more, each alone. One whose loop stands
 * still is ended. */
#ifndef CMD_FLEET_H
#define CMD_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/run.h"

struct fleet;
struct loop;
struct loop_pulse;
struct parcel;

/* Of those that are tried alone, so many are at the same time. */
#define FLEET_ALONE 8

struct fleet_conf {
	struct loop *loop; /* borrowed */
	int workers;	   /* processes */
	int jobs;	   /* targets in flight in each */
	int parked;	   /* and how many more that only wait for connections */
	/* A worker's life, in a process of its own: takes parcels from fd, and never
	 * returns. lane tells it from the others: one of workers + FLEET_ALONE; a dead
	 * one's number is used again. Its loop tells by pulse how it goes, with items'
	 * tags as owners. */
	void (*work)(void *arg, int fd, int lane, struct loop_pulse *pulse);
	/* As run_conf's. Not called while the fleet is paused. */
	enum run_step (*next)(void *arg, struct run_item *ret_item);
	/* A worker's result, borrowed. */
	void (*result)(void *arg, const struct parcel *result);
	/* No worker is asked about this item: it is no target (reason NULL), or was lost
	 * for the reason. Borrowed. */
	void (*unprobed)(void *arg, const struct run_item *item, const char *reason);
	/* An item that came from next() won't be begun, and has no result. */
	void (*returned)(void *arg);
	/* The lane's worker is dead, and its number free again; NULL: nobody wants to
	 * know.
	 */
	void (*buried)(void *arg, int lane);
	/* The input has ended, and one of the three above was called for each item.
	 * Called once, also from within a call below. It may not free the fleet. */
	void (*done)(void *arg);
	void *arg;
};

/* No process is made before fleet_more(). conf is borrowed. */
struct fleet *fleet_new(const struct fleet_conf *conf);
/* The input has more, or may be asked for the first time. */
void fleet_more(struct fleet *f);
/* While the fleet is paused hardly a result comes, and it takes no item. */
void fleet_pause(struct fleet *f, bool pause);
/* Items that aren't begun are returned, and no item is taken any more. */
void fleet_drain(struct fleet *f);
/* Drains, and tells items in flight as stopped by this: at once, or within 1.5 s for a
 * worker that doesn't answer. */
void fleet_stop(struct fleet *f, const char *by);
/* Ends every worker at once; what they held has no result. */
void fleet_free(struct fleet *f);

#endif
