/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"
#include "verdict/threshold.h"

static void test_threshold_parse_reads_units(void **state)
{
	static const struct {
		const char *text;
		bool is_share;
		double value;
	} rows[] = {
		{ "25%", true, 25 },
		{ "0.5%", true, 0.5 },
		{ "100%", true, 100 },
		{ "14d", false, 1209600 },
		{ "36h", false, 129600 },
		{ "2m", false, 120 },
		{ "90s", false, 90 },
		{ "250ms", false, 0.25 },
		{ "1.5h", false, 5400 },
		{ "0d", false, 0 },
		{ "999999999s", false, 999999999 },
	};
	struct threshold t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (threshold_parse(rows[i].text, true, &t, NULL) ||
		    t.is_share != rows[i].is_share || !t.given ||
		    t.value < rows[i].value - 1e-9 || t.value > rows[i].value + 1e-9)
			fail_msg("%s: %g", rows[i].text, t.value);
	}
}

static void test_threshold_parse_refuses(void **state)
{
	static const char *const rows[] = {
		"",	 "14",	 "d",	"-1d",	"+1d",	       "1 d",
		"1dx",	 "1w",	 "inf", "nand", "0x1d",	       "1e3s",
		"1..5s", "1.",	 ".5d", "1.d",	"101%",	       "1%%",
		"1D",	 "1,5d", " 1d", "1s ",	"1000000000s", "9999999999999999999d",
	};
	struct threshold t;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		why.text[0] = '\0';
		if (threshold_parse(rows[i], true, &t, &why) != DP_EINVAL || !*why.text)
			fail_msg("accepted: '%s'", rows[i]);
	}
	assert_int_equal(threshold_parse("25%", false, &t, &why), DP_EINVAL);
	assert_int_equal(threshold_parse("14", true, &t, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "unit"));
}

static void test_threshold_seconds_of_a_share(void **state)
{
	struct threshold t = { .is_share = true, .value = 25 };

	(void)state;
	assert_true(threshold_seconds(&t, 400) == 100);
	t.is_share = false;
	assert_true(threshold_seconds(&t, 400) == 25);
}

/* Where one is given, the default of the other never makes it fire first. */
static void test_threshold_limits_keep_their_order(void **state)
{
	static const struct {
		const char *name, *warn, *crit; /* NULL: the default */
		double warn_s, crit_s;
	} rows[] = {
		{ "defaults", NULL, NULL, 25, 10 },
		{ "a low warning alone", "5%", NULL, 5, 5 },
		{ "a high alarm alone", NULL, "40%", 40, 40 },
		{ "a high warning alone", "50%", NULL, 50, 10 },
		{ "a low alarm alone", NULL, "1s", 25, 1 },
		{ "a time and a share", "2s", NULL, 2, 2 },
		{ "both as they were given", "2s", "30%", 2, 30 },
	};
	struct threshold warn, crit;
	struct threshold_limits limits;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		warn = (struct threshold){ .is_share = true, .value = 25 };
		crit = (struct threshold){ .is_share = true, .value = 10 };
		if (rows[i].warn)
			assert_int_equal(threshold_parse(rows[i].warn, true, &warn, NULL),
					 0);
		if (rows[i].crit)
			assert_int_equal(threshold_parse(rows[i].crit, true, &crit, NULL),
					 0);
		limits = threshold_limits(&warn, &crit, 100);
		if (limits.warn_s != rows[i].warn_s || limits.crit_s != rows[i].crit_s)
			fail_msg("%s: %g and %g", rows[i].name, limits.warn_s,
				 limits.crit_s);
	}
	warn = crit = (struct threshold){ .is_share = true, .value = 10 };
	limits = threshold_limits(&warn, &crit, -1);
	assert_true(limits.warn_s < 0 && limits.crit_s < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threshold_parse_reads_units),
		cmocka_unit_test(test_threshold_parse_refuses),
		cmocka_unit_test(test_threshold_seconds_of_a_share),
		cmocka_unit_test(test_threshold_limits_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
