/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "cmd/check.h"
#include "cmd/check_opts.h"
#include "cmd/crash.h"
#include "cmd/cutoff.h"
#include "cmd/interrupt.h"
#include "cmd/jobs.h"
#include "cmd/progress.h"
#include "probe/probe.h"
#include "probe/quota.h"
#include "probe/run.h"
#include "render/render.h"
#include "target/service.h"
#include "verdict/facts.h"

#define WAIT_STEP_MS 5000
#define LATE_MS 1000 /* behind the deadline of a single target */

struct batch {
	struct check *check; /* borrowed */
	const struct renderer *renderer;
	struct render_conf render;
	struct render_state *state; /* NULL: results are held back */
	struct facts_target **held; /* owned; of the last attempt with --wait */
	size_t held_count;
	bool terminal;		   /* results go to one */
	struct progress *progress; /* owned; NULL: none is shown */
	struct run_conf conf;
	struct run *run; /* owned; NULL between attempts */
	bool done;	 /* it is */
	bool confined;
	struct loop_pulse pulse; /* of a list */
	uint32_t arguments;	 /* that were taken */
	/* Owned; what is said where a single target doesn't end, or the sandbox ends it;
	 * NULL: none */
	char *late, *refused, *crashed;
};

static void drop_held(struct batch *b)
{
	size_t i;

	for (i = 0; i < b->held_count; i++)
		facts_target_free(b->held[i]);
	b->held_count = 0;
}

static struct loop *loop_of(const struct batch *b)
{
	return b->check->engine.loop;
}

static void on_drain(void *arg)
{
	struct batch *b = arg;

	intake_drain(&b->check->intake);
	if (b->run)
		run_more(b->run);
}

/* Targets in flight are told as stopped, so that nobody waits for a result in vain. */
static void on_stop(void *arg, const char *by)
{
	struct batch *b = arg;

	b->check->stopped_by = b->conf.stopped_by = by;
	loop_stop(loop_of(b));
}

/* What the one target comes to if nothing else does, in the wanted format. */
static char *write_lost(struct batch *b, const struct run_item *item, const char *reason)
{
	struct facts_target *facts = probe_lost_target(&b->check->engine.probe,
						       &item->target, item->line, reason);
	struct render_conf conf = b->render;
	struct render_state *state;
	char *text = NULL;
	size_t len;

	conf.out = open_memstream(&text, &len);
	if (!conf.out)
		mem_exhausted();
	state = b->renderer->begin(&conf);
	b->renderer->target(state, facts);
	b->renderer->end(state);
	fclose(conf.out);
	facts_target_free(facts);
	return text;
}

/* What a library does inside can't be bounded from within: the end comes by signal. */
static void limit_single(struct batch *b, const struct run_item *item)
{
	const struct check_opts *o = b->check->opts;
	int64_t ms =
		o->timeout_ms ? o->timeout_ms : service_timeout_ms(item->target.service);
	char *reason;

	ms += o->wait_ms + LATE_MS;
	reason = mem_printf("the check did not end within %.3g s: this process stood "
			    "still, or took too long over what a server sent",
			    (double)ms / 1000);
	b->late = write_lost(b, item, reason);
	b->refused = write_lost(b, item,
				"the sandbox stopped the check at a system call that no "
				"check makes: a server may have sent what takes a "
				"program over");
	b->crashed = write_lost(
		b, item,
		"the process crashed, perhaps because of too little memory (ulimit -v)");
	free(reason);
	cutoff_limit(ms, b->late);
	crash_set_results(b->refused, b->crashed);
}

static enum run_step next_target(void *arg, struct run_item *ret_item)
{
	struct batch *b = arg;
	enum run_step step = intake_next(&b->check->intake, ret_item);

	if (step != RUN_ITEM)
		return step;
	ret_item->tag = ret_item->line ? (uint32_t)ret_item->line : ++b->arguments;
	if (b->check->single && ret_item->good && !b->late)
		limit_single(b, ret_item);
	return step;
}

/* The targets of a list wait for each other: one that a library doesn't come to an end
 * with ends the list. */
static void watch_list(struct batch *b, bool on)
{
	const char *before = b->check->opts->file ? "the target in line " : "target ";

	if (!b->check->single)
		cutoff_watch(on ? &b->pulse : NULL, before);
}

/* A reader may take its time. */
static void write_result(struct batch *b, const struct facts_target *facts)
{
	if (b->check->single) {
		cutoff_limit(0, NULL);
		crash_set_results(NULL, NULL);
	}
	watch_list(b, false);
	if (b->terminal)
		progress_erase(b->progress);
	b->renderer->target(b->state, facts);
	if (!b->check->single)
		fflush(stdout);
	watch_list(b, true);
}

static void take_result(void *arg, uint32_t tag, struct facts_target *facts)
{
	struct batch *b = arg;

	(void)tag;
	counts_add(&b->check->counts, facts->state, facts->code);
	if (b->state) {
		write_result(b, facts);
		facts_target_free(facts);
		return;
	}
	b->held = mem_grow(b->held, b->held_count, sizeof(*b->held));
	b->held[b->held_count++] = facts;
}

static void on_done(void *arg)
{
	struct batch *b = arg;

	b->done = true;
	loop_stop(loop_of(b));
}

static void on_input(void *arg)
{
	run_more(arg);
}

/* The first questions are on their way, and nothing is read of what comes back before the
 * loop runs: this takes no longer than an answer. */
static void confine_once(struct batch *b)
{
	if (!b->confined)
		engine_confine(&b->check->engine);
	b->confined = true;
}

static void attempt_once(struct batch *b)
{
	struct source *source = b->check->intake.source;

	if (b->check->opts->wait_ms) /* earlier attempts count for nothing */
		b->check->counts = (struct counts){ 0 };
	drop_held(b);
	b->done = false;
	b->run = run_new(&b->conf);
	source_watch(source, loop_of(b), on_input, b->run);
	run_more(b->run);
	confine_once(b);
	if (!b->done) { /* a loop that doesn't run yet can't be stopped */
		loop_set_pulse(loop_of(b), &b->pulse);
		watch_list(b, true);
		loop_run(loop_of(b));
		watch_list(b, false);
		loop_set_pulse(loop_of(b), NULL);
	}
	if (!b->done)
		run_stop(b->run);
	source_watch(source, NULL, NULL, NULL);
	run_free(b->run);
	b->run = NULL;
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

static bool is_ended(const struct batch *b)
{
	return b->check->stopped_by || b->check->intake.drained;
}

/* Attempts until all is OK or the time is up; only the last is printed. */
static int wait_for_ok(struct batch *b, struct why *why)
{
	int64_t end = clock_ms() + b->check->opts->wait_ms, next, now;
	struct check *c = b->check;
	enum state worst;
	int rc;

	for (;;) {
		next = clock_ms() + WAIT_STEP_MS;
		attempt_once(b);
		now = clock_ms();
		worst = counts_worst(&c->counts);
		if (worst == STATE_OK || now >= end || is_ended(b))
			return 0;
		next = next < end ? next : end;
		log_info("%s so far; trying again", state_name(worst));
		sleep_ms(c->engine.loop, next - now);
		if (is_ended(b))
			return 0;
		rc = engine_refresh(&c->engine, why);
		if (rc == 0)
			rc = source_rewind(c->intake.source, why);
		if (rc < 0)
			return rc;
	}
}

static void ask_progress(void *arg, struct progress_numbers *ret_numbers)
{
	const struct batch *b = arg;

	intake_progress(&b->check->intake, &b->check->counts, ret_numbers);
}

static void attempt_shown(struct batch *b)
{
	if (b->check->opts->file && !b->check->opts->quiet)
		b->progress = progress_new(loop_of(b), stderr, ask_progress, b);
	attempt_once(b);
	progress_free(b->progress);
	b->progress = NULL;
}

static void prepare_batch(struct batch *b)
{
	const struct check_opts *o = b->check->opts;
	struct interrupt_conf interrupt = { .loop = loop_of(b),
					    .list = o->file,
					    .nagios = !strcmp(o->output, "nagios"),
					    .drain = on_drain,
					    .stop = on_stop,
					    .arg = b };

	b->renderer = render_find(o->output);
	b->terminal = isatty(STDOUT_FILENO);
	b->render = (struct render_conf){ .out = stdout,
					  .verbosity = o->verbose - o->quiet,
					  .colour = terminal_has_colour(STDOUT_FILENO),
					  .columns = terminal_columns(STDOUT_FILENO),
					  .now = clock_now(),
					  .verdict = &o->verdict,
					  .single = b->check->single };
	b->conf = (struct run_conf){ .probe = &b->check->engine.probe,
				     .jobs = jobs_share(o->jobs, 1, jobs_raise_files()),
				     .retries = o->retries,
				     .dns_rate = engine_dns_rate(&b->check->engine),
				     .in_order = strcmp(b->renderer->name, "ndjson") != 0,
				     .next = next_target,
				     .emit = take_result,
				     .done = on_done,
				     .arg = b };
	b->conf.parked = o->file ? jobs_parked(b->conf.jobs, jobs_raise_files()) : 0;
	b->check->interrupt = interrupt_new(&interrupt);
}

static int run_and_print(struct batch *b, struct why *why)
{
	size_t i;
	int rc = 0;

	if (b->check->opts->wait_ms) {
		rc = source_rewind(b->check->intake.source,
				   why); /* fails where the list can't be read again */
		if (rc == 0)
			rc = wait_for_ok(b, why);
	} else {
		b->state = b->renderer->begin(&b->render);
		attempt_shown(b);
	}
	cutoff_limit(0, NULL);
	crash_set_results(NULL, NULL);
	if (rc < 0)
		return rc;
	if (!b->state)
		b->state = b->renderer->begin(&b->render);
	for (i = 0; i < b->held_count; i++)
		b->renderer->target(b->state, b->held[i]);
	b->renderer->end(b->state);
	return 0;
}

int batch_run(struct check *check, struct why *why)
{
	struct batch b = { .check = check };
	int rc = engine_start(&check->engine, why);

	if (rc < 0)
		return rc;
	prepare_batch(&b);
	check->quota = quota_new(1, QUOTA_EACH * (size_t)b.conf.jobs +
					    QUOTA_PARKED * (size_t)b.conf.parked);
	engine_share(&check->engine, &(struct engine_shared){ .quota = check->quota });
	rc = run_and_print(&b, why);
	drop_held(&b);
	free(b.held);
	free(b.late);
	free(b.refused);
	free(b.crashed);
	return rc;
}
