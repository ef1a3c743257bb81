/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/run.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dns/upstream.h"
#include "probe/pace.h"
#include "probe/probe.h"
#include "probe/retry.h"
#include "verdict/facts.h"

/* Results that wait for an earlier one hold memory: no more of them than this for each
 * target in flight. */
#define HELD_PER_JOB 4
/* and of what strangers had shown to them, no more octets than this */
#define HELD_OCTETS ((size_t)8 << 20)
/* how long we wait before we try a target again */
#define RETRY_MS 2000
/* how often we look who only waits: what a silent address costs the others */
#define LOOK_MS 100

struct run {
	const struct run_conf *conf; /* borrowed */
	struct entry *first, *last;  /* in the order of the input */
	size_t active, held, held_octets;
	size_t parked;		 /* of the active ones, at the last look */
	struct loop_timer *look; /* owned; NULL: nobody is active */
	struct pace pace;
	uint64_t ended_count;
	struct loop_timer *turn; /* owned; to when the next may begin; NULL: none waits */
	bool filling;		 /* run_more() is running */
	bool ended;		 /* the input has ended */
	bool told;		 /* it was told that all is done */
};

struct entry {
	struct run *run; /* borrowed */
	struct entry *before, *next;
	uint32_t tag;
	struct target target; /* owned; empty for a bad one */
	long line;
	int tries;		    /* tries that have ended */
	struct loop_timer *again;   /* owned; begins the next try */
	struct probe *probe;	    /* owned; NULL for a bad target */
	struct facts_target *facts; /* owned; NULL while it runs; else of the last try */
	bool done;		    /* facts are the last ones */
};

void run_item_clear(struct run_item *item)
{
	if (item->good)
		target_clear(&item->target);
	free(item->text);
	*item = (struct run_item){ 0 };
}

static void append_entry(struct run *run, struct entry *e)
{
	e->before = run->last;
	if (run->last)
		run->last->next = e;
	else
		run->first = e;
	run->last = e;
}

static void unlink_entry(struct run *run, struct entry *e)
{
	if (e->before)
		e->before->next = e->next;
	else
		run->first = e->next;
	if (e->next)
		e->next->before = e->before;
	else
		run->last = e->before;
}

static void free_entry(struct entry *e)
{
	probe_free(e->probe);
	loop_timer_free(e->again);
	target_clear(&e->target);
	free(e);
}

/* Its result goes out, and it is freed. */
static void emit_facts(struct run *run, struct entry *e)
{
	struct facts_target *facts = e->facts;
	uint32_t tag = e->tag;

	free_entry(e);
	run->conf->emit(run->conf->arg, tag, facts);
}

static void take_facts(struct entry *e, struct facts_target *facts)
{
	struct run *run = e->run;

	e->facts = facts;
	e->done = true;
	if (!run->conf->in_order) {
		unlink_entry(run, e);
		emit_facts(run, e);
		return;
	}
	run->held++;
	run->held_octets += facts->shown_octets;
	while ((e = run->first) && e->done) {
		run->held--;
		run->held_octets -= e->facts->shown_octets;
		unlink_entry(run, e);
		emit_facts(run, e);
	}
}

static bool is_parked(const struct entry *e)
{
	return e->again || (e->probe && probe_is_connecting(e->probe));
}

static void look_again(struct run *run);

/* A server that is silent must not hold the place of one that isn't. */
static void on_look(void *arg)
{
	struct run *run = arg;
	const struct entry *e;
	size_t parked = 0;

	for (e = run->first; e; e = e->next)
		parked += is_parked(e);
	run->parked = parked;
	look_again(run);
	run_more(run);
}

static void look_again(struct run *run)
{
	loop_timer_free(run->look);
	run->look = NULL;
	if (run->active && run->conf->parked && !run->ended)
		run->look = loop_timer_new(run->conf->probe->loop, LOOK_MS, on_look, run);
}

static void begin_probe(struct entry *e);

static void on_again(void *arg)
{
	struct entry *e = arg;

	loop_timer_free(e->again);
	e->again = NULL;
	begin_probe(e);
}

static void on_probe(void *arg, struct facts_target *facts)
{
	struct entry *e = arg;
	struct run *run = e->run;

	probe_free(e->probe);
	e->probe = NULL;
	facts_target_free(e->facts);
	e->facts = facts;
	run->ended_count++;
	if (e->tries++ < run->conf->retries && retry_may_help(facts)) {
		e->again = loop_timer_new(run->conf->probe->loop, RETRY_MS, on_again, e);
		return;
	}
	run->active--;
	run->parked -= run->parked > 0; /* it was one of them, as far as we know */
	take_facts(e, facts);
	run_more(run);
}

static void begin_probe(struct entry *e)
{
	const struct probe_conf *probe = e->run->conf->probe;
	uint64_t asked = probe->upstream ? upstream_asked(probe->upstream) : 0;
	uint32_t before = loop_set_owner(probe->loop, e->tag);

	pace_begin(&e->run->pace, clock_ms(), asked, e->run->ended_count);
	e->probe = probe_new(probe, &e->target, e->line, on_probe, e);
	loop_set_owner(probe->loop, before);
}

static void start_entry(struct run *run, struct run_item *item)
{
	struct entry *e = mem_zero(sizeof(*e));

	e->run = run;
	e->tag = item->tag;
	e->line = item->line;
	append_entry(run, e);
	if (item->good) {
		run->active++;
		e->target = item->target;
		item->good = false; /* the entry has its target now */
		begin_probe(e);
	} else {
		take_facts(e, probe_bad_target(run->conf->probe, item->text, item->line,
					       item->why.text));
	}
	run_item_clear(item);
}

static bool has_room(const struct run *run)
{
	size_t jobs = (size_t)run->conf->jobs, parked = run->parked;

	if (parked > (size_t)run->conf->parked)
		parked = (size_t)run->conf->parked;
	return run->active < jobs + parked && run->held < jobs * HELD_PER_JOB &&
	       run->held_octets < HELD_OCTETS;
}

static void on_turn(void *arg)
{
	struct run *run = arg;

	loop_timer_free(run->turn);
	run->turn = NULL;
	run_more(run);
}

/* Whether a target may begin now; else run_more() follows when one may. */
static bool is_its_turn(struct run *run)
{
	int64_t wait = pace_wait_ms(&run->pace, clock_ms());

	if (wait && !run->turn)
		run->turn = loop_timer_new(run->conf->probe->loop, wait, on_turn, run);
	return !wait;
}

static void fill_room(struct run *run)
{
	enum run_step step = RUN_ITEM;
	struct run_item item;

	while (!run->ended && step != RUN_LATER && has_room(run) && is_its_turn(run)) {
		item = (struct run_item){ 0 };
		step = run->conf->next(run->conf->arg, &item);
		if (step == RUN_ITEM)
			start_entry(run, &item);
		else if (step == RUN_END)
			run->ended = true;
	}
}

void run_more(struct run *run)
{
	if (run->filling) /* called again by what next or emit did */
		return;
	run->filling = true;
	fill_room(run);
	run->filling = false;
	if (!run->look)
		look_again(run);
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
	struct entry *e = run->first, *next;

	run->ended = run->told = true;
	loop_timer_free(run->look);
	run->look = NULL;
	loop_timer_free(run->turn);
	run->turn = NULL;
	run->first = run->last = NULL;
	for (; e; e = next) {
		next = e->next;
		if (!e->facts) /* where there are facts of a try, they stay */
			e->facts = probe_stop(e->probe, run->conf->stopped_by);
		emit_facts(run, e);
	}
	run->active = run->held = run->held_octets = 0;
}

struct run *run_new(const struct run_conf *conf)
{
	struct run *run = mem_zero(sizeof(*run));

	run->conf = conf;
	run->pace.per_s = conf->dns_rate;
	return run;
}

void run_free(struct run *run)
{
	struct entry *e, *next;

	if (!run)
		return;
	for (e = run->first; e; e = next) {
		next = e->next;
		facts_target_free(e->facts);
		free_entry(e);
	}
	loop_timer_free(run->look);
	loop_timer_free(run->turn);
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
