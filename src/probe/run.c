/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/run.h"

#include <stdlib.h>

#include "base/loop.h"
#include "base/mem.h"
#include "probe/probe.h"

/* Results that wait for an earlier one hold memory: no more of them than this for each
 * target in flight. */
#define HELD_PER_JOB 4

struct run {
	const struct run_conf *conf; /* borrowed */
	struct entry *first, *last;  /* in the order of the input */
	size_t active, held;
	bool ended; /* the input is */
};

struct entry {
	struct run *run; /* borrowed */
	struct entry *next;
	struct probe *probe;	    /* owned; NULL for a bad target */
	struct facts_target *facts; /* owned; NULL while it runs */
};

static void emit_ready(struct run *run)
{
	struct entry *e;

	while ((e = run->first) && e->facts) {
		run->first = e->next;
		if (!run->first)
			run->last = NULL;
		run->held--;
		run->conf->emit(run->conf->arg, e->facts);
		free(e);
	}
}

static void unlink_entry(struct run *run, struct entry *entry)
{
	struct entry **at = &run->first, *before = NULL;

	while (*at != entry) {
		before = *at;
		at = &(*at)->next;
	}
	*at = entry->next;
	if (run->last == entry)
		run->last = before;
}

static void take_facts(struct entry *e, struct facts_target *facts)
{
	struct run *run = e->run;

	e->facts = facts;
	if (run->conf->in_order) {
		run->held++;
		emit_ready(run);
		return;
	}
	unlink_entry(run, e);
	run->conf->emit(run->conf->arg, facts);
	free(e);
}

static void fill(struct run *run);

static void on_probe(void *arg, struct facts_target *facts)
{
	struct entry *e = arg;
	struct run *run = e->run;

	run->active--;
	probe_free(e->probe);
	e->probe = NULL;
	take_facts(e, facts);
	fill(run);
}

static void start(struct run *run, struct run_item *item)
{
	struct entry *e = mem_zero(sizeof(*e));

	e->run = run;
	if (run->last)
		run->last->next = e;
	else
		run->first = e;
	run->last = e;
	if (item->good) {
		run->active++;
		e->probe = probe_new(run->conf->probe, &item->target, item->line,
				     on_probe, e);
		target_clear(&item->target);
	} else {
		take_facts(e, probe_bad_target(run->conf->probe, item->text, item->line,
					       item->why.text));
	}
	free(item->text);
}

static bool has_room(const struct run *run)
{
	size_t jobs = (size_t)run->conf->jobs;

	return run->active < jobs && run->held < jobs * HELD_PER_JOB;
}

static void fill(struct run *run)
{
	struct run_item item;

	while (!run->ended && has_room(run)) {
		item = (struct run_item){ 0 };
		if (run->conf->next(run->conf->arg, &item))
			start(run, &item);
		else
			run->ended = true;
	}
	if (run->ended && !run->active)
		loop_stop(run->conf->probe->loop);
}

/* Whatever still waits, in the order of the input. */
static void stop_rest(struct run *run)
{
	struct entry *e;

	while ((e = run->first)) {
		if (!e->facts) {
			e->facts = probe_stop(e->probe, run->conf->stopped_by);
			probe_free(e->probe);
			e->probe = NULL;
		}
		run->first = e->next;
		run->conf->emit(run->conf->arg, e->facts);
		free(e);
	}
	run->last = NULL;
	run->active = run->held = 0;
}

void run_all(const struct run_conf *conf)
{
	struct run run = { .conf = conf };

	fill(&run);
	if (run.active)
		loop_run(conf->probe->loop);
	if (run.active)
		stop_rest(&run);
}
