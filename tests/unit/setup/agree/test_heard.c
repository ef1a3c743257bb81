/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/heard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "setup/lineage/lineage_state.h"
#include "setup/world/env.h"

#define START 1800000000
#define HOUR 3600
#define DAY 86400
#define A "ns1.example@192.0.2.1"
#define B "ns2.example@192.0.2.2"

static char a[] = A, b[] = B, both[] = A " " B, b6[] = "ns2.example@2001:db8::2",
	    more[] = B " ns2.example@2001:db8::2";

/* What was heard until now, with a peak of an hour; then a look. */
static const struct row {
	const char *name;
	char *heard;
	int64_t ago_s;
	struct env_dns dns;
	int64_t wanted;
} rows[] = {
	{ "all answered", both, HOUR, { .ttl_s = 60, .answered_ttl_s = 60 }, 60 },
	{ "one is silent that was heard",
	  both,
	  HOUR,
	  { .ttl_s = -1, .answered_ttl_s = 60, .answered = a, .silent = b },
	  HOUR },
	{ "and the others have a larger one",
	  both,
	  HOUR,
	  { .ttl_s = -1, .answered_ttl_s = DAY, .answered = a, .silent = b },
	  DAY },
	{ "none answered, and all were heard",
	  both,
	  HOUR,
	  { .ttl_s = -1, .silent = both },
	  HOUR },
	{ "one was never heard",
	  a,
	  HOUR,
	  { .ttl_s = -1, .answered_ttl_s = 60, .answered = a, .silent = b },
	  -1 },
	{ "one was never heard at that address",
	  both,
	  HOUR,
	  { .ttl_s = -1, .answered_ttl_s = 60, .answered = a, .silent = b6 },
	  -1 },
	{ "nobody was",
	  NULL,
	  HOUR,
	  { .ttl_s = -1, .answered_ttl_s = 60, .answered = a, .silent = b },
	  -1 },
	{ "it is too long ago",
	  both,
	  2 * DAY + 1,
	  { .ttl_s = -1, .answered_ttl_s = 60, .answered = a, .silent = b },
	  -1 },
	{ "one that answered didn't say",
	  both,
	  HOUR,
	  { .ttl_s = -1, .answered_ttl_s = -1, .answered = a, .silent = b },
	  -1 },
};

static void test_heard_ttl_s_goes_by_who_was_heard(void **state)
{
	struct lineage_state s;
	int64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lineage_state_init(&s);
		s.heard = rows[i].heard;
		s.heard_at = START;
		s.peak_ttl_s = HOUR;
		got = heard_ttl_s(&s, &rows[i].dns, START + rows[i].ago_s);
		if (got != rows[i].wanted)
			fail_msg("%s: %lld", rows[i].name, (long long)got);
	}
}

/* One that is silent for long stays known as long as there are looks. */
static void test_heard_keep_remembers_the_silent_ones(void **state)
{
	const struct env_dns all = { .answered = both };
	const struct env_dns one = { .answered = a, .silent = b };
	const struct env_dns another = { .answered = a, .silent = more };
	const struct env_dns other = { .answered = a };
	struct lineage_state s;

	(void)state;
	lineage_state_init(&s);
	heard_keep(&s, &all, START);
	assert_string_equal(s.heard, both);
	heard_keep(&s, &another, START + 2 * DAY);
	assert_string_equal(s.heard, both);
	heard_keep(&s, &one, START + 4 * DAY);
	assert_string_equal(s.heard, both);
	heard_keep(&s, &one, START + 6 * DAY + 1);
	assert_string_equal(s.heard, a);
	heard_keep(&s, &all, START + 7 * DAY);
	heard_keep(&s, &other, START + 7 * DAY);
	assert_string_equal(s.heard, a);
	assert_int_equal(s.heard_at, START + 7 * DAY);
	lineage_state_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heard_ttl_s_goes_by_who_was_heard),
		cmocka_unit_test(test_heard_keep_remembers_the_silent_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
