/* SPDX-License-Identifier: BSD-2-Clause */
/* The records that a lineage wants in DNS now, and those of its own that are to go: of
 * keys that nothing needs any more (RFC 7583 calls such a key dead). */
#ifndef SETUP_WANTED_H
#define SETUP_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/publish/endpoints.h"

struct lineage;
struct record;
struct target;
struct why;

struct wanted {
	struct record *want, *dead; /* owned */
	size_t want_count, dead_count;
	struct endpoints
		endpoints; /* those that the records are for, and those that others run */
};

/* 3 1 1 of each key of current and next at each endpoint of ours, but for the owners in
 * held (owners.h; NULL: none), which are to have no records for now; and to go, of the
 * generations before. Undo with wanted_clear(). */
int wanted_make(const struct lineage *lineage, const char *held,
		struct wanted *ret_wanted, struct why *why);
/* Adds the records that the keys of generation have, or once had, at target; none where
 * its folder is gone. */
int wanted_ever(const struct lineage *lineage, const struct target *target,
		int64_t generation, struct record **list, size_t *count, struct why *why);
void wanted_clear(struct wanted *wanted);

#endif
