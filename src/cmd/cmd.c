/* SPDX-License-Identifier: BSD-2-Clause */

#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/why.h"
#include "cmd/opts.h"

int cmd_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	log_error("can't write to standard output: %s", strerror(errno));
	return CMD_USAGE;
}

int cmd_fail(const struct why *why, int status)
{
	log_error("%s", why->text);
	return status;
}

int cmd_usage_error(const struct cmd *cmd, const struct why *why)
{
	log_error("%s: %s", cmd->name, why->text);
	fprintf(stderr, "Try '%s%s --help'.\n", cmd->program ? "" : "daneprobe ",
		cmd->name);
	return CMD_USAGE;
}

/* Prints the text's lines, each after that many blanks. */
static void print_lines(int indent, const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, "\n");
		printf("%*s%.*s\n", indent, "", (int)len, text);
		if (!text[len])
			return;
	}
}

int cmd_help(const struct cmd *cmd)
{
	const char *p;
	size_t len;
	int indent;

	indent = printf("usage: %s%s ", cmd->program ? "" : "daneprobe ", cmd->name);
	len = strcspn(cmd->synopsis, "\n");
	printf("%.*s\n", (int)len, cmd->synopsis);
	if (cmd->synopsis[len])
		print_lines(cmd->program ? indent : 11, cmd->synopsis + len + 1);
	putchar('\n');
	opts_wrap(stdout, cmd->summary, 0, 0);
	puts("\nOptions:");
	opts_help(cmd->opts, stdout);
	for (p = cmd->notes; p && *p; p += len + (p[len] != '\0')) {
		len = strcspn(p, "\n");
		char paragraph[1024];

		snprintf(paragraph, sizeof(paragraph), "%.*s", (int)len, p);
		putchar('\n');
		opts_wrap(stdout, paragraph, 0, 0);
	}
	return cmd_finish(CMD_DONE);
}
