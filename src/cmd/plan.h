/* SPDX-License-Identifier: BSD-2-Clause */
/* check --dry-run: what would be looked up, and where it would connect. */
#ifndef CMD_PLAN_H
#define CMD_PLAN_H

struct probe_conf;
struct source;

/* Prints the plan of every target; no packet is sent. Returns the exit status. */
int plan_print(struct source *source, const struct probe_conf *conf);

#endif
