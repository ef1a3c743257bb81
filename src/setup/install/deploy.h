/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the deploy commands, one after the other, so that the servers read live/ again. */
#ifndef SETUP_DEPLOY_H
#define SETUP_DEPLOY_H

#include <stdbool.h>

struct lineage;
struct why;

/* Stops at the first that fails. backwards: runs them in reverse order, after live was
 * switched back, and goes on past one that fails (the last failure is told). */
int deploy_run(struct lineage *lineage, bool backwards, struct why *why);

#endif
