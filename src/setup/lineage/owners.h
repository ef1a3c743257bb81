/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of owner names, and of other words, as the state keeps them: one text, with a
 * blank between each two. NULL is the empty set. */
#ifndef SETUP_OWNERS_H
#define SETUP_OWNERS_H

#include <stdbool.h>

/* owner has its final dot. */
bool owners_has(const char *owners, const char *owner);
/* Adds owner if it isn't there; owners is on the heap. */
void owners_add(char **owners, const char *owner);

/* Removes those of others; what is left may be NULL. */
void owners_remove(char **owners, const char *others);
/* Takes the first off, on the heap; NULL: there is none left. */
char *owners_next(const char **owners);

#endif
