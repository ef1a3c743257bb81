/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include "base/why.h"
#include "cmd/check_opts.h"

static int run(const struct cmd *cmd, int argc, char **argv)
{
	struct check_opts opts;
	struct opts_rest rest;
	struct why why;
	int rc, status;

	rc = check_opts_parse(argc, argv, &opts, &rest, &why);
	if (rc < 0) {
		status = cmd_usage_error(cmd, &why);
	} else if (rest.help) {
		status = cmd_help(cmd);
	} else {
		why_set(&why, DP_EINVAL, "check is not there yet");
		status = cmd_fail(&why, CMD_USAGE);
	}
	check_opts_clear(&opts, &rest);
	return status;
}

const struct cmd *verb_check(void)
{
	static struct cmd cmd = {
		.name = "check",
		.synopsis = "[OPTIONS] TARGET...",
		.summary = "look up the TLSA records of a service, connect, and match",
		.notes = "TARGET is HOST (https), HOST:PORT, or "
			 "SCHEME://HOST[:PORT][/PATH] with "
			 "one of the schemes https smtps submissions imaps pop3s ldaps "
			 "ftps "
			 "xmpps-client xmpps-server nntps sips ircs dot tls.\n"
			 "TIME and X are numbers with a unit: ms s m h d %. Exit status: "
			 "0 OK, 1 "
			 "WARNING, 2 CRITICAL, 3 UNKNOWN and every usage error.",
		.run = run,
	};

	cmd.opts = check_opts_table();
	return &cmd;
}
