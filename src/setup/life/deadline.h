/* SPDX-License-Identifier: BSD-2-Clause */
/* How long the certificates of a lineage last: those that the servers have, not one
 * that is kept and not yet installed. */
#ifndef SETUP_DEADLINE_H
#define SETUP_DEADLINE_H

#include <stdbool.h>
#include <time.h>

struct lineage;
struct why;

/* The earliest of all key types. */
struct deadline {
	time_t not_before, not_after; /* 0: a type has none */
	time_t late_at;	    /* half of the time from its renewal to its end has passed */
	time_t critical_at; /* three quarters of that time have passed */
	bool fresh;	    /* no newer certificate is kept */
};

/* Reads the certificates that are installed; where none is, the newest of the current
 * key. */
int deadline_read(const struct lineage *lineage, struct deadline *ret_deadline,
		  struct why *why);

#endif
