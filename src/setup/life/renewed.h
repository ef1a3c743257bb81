/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of a renewal: the certificates that came are installed, or why not is told
 * and kept. */
#ifndef SETUP_RENEWED_H
#define SETUP_RENEWED_H

#include <stdint.h>
#include <time.h>

struct lineage;
struct lineage_state;
struct outcome;
struct why;

/* When a renewal that failed is tried again; 0: none failed. */
time_t renewed_retry_at(const struct lineage_state *state);
/* Counts a try that failed for this reason, saves and tells. */
int renewed_failed(struct lineage *lineage, const char *text, struct outcome *r,
		   struct why *why);
/* Forgets those that failed before; saves. */
int renewed_done(struct lineage *lineage, struct why *why);
/* Installs the newest certificates of generation, whose key is live. failed: why the
 * order brought none for some of the types; NULL: it brought all. */
int renewed_install(struct lineage *lineage, int64_t generation, const char *failed,
		    struct outcome *r, struct why *why);

#endif
