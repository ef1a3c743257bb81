/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/same.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_same_text_takes_two_nulls_for_the_same(void **state)
{
	(void)state;
	assert_true(same_text("a", "a"));
	assert_true(same_text(NULL, NULL));
	assert_false(same_text("a", NULL));
	assert_false(same_text(NULL, "a"));
	assert_false(same_text("a", "A"));
}

static const struct row {
	const char *name, *text;
	size_t len;
	const char *word;
	bool same;
} rows[] = {
	{ "as it is", "starttls", 8, "starttls", true },
	{ "in another case", "StartTLS", 8, "sTARTtls", true },
	{ "the beginning of a longer text", "starttls now", 8, "STARTTLS", true },
	{ "longer than the word", "starttlsx", 9, "starttls", false },
	{ "shorter than the word", "starttl", 7, "starttls", false },
	{ "nothing", "", 0, "", true },
	/* 32 apart, as letters of two cases are, and no letters */
	{ "'@' is no '`'", "@", 1, "`", false },
	{ "'[' is no '{'", "[", 1, "{", false },
	{ "no letter of ASCII", "\xc4", 1, "\xe4", false },
};

static void test_same_word_follows_the_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (same_word(rows[i].text, rows[i].len, rows[i].word) != rows[i].same)
			fail_msg("%s", rows[i].name);
}

static void test_same_in_any_case_sees_every_octet(void **state)
{
	const char a[] = "a\0B", b[] = "A\0b", c[] = "a\0c";

	(void)state;
	assert_true(same_in_any_case(a, b, sizeof(a)));
	assert_false(same_in_any_case(a, c, sizeof(a)));
	assert_true(same_in_any_case(a, c, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_text_takes_two_nulls_for_the_same),
		cmocka_unit_test(test_same_word_follows_the_table),
		cmocka_unit_test(test_same_in_any_case_sees_every_octet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
