/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#define MAX 100

static void test_fields_come_back_as_they_were_put(void **state)
{
	struct fields f;
	struct buf b;
	size_t len;
	char *text;

	(void)state;
	buf_init(&b, 1000);
	fields_put_number(&b, INT64_MIN);
	fields_put_octets(&b, "a\0b", 3);
	fields_put_text(&b, "a line");
	fields_put_text(&b, NULL);
	fields_put_text(&b, "\033\n\303");
	fields_begin(&f, &b);
	assert_true(fields_number(&f, INT64_MIN, 0) == INT64_MIN);
	assert_memory_equal(fields_octets(&f, 3, &len), "a\0b", 3);
	assert_int_equal(len, 3);
	assert_false(fields_end(&f));
	text = fields_text(&f, 6);
	assert_string_equal(text, "a line");
	free(text);
	text = fields_text(&f, 0);
	assert_string_equal(text, "");
	free(text);
	text = fields_text(&f, 3);
	assert_string_equal(text, "???");
	free(text);
	assert_true(fields_end(&f));
	buf_clear(&b);
}

/* A length, and then octets that may be others. */
static void test_fields_octets_believes_no_length(void **state)
{
	static const struct {
		const char *name;
		int64_t length;
		size_t octets;
		bool good;
	} rows[] = {
		{ "true", 10, 10, true },
		{ "none", 0, 0, true },
		{ "one too many", 11, 10, false },
		{ "one too few", 9, 10, false }, /* something is left */
		{ "negative", -1, 10, false },
		{ "the largest", INT64_MAX, 10, false },
		{ "the smallest", INT64_MIN, 10, false },
		{ "past 32 bits", INT64_C(1) << 32, 10, false },
		{ "that and ten", (INT64_C(1) << 32) + 10, 10, false },
		{ "more than is taken", MAX + 1, MAX + 1, false },
		{ "all that is taken", MAX, MAX, true },
	};
	const char octets[MAX + 1] = { 0 };
	struct fields f;
	struct buf b;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf_init(&b, 1000);
		fields_put_number(&b, rows[i].length);
		buf_add(&b, octets, rows[i].octets);
		fields_begin(&f, &b);
		(void)fields_octets(&f, MAX, &len);
		if (fields_end(&f) != rows[i].good || len > MAX)
			fail_msg("%s", rows[i].name);
		buf_clear(&b);
	}
}

static void test_fields_are_bad_from_the_first_bad_one(void **state)
{
	struct fields f;
	struct buf b;
	size_t len;

	(void)state;
	buf_init(&b, 1000);
	fields_put_number(&b, 7);
	fields_put_number(&b, 1);
	fields_put_octets(&b, "x", 1);
	fields_begin(&f, &b);
	assert_int_equal(fields_number(&f, 2, 6), 2);
	assert_true(f.bad);
	assert_int_equal(fields_number(&f, 0, 9), 0);
	(void)fields_octets(&f, 9, &len);
	assert_int_equal(len, 0);
	assert_false(fields_end(&f));
	buf_clear(&b);
}

static void test_fields_number_wants_all_its_octets(void **state)
{
	struct fields f;
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_add(&b, "1234567", 7);
	fields_begin(&f, &b);
	assert_int_equal(fields_number(&f, 0, INT64_MAX), 0);
	assert_false(fields_end(&f));
	buf_clear(&b);
}

static void test_fields_text_takes_a_line_of_ascii(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
	} rows[] = {
		{ "a\nb", 3 },	{ "a\0b", 3 },	   { "\033[2J", 4 },
		{ "a\177", 2 }, { "\303\244", 2 }, { "\t", 1 },
	};
	struct fields f;
	struct buf b;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf_init(&b, 1000);
		fields_put_octets(&b, rows[i].octets, rows[i].len);
		fields_begin(&f, &b);
		text = fields_text(&f, MAX);
		assert_string_equal(text, "");
		assert_false(fields_end(&f));
		free(text);
		buf_clear(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields_come_back_as_they_were_put),
		cmocka_unit_test(test_fields_octets_believes_no_length),
		cmocka_unit_test(test_fields_are_bad_from_the_first_bad_one),
		cmocka_unit_test(test_fields_number_wants_all_its_octets),
		cmocka_unit_test(test_fields_text_takes_a_line_of_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
