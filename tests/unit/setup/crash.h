/* SPDX-License-Identifier: BSD-2-Clause */
/* One life of a lineage in a simulated world, with a fault at one of its points: set up,
 * rolled over, changed by the user, renewed. */
#ifndef TESTS_SETUP_CRASH_H
#define TESTS_SETUP_CRASH_H

#include <stdbool.h>
#include <stddef.h>

#include "power.h"

struct lineage_state;
struct sim;

#define CRASH_RUNS_MAX 80

/* Without any fault; it is remembered until crash_forget(). sim tells its points. */
void crash_live_well(struct sim *sim);
void crash_forget(void);
/* The same life ended at the point kill_at, or with the disk full at fail_at (0: no such
 * fault). Whatever goes wrong by it is an offence of sim's. It isn't lived on where the
 * fault leaves the same world, to the last octet and second, as an earlier one did. */
void crash_live(struct sim *sim, size_t kill_at, enum power_loss loss, size_t fail_at);
/* The different worlds that faults have left so far. */
size_t crash_worlds(void);
/* False where there is none yet. */
bool crash_load_state(const struct sim *sim, struct lineage_state *ret_state);

#endif
