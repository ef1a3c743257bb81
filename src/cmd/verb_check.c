/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/verb_check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "cmd/check_opts.h"
#include "cmd/cmd.h"
#include "cmd/counts.h"
#include "cmd/cutoff.h"
#include "cmd/plan.h"
#include "cmd/progress.h"
#include "cmd/resume.h"
#include "cmd/shard.h"
#include "cmd/source.h"
#include "cmd/version.h"
#include "dns/upstream.h"
#include "net/handshake.h"
#include "net/helo.h"
#include "probe/ca_bundle.h"
#include "probe/expect.h"
#include "probe/probe.h"
#include "probe/run.h"
#include "render/nagios.h"
#include "render/render.h"
#include "verdict/facts.h"

#define WAIT_STEP_MS 5000

/* All that one command needs, from options to results. */
struct check {
	const struct check_opts *opts; /* borrowed */
	struct loop *loop;	       /* owned, as all of these */
	struct upstream *upstream;
	struct handshake_kit *kit;
	struct ca_bundle *ca;
	struct expect expect;
	struct probe_conf probe;
	char *helo; /* owned; NULL: the host has no name */
	struct source *source;
	const struct renderer *renderer; /* constant */
	struct render_conf render;
	struct render_state *render_state; /* NULL: results are held back */
	struct facts_target **held;	   /* owned; of the last attempt with --wait */
	size_t held_count;
	size_t arguments;
	struct resume *resume; /* owned; NULL without --resume */
	uint64_t shared_out;   /* targets of other shards */
	uint64_t done_before;  /* that --resume passed over */
	uint64_t taken;	       /* to be checked by this run */
	struct counts counts;
	bool terminal;		     /* results go to one */
	struct progress *progress;   /* owned; NULL: none is shown */
	struct loop_signal *on_term; /* owned */
	bool stopped;		     /* by SIGTERM: no further attempt */
};

static void drop_held(struct check *c)
{
	size_t i;

	for (i = 0; i < c->held_count; i++)
		facts_target_free(c->held[i]);
	c->held_count = 0;
}

static void clear(struct check *c)
{
	drop_held(c);
	free(c->held);
	source_free(c->source);
	resume_free(c->resume);
	if (c->upstream)
		upstream_free(c->upstream);
	handshake_kit_free(c->kit);
	ca_bundle_free(c->ca);
	expect_clear(&c->expect);
	cutoff_clear();
	loop_signal_free(c->on_term);
	loop_free(c->loop);
	free(c->helo);
}

/* What a target goes by, for --shard and --resume. */
static const char *key_of(const struct run_item *item)
{
	return item->good ? item->target.normalized : item->text;
}

static bool is_wanted(void *arg, const struct run_item *item)
{
	struct check *c = arg;

	if (!shard_has(&c->opts->shard, key_of(item))) {
		c->shared_out++;
		return false;
	}
	if (c->resume && resume_take(c->resume, key_of(item))) {
		c->done_before++;
		return false;
	}
	c->taken++;
	return true;
}

static int open_list(struct check *c, struct opts_rest *rest, struct why *why)
{
	const struct check_opts *o = c->opts;
	int rc = source_new(rest->args.item, rest->args.count, o->file, &c->source, why);

	if (rc == 0)
		source_want(c->source, is_wanted, c);
	if (rc == 0 && o->resume)
		rc = resume_new(o->resume, o->dry_run ? -1 : STDOUT_FILENO, &c->counts,
				&c->resume, why);
	return rc;
}

/* Up to this many arguments need no larger resolver. */
#define FEW_TARGETS 8

static int make_upstream(struct check *c, struct why *why)
{
	const struct check_opts *o = c->opts;
	struct upstream_conf conf = { .given = o->resolvers.item,
				      .given_count = o->resolvers.count,
				      .recurse = o->recurse,
				      .many = o->file || c->arguments > FEW_TARGETS,
				      .root_hints = o->root_hints,
				      .trust_anchor = o->trust_anchor };

	return upstream_new(c->loop, &conf, &c->upstream, why);
}

/* What is in flight is told as stopped; nobody waits for a result in vain. */
static void on_sigterm(void *arg)
{
	struct check *c = arg;

	c->stopped = true;
	loop_stop(c->loop);
}

/* Where not even that was possible. */
static const char cut_off[] =
	"DANE UNKNOWN - stopped by SIGTERM while standard output wasn't read, or "
	"-f's file gave nothing\n";

static int set_up(struct check *c, struct opts_rest *rest, struct why *why)
{
	const struct check_opts *o = c->opts;
	int rc;

	c->renderer = render_find(o->output);
	c->arguments = rest->args.count;
	c->loop = loop_new();
	if (!c->loop)
		return why_set(why, DP_EIO, "the system has no event mechanism left");
	c->on_term = loop_signal_new(c->loop, SIGTERM, on_sigterm, c);
	if (!strcmp(o->output, "nagios"))
		cutoff_arm(cut_off, true);
	else
		cutoff_arm(strchr(cut_off, '-') + 2, false);
	rc = open_list(c, rest, why);
	if (rc == 0)
		rc = ca_bundle_new(o->ca_file, &c->ca, why);
	if (rc == 0)
		rc = expect_init(o->expect_status.wanted, o->expect_status.given,
				 o->expect_body, &c->expect, why);
	if (rc == 0) {
		c->kit = handshake_kit_new(why);
		rc = c->kit ? 0 : DP_ECRYPTO;
	}
	if (rc == 0 && !o->helo)
		c->helo = helo_own();
	else if (rc == 0)
		rc = helo_parse(o->helo, &c->helo, why);
	if (rc == 0)
		rc = make_upstream(c, why);
	c->probe = (struct probe_conf){ .loop = c->loop,
					.upstream = c->upstream,
					.kit = c->kit,
					.ca = c->ca,
					.expect = &c->expect,
					.verdict = &o->verdict,
					.connect_to = &o->connect_to,
					.ipv4 = !o->ipv6_only,
					.ipv6 = !o->ipv4_only,
					.auth = (enum probe_auth)o->auth,
					.ee_name_check = o->ee_name_check,
					.timeout_ms = o->timeout_ms,
					.helo = c->helo,
					.agent = version_agent() };
	c->terminal = isatty(STDOUT_FILENO);
	c->render = (struct render_conf){ .out = stdout,
					  .verbosity = o->verbose - o->quiet,
					  .colour = c->terminal && !getenv("NO_COLOR"),
					  .now = clock_now(),
					  .verdict = &o->verdict,
					  .single = !o->file && rest->args.count == 1 };
	return rc;
}

static bool next_item(void *arg, struct run_item *ret_item)
{
	struct check *c = arg;

	return source_next(c->source, ret_item);
}

static void take_result(void *arg, struct facts_target *facts)
{
	struct check *c = arg;

	counts_add(&c->counts, facts->state, facts->code);
	if (c->render_state) {
		if (c->terminal)
			progress_erase(c->progress);
		c->renderer->target(c->render_state, facts);
		facts_target_free(facts);
		return;
	}
	c->held = mem_grow(c->held, c->held_count, sizeof(*c->held));
	c->held[c->held_count++] = facts;
}

static void attempt(struct check *c)
{
	struct run_conf conf = { .probe = &c->probe,
				 .jobs = c->opts->jobs,
				 .in_order = strcmp(c->renderer->name, "ndjson") != 0,
				 .next = next_item,
				 .stopped_by = "SIGTERM",
				 .emit = take_result,
				 .arg = c };

	if (c->opts->wait_ms) /* earlier attempts count for nothing */
		c->counts = (struct counts){ 0 };
	drop_held(c);
	run_all(&conf);
}

static void on_waited(void *arg)
{
	loop_stop(arg);
}

static void sleep_ms(struct loop *loop, int64_t ms)
{
	struct loop_timer *timer = loop_timer_new(loop, ms, on_waited, loop);

	loop_run(loop);
	loop_timer_free(timer);
}

/* A changed record must not hide behind the last attempt's cache. */
static int start_afresh(struct check *c, struct why *why)
{
	upstream_free(c->upstream);
	c->upstream = NULL;
	if (make_upstream(c, why) < 0)
		return DP_EDNS;
	c->probe.upstream = c->upstream;
	return source_rewind(c->source, why);
}

/* Attempts until all is OK or the time is up; only the last is printed. */
static int wait_for_ok(struct check *c, struct why *why)
{
	int64_t end = clock_ms() + c->opts->wait_ms, next, now;
	enum state worst;
	int rc;

	for (;;) {
		next = clock_ms() + WAIT_STEP_MS;
		attempt(c);
		now = clock_ms();
		worst = counts_worst(&c->counts);
		if (worst == STATE_OK || now >= end || c->stopped)
			return 0;
		next = next < end ? next : end;
		log_info("%s so far; the next attempt follows", state_name(worst));
		sleep_ms(c->loop, next - now);
		if (c->stopped)
			return 0;
		rc = start_afresh(c, why);
		if (rc < 0)
			return rc;
	}
}

static void ask_progress(void *arg, struct progress_numbers *ret_numbers)
{
	struct check *c = arg;
	uint64_t fresh = counts_total(&c->counts) - c->counts.resumed;

	*ret_numbers = (struct progress_numbers){ .counts = &c->counts,
						  .done = c->done_before + fresh,
						  .fresh = fresh,
						  .taken = c->done_before + c->taken,
						  .share = source_share(c->source) };
}

static void attempt_shown(struct check *c)
{
	if (c->opts->file && !c->opts->quiet)
		c->progress = progress_new(c->loop, stderr, ask_progress, c);
	attempt(c);
	progress_free(c->progress);
	c->progress = NULL;
}

static int write_summary(const struct check *c, bool complete, struct why *why)
{
	const char *file = c->opts->summary.file;

	return file ? counts_write(&c->counts, complete, file, why) : 0;
}

static int run_checks(struct check *c, struct why *why)
{
	size_t i;
	int rc = write_summary(c, false, why); /* or say at once that it can't be */

	if (rc < 0)
		return rc;
	if (!c->opts->wait_ms)
		c->render_state = c->renderer->begin(&c->render);
	if (c->opts->wait_ms)
		rc = source_rewind(c->source, why); /* or say at once that it can't be */
	if (c->opts->wait_ms && rc == 0)
		rc = wait_for_ok(c, why);
	else if (rc == 0)
		attempt_shown(c);
	if (rc < 0)
		return rc;
	if (!c->render_state) {
		c->render_state = c->renderer->begin(&c->render);
		for (i = 0; i < c->held_count; i++)
			c->renderer->target(c->render_state, c->held[i]);
	}
	c->renderer->end(c->render_state);
	return 0;
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

/* Each target in flight holds sockets: a customary soft limit of 1024 would make servers
 * look dead that are not. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Monitors show stderr where stdout is empty. */
static int finish(int status, bool nagios)
{
	if (nagios && !render_flushed(stdout))
		nagios_unknown(stderr, "the result can't be written to standard output");
	return cmd_finish(status);
}

/* A part of a list can be empty by chance: then nothing is wrong with it. */
static enum state outcome(const struct check *c, bool complete)
{
	if (complete && !counts_total(&c->counts))
		return STATE_OK;
	return counts_worst(&c->counts);
}

static int conclude(const struct check *c, bool nagios)
{
	bool complete = source_ended(c->source) && !c->stopped;
	int status = finish((int)outcome(c, complete), nagios);
	struct why why;

	if (c->opts->summary.given && !c->opts->summary.file)
		counts_print(&c->counts, stderr);
	if (write_summary(c, complete, &why) == 0)
		return status;
	log_error("%s", why.text);
	return CMD_USAGE;
}

/* A plugin's answer is a state, and this one says nothing about the service. */
static int plan(struct check *c, bool nagios)
{
	int status;

	if (nagios)
		puts("DANE UNKNOWN - dry run: nothing was checked");
	status = plan_print(c->source, &c->probe);
	return nagios ? CMD_USAGE : status;
}

int verb_check_with(const struct cmd *cmd, const struct check_opts *opts,
		    struct opts_rest *rest)
{
	bool nagios = !strcmp(opts->output, "nagios");
	struct check c = { .opts = opts };
	struct why why = { "" };
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (nagios) {
		mem_set_last_words("DANE UNKNOWN - out of memory\n");
		log_hold();
	}
	raise_file_limit();
	log_set_level(1 + opts->verbose - opts->quiet);
	if (set_up(&c, rest, &why) < 0) {
		status = verb_check_refuse(cmd, &why, nagios);
	} else if (opts->dry_run) {
		status = plan(&c, nagios);
	} else if (run_checks(&c, &why) < 0) {
		status = verb_check_refuse(cmd, &why, nagios);
	} else if (!counts_total(&c.counts) && !c.shared_out) {
		why_set(&why, DP_EINVAL, "there is no target in %s", opts->file);
		status = verb_check_refuse(cmd, &why, nagios);
	} else {
		status = conclude(&c, nagios);
	}
	clear(&c);
	log_release();
	return status;
}

static int run(const struct cmd *cmd, int argc, char **argv)
{
	bool nagios = check_opts_nagios(argc, argv);
	struct check_opts opts;
	struct opts_rest rest;
	struct why why;
	int status;

	if (check_opts_parse(argc, argv, &opts, &rest, &why) < 0)
		/* by what was read before the fault, too: -qo nagios, --out nagios */
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
			"xmpp-server nntp postgres mysql.\n"
			"TIME and X are numbers with a unit: ms s m h d %. Exit status: "
			"0 OK, 1 "
			"WARNING, 2 CRITICAL, 3 UNKNOWN and every usage error.",
		.run = run,
	};

	cmd.opts = check_opts_table();
	return &cmd;
}
