/* SPDX-License-Identifier: BSD-2-Clause */
/* The DNSSEC signatures that a verdict hangs on, each judged by its own TTL and validity.
 * Pure. */
#ifndef VERDICT_SIGNATURE_H
#define VERDICT_SIGNATURE_H

#include <stdbool.h>
#include <time.h>

#include "verdict/finding.h"

struct facts_lookup;
struct facts_target;
struct verdict_conf;

struct signature {
	const struct facts_lookup *lookup; /* borrowed; whose records it signs */
	double left_s;			   /* to its end; negative behind it */
	double validity_s;		   /* -1: not known */
	double warn_s, crit_s;	/* the limits for it; -1: a share of what isn't known */
	enum severity severity; /* SEVERITY_INFO: above both limits */
	bool ageing; /* worth a note: no limit of the user's, and little of its validity
			left */
};

/* The one that is worst off: by severity, then by how near to its limits it is. Without
 * limits of the user's a signature is a WARNING once a cache could hold its records up to
 * 45 minutes before its end, and CRITICAL in the last 45 minutes; where its whole
 * validity is so short that half of that is less, half is the limit. False: there is
 * none. */
bool signature_find_worst(const struct facts_target *t, const struct verdict_conf *conf,
			  time_t now, struct signature *ret_worst);
/* When the first of them ends; -1: there is none. */
time_t signature_first_end(const struct facts_target *t);

#endif
