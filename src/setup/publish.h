/* SPDX-License-Identifier: BSD-2-Clause */
/* Gives records to DNS, in the way that `publish` of lineage.conf names. */
#ifndef SETUP_PUBLISH_H
#define SETUP_PUBLISH_H

#include <stdbool.h>

struct lineage;
struct wanted;
struct why;

enum publish_result {
	PUBLISH_DONE,	/* the zone took them */
	PUBLISH_BY_HAND /* they are yours to put in: print */
};

/* One way; options is what follows its word in lineage.conf. Adds want and removes gone,
 * and nothing else; what is as wanted already is no failure. */
typedef int publish_fn(struct lineage *lineage, const char *options,
		       const struct wanted *wanted, enum publish_result *ret_result,
		       struct why *why);

/* Whether the way is print: the records are the user's to put in. */
bool publish_is_by_hand(const struct lineage *lineage);
int publish_records(struct lineage *lineage, const struct wanted *wanted,
		    enum publish_result *ret_result, struct why *why);

#endif
