/* SPDX-License-Identifier: BSD-2-Clause */
/* When is a certificate to be renewed? Pure. */
#ifndef SETUP_RENEWAL_H
#define SETUP_RENEWAL_H

#include <stdint.h>
#include <time.h>

struct renewal_facts {
	time_t not_before, not_after;
	int percent;	/* of the lifetime left; 0: not given */
	int64_t left_s; /* this much left; 0: not given */
	time_t ari_at;	/* a moment of the CA's window (RFC 9773); 0: not known */
};

/* When the CA wants it, but never in the last tenth of its life, and not later than where
 * what is to be left was given. Where the CA says nothing, with a third of the lifetime
 * left, or half where that is below ten days. */
time_t renewal_time(const struct renewal_facts *facts);
/* How long to wait after so many failures in a row: an hour, doubling to a day. */
int64_t renewal_backoff_s(int64_t failures);

#endif
