/* SPDX-License-Identifier: BSD-2-Clause */
/* Until when the certificates of a lineage do: those that the servers have, not what is
 * kept and not yet installed. */
#ifndef SETUP_DEADLINE_H
#define SETUP_DEADLINE_H

#include <stdbool.h>
#include <time.h>

struct lineage;
struct why;

/* The earliest of all key types. */
struct deadline {
	time_t not_before, not_after; /* 0: a type has none */
	time_t late_at;	    /* half of the time that its renewal leaves is gone */
	time_t critical_at; /* three quarters of it are */
	bool fresh;	    /* there are no newer ones */
};

/* Of the certificates under the servers; where nothing is installed, of the newest of the
 * current key. */
int deadline_read(const struct lineage *lineage, struct deadline *ret_deadline,
		  struct why *why);

#endif
