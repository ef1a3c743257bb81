/* SPDX-License-Identifier: BSD-2-Clause */
/* Probes many targets, so many at a time. */
#ifndef PROBE_RUN_H
#define PROBE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"
#include "target/target.h"

struct facts_target;
struct probe_conf;
struct run;

/* One item of the input. */
struct run_item {
	char *text;	      /* as given; owned by the run from then on */
	long line;	      /* in a file, 0 for an argument */
	bool good;	      /* target is parsed, else why says what is wrong */
	struct target target; /* owned by the run from then on */
	struct why why;
	uint32_t tag; /* the caller's name for it; comes back with the result, and owns
			 what the loop does for it */
};

/* What a step of the input came to: an item, nothing yet, nothing any more. */
enum run_step { RUN_ITEM, RUN_LATER, RUN_END };

struct run_conf {
	const struct probe_conf *probe; /* borrowed */
	int jobs;			/* targets in flight at once */
	int parked;  /* how many more may be, that only wait for addresses to accept
		      * connections, or for their next try */
	int retries; /* for failures that may pass by themselves; 0: each target is tried
			once */
	double dns_rate; /* DNS questions a second, 0: any number; pace.h */
	bool in_order;	 /* results come in the order of the input, else as they end */
	/* Fills in the next item, which comes empty. Called only when there is room for
	 * it, so a slow end slows the input; after RUN_LATER not before run_more(). */
	enum run_step (*next)(void *arg, struct run_item *ret_item);
	const char *stopped_by; /* who ends it early: "SIGTERM" */
	/* An item's tag and judged result, to be freed with facts_target_free(). */
	void (*emit)(void *arg, uint32_t tag, struct facts_target *take_facts);
	/* The input has ended, and each item has its result: called once, also from
	 * within run_more(), and not to free the run. NULL: the loop is stopped. */
	void (*done)(void *arg);
	void *arg;
};

/* Nothing is begun before run_more(). conf is borrowed. */
struct run *run_new(const struct run_conf *conf);
/* Takes items as far as there is room and the input has some. */
void run_more(struct run *run);
/* Whatever is in flight is emitted with code stopped, in the order of the input, and no
 * further item is taken; done isn't called. */
void run_stop(struct run *run);
void run_free(struct run *run); /* targets in flight get no result */

/* Runs the loop until all is done. A loop_stop() from elsewhere ends it early, by
 * run_stop(). For an input that never comes later, and without conf->done. */
void run_all(const struct run_conf *conf);

/* Frees what an item owns that no run has taken. */
void run_item_clear(struct run_item *item);

#endif
