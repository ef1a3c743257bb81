/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the current and the next key can be used: their files are there, and fit. An
 * emergency is no time to find that out. */
#ifndef SETUP_USABLE_H
#define SETUP_USABLE_H

struct lineage;

/* Why the current one can't, and what to do, on the heap, as the next; NULL: it can. */
char *usable_word_current(const struct lineage *lineage);
char *usable_word_next(const struct lineage *lineage);
/* The first of both. */
char *usable_word_fault(const struct lineage *lineage);

#endif
