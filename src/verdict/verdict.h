/* SPDX-License-Identifier: BSD-2-Clause */
/* From facts to state, code, findings, summary and advice. Pure. */
#ifndef VERDICT_VERDICT_H
#define VERDICT_VERDICT_H

#include <stdint.h>
#include <time.h>

#include "verdict/overrides.h"
#include "verdict/threshold.h"

struct facts_target;

struct verdict_conf {
	struct threshold warn_expiry, crit_expiry; /* defaults 25%, 10% */
	struct threshold warn_rrsig, crit_rrsig;   /* given false: signature.h's */
	struct threshold warn_time, crit_time;	   /* given false: none */
	struct overrides overrides;
};
void verdict_conf_init(struct verdict_conf *conf);

/* Fills in every state and the endpoints' and the target's code, adds the findings that
 * follow from facts and thresholds, then matrix, summary and advice; call it once a
 * target. A peer's code is given by the probe; an endpoint's is taken from its peers when
 * it has any; a target's own code (bad-target, a failed discovery) counts beside those of
 * its endpoints. A peer without route counts only where no other peer of its endpoint was
 * tried. What claims to match without a match on record, or has nothing in it, is never
 * OK. A summary or story that is there already is kept. */
void verdict_decide(struct facts_target *t, const struct verdict_conf *conf, time_t now);

#endif
