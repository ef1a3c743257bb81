/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_buf_str_empty(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(buf_str(&b), "");
	assert_null(b.data);
	buf_drop(&b, 0);
	buf_reset(&b);
	buf_clear(&b);
}

static void test_buf_add_all_or_nothing(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_true(buf_text(&b, "12345678"));
	assert_false(buf_text(&b, "abc"));
	assert_true(b.overflow);
	assert_string_equal(buf_str(&b), "12345678");
	assert_true(buf_text(&b, "90"));
	assert_int_equal(b.len, 10);
	assert_false(buf_add(&b, "x", 1));
	assert_true(buf_add(&b, NULL, 0));
	buf_reset(&b);
	assert_false(b.overflow);
	assert_string_equal(buf_str(&b), "");
	buf_clear(&b);
	assert_int_equal(b.max, 10);
}

static void test_buf_add_grows_and_ends_with_nul(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, SIZE_MAX);
	for (i = 0; i < 1000; i++)
		assert_true(buf_add(&b, "\0x", 2));
	assert_int_equal(b.len, 2000);
	assert_int_equal(b.data[2000], '\0');
	assert_int_equal(b.data[1999], 'x');
	buf_clear(&b);
}

static void test_buf_printf_counts_against_the_limit(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 8);
	assert_true(buf_printf(&b, "%d-%s", 42, "abc"));
	assert_false(buf_printf(&b, "%s", "abc"));
	assert_string_equal(buf_str(&b), "42-abc");
	assert_true(buf_printf(&b, "%s", ""));
	buf_clear(&b);
}

static void test_buf_drop_takes_from_the_front(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 8);
	buf_text(&b, "abcdef");
	buf_drop(&b, 2);
	assert_string_equal(buf_str(&b), "cdef");
	assert_true(buf_text(&b, "ghij"));
	buf_drop(&b, 8);
	assert_int_equal(b.len, 0);
	assert_string_equal(buf_str(&b), "");
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf_str_empty),
		cmocka_unit_test(test_buf_add_all_or_nothing),
		cmocka_unit_test(test_buf_add_grows_and_ends_with_nul),
		cmocka_unit_test(test_buf_printf_counts_against_the_limit),
		cmocka_unit_test(test_buf_drop_takes_from_the_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
