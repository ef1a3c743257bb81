/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/run.h"

#include <stdlib.h>

#include "base/loop.h"
#include "base/mem.h"
#include "probe/probe.h"
#include "verdict/facts.h"

/* Results that wait for an earlier one hold memory: no more of them than this for each
 * target in flight. */
#define HELD_PER_JOB 4

struct run {
	const struct run_conf *conf; /* borrowed */
	struct entry *first, *last;  /* in the order of the input */
	size_t active, held;
	bool filling; /* run_more() is on the way */
	bool ended;   /* the input is */
	bool told;    /* that all is done */
};

struct entry {
	struct run *run; /* borrowed */
	struct entry *before, *next;
	uint32_t tag;
	struct probe *probe;	    /* owned; NULL for a bad target */
	struct facts_target *facts; /* owned; NULL while it runs */
};

void run_item_clear(struct run_item *item)
{
	if (item->good)
		target_clear(&item->target);
	free(item->text);
	*item = (struct run_item){ 0 };
}

static void append(struct run *run, struct entry *e)
{
	e->before = run->last;
	if (run->last)
		run->last->next = e;
	else
		run->first = e;
	run->last = e;
}

static void drop(struct run *run, struct entry *e)
{
	*(e->before ? &e->before->next : &run->first) = e->next;
	*(e->next ? &e->next->before : &run->last) = e->before;
	probe_free(e->probe);
	free(e);
}

/* Its result goes out, and it is gone. */
static void emit(struct run *run, struct entry *e)
{
	struct facts_target *facts = e->facts;
	uint32_t tag = e->tag;

	drop(run, e);
	run->conf->emit(run->conf->arg, tag, facts);
}

static void take_facts(struct entry *e, struct facts_target *facts)
{
	struct run *run = e->run;

	e->facts = facts;
	if (!run->conf->in_order) {
		emit(run, e);
		return;
	}
	run->held++;
	while (run->first && run->first->facts) {
		run->held--;
		emit(run, run->first);
	}
}

static void on_probe(void *arg, struct facts_target *facts)
{
	struct entry *e = arg;
	struct run *run = e->run;

	run->active--;
	probe_free(e->probe);
	e->probe = NULL;
	take_facts(e, facts);
	run_more(run);
}

static void start(struct run *run, struct run_item *item)
{
	struct entry *e = mem_zero(sizeof(*e));

	e->run = run;
	e->tag = item->tag;
	append(run, e);
	if (item->good) {
		run->active++;
		e->probe = probe_new(run->conf->probe, &item->target, item->line,
				     on_probe, e);
	} else {
		take_facts(e, probe_bad_target(run->conf->probe, item->text, item->line,
					       item->why.text));
	}
	run_item_clear(item);
}

static bool has_room(const struct run *run)
{
	size_t jobs = (size_t)run->conf->jobs;

	return run->active < jobs && run->held < jobs * HELD_PER_JOB;
}

static void fill(struct run *run)
{
	enum run_step step = RUN_ITEM;
	struct run_item item;

	while (!run->ended && step != RUN_LATER && has_room(run)) {
		item = (struct run_item){ 0 };
		step = run->conf->next(run->conf->arg, &item);
		if (step == RUN_ITEM)
			start(run, &item);
		else if (step == RUN_END)
			run->ended = true;
	}
}

void run_more(struct run *run)
{
	if (run->filling) /* by what next or emit did */
		return;
	run->filling = true;
	fill(run);
	run->filling = false;
	if (!run->ended || run->active || run->told)
		return;
	run->told = true;
	if (run->conf->done)
		run->conf->done(run->conf->arg);
	else
		loop_stop(run->conf->probe->loop);
}

void run_stop(struct run *run)
{
	struct entry *e;

	run->ended = run->told = true;
	while ((e = run->first)) {
		if (!e->facts)
			e->facts = probe_stop(e->probe, run->conf->stopped_by);
		emit(run, e);
	}
	run->active = run->held = 0;
}

struct run *run_new(const struct run_conf *conf)
{
	struct run *run = mem_zero(sizeof(*run));

	run->conf = conf;
	return run;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	while (run->first) {
		facts_target_free(run->first->facts);
		drop(run, run->first);
	}
	free(run);
}

void run_all(const struct run_conf *conf)
{
	struct run *run = run_new(conf);

	run_more(run);
	if (!run->told) /* a loop that doesn't run yet can't be stopped */
		loop_run(conf->probe->loop);
	if (!run->told)
		run_stop(run);
	run_free(run);
}
