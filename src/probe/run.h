/* SPDX-License-Identifier: BSD-2-Clause */
/* Many targets, so many at a time. */
#ifndef PROBE_RUN_H
#define PROBE_RUN_H

#include <stdbool.h>

#include "base/why.h"
#include "target/target.h"

struct facts_target;
struct probe_conf;

/* One item of the input. */
struct run_item {
	char *text;	      /* owned by the run from then on; as given */
	long line;	      /* in a file, 0 for an argument */
	bool good;	      /* target is parsed, else why says what is wrong */
	struct target target; /* owned by the run from then on */
	struct why why;
};

struct run_conf {
	const struct probe_conf *probe; /* borrowed */
	int jobs;			/* targets in flight at once */
	bool in_order; /* results come in the order of the input, else as they end */
	/* Fills in the next item; false when there is none. Called only when there is
	 * room for it, so a slow end slows the input. */
	bool (*next)(void *arg, struct run_item *ret_item);
	const char *stopped_by; /* who ended it early: "SIGTERM" */
	/* A judged result, to be freed with facts_target_free(). */
	void (*emit)(void *arg, struct facts_target *take_facts);
	void *arg;
};

/* Runs the loop until all is done. A loop_stop() from elsewhere ends it early: targets in
 * flight are emitted with code stopped, and no further one is begun. */
void run_all(const struct run_conf *conf);

#endif
