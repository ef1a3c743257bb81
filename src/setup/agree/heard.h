/* SPDX-License-Identifier: BSD-2-Clause */
/* Which name servers have answered in the looks until now. One that is silent in this one
 * has nothing that it hadn't then, or that another doesn't have meanwhile: so what caches
 * got from it has a TTL that was seen. */
#ifndef SETUP_HEARD_H
#define SETUP_HEARD_H

#include <stdint.h>
#include <time.h>

struct env_dns;
struct lineage_state;

/* The largest TTL that what the servers have may be cached by; -1 unknown: one of them
 * never said. To be asked before heard_keep(). */
int64_t heard_ttl_s(const struct lineage_state *state, const struct env_dns *dns,
		    time_t now);
/* Keeps who has answered. Doesn't save. */
void heard_keep(struct lineage_state *state, const struct env_dns *dns, time_t now);

#endif
