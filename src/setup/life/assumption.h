/* SPDX-License-Identifier: BSD-2-Clause */
/* In an emergency: an operator's word for how long a record has been published, where the
 * wait for caches is longer than it has to be. */
#ifndef SETUP_ASSUMPTION_H
#define SETUP_ASSUMPTION_H

#include <stdbool.h>
#include <time.h>

struct lineage;
struct outcome;
struct why;

/* Takes it where no name server contradicts, and journals it with the operator's reason;
 * else it is refused, which r tells. */
int assumption_make(struct lineage *lineage, time_t since, const char *reason,
		    bool *ret_made, struct outcome *r, struct why *why);
/* Adds to what a step told what is risked by it. */
void assumption_tell(const struct lineage *lineage, time_t since, struct outcome *r);

#endif
