/* SPDX-License-Identifier: BSD-2-Clause */
/* check of a long list, in worker processes, with ndjson as its output: targets stream
 * in, results stream out, and neither is held. */
#ifndef CMD_SURVEY_H
#define CMD_SURVEY_H

#include <stdbool.h>

struct check;
struct check_opts;
struct why;

/* Whether a survey can do what these options ask for; else batch.h has to. */
bool survey_fits(const struct check_opts *opts);
/* Does all targets and writes their results. The engine is prepared, not started. */
int survey_run(struct check *check, struct why *why);

#endif
