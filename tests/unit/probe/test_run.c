/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "base/mem.h"
#include "probe/probe.h"
#include "verdict/facts.h"

/* Stands in for probe.c: a target "x30" ends after 30 ms; "t1" fails each time in a way
 * that may pass, "u1" only the first time; "w400" only waits for a connection; what "m1"
 * shows takes 1 MiB. */
struct probe {
	struct loop_timer *timer;
	char *text;
	probe_fn *fn;
	void *arg;
};

static int running, most_running, tries;

static struct facts_target *facts_of(const char *text)
{
	struct facts_target *facts = facts_target_new();

	facts->target = mem_text(text);
	return facts;
}

static void on_end(void *arg)
{
	struct probe *p = arg;

	struct facts_target *facts = facts_of(p->text);

	running--;
	tries++;
	if (p->text[0] == 't' || (p->text[0] == 'u' && tries == 1))
		facts->code = CODE_DNS_ERROR;
	if (p->text[0] == 'm')
		assert_true(facts_take_room(facts, 1 << 20));
	p->fn(p->arg, facts);
}

struct probe *probe_new(const struct probe_conf *conf, const struct target *target,
			long line, probe_fn *fn, void *arg)
{
	struct probe *p = mem_zero(sizeof(*p));

	(void)line;
	p->text = mem_text(target->text);
	p->fn = fn;
	p->arg = arg;
	p->timer = loop_timer_new(conf->loop, strtol(p->text + 1, NULL, 10), on_end, p);
	if (++running > most_running)
		most_running = running;
	return p;
}

void probe_free(struct probe *p)
{
	if (!p)
		return;
	loop_timer_free(p->timer);
	free(p->text);
	free(p);
}

bool probe_is_connecting(const struct probe *p)
{
	return p->text[0] == 'w';
}

struct facts_target *probe_stop(struct probe *p, const char *reason)
{
	char *text = mem_printf("%s!%s", p->text, reason);
	struct facts_target *facts = facts_of(text);

	free(text);
	running--;
	return facts;
}

struct facts_target *probe_bad_target(const struct probe_conf *conf, const char *text,
				      long line, const char *reason)
{
	(void)conf;
	(void)line;
	(void)reason;
	return facts_of(text);
}

/* A list of targets, blanks between them; "bad" is one that can't be parsed. */
struct list {
	const char *next;
	size_t taken, emitted, most_ahead;
	char results[4096];
};

static enum run_step next_item(void *arg, struct run_item *ret_item)
{
	struct list *l = arg;
	size_t len = strcspn(l->next, " ");

	if (!len)
		return RUN_END;
	ret_item->text = mem_text_n(l->next, len);
	ret_item->tag = (uint32_t)len;
	ret_item->good = l->next[0] != 'b';
	if (ret_item->good)
		ret_item->target.text = mem_text(ret_item->text);
	l->next += len + (l->next[len] == ' ');
	l->taken++;
	if (l->taken - l->emitted > l->most_ahead)
		l->most_ahead = l->taken - l->emitted;
	return RUN_ITEM;
}

static void emit(void *arg, uint32_t tag, struct facts_target *take_facts)
{
	struct list *l = arg;
	size_t used = strlen(l->results);

	if (strcspn(take_facts->target, "!") != tag)
		fail_msg("%s has the tag %u", take_facts->target, (unsigned)tag);
	snprintf(l->results + used, sizeof(l->results) - used, "%s%s", used ? " " : "",
		 take_facts->target);
	l->emitted++;
	facts_target_free(take_facts);
}

static int parked;

static struct list run_list(const char *text, int jobs, bool in_order)
{
	struct list l = { .next = text };
	struct probe_conf probe = { .loop = loop_new() };
	struct run_conf conf = { .probe = &probe,
				 .jobs = jobs,
				 .parked = parked,
				 .in_order = in_order,
				 .next = next_item,
				 .emit = emit,
				 .arg = &l };

	running = most_running = 0;
	run_all(&conf);
	assert_int_equal(running, 0);
	assert_int_equal(l.taken, l.emitted);
	loop_free(probe.loop);
	return l;
}

static const struct {
	const char *name, *list;
	int jobs;
	bool in_order;
	const char *results;
	int most_running;
} rows[] = {
	{ "none", "", 4, true, "", 0 },
	{ "one", "a1", 4, true, "a1", 1 },
	{ "in order", "a60 b b c1 d30", 4, true, "a60 b b c1 d30", 3 },
	{ "as they end", "a60 c1 b d30", 4, false, "b c1 d30 a60", 3 },
	{ "one at a time", "a20 c1 d10", 1, false, "a20 c1 d10", 1 },
	{ "two at a time", "a40 c1 d1 e1", 2, false, "c1 d1 e1 a40", 2 },
	{ "bad ones only", "b b b b b b b b b", 1, true, "b b b b b b b b b", 0 },
	{ "bad ones only, as they end", "b b b b", 1, false, "b b b b", 0 },
	{ "a bad one last", "a1 b", 1, true, "a1 b", 1 },
};

static void test_run_all_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct list l = run_list(rows[i].list, rows[i].jobs, rows[i].in_order);

		if (strcmp(l.results, rows[i].results))
			fail_msg("%s: %s", rows[i].name, l.results);
		if (most_running != rows[i].most_running)
			fail_msg("%s: %d at once", rows[i].name, most_running);
	}
}

/* A slow one at the front holds results back, but not without bound. */
static void test_run_all_reads_no_further_than_it_has_room(void **state)
{
	char text[4096] = "a80";
	struct list l;
	int i;

	(void)state;
	for (i = 0; i < 200; i++)
		strcat(text, i % 2 ? " c0" : " b");
	l = run_list(text, 2, true);
	assert_int_equal(l.emitted, 201);
	assert_in_range(l.most_ahead, 2, 16);
	l = run_list(text, 2, false);
	assert_int_equal(l.emitted, 201);
	assert_in_range(l.most_ahead, 2, 4);
}

/* Nor does it hold back more octets than a process may have, however few results they
 * are. */
static void test_run_all_holds_back_no_more_octets_than_it_has_room(void **state)
{
	char text[4096] = "a80";
	struct list l;
	int i;

	(void)state;
	for (i = 0; i < 60; i++)
		strcat(text, " m0");
	l = run_list(text, 4, true);
	assert_int_equal(l.emitted, 61);
	assert_in_range(l.most_ahead, 5, 13);
	l = run_list(text, 4, true); /* and all of it was given back */
	assert_in_range(l.most_ahead, 5, 13);
}

static void on_stop(void *arg)
{
	loop_stop(arg);
}

/* What is done, what is in flight, and nothing of what wasn't begun. */
static void test_run_all_ends_early_when_the_loop_is_stopped(void **state)
{
	struct list l = { .next = "a5000 b c1 d5000 e1 f1" };
	struct probe_conf probe = { .loop = loop_new() };
	struct run_conf conf = { .probe = &probe,
				 .jobs = 2,
				 .in_order = true,
				 .next = next_item,
				 .stopped_by = "T",
				 .emit = emit,
				 .arg = &l };
	struct loop_timer *timer = loop_timer_new(probe.loop, 50, on_stop, probe.loop);

	(void)state;
	running = 0;
	run_all(&conf);
	assert_string_equal(l.results, "a5000!T b c1 d5000!T");
	assert_int_equal(running, 0);
	loop_timer_free(timer);
	loop_free(probe.loop);
}

/* An input that comes in two pieces, the second after 20 ms. */
struct pieces {
	struct list list;
	const char *second; /* NULL once it came */
	struct loop *loop;
	struct run *run;
	int done;
};

static enum run_step next_piece(void *arg, struct run_item *ret_item)
{
	struct pieces *p = arg;
	enum run_step step = next_item(&p->list, ret_item);

	return step == RUN_END && p->second ? RUN_LATER : step;
}

static void emit_piece(void *arg, uint32_t tag, struct facts_target *take_facts)
{
	struct pieces *p = arg;

	emit(&p->list, tag, take_facts);
	run_more(p->run); /* as one who has room again: does nothing wrong */
}

static void on_second(void *arg)
{
	struct pieces *p = arg;

	p->list.next = p->second;
	p->second = NULL;
	run_more(p->run);
}

static void on_done(void *arg)
{
	struct pieces *p = arg;

	p->done++;
	loop_stop(p->loop);
}

static void test_run_waits_for_an_input_that_comes_later(void **state)
{
	static const char *const first[] = { "", "a1 b", "a60 b" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(first) / sizeof(*first); i++) {
		struct pieces p = { .list.next = first[i],
				    .second = "c1 b d1",
				    .loop = loop_new() };
		struct probe_conf probe = { .loop = p.loop };
		struct run_conf conf = { .probe = &probe,
					 .jobs = 2,
					 .next = next_piece,
					 .emit = emit_piece,
					 .done = on_done,
					 .arg = &p };
		struct loop_timer *timer = loop_timer_new(p.loop, 20, on_second, &p);

		running = 0;
		p.run = run_new(&conf);
		run_more(p.run);
		assert_int_equal(p.done, 0);
		loop_run(p.loop);
		assert_int_equal(p.done, 1);
		assert_int_equal(p.list.emitted, p.list.taken);
		assert_int_equal(p.list.emitted, 3 + (i ? 2 : 0));
		run_more(p.run);
		assert_int_equal(p.done, 1);
		run_free(p.run);
		loop_timer_free(timer);
		loop_free(p.loop);
	}
}

static struct list run_with_retries(const char *text, int retries, int64_t stop_ms)
{
	struct list l = { .next = text };
	struct probe_conf probe = { .loop = loop_new() };
	struct run_conf conf = { .probe = &probe,
				 .jobs = 2,
				 .retries = retries,
				 .next = next_item,
				 .stopped_by = "T",
				 .emit = emit,
				 .arg = &l };
	struct loop_timer *timer =
		loop_timer_new(probe.loop, stop_ms, on_stop, probe.loop);

	running = tries = 0;
	run_all(&conf);
	assert_int_equal(running, 0);
	loop_timer_free(timer);
	loop_free(probe.loop);
	return l;
}

static void test_run_tries_again_what_may_pass(void **state)
{
	struct list l;

	(void)state;
	l = run_with_retries("t1", 0, 9000);
	assert_string_equal(l.results, "t1");
	assert_int_equal(tries, 1);
	l = run_with_retries("t1 a1 c1", 1, 9000);
	assert_string_equal(l.results, "a1 c1 t1");
	assert_int_equal(tries, 4);
	l = run_with_retries("u1", 3, 9000);
	assert_string_equal(l.results, "u1");
	assert_int_equal(tries, 2);
	/* stopped before the second try, the first one's result stands */
	l = run_with_retries("t1", 1, 100);
	assert_string_equal(l.results, "t1");
	assert_int_equal(tries, 1);
}

static void test_run_free_drops_what_is_in_flight(void **state)
{
	struct list l = { .next = "a5000 b c1" };
	struct probe_conf probe = { .loop = loop_new() };
	struct run_conf conf = { .probe = &probe,
				 .jobs = 2,
				 .in_order = true,
				 .next = next_item,
				 .emit = emit,
				 .arg = &l };
	struct run *run = run_new(&conf);

	(void)state;
	run_more(run);
	run_free(run);
	run_free(NULL);
	assert_int_equal(l.emitted, 0);
	loop_free(probe.loop);
}

/* What waits for a connection holds no place, as far as there is room to wait. */
static void test_run_silent_ones_hold_no_places(void **state)
{
	static const struct {
		const char *list, *results;
		int parked, most;
	} parked_rows[] = {
		{ "w600 w700 a1 d1", "a1 d1 w600 w700", 2, 3 },
		{ "w600 w900 a1", "w600 a1 w900", 1, 2 },
		{ "w300 w1 a1", "w300 w1 a1", 0, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(parked_rows) / sizeof(*parked_rows); i++) {
		struct list l;

		parked = parked_rows[i].parked;
		l = run_list(parked_rows[i].list, 1, false);
		parked = 0;
		if (strcmp(l.results, parked_rows[i].results) ||
		    most_running > parked_rows[i].most)
			fail_msg("%s: %s, %d at once", parked_rows[i].list, l.results,
				 most_running);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_all_rows),
		cmocka_unit_test(test_run_all_reads_no_further_than_it_has_room),
		cmocka_unit_test(test_run_all_holds_back_no_more_octets_than_it_has_room),
		cmocka_unit_test(test_run_all_ends_early_when_the_loop_is_stopped),
		cmocka_unit_test(test_run_waits_for_an_input_that_comes_later),
		cmocka_unit_test(test_run_tries_again_what_may_pass),
		cmocka_unit_test(test_run_silent_ones_hold_no_places),
		cmocka_unit_test(test_run_free_drops_what_is_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
