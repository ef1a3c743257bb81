/* SPDX-License-Identifier: BSD-2-Clause */
/* Gives a lineage's records to DNS: asks servers and services first, decides whether
 * what they say allows it, and tells what came of it. */
#ifndef SETUP_PUBLICATION_H
#define SETUP_PUBLICATION_H

#include <stdbool.h>

struct lineage;
struct outcome;
struct why;

/* Gives the wanted records to DNS; where somebody asked for it, also those of services
 * that nobody reaches. The stage staged becomes published, other stages stay. */
int publication_give(struct lineage *lineage, bool asked_for, struct outcome *r,
		     struct why *why);
/* What publication_give() would hold back now, on the heap; NULL: nothing. Doesn't save.
 */
int publication_preview(struct lineage *lineage, char **ret_held, struct why *why);
/* Whether a record is wanted at an owner that the last publication left out, or a
 * publication was cut short. */
bool publication_is_due(struct lineage *lineage);

#endif
