/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether anybody takes a rollover on: a lineage that no timer runs for never gets stuck,
 * and its state looks like waiting for ever. */
#ifndef SETUP_MOVEMENT_H
#define SETUP_MOVEMENT_H

#include <time.h>

struct lineage;

/* Since when nothing has moved though a run had something to do for days; 0: as planned,
 * or stuck, which tells by itself. */
time_t movement_missed(const struct lineage *lineage, time_t now);

#endif
