/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the services are this copy's of the lineage to handle: an old one that was
 * restored, or a second one on another host, sees them present a key that is published
 * and none of its own. It would put retired keys back into DNS, and under the servers. */
#ifndef SETUP_CLAIM_H
#define SETUP_CLAIM_H

#include <stdbool.h>

struct lineage;
struct outcome;
struct why;

/* Looks once a day, at each run as long as
 * there is something, and now in any case (for what can't be undone). ret_stops: nothing
 * is to be done; r tells why. */
int claim_check(struct lineage *lineage, bool now, bool *ret_stops, struct outcome *r,
		struct why *why);
/* Somebody tells this copy to go on: it may, until the services present a key of its own.
 * Doesn't save. */
void claim_take(struct lineage *lineage);
/* What stands against the installation of a certificate, on the heap; NULL: nothing. */
char *claim_find_obstacle(struct lineage *lineage);

#endif
