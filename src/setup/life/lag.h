/* SPDX-License-Identifier: BSD-2-Clause */
/* Name servers that don't have the records, and caches that may not: waiting for them,
 * and what is done when it takes too long. */
#ifndef SETUP_LAG_H
#define SETUP_LAG_H

#include <stdbool.h>
#include <time.h>

#include "setup/life/outcome.h"

struct agreement;
struct lineage;
struct why;

/* Asks all servers. ret_changed: other records are asked for than the last time. Undo
 * with agreement_clear(). */
int lag_observe(struct lineage *lineage, struct agreement *ret_agreement,
		bool *ret_changed, struct why *why);
/* Borrowed from agreement. */
const char *lag_name(const struct agreement *agreement);
/* Waits for who it is; where it takes too long the lineage is stuck. */
int lag_wait(struct lineage *lineage, const char *who, struct outcome *r,
	     struct why *why);
/* Servers lack records: they get them if they never did, or not for long. changed: these
 * were never given to DNS, since the services are others than before. */
int lag_answer(struct lineage *lineage, const char *who, bool changed, struct outcome *r,
	       struct why *why);
/* A record of somebody else's stands against the key, with all of ours in place. */
int lag_tell_blocked(struct lineage *lineage, const struct agreement *agreement,
		     enum outcome_kind kind, struct outcome *r, struct why *why);
/* All servers agree; waits for caches until then. */
int lag_await_safe(struct lineage *lineage, time_t until, struct outcome *r,
		   struct why *why);

#endif
