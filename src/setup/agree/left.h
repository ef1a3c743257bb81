/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of the lineage that are in DNS at the owners of services that it no longer has:
 * the next rollover takes none of them out, and whoever still serves there breaks by it.
 */
#ifndef SETUP_LEFT_H
#define SETUP_LEFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/key/record.h"

struct endpoints;
struct lineage;
struct lineage_state;
struct why;

struct left_item {
	struct record record; /* owned, as the next */
	char *service;	      /* SCHEME://HOST:PORT */
	int64_t generation;
	bool is_former;	   /* no service of the lineage has that owner */
	bool among_others; /* a server has records of others beside it */
};

struct left {
	struct left_item *item; /* owned; what at least one server has */
	size_t count;
	bool unsure; /* not every server said what it has */
	char *gone;  /* owned; services (owners.h) of before at which no server has
			anything; NULL: none */
};

/* Remembers these services as ones that may have records. Doesn't save. */
void left_note(struct lineage_state *state, const struct endpoints *endpoints);
/* What is left of services that the lineage no longer has; undo with left_clear(). An
 * owner that by aliases is one of the lineage's has nothing left. */
int left_find(struct lineage *lineage, struct left *ret_left, struct why *why);
/* All that the lineage has in DNS, at present services too. */
int left_find_all(struct lineage *lineage, struct left *ret_left, struct why *why);
/* Where the keys of this generation are published still, present services included. */
int left_find_key(struct lineage *lineage, int64_t generation, struct left *ret_left,
		  struct why *why);
void left_clear(struct left *left);

#endif
