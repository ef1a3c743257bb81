/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include "base/why.h"
#include "cmd/opts.h"

static int run(const struct cmd *cmd, int argc, char **argv)
{
	struct opts_rest rest;
	struct why why;
	int rc, status;

	rc = opts_parse(cmd->opts, argc, argv, NULL, &rest, &why);
	if (rc < 0)
		status = cmd_usage_error(cmd, &why);
	else if (rest.help)
		status = cmd_help(cmd);
	else
		status = CMD_USAGE;
	opts_clear(cmd->opts, NULL, &rest);
	return status;
}

const struct cmd *verb_check(void)
{
	static const struct opt opts[] = { { .long_name = NULL } };
	static const struct cmd cmd = {
		.name = "check",
		.synopsis = "[OPTIONS] TARGET...",
		.summary = "look up the TLSA records of a service, connect, and match",
		.opts = opts,
		.run = run,
	};

	return &cmd;
}
