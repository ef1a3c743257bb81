/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/renewal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define T0 1800000000
#define DAY 86400
#define HOUR 3600

static const struct row {
	const char *name;
	struct renewal_facts facts;
	time_t want;
} rows[] = {
	{ "90 days: a third left", { T0, T0 + 90 * DAY, 0, 0, 0 }, T0 + 60 * DAY },
	{ "45 days: a third left", { T0, T0 + 45 * DAY, 0, 0, 0 }, T0 + 30 * DAY },
	{ "10 days: a third left",
	  { T0, T0 + 10 * DAY, 0, 0, 0 },
	  T0 + 10 * DAY - 10 * DAY / 3 },
	{ "6 days: half left", { T0, T0 + 6 * DAY, 0, 0, 0 }, T0 + 3 * DAY },
	{ "half as given", { T0, T0 + 90 * DAY, 50, 0, 0 }, T0 + 45 * DAY },
	{ "20 days as given", { T0, T0 + 90 * DAY, 0, 20 * DAY, 0 }, T0 + 70 * DAY },
	{ "more left than it ever had",
	  { T0, T0 + 6 * DAY, 0, 30 * DAY, 0 },
	  T0 + 3 * DAY },
	{ "the CA wants it earlier", { T0, T0 + 90 * DAY, 0, 0, T0 + DAY }, T0 + DAY },
	{ "the CA would wait longer",
	  { T0, T0 + 90 * DAY, 0, 0, T0 + 80 * DAY },
	  T0 + 80 * DAY },
	{ "the CA would wait until the last tenth",
	  { T0, T0 + 90 * DAY, 0, 0, T0 + 82 * DAY },
	  T0 + 81 * DAY },
	{ "the CA would wait beyond its end",
	  { T0, T0 + 6 * DAY, 0, 0, T0 + 90 * DAY },
	  T0 + 6 * DAY - 6 * DAY / 10 },
	{ "the CA would wait longer than half, as given",
	  { T0, T0 + 90 * DAY, 50, 0, T0 + 80 * DAY },
	  T0 + 45 * DAY },
	{ "the CA wants it before what is given",
	  { T0, T0 + 90 * DAY, 0, 20 * DAY, T0 + 9 * DAY },
	  T0 + 9 * DAY },
};

static void test_renewal_time_follows_the_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (renewal_time(&rows[i].facts) != rows[i].want)
			fail_msg("%s: %lld", rows[i].name,
				 (long long)(renewal_time(&rows[i].facts) - T0));
}

static void test_renewal_backoff_doubles_to_a_day(void **state)
{
	(void)state;
	assert_int_equal(renewal_backoff_s(1), HOUR);
	assert_int_equal(renewal_backoff_s(2), 2 * HOUR);
	assert_int_equal(renewal_backoff_s(5), 16 * HOUR);
	assert_int_equal(renewal_backoff_s(6), DAY);
	assert_int_equal(renewal_backoff_s(1000000), DAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_renewal_time_follows_the_table),
		cmocka_unit_test(test_renewal_backoff_doubles_to_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
