/* SPDX-License-Identifier: BSD-2-Clause */
/* "Did you mean": the known word that a mistyped one is nearest to. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* An edit inserts, deletes, replaces a character or swaps two neighbours; a known word is
 * near at a third of the typed word's length, and at one edit anyway. */
struct nearest {
	const char *word; /* borrowed: what was typed */
	const char *best; /* borrowed: NULL while nothing is near */
	size_t edits;	  /* of best */
};

/* Offer words one after the other, then read best. */
void nearest_init(struct nearest *n, const char *word);
void nearest_offer(struct nearest *n, const char *known);

#endif
