/* SPDX-License-Identifier: BSD-2-Clause */
/* The program under the name of check_dane: check as a monitoring plugin, with the
 * options that plugins share. */
#ifndef CMD_CHECK_DANE_H
#define CMD_CHECK_DANE_H

#include <stdbool.h>

#include "cmd/check_opts.h"
#include "cmd/opts.h"

struct cmd;

/* Those of check, which come first, and the plugin's own. */
struct check_dane_opts {
	struct check_opts check;
	const char *host;	   /* -H; NULL none */
	int port;		   /* -p; 0 none */
	const char *starttls;	   /* protocol; NULL none */
	struct opt_list addresses; /* -I */
	bool version;
	char *target; /* owned: what -H, -p and --starttls mean */
};

/* Whether the program was called by this name. */
bool check_dane_called(const char *argv0);
int check_dane_main(int argc, char **argv);

/* What it is called, takes and says of itself, as of a verb. */
const struct cmd *check_dane_cmd(void);
/* The plugin's rows, then check's. */
const struct opt *check_dane_table(void);
/* As check_opts_parse(): -H is one of the arguments in ret_rest afterwards. Undo with
 * check_dane_clear() in any case. */
int check_dane_parse(int argc, char **argv, struct check_dane_opts *ret_opts,
		     struct opts_rest *ret_rest, struct why *why);
void check_dane_clear(struct check_dane_opts *opts, struct opts_rest *rest);

#endif
