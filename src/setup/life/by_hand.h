/* SPDX-License-Identifier: BSD-2-Clause */
/* With publish = print: the one step that waits for a person, who changes DNS. */
#ifndef SETUP_BY_HAND_H
#define SETUP_BY_HAND_H

#include <stdbool.h>

struct lineage;
struct why;

/* Asks the name servers which records a person is to add or remove now, and notes that it
 * was said. ret_text: lines, on the heap, where it is to be said now: once, after that
 * once a day, and to a person always; NULL: not now, or there is nothing to do. */
int by_hand_review(struct lineage *lineage, bool to_person, char **ret_text,
		   struct why *why);

#endif
