/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

static const struct {
	const char *text;
	const char *utc; /* NULL: refused */
} rows[] = {
	{ "2026-12-07T10:00:00Z", "2026-12-07T10:00:00Z" },
	{ "2026-12-07t10:00:00z", "2026-12-07T10:00:00Z" },
	{ "2026-12-07 10:00:00Z", "2026-12-07T10:00:00Z" },
	{ "2026-12-07T10:00:00.123456Z", "2026-12-07T10:00:00Z" },
	{ "2026-12-07T10:00:00+05:30", "2026-12-07T04:30:00Z" },
	{ "2026-12-07T22:00:00-08:00", "2026-12-08T06:00:00Z" },
	{ "2026-12-07T10:00:00-00:00", "2026-12-07T10:00:00Z" },
	{ "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z" },
	{ "2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z" },
	{ "2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z" },
	{ "2100-03-01T00:00:00Z", "2100-03-01T00:00:00Z" },
	{ "2038-01-19T03:14:08Z", "2038-01-19T03:14:08Z" },
	{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z" },
	{ "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z" }, /* a leap second */
	{ "", NULL },
	{ "2026-12-07", NULL },
	{ "2026-12-07T10:00:00", NULL },
	{ "2026-12-07T10:00Z", NULL },
	{ "2026-12-07T10:00:00.Z", NULL },
	{ "2026-12-07T10:00:00Zx", NULL },
	{ "2026-12-07T10:00:00 Z", NULL },
	{ " 2026-12-07T10:00:00Z", NULL },
	{ "2026-12- 7T10:00:00Z", NULL },
	{ "2026-12-+7T10:00:00Z", NULL },
	{ "+026-12-07T10:00:00Z", NULL },
	{ "-026-12-07T10:00:00Z", NULL },
	{ "2026-1-7T1:0:0Z", NULL },
	{ "2026-13-07T10:00:00Z", NULL },
	{ "2026-00-07T10:00:00Z", NULL },
	{ "2026-12-00T10:00:00Z", NULL },
	{ "2026-11-31T10:00:00Z", NULL },
	{ "2026-02-29T10:00:00Z", NULL },
	{ "2100-02-29T10:00:00Z", NULL },
	{ "2026-12-07T24:00:00Z", NULL },
	{ "2026-12-07T10:60:00Z", NULL },
	{ "2026-12-07T10:00:61Z", NULL },
	{ "1969-12-31T23:59:59Z", NULL },
	{ "2026-12-07T10:00:00+24:00", NULL },
	{ "2026-12-07T10:00:00+05:60", NULL },
	{ "2026-12-07T10:00:00+0530", NULL },
	{ "2026-12-07T10:00:00+5:30", NULL },
	{ "2026-12-07T10:00:00+-5:30", NULL },
	{ "2026-12-07T10:00:00*05:30", NULL },
	{ "20261207T100000Z", NULL },
};

static void test_clock_parse_rfc3339_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct why why = { "" };
		char text[32];
		time_t t = 0;
		int rc = clock_parse_rfc3339(rows[i].text, &t, &why);

		if (rc != (rows[i].utc ? 0 : DP_EFORMAT))
			fail_msg("'%s': returned %d", rows[i].text, rc);
		if (rc == 0 && strcmp(clock_rfc3339(t, text), rows[i].utc))
			fail_msg("'%s': is %s", rows[i].text, text);
		if (rc < 0 && !strstr(why.text, "RFC 3339"))
			fail_msg("'%s': says \"%s\"", rows[i].text, why.text);
	}
}

static void test_clock_date(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(clock_date(0, text), "1970-01-01");
	assert_string_equal(clock_date(1796637599, text), "2026-12-07");
	assert_string_equal(clock_date(INT64_MAX, text), "");
	assert_string_equal(clock_rfc3339(INT64_MAX, text), "");
}

static void test_clock_fix(void **state)
{
	(void)state;
	clock_fix(1000);
	assert_int_equal(clock_now(), 1000);
	clock_fix(0);
	assert_true(clock_now() > 1700000000);
}

static void test_clock_ms_grows(void **state)
{
	int64_t before = clock_ms();

	(void)state;
	assert_true(clock_ms() >= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_parse_rfc3339_rows),
		cmocka_unit_test(test_clock_date),
		cmocka_unit_test(test_clock_fix),
		cmocka_unit_test(test_clock_ms_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
