/* SPDX-License-Identifier: BSD-2-Clause */
/* What is left where a lineage has lost its state: the last copy of it, and the marks of
 * keys that were declared compromised, which no loss of the state makes usable again. */
#ifndef SETUP_SALVAGE_H
#define SETUP_SALVAGE_H

#include <stdbool.h>
#include <stdint.h>

struct lineage;
struct why;

/* Says what happened to the state ("is missing"), and the ways out; returns code. */
int salvage_explain(const struct lineage *lineage, int code, const char *what,
		    struct why *why);
/* Whether more has happened to the keys that are there than making them. */
bool salvage_has_history(const struct lineage *lineage);
/* keys/NNNN/compromised, unless it is there. */
int salvage_mark(struct lineage *lineage, int64_t generation, struct why *why);
bool salvage_is_marked(const struct lineage *lineage, int64_t generation);

#endif
