/* SPDX-License-Identifier: BSD-2-Clause */
/* What a verb of the command line is, and what verbs have in common. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stddef.h>

struct opt;
struct opt_list;
struct opts_rest;
struct why;

/* Exit statuses that all verbs share. */
enum { CMD_DONE = 0, CMD_NO = 2, CMD_USAGE = 3 };

struct cmd {
	const char *name;
	const char *program;  /* what is typed, where that isn't "daneprobe NAME"; else
				 NULL */
	const char *synopsis; /* what follows the verb; lines of one text, "\n" between
				 them */
	const char *summary;  /* a phrase */
	const char
		*notes; /* paragraphs behind the options, "\n" between them; NULL none */
	const struct opt *opts;
	size_t values_size; /* of the struct that the options are read into */
	/* What options and arguments demand of one another; DP_EINVAL is a usage error.
	 */
	int (*check)(const void *values, const struct opts_rest *rest, struct why *why);
	/* The work; returns the exit status. */
	int (*work)(const void *values, const struct opt_list *args);
	/* In place of the three above for a verb that reads its options by itself;
	 * argv[0] is the verb, and it calls cmd_help() for --help. */
	int (*run)(const struct cmd *cmd, int argc, char **argv);
};

/* Prints the help of a verb on stdout; returns the exit status. */
int cmd_help(const struct cmd *cmd);
/* Says what is wrong on stderr, and where help is; returns CMD_USAGE. */
int cmd_usage_error(const struct cmd *cmd, const struct why *why);
/* Says what went wrong on stderr; returns status. */
int cmd_fail(const struct why *why, int status);
/* Checks that what was printed got out: returns status, or CMD_USAGE after saying that
 * it didn't. */
int cmd_finish(int status);

/* One row each, in a file of that name. */
const struct cmd *verb_check(void);
const struct cmd *verb_verify(void);
const struct cmd *verb_record(void);
const struct cmd *verb_keygen(void);
const struct cmd *verb_csr(void);
const struct cmd *verb_new(void);
const struct cmd *verb_renew(void);
const struct cmd *verb_publish(void);
const struct cmd *verb_propagation(void);
const struct cmd *verb_install(void);
const struct cmd *verb_end(void);
const struct cmd *verb_rollover(void);
const struct cmd *verb_status(void);
const struct cmd *verb_hook(void);
const struct cmd *verb_explain(void);

#endif
