/* SPDX-License-Identifier: BSD-2-Clause */
/* check in one process, in every output format, with --wait. */
#ifndef CMD_BATCH_H
#define CMD_BATCH_H

struct check;
struct why;

/* Does all targets and prints their results. The engine is prepared, not started. */
int batch_run(struct check *check, struct why *why);

#endif
