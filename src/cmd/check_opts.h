/* SPDX-License-Identifier: BSD-2-Clause */
/* Every option of daneprobe check. */
#ifndef CMD_CHECK_OPTS_H
#define CMD_CHECK_OPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/opts.h"
#include "cmd/shard.h"
#include "target/connect_to.h"
#include "verdict/verdict.h"

#define CHECK_STATUS_END 1000 /* HTTP statuses have three digits */

/* Which HTTP statuses are wanted. */
struct check_statuses {
	bool given; /* by the user; the default asks for no fetch */
	bool wanted[CHECK_STATUS_END];
};

/* Where --summary goes. */
struct check_summary {
	bool given;
	const char *file; /* NULL: standard error */
};

/* Texts are borrowed from argv or constant. */
/* In the order of the option's words. */
enum check_shard_by { CHECK_BY_TARGET, CHECK_BY_HOST };

struct check_opts {
	const char *file;		       /* -f; NULL none, "-" stdin */
	const char *output;		       /* one of the renderers' names */
	struct opt_list resolvers;	       /* ADDR[@PORT], checked */
	bool recurse;			       /* --root-hints sets it too */
	const char *root_hints, *trust_anchor; /* NULL: the default */
	struct connect_to_list connect_to;
	bool ipv4_only, ipv6_only; /* never both */
	int auth;	     /* enum probe_auth of probe.h, in the order of the words */
	int64_t timeout_ms;  /* 0: what the target's service has by default */
	int64_t wait_ms;     /* 0: none */
	const char *helo;    /* good for helo_parse(); NULL: the host's own */
	int jobs;	     /* in all; 0: the default */
	int workers;	     /* processes; 0: one a processor */
	int retries;	     /* -1: the default, before check_opts_finish() */
	int per_host;	     /* connections at once to an address; 0: the default */
	int per_target;	     /* connections at once of one target */
	int dns_rate;	     /* questions a second, in all; 0: any number */
	int dns_per_server;  /* questions under way to one; 0: any number, -1: the default
			      */
	int per_net;	     /* to a /24 or /48; 0: any number */
	const char *ca_file; /* NULL: the system's */
	bool ee_name_check;
	struct verdict_conf verdict; /* thresholds and overrides */
	struct check_statuses expect_status;
	const char
		*expect_body; /* extended regular expression that compiles; NULL none */
	struct shard shard;   /* of the list; count 0: all of it */
	int shard_by;	      /* enum check_shard_by */
	const char *resume;   /* file with results of an earlier run; NULL none */
	struct check_summary summary;
	bool dry_run, lookup_only, no_sandbox;
	int quiet, verbose;
};

const struct opt *check_opts_table(void);
/* The steps of check_opts_parse(), for a table that has more rows: defaults, and what
 * options and arguments demand of one another. */
void check_opts_init(struct check_opts *o);
int check_opts_finish(struct check_opts *o, const struct opts_rest *rest,
		      struct why *why);
/* Defaults, parsing and what options demand of one another. Undo with check_opts_clear()
 * in any case. */
int check_opts_parse(int argc, char **argv, struct check_opts *ret_opts,
		     struct opts_rest *ret_rest, struct why *why);
void check_opts_clear(struct check_opts *opts, struct opts_rest *rest);
/* Whether the command line asks for -o nagios, also where it can't be parsed: then the
 * usage error goes to stdout too. */
bool check_opts_nagios(int argc, char **argv);

#endif
