/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TARGETS 64

static void test_facts_take_room_bounds_a_target(void **state)
{
	struct facts_target *t = facts_target_new();

	(void)state;
	assert_false(facts_take_room(t, FACTS_SHOWN_MAX + 1));
	assert_false(facts_take_room(t, SIZE_MAX));
	assert_true(facts_take_room(t, FACTS_SHOWN_MAX));
	assert_false(facts_take_room(t, 1));
	facts_target_free(t);
}

/* What strangers show of their targets takes none of what the others surely have. */
static void test_facts_take_room_bounds_all_targets(void **state)
{
	struct facts_target *t[TARGETS];
	size_t i, greedy = 0;

	(void)state;
	for (i = 0; i < TARGETS; i++) {
		t[i] = facts_target_new();
		greedy += facts_take_room(t[i], FACTS_SHOWN_MAX);
	}
	assert_int_equal(greedy, FACTS_SHOWN_ALL / FACTS_SHOWN_MAX);
	for (i = greedy; i < TARGETS; i++) {
		assert_true(facts_take_room(t[i], FACTS_SHOWN_SURE));
		assert_false(facts_take_room(t[i], 1));
	}
	facts_target_free(t[0]); /* and gives it back */
	for (i = 1; i < TARGETS; i++)
		facts_target_free(t[i]);
	t[0] = facts_target_new();
	assert_true(facts_take_room(t[0], FACTS_SHOWN_MAX));
	facts_target_free(t[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts_take_room_bounds_a_target),
		cmocka_unit_test(test_facts_take_room_bounds_all_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
