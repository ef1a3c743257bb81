/* SPDX-License-Identifier: BSD-2-Clause */
/* What a lineage has left behind in DNS at services that were taken out of lineage.conf:
 * told, and taken out when somebody asks for it. */
#ifndef SETUP_PRUNE_H
#define SETUP_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

struct lineage;
struct outcome;
struct wanted;
struct why;

/* For a run: looks, and notes in the state what is left behind. ret_say (on the heap) is
 * that where it is to be said now: to a person always, else once a day; NULL: not now.
 * Where the servers can't be asked, what was known stays. */
int prune_review(struct lineage *lineage, bool to_person, char **ret_say,
		 struct why *why);
/* What may go, as the dead records of ret_wanted, which has nothing else; ret_stays (on
 * the heap) is why some may not; NULL: all may. Changes nothing. */
int prune_find(struct lineage *lineage, struct wanted *ret_wanted, char **ret_stays,
	       struct why *why);
/* Takes them out of DNS, in the way that lineage.conf names. */
int prune_give(struct lineage *lineage, const struct wanted *wanted, const char *stays,
	       struct outcome *r, struct why *why);

/* Where the records of a key are that is to be used no more: "OWNER, OWNER", on the heap;
 * NULL: no server has one, or (ret_unsure) nobody knows. ret_former: a service that the
 * lineage no longer has is among them. */
char *prune_where(struct lineage *lineage, int64_t generation, bool *ret_former,
		  bool *ret_unsure);

#endif
