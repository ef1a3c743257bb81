/* SPDX-License-Identifier: BSD-2-Clause */
/* A compromised key: which one is meant, and what its holder can still do. */
#ifndef SETUP_EMERGENCY_H
#define SETUP_EMERGENCY_H

#include <stdint.h>

struct lineage;
struct outcome;
struct why;

/* Notes that the key in use is compromised. Doing it again changes nothing. */
int emergency_declare(struct lineage *lineage, struct why *why);
/* Marks it in the folder of that key too, so that the mark outlives the state. */
int emergency_mark(struct lineage *lineage, struct why *why);
/* Adds to what a step told what the holder of that key can still do, and where: asks the
 * name servers. */
void emergency_tell_exposure(struct lineage *lineage, int64_t compromised,
			     struct outcome *r);
/* Adds what to do if another key is compromised than the one that was assumed. */
void emergency_tell_remedy(const struct lineage *lineage, struct outcome *r);

#endif
