/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/peak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "setup/lineage/lineage_state.h"

#define START 1800000000
#define DAY 86400

static void test_peak_note_remembers_what_caches_have(void **state)
{
	struct lineage_state s;

	(void)state;
	lineage_state_init(&s);
	peak_note(&s, DAY, START);
	assert_int_equal(s.peak_ttl_s, DAY);
	/* Lowered some time before this look: a cache may have asked just before. */
	peak_note(&s, 60, START + 1000);
	assert_int_equal(s.peak_ttl_s, DAY);
	assert_int_equal(s.peak_at, START + 1000);
	peak_note(&s, 60, START + 2000);
	assert_int_equal(s.peak_at, START + 1000);
	peak_note(&s, 60, START + 1000 + 2 * DAY);
	assert_int_equal(s.peak_ttl_s, DAY);
	peak_note(&s, 60, START + 1001 + 2 * DAY);
	assert_int_equal(s.peak_ttl_s, 60);
	assert_int_equal(s.peak_at, START + 1001 + 2 * DAY);
	lineage_state_clear(&s);
}

/* Nobody looked for long: the former one may have been given out until a moment ago. */
static void test_peak_note_remembers_it_over_a_long_pause(void **state)
{
	struct lineage_state s;

	(void)state;
	lineage_state_init(&s);
	peak_note(&s, 3600, START);
	peak_note(&s, 60, START + DAY);
	assert_int_equal(s.peak_ttl_s, 3600);
	assert_int_equal(s.peak_at, START + DAY);
	peak_note(&s, 60, START + DAY + 7201);
	assert_int_equal(s.peak_ttl_s, 60);
	lineage_state_clear(&s);
}

static void test_peak_note_takes_a_larger_one_at_once(void **state)
{
	struct lineage_state s;

	(void)state;
	lineage_state_init(&s);
	peak_note(&s, 60, START);
	peak_note(&s, 3600, START + 10);
	assert_int_equal(s.peak_ttl_s, 3600);
	assert_int_equal(s.peak_at, START + 10);
	lineage_state_clear(&s);
}

/* Raised to what it was: caches hold it from now on, not only from when it was lowered.
 */
static void test_peak_note_counts_the_same_one_again_from_its_return(void **state)
{
	struct lineage_state s;

	(void)state;
	lineage_state_init(&s);
	peak_note(&s, DAY, START);
	peak_note(&s, 60, START + 1000);
	peak_note(&s, DAY, START + DAY);
	assert_int_equal(s.peak_ttl_s, DAY);
	assert_int_equal(s.peak_at, START + DAY);
	lineage_state_clear(&s);
}

static void test_peak_note_counts_an_unknown_one_as_a_day(void **state)
{
	struct lineage_state s;

	(void)state;
	lineage_state_init(&s);
	peak_note(&s, -1, START);
	assert_int_equal(s.peak_ttl_s, DAY);
	peak_note(&s, 60, START + 10);
	assert_int_equal(s.peak_ttl_s, DAY);
	lineage_state_clear(&s);
}

/* A clock that was set back is no reason to forget. */
static void test_peak_note_keeps_it_over_a_clock_set_back(void **state)
{
	struct lineage_state s;

	(void)state;
	lineage_state_init(&s);
	peak_note(&s, 3600, START);
	peak_note(&s, 60, START - DAY);
	assert_int_equal(s.peak_ttl_s, 3600);
	lineage_state_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peak_note_remembers_what_caches_have),
		cmocka_unit_test(test_peak_note_remembers_it_over_a_long_pause),
		cmocka_unit_test(test_peak_note_takes_a_larger_one_at_once),
		cmocka_unit_test(
			test_peak_note_counts_the_same_one_again_from_its_return),
		cmocka_unit_test(test_peak_note_counts_an_unknown_one_as_a_day),
		cmocka_unit_test(test_peak_note_keeps_it_over_a_clock_set_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
