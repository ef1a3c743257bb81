/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the services are this copy's of the lineage to handle: an old one that was
 * restored, or a second one on another host, sees them present a key that is published
 * and none of its own but, after one rollover elsewhere, its next. It would put retired
 * keys back into DNS, and under the servers.
 *
 * Somebody may tell it to go on. Then its records come beside those that are there, and
 * its key comes under the servers only after no cache can lack them. */
#ifndef SETUP_CLAIM_H
#define SETUP_CLAIM_H

#include <stdbool.h>
#include <time.h>

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
/* The services were just seen with this copy's key. Doesn't save. */
void claim_end(struct lineage *lineage);

/* What stands against letting servers read live/. */
struct claim {
	char *text;   /* owned; NULL: nothing */
	time_t until; /* it does until then; 0: nobody knows */
	bool stops;   /* nobody has told this copy to go on */
};

/* Looks and asks now. Doesn't save. */
void claim_ask(struct lineage *lineage, struct claim *ret_claim);
/* Saves, and tells what stands against it. */
int claim_tell(struct lineage *lineage, const struct claim *claim, struct outcome *r,
	       struct why *why);
/* Instead of what r tells where nothing else is to be done: what is in the place of its
 * keys, by what was seen last. Returns 0. */
int claim_remind(struct lineage *lineage, struct outcome *r);
/* The same on the heap; NULL: nothing. */
char *claim_word(const struct lineage *lineage);

#endif
