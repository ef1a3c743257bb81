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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threshold_parse_reads_units),
		cmocka_unit_test(test_threshold_parse_refuses),
		cmocka_unit_test(test_threshold_seconds_of_a_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
