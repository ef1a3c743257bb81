/* SPDX-License-Identifier: BSD-2-Clause */
/* Owner names at which DNS has no TLSA record yet. As soon as one is there, clients
 * demand that the service matches it. So the first record waits until the service
 * presents a key of the lineage. */
#ifndef SETUP_HOLD_H
#define SETUP_HOLD_H

#include <stdbool.h>

struct env_dns;
struct lineage;
struct lineage_state;
struct why;

struct hold {
	char *held;   /* owned; those owners (owners.h); NULL: there is none */
	char *reason; /* owned; why there are to be no records at some owners for now;
		       NULL: there is no such owner */
	bool unknown; /* an owner has records of ours that nobody here has published, and
			 its service another key: caches may hold anything */
};

/* Decides at which owners there are to be no records for now, by what the servers said
 * and the services present. Where somebody asks for them, a service that nobody reaches
 * is no reason, but for the owners in before (NULL: none), which were held back when
 * nobody did. Changes nothing; undo with hold_clear(). */
int hold_decide(struct lineage *lineage, const struct env_dns *dns, bool asked_for,
		const char *before, struct hold *ret_hold, struct why *why);
/* Whether all that is held back still has to be: ret_reason says why, on the heap; NULL:
 * some of it no longer, by what DNS has and the services present now. Changes nothing. */
int hold_review(struct lineage *lineage, char **ret_reason, struct why *why);
/* Whether DNS has, or may have, a record at an owner that is held back: its service must
 * not get a key then that isn't among them. Changes nothing. */
int hold_has_records(struct lineage *lineage, bool *ret_has, struct why *why);
/* Takes the decision over into the state. Doesn't save. */
void hold_keep(struct lineage_state *state, struct hold *hold);
/* From now on nothing is held back. Doesn't save. */
void hold_forget(struct lineage_state *state);
void hold_clear(struct hold *hold);

#endif
