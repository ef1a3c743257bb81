/* SPDX-License-Identifier: BSD-2-Clause */
/* What the verbs that take a lineage one step on have in common. */
#ifndef CMD_LINEAGE_VERB_H
#define CMD_LINEAGE_VERB_H

#include <stdbool.h>

#include "cmd/setup_opts.h"
#include "cmd/world_dns.h"
#include "setup/life/rollover.h"

struct env;
struct lineage;
struct lineage_conf;
struct opts_rest;
struct why;

struct lineage_verb_values {
	struct setup_opts setup;
	struct setup_dns_opts dns;
	bool all, force, no_install, emergency, discard_next, even_if_insecure, dry_run;
	bool prune, again, even_if_served, back;
	int format;
	const char *zone;
	time_t assume_since; /* 0: not given */
	const char *why;
};

/* One step of one lineage. */
typedef int lineage_verb_fn(struct lineage *lineage, const struct lineage_verb_values *v,
			    struct outcome *ret_result, struct why *why);

struct lineage_verb {
	const char *name;
	lineage_verb_fn *step;
	bool looks_ahead;     /* and says what a later step would fail at */
	bool asks_person;     /* for records that are a person's to change, with -q too */
	bool looks_back;      /* and what is left behind of former services */
	bool even_if_waiting; /* tells it without -v too: the user asked for just that */
	/* Shows what name servers say about an owner of the question; NULL. */
	world_dns_show_fn *show;
};

/* Checks that there is one NAME or more, or --all where the verb has it. */
int lineage_verb_check(const void *values, const struct opts_rest *rest, struct why *why);
/* Takes each lineage one step on and prints what came of it; the exit status. */
int lineage_verb_work(const struct lineage_verb *verb,
		      const struct lineage_verb_values *v, const struct opt_list *args);

/* Prints what came of a step, on stderr where it isn't as planned; the exit status. */
int lineage_verb_tell(const struct lineage *lineage, bool quiet,
		      const struct outcome *result);
/* Prints what became of a service that others run; problem NULL: it is good. */
void lineage_verb_show_other(const char *text, const char *problem);
/* Before keys are made or records published: prints what DANE lacks in the zones of the
 * services; DP_EDNS where something is missing and go_on is false. */
int lineage_verb_check_secure(struct env *env, const struct lineage_conf *conf,
			      bool go_on, struct why *why);
/* The exit status for an error: what is wrong with files and configuration is 3, with the
 * world 2. */
int lineage_verb_failure(int rc);

#define LINEAGE_VERB_EXITS                                                               \
	"Exit status: 0 done, nothing to do or waiting as planned; 1 waiting longer "    \
	"than planned, or a server lags; 2 refused, failed or gone back; 3 usage, "      \
	"configuration or unreadable state."

#endif
