/* SPDX-License-Identifier: BSD-2-Clause */
/* The work of check, for the plugin too. */
#ifndef CMD_VERB_CHECK_H
#define CMD_VERB_CHECK_H

#include <stdbool.h>

struct check_opts;
struct cmd;
struct opts_rest;
struct why;

/* Checks the targets of rest and of -f, and prints; returns the exit status. */
int verb_check_with(const struct cmd *cmd, const struct check_opts *opts,
		    struct opts_rest *rest);
/* cmd_usage_error(), with a status line on stdout first where a plugin is wanted. */
int verb_check_refuse(const struct cmd *cmd, const struct why *why, bool nagios);

#endif
