/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes a lineage out of service: its records leave DNS, but for those that a server's
 * key still matches, and then its folder is moved aside. Nothing of it is deleted. */
#ifndef SETUP_END_H
#define SETUP_END_H

#include <stdbool.h>

struct lineage;
struct outcome;
struct why;

/* One safe step, which may be the last: lineage->dir is where its folder is then.
 * even_if_served: also takes out what is held for the services' sake, but not where that
 * would break one. */
int end_step(struct lineage *lineage, bool even_if_served, struct outcome *r,
	     struct why *why);
/* It stays in service after all. */
int end_take_back(struct lineage *lineage, struct outcome *r, struct why *why);
/* What is left for a person to do after the last step, lines on the heap; NULL before. */
char *end_remarks(const struct lineage *lineage);

#endif
