/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a lineage's keys: one safe step a run, from the state that is saved. After
 * a crash at any point the next run goes on. The steps are the verbs'; each begins by
 * finishing what a crash cut short.
 *
 *   staged -> published -> safe -> installed -> verified -> retiring -> idle
 *
 * A new lineage begins staged, with its first key as the goal; where DNS has no record of
 * it at all, it installs first and publishes then, since there is nothing to contradict.
 */
#ifndef SETUP_ROLLOVER_H
#define SETUP_ROLLOVER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "setup/lineage/lineage_state.h"

struct lineage;
struct outcome;
struct why;

struct rollover_how {
	bool begin;	/* where nothing is begun, begin */
	bool again;	/* also less than a day after the last one */
	bool force;	/* try again what failed, without waiting */
	bool emergency; /* the key in use is compromised: begin, and wait only for what
			   protects the service */
	time_t assume_since;	   /* in an emergency: all servers have had the records
				      since then, by an operator's word; 0: nobody said so */
	const char *assume_reason; /* borrowed; not NULL where that is set */
};

/* Makes another next key. */
int rollover_discard_next(struct lineage *lineage, struct outcome *ret_result,
			  struct why *why);
/* One step. The result is undone with outcome_clear(). */
int rollover_step(struct lineage *lineage, const struct rollover_how *how,
		  struct outcome *ret_result, struct why *why);

/* The steps by themselves, for the verbs of those names. */
int rollover_publish(struct lineage *lineage, struct outcome *ret_result,
		     struct why *why);
int rollover_propagation(struct lineage *lineage, struct outcome *ret_result,
			 struct why *why);
int rollover_install(struct lineage *lineage, struct outcome *ret_result,
		     struct why *why);
/* Renews the certificate of the live key (else of the current one) if it is due, or
 * with force. Then installs it, where the lineage is installed and install is set. */
int rollover_renew(struct lineage *lineage, bool force, bool install,
		   struct outcome *ret_result, struct why *why);

/* A certificate for generation came by itself and is kept: installs it, by as many
 * steps as are safe now. Where that isn't safe yet it is refused, and later steps
 * install it. */
int rollover_receive(struct lineage *lineage, int64_t generation,
		     struct outcome *ret_result, struct why *why);

#endif
