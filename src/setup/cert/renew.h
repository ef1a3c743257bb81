/* SPDX-License-Identifier: BSD-2-Clause */
/* Gets certificates for a generation's keys by their requests, through the ACME command
 * of lineage.conf. */
#ifndef SETUP_RENEW_H
#define SETUP_RENEW_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct lineage;
struct why;

/* Whether a client renews by its own schedule and calls daneprobe hook. */
bool renew_is_by_hook(const struct lineage *lineage);
/* When the newest certificates of generation are to be renewed: the earliest over the key
 * types; 0 where one has none. */
int renew_due_at(const struct lineage *lineage, int64_t generation, time_t *ret_at,
		 struct why *why);
/* Orders a certificate for each key type that is due (for all with force), checks it
 * and keeps it. A type that fails doesn't hold up the others, which are kept; why names
 * it. Where renewals come by hook nothing is ordered: DP_ENOENT where a key has no
 * certificate yet. */
int renew_order(struct lineage *lineage, int64_t generation, bool force, struct why *why);

#endif
