/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/nearest.h"

static const struct {
	const char *text;
	int64_t value; /* -1: refused */
} numbers[] = {
	{ "0", 0 },	{ "7", 7 },
	{ "0007", 7 },	{ "1000", 1000 },
	{ "1001", -1 }, { "", -1 },
	{ "-1", -1 },	{ "+1", -1 },
	{ " 1", -1 },	{ "1 ", -1 },
	{ "0x1", -1 },	{ "1e2", -1 },
	{ "x", -1 },	{ "99999999999999999999", -1 },
	{ "1.0", -1 },
};

static void test_number_parse_rows(void **state)
{
	int64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		value = -1;
		number_parse(numbers[i].text, 0, 1000, &value, NULL);
		if (value != numbers[i].value)
			fail_msg("'%s': %lld", numbers[i].text, (long long)value);
	}
}

static const struct {
	const char *text;
	bool unit_needed;
	int64_t ms; /* -1: refused */
} times[] = {
	{ "90s", true, 90000 },	    { "250ms", true, 250 },
	{ "5m", true, 300000 },	    { "2h", true, 7200000 },
	{ "7d", true, 604800000 },  { "1.5s", true, 1500 },
	{ "0.25s", true, 250 },	    { "10", false, 10000 },
	{ "2.5", false, 2500 },	    { "10", true, -1 },
	{ "", false, -1 },	    { ".5s", true, -1 },
	{ "5.s", true, -1 },	    { "-5s", true, -1 },
	{ "5 s", true, -1 },	    { "5S", true, -1 },
	{ "5%", true, -1 },	    { "5sx", true, -1 },
	{ "1.0000001s", true, -1 }, { "4000d", true, -1 },
	{ "s", true, -1 },	    { "9999999999999999s", true, -1 },
};

static void test_number_parse_time_rows(void **state)
{
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		ms = -1;
		number_parse_time(times[i].text, times[i].unit_needed, &ms, NULL);
		if (ms != times[i].ms)
			fail_msg("'%s': %lld", times[i].text, (long long)ms);
	}
}

static const struct {
	const char *typed, *best;
} slips[] = {
	{ "chek", "check" },   { "cehck", "check" },   { "checkk", "check" },
	{ "verfy", "verify" }, { "recrod", "record" }, { "gopher", NULL },
	{ "", NULL },	       { "x", NULL },
};

static void test_nearest_offer_keeps_the_nearest(void **state)
{
	static const char *const known[] = { "check", "verify", "record", "keygen",
					     "csr" };
	struct nearest n;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(slips) / sizeof(slips[0]); i++) {
		nearest_init(&n, slips[i].typed);
		for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			nearest_offer(&n, known[k]);
		if ((n.best != NULL) != (slips[i].best != NULL) ||
		    (n.best && strcmp(n.best, slips[i].best)))
			fail_msg("'%s': %s", slips[i].typed, n.best ? n.best : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number_parse_rows),
		cmocka_unit_test(test_number_parse_time_rows),
		cmocka_unit_test(test_nearest_offer_keeps_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
