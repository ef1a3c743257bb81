/* SPDX-License-Identifier: BSD-2-Clause */
/* What each record that a server has is to a lineage: wanted, mistyped, one too many, or
 * somebody else's. No I/O. */
#ifndef SETUP_MARK_H
#define SETUP_MARK_H

#include <stddef.h>

struct record;
struct tlsa;

enum mark {
	MARK_WANTED,
	MARK_WRONG,    /* a wanted one was meant, but for some digits */
	MARK_TOO_MANY, /* the lineage's own, of a key that nothing needs any more */
	MARK_FOREIGN   /* of others */
};

/* The records that are to be there, and those that are to go; borrowed. */
struct mark_sets {
	const struct record *want, *dead;
	size_t want_count, dead_count;
};

/* "wanted", "wrong", "too many", "foreign" */
const char *mark_word(enum mark mark);
/* What rr is at owner (with its final dot). ret_meant, borrowed from sets: with
 * MARK_WRONG the wanted one that it looks like, else NULL. */
enum mark mark_of(const struct mark_sets *sets, const char *owner, const struct tlsa *rr,
		  const struct tlsa **ret_meant);
/* A line that marks the digits of have in which it differs from meant, for
 * tlsa_to_text(), on the heap: "      ^  ^". */
char *mark_difference(const struct tlsa *have, const struct tlsa *meant);

#endif
