/* SPDX-License-Identifier: BSD-2-Clause */
/* From facts to state, code, findings, summary and advice. Pure. */
#ifndef VERDICT_VERDICT_H
#define VERDICT_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "verdict/code.h"

struct facts_target;
struct why;

/* A threshold on a remaining life: a share of the whole, or a time. */
struct threshold {
	bool given;    /* by the user; else it is the default */
	bool is_share; /* value is a percentage, else seconds */
	double value;
};
/* "25%", "14d", "36h", "90s", "2m", "250ms"; a number without a unit, a negative one or trailing text is DP_EINVAL.
 * allow_share false refuses "%". */
int threshold_parse(const char *text, bool allow_share, struct threshold *ret_threshold,
		    struct why *why);
/* The absolute limit in seconds for a whole life of whole_s seconds. */
double threshold_seconds(const struct threshold *t, double whole_s);

struct verdict_conf {
	struct threshold warn_expiry, crit_expiry; /* defaults 25%, 10% */
	struct threshold warn_rrsig, crit_rrsig;   /* defaults 15%, 5% */
	struct threshold warn_time, crit_time;	   /* given false: none */
	int64_t timeout_ms;
	struct overrides overrides;
};
void verdict_conf_init(struct verdict_conf *conf);

/* Fills in every state and the endpoints' and the target's code, adds the findings that
 * follow from facts and thresholds (cert-expiring, rrsig-expiring, slow, combination-stale,
 * anchor-only-in-dns, ee-selector-0, ...), then summary and advice. Peers' and endpoints' codes are given
 * (a peer's by the probe; an endpoint's code is taken from its peers when it has any). Calling it once a target. */
void verdict_decide(struct facts_target *t, const struct verdict_conf *conf, time_t now);

/* One performance value, Nagios or otherwise. NAN where not known. */
struct perf {
	char label[80]; /* unit in the name, no blanks */
	double value;
	const char *uom; /* "", "s", "%", "c", "B" */
	char warn[24], crit[24]; /* ranges, "" none */
	double min, max;
	int decimals;
};
/* time, cert_days, rrsig_hours, peers_matched: those that are known. Returns how many (<= 4). */
size_t verdict_perf(const struct facts_target *t, const struct verdict_conf *conf,
		    time_t now, struct perf ret_perf[4]);

#endif
