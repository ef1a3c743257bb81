/* SPDX-License-Identifier: BSD-2-Clause */
/* The records that a lineage wants in DNS now, and those of its own that are to go. */
#ifndef SETUP_WANTED_H
#define SETUP_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lineage;
struct lineage_conf;
struct record;
struct why;

struct wanted {
	struct record *want, *gone; /* owned */
	size_t want_count, gone_count;
	char **others; /* owned; hosts outside the lineage's domains: their operator's */
	size_t others_count;
};

/* 3 1 1 of each key of current and next at each service, and of the generation that is
 * being retired. mx:// and srv:// take env's discover. Undo with wanted_clear(). */
int wanted_make(struct lineage *lineage, struct wanted *ret_wanted, struct why *why);
/* Whether host is one of the domains, or directly below a wildcard's. */
bool wanted_is_ours(const struct lineage_conf *conf, const char *host);
void wanted_clear(struct wanted *wanted);

#endif
