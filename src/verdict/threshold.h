/* SPDX-License-Identifier: BSD-2-Clause */
/* Thresholds: a share of a whole life, or a time. */
#ifndef VERDICT_THRESHOLD_H
#define VERDICT_THRESHOLD_H

#include <stdbool.h>

struct why;

struct threshold {
	bool given;    /* by the user; else it is the default */
	bool is_share; /* value is a percentage, else seconds */
	double value;
};
/* "25%", "14d", "36h", "90s", "2m", "250ms"; a number without a unit, a negative one or
 * trailing text is DP_EINVAL. allow_share false refuses "%". */
int threshold_parse(const char *text, bool allow_share, struct threshold *ret_threshold,
		    struct why *why);
/* The absolute limit in seconds for a whole life of whole_s seconds. */
double threshold_seconds(const struct threshold *t, double whole_s);

#endif
