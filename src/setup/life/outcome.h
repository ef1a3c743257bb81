/* SPDX-License-Identifier: BSD-2-Clause */
/* How a step of a lineage's life ends: what the user is told, and what is saved and
 * journalled. */
#ifndef SETUP_OUTCOME_H
#define SETUP_OUTCOME_H

#include <stddef.h>
#include <time.h>

#include "setup/lineage/lineage_state.h"

struct lineage;
struct why;

enum outcome_kind {
	OUTCOME_NOTHING, /* nothing to do now */
	OUTCOME_MOVED,	 /* a step was done */
	OUTCOME_WAITING, /* as planned */
	OUTCOME_LATE,	 /* longer than planned, or a server lags */
	OUTCOME_REFUSED	 /* refused, failed, or gone back */
};

struct outcome {
	enum outcome_kind kind;
	time_t until; /* when what it waits for has come; 0 unknown */
	char *text;   /* owned; a sentence without a final stop */
};

void outcome_clear(struct outcome *r);

/* Replaces what r tells; returns 0. */
int outcome_tell(struct outcome *r, enum outcome_kind outcome, time_t until,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));
/* "in 2 hours, at 2026-12-07T10:00:00Z", on the heap: for people, and for their mail. */
char *outcome_when(const struct lineage *l, time_t at);
/* Enters a stage and saves: what was wrong before is over. */
int outcome_enter(struct lineage *l, enum lineage_stage stage, struct why *why);
/* Marks the lineage as stuck, for this reason, until somebody helps; saves. */
int outcome_stuck(struct lineage *l, const char *text, struct why *why);
/* After a try that failed: says when the next one is, and marks the lineage as stuck
 * after a few. Tells and saves. */
int outcome_failed(struct lineage *l, const char *text, struct outcome *r,
		   struct why *why);

#endif
