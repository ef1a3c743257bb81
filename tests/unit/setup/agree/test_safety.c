/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/safety.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define T0 1800000000
#define DAY 86400

static const struct row {
	const char *name;
	struct safety_facts facts;
	time_t now;
	enum safety want;
	time_t want_at;
} rows[] = {
	{ "a server lags", { 0, 3600, 3600, false }, T0, SAFETY_LAGS, 0 },
	{ "a server lags, however long",
	  { 0, 60, 60, false },
	  T0 + 900 * DAY,
	  SAFETY_LAGS,
	  0 },
	{ "agreed just now", { T0, 3600, 3600, false }, T0, SAFETY_WAIT, T0 + 7200 },
	{ "one TTL is not enough",
	  { T0, 3600, 3600, false },
	  T0 + 3600,
	  SAFETY_WAIT,
	  T0 + 7200 },
	{ "a second before",
	  { T0, 3600, 3600, false },
	  T0 + 7199,
	  SAFETY_WAIT,
	  T0 + 7200 },
	{ "two TTLs", { T0, 3600, 3600, false }, T0 + 7200, SAFETY_SAFE, T0 + 7200 },
	{ "the old TTL is the larger",
	  { T0, 86400, 60, false },
	  T0 + DAY,
	  SAFETY_WAIT,
	  T0 + 2 * DAY },
	{ "the new TTL is the larger",
	  { T0, 60, 86400, false },
	  T0 + DAY,
	  SAFETY_WAIT,
	  T0 + 2 * DAY },
	{ "TTL 0", { T0, 0, 0, false }, T0, SAFETY_SAFE, T0 },
	{ "old TTL unknown: two days",
	  { T0, -1, 60, false },
	  T0 + 2 * DAY - 1,
	  SAFETY_WAIT,
	  T0 + 2 * DAY },
	{ "new TTL unknown: two days",
	  { T0, 60, -1, false },
	  T0 + 2 * DAY,
	  SAFETY_SAFE,
	  T0 + 2 * DAY },
	{ "both unknown", { T0, -1, -1, false }, T0 + DAY, SAFETY_WAIT, T0 + 2 * DAY },
	{ "unknown never shortens",
	  { T0, 7 * DAY, -1, false },
	  T0 + 13 * DAY,
	  SAFETY_WAIT,
	  T0 + 14 * DAY },
	{ "the clock was set back", { T0, 0, 0, false }, T0 - 1, SAFETY_WAIT, T0 },
	{ "no record anywhere", { 0, 3600, 3600, true }, T0, SAFETY_NONE, 0 },
};

static void test_safety_decide_follows_the_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		time_t at = -1;

		if (safety_decide(&row->facts, row->now, &at) != row->want)
			fail_msg("%s: another decision", row->name);
		if (at != row->want_at)
			fail_msg("%s: safe at %lld", row->name, (long long)at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safety_decide_follows_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
