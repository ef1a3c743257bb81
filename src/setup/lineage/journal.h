/* SPDX-License-Identifier: BSD-2-Clause */
/* What happened to a lineage, a line a change: appended, fsynced, never read back. */
#ifndef SETUP_JOURNAL_H
#define SETUP_JOURNAL_H

#include <stddef.h>

struct env;
struct why;

struct journal_item {
	const char *key;
	const char *value; /* escaped, and quoted where it has blanks; NULL: left out */
};

/* "2026-11-23T17:40:02Z 4711 new      created   generation=0001 ..." */
int journal_add(struct env *env, const char *path, const char *verb, const char *event,
		const struct journal_item *items, size_t count, struct why *why);

#endif
