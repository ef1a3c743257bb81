/* SPDX-License-Identifier: BSD-2-Clause */
/* What each verb begins with: finishing what a crash cut short. */
#ifndef SETUP_RECOVERY_H
#define SETUP_RECOVERY_H

#include <stdbool.h>

struct lineage;
struct outcome;
struct why;

/* Finishes it. *ret_done: that was this run's step, and where it undid something, the
 * verb doesn't go on. In a copy whose services present another one's key it is left
 * alone, since finishing it would bring the copy's own to them. */
int recovery_finish(struct lineage *lineage, bool *ret_done, struct outcome *r,
		    struct why *why);
/* Whether something was undone. */
bool recovery_refused(bool done, const struct outcome *r);

#endif
