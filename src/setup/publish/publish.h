/* SPDX-License-Identifier: BSD-2-Clause */
/* Gives records to DNS, in the way that `publish` of lineage.conf names: the words are in
 * lineage/publish_way.h, what they do in publish.c. */
#ifndef SETUP_PUBLISH_H
#define SETUP_PUBLISH_H

#include <stdbool.h>

struct env_dns;
struct lineage;
struct publish_change;
struct publish_owner;
struct wanted;
struct why;

enum publish_result {
	PUBLISH_DONE,	/* the zone took them */
	PUBLISH_HELD,	/* nothing was done: hold.h */
	PUBLISH_BY_HAND /* the user puts them in: print */
};

/* A dry run: is told what would change at each owner, while nothing changes. */
struct publish_watch {
	void (*tell)(void *arg, const struct publish_owner *owner,
		     const struct publish_change *change);
	/* Is told each request that isn't sent, without secrets. NULL: not wanted, and
	 * only DNS providers have any. */
	void (*tell_request)(void *arg, const char *method, const char *url,
			     const char *body);
	void *arg;
};

/* One way to publish; options is what follows its word in lineage.conf. Adds want,
 * removes dead, and touches nothing else. It is no failure where all is as wanted
 * already. watch NULL: really does it; else tells watch. */
typedef int publish_fn(struct lineage *lineage, const char *options,
		       const struct wanted *wanted, const struct publish_watch *watch,
		       enum publish_result *ret_result, struct why *why);

/* Whether the options are whole, and what they name on this host is there: DP_E* names
 * what would fail. Asks nobody. */
typedef int publish_check_fn(const struct lineage *lineage, const char *options,
			     struct why *why);

/* Whether the way is print: the records are the user's to put in. */
bool publish_is_by_hand(const struct lineage *lineage);
int publish_check(const struct lineage *lineage, struct why *why);
/* before is what the name servers had: the journal gets what wasn't there, and what is
 * gone. NULL: all of wanted is known to be so. */
int publish_records(struct lineage *lineage, const struct wanted *wanted,
		    const struct env_dns *before, enum publish_result *ret_result,
		    struct why *why);
/* Tells what publish_records() would change, by what the zone's own server has now.
 * PUBLISH_DONE, or PUBLISH_BY_HAND where the way can't look: print and exec. */
int publish_preview(struct lineage *lineage, const struct wanted *wanted,
		    const struct publish_watch *watch, enum publish_result *ret_result,
		    struct why *why);

#endif
