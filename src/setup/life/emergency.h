/* SPDX-License-Identifier: BSD-2-Clause */
/* A compromised key: which one is meant, and what its holder can still do. */
#ifndef SETUP_EMERGENCY_H
#define SETUP_EMERGENCY_H

#include <stdint.h>

struct lineage;
struct outcome;
struct why;

/* Writes down that the key in use is compromised. Told once more, it is the same. */
int emergency_declare(struct lineage *lineage, struct why *why);
/* Behind what a step told: what the holder of that key can still do. */
void emergency_tell_exposure(const struct lineage *lineage, int64_t compromised,
			     struct outcome *r);
/* Which key is meant was assumed: what to do if it was another one. */
void emergency_tell_remedy(const struct lineage *lineage, struct outcome *r);

#endif
