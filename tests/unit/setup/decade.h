/* SPDX-License-Identifier: BSD-2-Clause */
/* Ten years of a lineage in a simulated world. */
#ifndef TESTS_SETUP_DECADE_H
#define TESTS_SETUP_DECADE_H

#include <stdint.h>

struct sim;

/* Renewals, yearly rollovers and some that follow one another at once, with crashes, full
 * disks, lagging servers and failing orders; stops at the first offence. */
void decade_live(struct sim *sim, uint64_t seed);
/* The same with certbot in charge, whose hook is called once a renewal. */
void decade_live_by_hook(struct sim *sim, uint64_t seed);
/* The seed of SIM_SEED, else one from the clock. */
uint64_t decade_seed(void);
/* SIM_WORLDS, else 1. */
uint64_t decade_worlds(void);
/* Ten, or as many as SIM_YEARS says. */
int64_t decade_years(void);

#endif
