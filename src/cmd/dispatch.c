/* SPDX-License-Identifier: BSD-2-Clause */

#include "cmd/dispatch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/why.h"
#include "cmd/check_dane.h"
#include "cmd/cmd.h"
#include "cmd/complete.h"
#include "cmd/crash.h"
#include "cmd/opts.h"
#include "cmd/version.h"

typedef const struct cmd *verb_fn(void);
static verb_fn *const verbs[] = {
	verb_check,    verb_verify, verb_record,  verb_keygen,	    verb_csr,
	verb_new,      verb_renew,  verb_publish, verb_propagation, verb_install,
	verb_rollover, verb_status, verb_hook,	  verb_end,	    verb_explain,
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

const struct cmd *dispatch_find(const char *name)
{
	size_t i;

	for (i = 0; i < VERB_COUNT; i++)
		if (!strcmp(verbs[i]()->name, name))
			return verbs[i]();
	return NULL;
}

static int help_all(FILE *out)
{
	size_t i;

	fputs("usage: daneprobe VERB [OPTIONS] ARGUMENTS\n"
	      "       daneprobe --version [-v] | --help | help VERB | VERB --help\n\n"
	      "Set up and check DANE: TLSA records in DNSSEC for TLS services.\n\n"
	      "Verbs:\n",
	      out);
	for (i = 0; i < VERB_COUNT; i++) {
		int column = fprintf(out, "  %s", verbs[i]()->name);

		opts_wrap(out, verbs[i]()->summary, 14, column);
	}
	return CMD_DONE;
}

static int refuse_verb(const char *name)
{
	struct nearest near;
	size_t i;

	nearest_init(&near, name);
	for (i = 0; i < VERB_COUNT; i++)
		nearest_offer(&near, verbs[i]()->name);
	nearest_offer(&near, "help");
	if (near.best)
		log_error("unknown verb '%s': did you mean %s?", name, near.best);
	else if (strchr(name, '.'))
		log_error("unknown verb '%s': to check it, daneprobe check %s", name,
			  name);
	else
		log_error("unknown verb '%s'", name);
	fputs("Try 'daneprobe --help'.\n", stderr);
	return CMD_USAGE;
}

/* Before the verb there is only what asks about the program itself. */
static int refuse_option(const char *name)
{
	struct nearest near;

	nearest_init(&near, name);
	nearest_offer(&near, "--version");
	nearest_offer(&near, "--help");
	if (near.best)
		log_error("unknown option %s: did you mean %s?", name, near.best);
	else
		log_error("a verb comes first: daneprobe VERB %s", name);
	fputs("Try 'daneprobe --help'.\n", stderr);
	return CMD_USAGE;
}

/* "help", "help VERB" */
static int help_verb(const char *name)
{
	const struct cmd *cmd = name ? dispatch_find(name) : NULL;

	if (!name || !strcmp(name, "help"))
		return cmd_finish(help_all(stdout));
	return cmd ? cmd_help(cmd) : refuse_verb(name);
}

/* Where a standard stream was closed, the next file or socket that is opened would
 * become it, and get what is printed. So each gets /dev/null, opened the wrong way
 * round: using it fails as using a closed one does. */
static void hold_standard_streams(void)
{
	int fd;

	for (fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

static int run_verb(const struct cmd *cmd, int argc, char **argv)
{
	void *values = mem_zero(cmd->values_size);
	struct opts_rest rest;
	struct why why;
	int rc, status;

	opts_init(cmd->opts, values);
	rc = opts_parse(cmd->opts, argc, argv, values, &rest, &why);
	if (rc == 0 && !rest.help)
		rc = cmd->check(values, &rest, &why);
	if (rc < 0)
		status = cmd_usage_error(cmd, &why);
	else if (rest.help)
		status = cmd_help(cmd);
	else
		status = cmd->work(values, &rest.args);
	opts_clear(cmd->opts, values, &rest);
	free(values);
	return status;
}

static int complete_line(int argc, char **argv)
{
	const struct cmd *cmd[VERB_COUNT];
	size_t i;

	for (i = 0; i < VERB_COUNT; i++)
		cmd[i] = verbs[i]();
	if (check_dane_called(argv[0]))
		complete_words(check_dane_cmd(), argv + 2, (size_t)argc - 2, stdout);
	else
		complete_verbs(cmd, VERB_COUNT, argv + 2, (size_t)argc - 2, stdout);
	return cmd_finish(CMD_DONE);
}

int dispatch_main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct cmd *cmd;

	hold_standard_streams();
	crash_guard();
	if (word && !strcmp(word, "--complete"))
		return complete_line(argc, argv);
	if (check_dane_called(argc ? argv[0] : NULL))
		return check_dane_main(argc, argv);
	if (!word) {
		help_all(stderr);
		return CMD_USAGE;
	}
	if (!strcmp(word, "--version") || !strcmp(word, "-V"))
		return cmd_finish(version_print(argc - 2, argv + 2));
	if (!strcmp(word, "--help") || !strcmp(word, "-h"))
		return cmd_finish(help_all(stdout));
	if (!strcmp(word, "help"))
		return help_verb(argc > 2 ? argv[2] : NULL);
	if (word[0] == '-')
		return refuse_option(word);
	cmd = dispatch_find(word);
	if (!cmd)
		return refuse_verb(word);
	return (cmd->run ? cmd->run : run_verb)(cmd, argc - 1, argv + 1);
}
