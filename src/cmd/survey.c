/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/survey.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "cmd/check.h"
#include "cmd/check_opts.h"
#include "cmd/fleet.h"
#include "cmd/interrupt.h"
#include "cmd/jobs.h"
#include "cmd/outbox.h"
#include "cmd/parcel.h"
#include "cmd/processors.h"
#include "cmd/progress.h"
#include "cmd/worker.h"
#include "probe/ledger.h"
#include "probe/probe.h"
#include "probe/quota.h"
#include "render/json.h"
#include "verdict/facts.h"

struct survey {
	struct check *check; /* borrowed */
	struct fleet_conf conf;
	struct fleet *fleet; /* owned, as those below */
	struct ledger *ledger;
	struct outbox *outbox;
	struct progress *progress; /* NULL: none is shown */
	bool terminal;		   /* results go to one */
	bool done;		   /* every target has its result */
};

bool survey_fits(const struct check_opts *opts)
{
	return opts->file && !strcmp(opts->output, "ndjson") && !opts->wait_ms;
}

static struct loop *loop_of(const struct survey *s)
{
	return s->check->engine.loop;
}

/*
 * Results
 */
static void put_result(struct survey *s, enum state state, enum code code,
		       const char *line, size_t len)
{
	counts_add(&s->check->counts, state, code);
	if (s->terminal)
		progress_erase(s->progress);
	outbox_put(s->outbox, line, len);
	if (outbox_full(s->outbox))
		fleet_pause(s->fleet, true);
}

static void on_result(void *arg, const struct parcel *result)
{
	put_result(arg, result->state, result->code, result->text, result->text_len);
}

static void on_unprobed(void *arg, const struct run_item *item, const char *reason)
{
	struct survey *s = arg;
	const struct probe_conf *probe = &s->check->engine.probe;
	struct facts_target *facts =
		reason ? probe_lost_target(probe, &item->target, item->line, reason)
		       : probe_bad_target(probe, item->text, item->line, item->why.text);
	char *line = json_line(facts);

	put_result(s, facts->state, facts->code, line, strlen(line));
	free(line);
	facts_target_free(facts);
}

static void end_if_done(struct survey *s)
{
	if (s->done && outbox_empty(s->outbox))
		loop_stop(loop_of(s));
}

static void on_drained(void *arg)
{
	struct survey *s = arg;

	fleet_pause(s->fleet, false);
	end_if_done(s);
}

/* Results can't get out any more, so nothing more is checked. */
static void on_failed(void *arg, int error)
{
	struct survey *s = arg;

	s->done = s->check->failed = true;
	log_error("can't write to standard output: %s", strerror(error));
	loop_stop(loop_of(s));
}

/*
 * Targets
 */
static enum run_step next_to_probe(void *arg, struct run_item *ret_item)
{
	struct survey *s = arg;

	return intake_next(&s->check->intake, ret_item);
}

static void on_returned(void *arg)
{
	struct survey *s = arg;

	s->check->intake.taken--;
}

static void on_input(void *arg)
{
	struct survey *s = arg;

	fleet_more(s->fleet);
}

static void on_done(void *arg)
{
	struct survey *s = arg;

	s->done = true;
	end_if_done(s);
}

static void work_lane(void *arg, int fd, int lane, struct loop_pulse *pulse)
{
	struct survey *s = arg;
	struct engine_shared shared = { .quota = s->check->quota,
					.ledger = s->ledger,
					.lane = lane };

	worker_run(fd, &s->check->engine, s->conf.jobs, &shared, pulse);
}

static void on_buried(void *arg, int lane)
{
	struct survey *s = arg;

	quota_forget(s->check->quota, lane);
	ledger_forget(s->ledger, lane);
}

static void on_drain(void *arg)
{
	struct survey *s = arg;

	intake_drain(&s->check->intake);
	fleet_drain(s->fleet);
}

static void on_stop(void *arg, const char *by)
{
	struct survey *s = arg;

	s->check->stopped_by = by;
	fleet_stop(s->fleet, by);
}

/*
 * All together
 */
static void ask_progress(void *arg, struct progress_numbers *ret_numbers)
{
	const struct survey *s = arg;

	intake_progress(&s->check->intake, &s->check->counts, ret_numbers);
}

static void prepare_survey(struct survey *s)
{
	const struct check_opts *o = s->check->opts;
	int workers = o->workers ? o->workers : processors_count("");
	struct outbox_conf outbox = { .loop = loop_of(s),
				      .fd = STDOUT_FILENO,
				      .drained = on_drained,
				      .failed = on_failed,
				      .arg = s };
	struct interrupt_conf interrupt = { .loop = loop_of(s),
					    .list = true,
					    .drain = on_drain,
					    .stop = on_stop,
					    .arg = s };

	if (o->jobs && o->jobs < workers)
		workers = o->jobs;
	s->check->engine.processes = workers;
	s->conf = (struct fleet_conf){ .loop = loop_of(s),
				       .workers = workers,
				       .jobs = jobs_share(o->jobs, workers,
							  jobs_raise_files()),
				       .work = work_lane,
				       .next = next_to_probe,
				       .result = on_result,
				       .unprobed = on_unprobed,
				       .returned = on_returned,
				       .buried = on_buried,
				       .done = on_done,
				       .arg = s };
	s->conf.parked = jobs_parked(s->conf.jobs, jobs_raise_files());
	s->terminal = isatty(STDOUT_FILENO);
	s->outbox = outbox_new(&outbox);
	s->fleet = fleet_new(&s->conf);
	source_watch(s->check->intake.source, loop_of(s), on_input, s);
	if (!o->quiet)
		s->progress = progress_new(loop_of(s), stderr, ask_progress, s);
	s->check->interrupt = interrupt_new(&interrupt);
}

int survey_run(struct check *check, struct why *why)
{
	struct survey s = { .check = check };
	int rc = engine_start(
		&check->engine,
		why); /* started here, too, so that a failure is told at once */

	if (rc < 0)
		return rc;
	engine_rest(&check->engine);
	prepare_survey(&s);
	check->quota = quota_new(s.conf.workers + FLEET_ALONE,
				 (size_t)s.conf.workers *
					 (QUOTA_EACH * (size_t)s.conf.jobs +
					  QUOTA_PARKED * (size_t)s.conf.parked));
	s.ledger = ledger_new();
	engine_confine(&check->engine);
	fleet_more(s.fleet);
	if (!s.done || !outbox_empty(s.outbox)) /* else the loop can't be stopped yet */
		loop_run(check->engine.loop);
	source_watch(check->intake.source, NULL, NULL, NULL);
	progress_free(s.progress);
	fleet_free(s.fleet);
	ledger_free(s.ledger);
	outbox_free(s.outbox);
	return 0;
}
