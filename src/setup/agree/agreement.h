/* SPDX-License-Identifier: BSD-2-Clause */
/* What the authoritative servers say about a lineage's records, kept in its state, and
 * whether that makes the goal safe. */
#ifndef SETUP_AGREEMENT_H
#define SETUP_AGREEMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "setup/agree/safety.h"

struct env_dns;
struct foreign;
struct lineage;
struct lineage_state;
struct wanted;
struct why;

struct agreement {
	enum safety safety;
	time_t safe_at; /* 0: it can't be said yet */
	char *who_lags; /* owned; NULL */
	bool blocked;	/* who_lags is a record of somebody else's: all servers have ours,
			   and time doesn't help */
};

/* What the servers say about all records that the lineage could want, those that are held
 * back too. Notes nothing. Undo with env_dns_clear(). */
int agreement_ask(const struct lineage *lineage, struct env_dns *ret_dns,
		  struct why *why);
/* Asks them what records of others there are, and what those make of a switch to
 * generation's certificates. Notes nothing. Undo with foreign_clear(). */
int agreement_foreign(struct lineage *lineage, int64_t generation,
		      struct foreign *ret_foreign, struct why *why);
/* Asks, before records change, what the servers say about all of them, and notes what
 * caches may hold from now on. Doesn't save. Undo with env_dns_clear(). */
int agreement_before(struct lineage *lineage, struct env_dns *ret_dns, struct why *why);
/* These are the records that the servers are asked about from now on. Doesn't save. */
void agreement_remember(struct lineage_state *state, const struct wanted *wanted);
/* Asks all servers now; the state gets since when they agree, which the caller saves.
 * Undo with agreement_clear(). */
int agreement_observe(struct lineage *lineage, struct agreement *ret_agreement,
		      struct why *why);
/* Takes a person's word that all servers have had the records since then, and saves; what
 * caches may hold beside that is waited for as ever. ret_contradiction (on the heap):
 * what a server says, or said, against it, and then nothing is changed; NULL: nothing. */
int agreement_assume(struct lineage *lineage, time_t since, char **ret_contradiction,
		     struct why *why);
/* The time from which no cache can lack the records, by what was seen so far; 0: not
 * all servers have them. */
time_t agreement_safe_at(const struct lineage *lineage);
void agreement_clear(struct agreement *agreement);

#endif
