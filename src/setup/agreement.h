/* SPDX-License-Identifier: BSD-2-Clause */
/* What the authoritative servers say about a lineage's records, kept in its state, and
 * whether that makes the goal safe. */
#ifndef SETUP_AGREEMENT_H
#define SETUP_AGREEMENT_H

#include <stdbool.h>
#include <time.h>

#include "setup/safety.h"

struct lineage;
struct why;

struct agreement {
	enum safety safety;
	time_t safe_at; /* 0: not to be told yet */
	char *who_lags; /* owned; NULL */
};

/* Before records change: what caches may hold from now on. Doesn't save. */
int agreement_before(struct lineage *lineage, struct why *why);
/* Asks all servers now; the state gets since when they agree, which the caller saves.
 * Undo with agreement_clear(). */
int agreement_observe(struct lineage *lineage, struct agreement *ret_agreement,
		      struct why *why);
/* What the state says without asking. */
void agreement_recall(const struct lineage *lineage, struct agreement *ret_agreement);
void agreement_clear(struct agreement *agreement);

#endif
