/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "probe/quota.h"

struct at_gate {
	struct loop *loop;
	struct quota *quota;
	struct gate *gate;
	char order[64]; /* names of those let in later */
};

struct guest {
	struct at_gate *at;
	const char *name;
	struct gate_pass *pass;
	bool in, leaves; /* at once, when let in */
};

static void let_in(void *arg)
{
	struct guest *g = arg;

	g->in = true;
	strcat(g->at->order, g->name);
	if (g->leaves) {
		gate_leave(g->pass);
		g->pass = NULL;
	}
}

static void enter(struct at_gate *at, struct guest *g, const char *name,
		  const char *address, bool starttls)
{
	bool leaves = g->leaves;

	*g = (struct guest){ .at = at, .name = name, .leaves = leaves };
	g->pass = gate_enter(at->gate, address, starttls, let_in, g, &g->in);
}

static int open_gate(void **state)
{
	static struct at_gate at;
	struct gate_conf conf = { .per_host_tls = 2,
				  .per_host_starttls = 1,
				  .per_net = 3 };

	at = (struct at_gate){ .loop = loop_new(), .quota = quota_new(2, 100) };
	conf.loop = at.loop;
	conf.quota = at.quota;
	at.gate = gate_new(&conf);
	*state = &at;
	return 0;
}

static int close_gate(void **state)
{
	struct at_gate *at = *state;

	gate_free(at->gate);
	quota_free(at->quota);
	loop_free(at->loop);
	return 0;
}

static void run_for(struct at_gate *at, int64_t ms)
{
	struct loop_timer *end =
		loop_timer_new(at->loop, ms, (loop_fn *)loop_stop, at->loop);

	loop_run(at->loop);
	loop_timer_free(end);
}

static void test_gate_lets_in_up_to_the_limits(void **state)
{
	struct at_gate *at = *state;
	struct guest a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 }, e = { 0 };

	enter(at, &a, "a", "192.0.2.1", false);
	enter(at, &b, "b", "192.0.2.1", false);
	enter(at, &c, "c", "192.0.2.1", false); /* third of the host */
	assert_true(a.in && b.in && !c.in);
	enter(at, &d, "d", "192.0.2.2", true);
	enter(at, &e, "e", "192.0.2.2", true); /* by STARTTLS one is enough */
	assert_true(d.in && !e.in);
	run_for(at, 60);
	assert_string_equal(at->order, "");
	gate_leave(a.pass);
	assert_string_equal(at->order, ""); /* not from within */
	run_for(at, 20);
	assert_string_equal(at->order, "c");
	gate_leave(d.pass);
	run_for(at, 20);
	assert_string_equal(at->order, "ce");
	gate_leave(b.pass);
	gate_leave(c.pass);
	gate_leave(e.pass);
}

static void test_gate_longest_wait_comes_first(void **state)
{
	struct at_gate *at = *state;
	struct guest a = { 0 }, b = { .leaves = true }, c = { .leaves = true }, d = { 0 };

	enter(at, &a, "a", "192.0.2.1", true);
	enter(at, &b, "b", "192.0.2.1", true);
	enter(at, &c, "c", "192.0.2.1", true);
	gate_leave(a.pass);
	enter(at, &d, "d", "192.0.2.1", true); /* doesn't push in */
	assert_true(a.in && !b.in && !c.in && !d.in);
	run_for(at, 50);
	assert_string_equal(at->order, "bcd");
	gate_leave(d.pass);
}

static void test_gate_who_waits_may_leave(void **state)
{
	struct at_gate *at = *state;
	struct guest a = { 0 }, b = { 0 }, c = { 0 };

	enter(at, &a, "a", "192.0.2.1", true);
	enter(at, &b, "b", "192.0.2.1", true);
	enter(at, &c, "c", "192.0.2.1", true);
	gate_leave(b.pass);
	gate_leave(a.pass);
	run_for(at, 20);
	assert_string_equal(at->order, "c");
	gate_leave(c.pass);
	gate_leave(NULL);
}

/* Room that another process made is seen, too. */
static void test_gate_looks_by_itself(void **state)
{
	struct at_gate *at = *state;
	struct guest a = { 0 };

	assert_true(quota_take(at->quota, 1, "192.0.2.1", 1, 0));
	enter(at, &a, "a", "192.0.2.1", true);
	assert_false(a.in);
	quota_forget(at->quota, 1);
	run_for(at, 100);
	assert_true(a.in);
	gate_leave(a.pass);
}

static void test_gate_none_lets_everybody_in(void **state)
{
	struct guest a = { 0 };
	bool in = false;

	(void)state;
	a.pass = gate_enter(NULL, "192.0.2.1", true, let_in, &a, &in);
	assert_true(in);
	gate_leave(a.pass);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_gate_lets_in_up_to_the_limits,
						open_gate, close_gate),
		cmocka_unit_test_setup_teardown(test_gate_longest_wait_comes_first,
						open_gate, close_gate),
		cmocka_unit_test_setup_teardown(test_gate_who_waits_may_leave, open_gate,
						close_gate),
		cmocka_unit_test_setup_teardown(test_gate_looks_by_itself, open_gate,
						close_gate),
		cmocka_unit_test(test_gate_none_lets_everybody_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
