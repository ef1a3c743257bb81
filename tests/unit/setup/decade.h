/* SPDX-License-Identifier: BSD-2-Clause */
/* Ten years of a lineage in a simulated world. */
#ifndef TESTS_SETUP_DECADE_H
#define TESTS_SETUP_DECADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECADE_YEARS 10

struct sim;

struct decade_world {
	size_t kinds; /* of keys at once */
	bool by_hook; /* certbot is in charge, and calls its hook once a renewal */
	int64_t years;
};

/* Renewals, yearly rollovers and some that follow one another at once, emergencies, with
 * crashes, full disks, lagging servers and failing orders; stops at the first offence. */
void decade_live(struct sim *sim, const struct decade_world *world, uint64_t seed);
/* The seed of SIM_SEED, else that one. */
uint64_t decade_seed(uint64_t otherwise);
/* SIM_WORLDS, else 1. */
uint64_t decade_worlds(void);
/* Ten, or as many as SIM_YEARS says. */
int64_t decade_years(void);

#endif
