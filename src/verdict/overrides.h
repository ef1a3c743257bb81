/* SPDX-License-Identifier: BSD-2-Clause */
/* What --on CODE=STATE and --on FINDING=STATE change. */
#ifndef VERDICT_OVERRIDES_H
#define VERDICT_OVERRIDES_H

#include <stdbool.h>

#include "verdict/code.h"
#include "verdict/finding.h"

struct why;

/* Starts zeroed: nothing changed. */
struct overrides {
	bool code_set[CODE_COUNT];
	enum state code[CODE_COUNT];
	bool finding_set[FINDING_COUNT];
	enum state finding[FINDING_COUNT];
};

/* Reads one "CODE=STATE" (ok, warning, critical, unknown, any case); DP_EINVAL names what
 * is unknown and lists what there is. */
int overrides_parse(struct overrides *o, const char *text, struct why *why);
/* The code's state; o may be NULL. */
enum state overrides_code_state(const struct overrides *o, enum code code);

#endif
