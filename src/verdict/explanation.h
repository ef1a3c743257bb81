/* SPDX-License-Identifier: BSD-2-Clause */
/* What a code or a finding means, why it matters, how it comes about and how it is
 * mended: for people who have nothing but its name. */
#ifndef VERDICT_EXPLANATION_H
#define VERDICT_EXPLANATION_H

#include "verdict/code.h"
#include "verdict/finding.h"

/* Constant sentences. */
struct explanation {
	const char *meaning; /* what was seen */
	const char *matters; /* what clients make of it */
	const char *cause;   /* how it comes about, most often first */
	const char *remedy;  /* what to do */
};

const struct explanation *explanation_of_code(enum code code);
const struct explanation *explanation_of_finding(enum finding_id id);

#endif
