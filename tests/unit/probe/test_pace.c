/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* How many questions targets that ask so many each come to in that time. */
static uint64_t questions_in(double per_s, unsigned each, int64_t ms, int64_t late_ms)
{
	struct pace p = { .per_s = per_s };
	uint64_t asked = 0, begun = 0;
	int64_t now, done[1000] = { 0 };
	size_t head = 0, tail = 0;

	for (now = 0; now < ms; now += 2) { /* as a loop with something else to do */
		for (; tail < head && done[tail % 1000] <= now; tail++)
			asked += each;
		while (pace_wait_ms(&p, now) == 0 && head - tail < 1000) {
			pace_begin(&p, now, asked, tail);
			done[head++ % 1000] = now + late_ms;
			begun++;
		}
	}
	return begun * each;
}

static const struct {
	const char *name;
	double per_s;
	unsigned each;
	int64_t late_ms;
} rows[] = {
	{ "as expected", 100, 5, 20 }, { "fewer", 100, 1, 20 },
	{ "more", 100, 9, 20 },	       { "answered late", 100, 3, 900 },
	{ "fast", 5000, 3, 50 },       { "one every ten seconds", 0.5, 5, 10 },
};

/* Not more than was asked for, and not much less. */
static void test_pace_keeps_to_the_rate(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double want = rows[i].per_s * 100;
		double got = (double)questions_in(rows[i].per_s, rows[i].each, 100000,
						  rows[i].late_ms);

		if (got > want * 1.02 + rows[i].each || got < want * 0.8)
			fail_msg("%s: %.0f, not %.0f", rows[i].name, got, want);
	}
}

static void test_pace_without_a_rate_never_waits(void **state)
{
	struct pace p = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(pace_wait_ms(&p, 5), 0);
		pace_begin(&p, 5, 100, 20);
	}
}

/* After a pause it doesn't make up for it. */
static void test_pace_after_a_pause(void **state)
{
	struct pace p = { .per_s = 10 };

	(void)state;
	pace_begin(&p, 1000, 0, 0);
	assert_int_equal(pace_wait_ms(&p, 900000), 0);
	pace_begin(&p, 900000, 5, 1);
	assert_in_range(pace_wait_ms(&p, 900000), 400, 501);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace_keeps_to_the_rate),
		cmocka_unit_test(test_pace_without_a_rate_never_waits),
		cmocka_unit_test(test_pace_after_a_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
