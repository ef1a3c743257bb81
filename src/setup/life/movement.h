/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a rollover still goes on. A lineage that no timer runs for is never marked as
 * stuck, and its state looks as if it waited; only the time that has passed tells. */
#ifndef SETUP_MOVEMENT_H
#define SETUP_MOVEMENT_H

#include <time.h>

struct lineage;

/* Since when nothing has moved, though for days a run would have had something to do;
 * 0: all goes as planned, or the lineage is stuck, which its state says. */
time_t movement_missed(const struct lineage *lineage, time_t now);

#endif
