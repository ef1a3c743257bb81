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

/* What is left of a life, in seconds, below which there is a warning and an alarm; -1:
 * not known. */
struct threshold_limits {
	double warn_s, crit_s;
};
/* The limits for a whole life of whole_s seconds, in order; -1: that isn't known, and
 * they are shares of it. */
struct threshold_limits threshold_limits(const struct threshold *warn,
					 const struct threshold *crit, double whole_s);
/* Where only one of the two was given, the default of the other gives way, so that the
 * warning never comes after the alarm. */
void threshold_order(const struct threshold *warn, const struct threshold *crit,
		     struct threshold_limits *limits);
/* DP_EINVAL, with both in the sentence, where both were given in one kind and the alarm
 * would come before the warning. rising: the alarm is the larger one. */
int threshold_check_pair(const char *name, const struct threshold *warn,
			 const struct threshold *crit, bool rising, struct why *why);

#endif
