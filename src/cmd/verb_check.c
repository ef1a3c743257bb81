/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "cmd/verb_check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "cmd/batch.h"
#include "cmd/check.h"
#include "cmd/check_opts.h"
#include "cmd/clerk.h"
#include "cmd/cmd.h"
#include "cmd/confine.h"
#include "cmd/crash.h"
#include "cmd/interrupt.h"
#include "cmd/plan.h"
#include "cmd/survey.h"
#include "probe/quota.h"
#include "render/nagios.h"
#include "render/render.h"

/* Up to this many arguments need no larger resolver. */
#define FEW_TARGETS 8

static int open_check(struct check *c, const struct opts_rest *rest, struct why *why)
{
	const struct check_opts *o = c->opts;
	int rc;

	c->single = !o->file && rest->args.count == 1;
	rc = intake_open(o, &rest->args, &c->counts, &c->intake, why);
	if (rc == 0)
		rc = engine_prepare(o, o->file || rest->args.count > FEW_TARGETS,
				    &c->engine, why);
	return rc;
}

static void clear_check(struct check *c)
{
	interrupt_free(c->interrupt);
	intake_clear(&c->intake);
	engine_clear(&c->engine);
	quota_free(c->quota);
	clerk_free(c->clerk);
}

static int write_summary(const struct check *c, bool complete, struct why *why)
{
	const char *file = c->opts->summary.file;
	char *text;
	int rc;

	if (!file)
		return 0;
	if (!c->clerk)
		return counts_write(&c->counts, complete, file, why);
	text = counts_json(&c->counts, complete);
	rc = clerk_write(c->clerk, text, strlen(text), why);
	free(text);
	return rc;
}

static int run_checks(struct check *c, struct why *why)
{
	const struct check_opts *o = c->opts;
	int rc = write_summary(
		c, false,
		why); /* written once in advance, so that a failure is told at once */

	if (rc == 0 && o->summary.file && !o->no_sandbox)
		rc = clerk_new(o->summary.file, &c->clerk, why);
	return rc < 0 ? rc : survey_fits(o) ? survey_run(c, why) : batch_run(c, why);
}

int verb_check_refuse(const struct cmd *cmd, const struct why *why, bool nagios)
{
	/* first of all lines also where both streams go into one pipe */
	if (nagios) {
		nagios_unknown(stdout, why->text);
		fflush(stdout);
	}
	log_release();
	return cmd_usage_error(cmd, why);
}

/* Monitors show stderr where stdout is empty. */
static int finish_output(int status, bool nagios)
{
	if (nagios && !render_flushed(stdout))
		nagios_unknown(stderr, "the result can't be written to standard output");
	return cmd_finish(status);
}

/* A part of a list can be empty by chance: then nothing is wrong with it. */
static enum state outcome_state(const struct check *c, bool complete)
{
	if (complete && !counts_total(&c->counts))
		return STATE_OK;
	return counts_worst(&c->counts);
}

static int conclude_check(const struct check *c, bool nagios)
{
	bool complete = intake_ended(&c->intake) && !c->stopped_by && !c->failed;
	struct why why;
	int status;

	if (nagios && !counts_total(&c->counts))
		puts("DANE OK - this part of the list has no target");
	status = finish_output((int)outcome_state(c, complete), nagios);

	if (c->opts->summary.given && !c->opts->summary.file)
		counts_print(&c->counts, stderr);
	if (c->failed)
		status = CMD_USAGE;
	if (write_summary(c, complete, &why) == 0)
		return status;
	log_error("%s", why.text);
	return CMD_USAGE;
}

/* A plugin's answer is a state, and this one says nothing about the service. */
static int plan_only(struct check *c, bool nagios, int *ret_status, struct why *why)
{
	int rc = engine_start(&c->engine, why);

	if (rc < 0)
		return rc;
	if (nagios)
		puts("DANE UNKNOWN - dry run: nothing was checked");
	*ret_status = plan_print(c->intake.source, &c->engine.probe);
	if (nagios)
		*ret_status = CMD_USAGE;
	return 0;
}

/* A list without a target is a mistake, but a part of one can be empty by chance. */
static int check_any(const struct check *c, struct why *why)
{
	if (counts_total(&c->counts) || c->intake.shared_out)
		return 0;
	if (c->stopped_by || c->intake.drained)
		return why_set(why, DP_EINVAL, "stopped by %s before there was a target",
			       c->stopped_by ? c->stopped_by : "SIGINT");
	return why_set(why, DP_EINVAL, "there is no target in %s", c->opts->file);
}

/* Checks all; the exit status, once there are results. */
static int check_all(struct check *c, bool nagios, int *ret_status, struct why *why)
{
	int rc = run_checks(c, why);

	if (rc == 0)
		rc = check_any(c, why);
	if (rc == 0)
		*ret_status = conclude_check(c, nagios);
	return rc;
}

int verb_check_with(const struct cmd *cmd, const struct check_opts *opts,
		    struct opts_rest *rest)
{
	bool nagios = !strcmp(opts->output, "nagios");
	struct check c = { .opts = opts };
	struct why why = { "" };
	int status = CMD_USAGE, rc;

	signal(SIGPIPE, SIG_IGN);
	if (opts->no_sandbox)
		confine_forgo();
	if (nagios) {
		mem_set_last_words("DANE UNKNOWN - out of memory\n");
		crash_set_results("DANE UNKNOWN - stopped by the sandbox\n",
				  "DANE UNKNOWN - crashed, perhaps because of too little "
				  "memory (ulimit -v)\n");
		log_hold();
	}
	log_set_level(1 + opts->verbose - opts->quiet);
	rc = open_check(&c, rest, &why);
	if (rc == 0)
		rc = opts->dry_run ? plan_only(&c, nagios, &status, &why)
				   : check_all(&c, nagios, &status, &why);
	if (rc < 0)
		status = verb_check_refuse(cmd, &why, nagios);
	/* the process ends: what one check holds goes with it, but for who debugs */
	if (!QUICK_END || !c.single || c.clerk || opts->no_sandbox)
		clear_check(&c);
	log_release();
	return status;
}

static int run_verb(const struct cmd *cmd, int argc, char **argv)
{
	bool nagios = check_opts_nagios(argc, argv);
	struct check_opts opts;
	struct opts_rest rest;
	struct why why;
	int status;

	if (check_opts_parse(argc, argv, &opts, &rest, &why) < 0)
		/* also by what was read before the fault: -qo nagios, --out nagios */
		status = verb_check_refuse(cmd, &why,
					   nagios || !strcmp(opts.output, "nagios"));
	else if (rest.help)
		status = cmd_help(cmd);
	else
		status = verb_check_with(cmd, &opts, &rest);
	check_opts_clear(&opts, &rest);
	return status;
}

const struct cmd *verb_check(void)
{
	static struct cmd cmd = {
		.name = "check",
		.synopsis = "[OPTIONS] TARGET...",
		.summary = "look up the TLSA records of a service, connect, and match",
		.notes =
			"TARGET is HOST (https), HOST:PORT, or "
			"SCHEME://HOST[:PORT][/PATH] with one of the schemes https smtps "
			"submissions imaps pop3s ldaps ftps xmpps-client xmpps-server "
			"nntps sips ircs dot tls, or of those that begin with STARTTLS: "
			"smtp submission lmtp imap pop3 sieve ftp ldap xmpp-client "
			"xmpp-server nntp postgres mysql; mx://DOMAIN for the hosts of "
			"its MX records, srv://_service._tcp.DOMAIN for those of its SRV "
			"records, host://HOST for every service of HOST that has TLSA "
			"records.\n"
			"TIME and X are numbers with a unit: ms s m h d %. Exit status: "
			"0 OK, 1 "
			"WARNING, 2 CRITICAL, 3 UNKNOWN and every usage error.",
		.run = run_verb,
	};

	cmd.opts = check_opts_table();
	return &cmd;
}
