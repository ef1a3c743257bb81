/* SPDX-License-Identifier: BSD-2-Clause */
/* How a step of a lineage's life ends: what is told, and what is saved and journalled. */
#ifndef SETUP_OUTCOME_H
#define SETUP_OUTCOME_H

#include <stddef.h>
#include <time.h>

#include "setup/life/rollover.h"
#include "setup/lineage/lineage_state.h"

struct lineage;
struct why;

/* Replaces what r tells; returns 0. */
int outcome_tell(struct rollover_result *r, enum rollover_outcome outcome, time_t until,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A copy on the heap of at most max octets: what is left out of a longer text is in its
 * middle, since the cause stands at its end. */
char *outcome_shorten(const char *text, size_t max);
/* "in 2 hours, at 2026-12-07T10:00:00Z", on the heap: for people, and for their mail. */
char *outcome_when(const struct lineage *l, time_t at);
/* Enters a stage and saves: what was wrong before is over. */
int outcome_enter(struct lineage *l, enum lineage_stage stage, struct why *why);
/* Stays where it is until somebody helps, for this reason, and saves. */
int outcome_stuck(struct lineage *l, const char *text, struct why *why);
/* A try that failed: later again, and stuck after a few. Tells and saves. */
int outcome_failed(struct lineage *l, const char *text, struct rollover_result *r,
		   struct why *why);

#endif
