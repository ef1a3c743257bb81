/* SPDX-License-Identifier: BSD-2-Clause */
/* When may a key be used whose record was just published? A pure decision: everything
 * that it knows is in its argument. */
#ifndef SETUP_SAFETY_H
#define SETUP_SAFETY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define SAFETY_UNKNOWN_S                                                                 \
	(2 * 86400) /* how long a cache may hold a set whose TTL is unknown */

/* What is known about the records' way into the caches. */
struct safety_facts {
	time_t agree_since; /* since then all servers have had the record; 0: not all have
			       it */
	int64_t old_ttl_s;  /* of the set before, or of the denial (its negative TTL)
			       where there was none; -1 unknown */
	int64_t new_ttl_s;  /* the largest seen since, the new set's included; -1 unknown
			     */
	bool none_at_all; /* no server has any TLSA record there, nor had one at the last
			     look: there is nothing that a key could contradict */
};

enum safety {
	SAFETY_LAGS, /* a server still lacks the record: time doesn't help */
	SAFETY_WAIT, /* a cache may still hold the old set */
	SAFETY_SAFE,
	SAFETY_NONE /* no record anywhere: any key may be used, and should be before its
		       record is published */
};

/* How long a cache may hold the old set after the last server gave it out. */
int64_t safety_hold_s(const struct safety_facts *facts);
/* ret_at gets the time from which it is safe; 0 with SAFETY_LAGS and SAFETY_NONE. */
enum safety safety_decide(const struct safety_facts *facts, time_t now, time_t *ret_at);

#endif
