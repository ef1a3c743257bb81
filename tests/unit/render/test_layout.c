/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "render/layout.h"

static void check_row(const struct layout_row *row, const char *wanted)
{
	struct buf b;

	buf_init(&b, 10000);
	layout_row(&b, row);
	assert_string_equal(buf_str(&b), wanted);
	buf_clear(&b);
}

static void test_layout_row_aligns(void **state)
{
	(void)state;
	check_row(&(struct layout_row){ .label = "dns",
					.cell = "a.example",
					.cell_width = 12,
					.mark = "secure",
					.mark_width = 8,
					.text = "A 192.0.2.1" },
		  "  dns    a.example   secure  A 192.0.2.1\n");
	check_row(
		&(struct layout_row){
			.label = "", .cell = "x", .cell_width = 3, .text = "y" },
		"         x  y\n");
	check_row(&(struct layout_row){ .label = "note", .cell = "", .text = "y" },
		  "  note   y\n");
	check_row(&(struct layout_row){ .label = "",
					.cell = "x",
					.cell_width = 3,
					.mark = "m",
					.mark_width = 8,
					.text = "" },
		  "         x  m\n");
}

static void test_layout_row_pushes_what_does_not_fit(void **state)
{
	(void)state;
	check_row(&(struct layout_row){ .label = "dns",
					.cell = "longer-than-its-column",
					.cell_width = 12,
					.text = "short" },
		  "  dns    longer-than-its-column short\n");
	check_row(
		&(struct layout_row){
			.label = "dns",
			.cell = "longer-than-its-column",
			.cell_width = 12,
			.text = "text that takes nearly all of the line that it is on" },
		"  dns    longer-than-its-column\n"
		"                     text that takes nearly all of the line that it is "
		"on\n");
}

static void test_layout_row_counts_characters(void **state)
{
	(void)state;
	assert_int_equal(layout_width("b\xc3\xbc"
				      "cher"),
			 6);
	assert_int_equal(layout_width("\x1b"), 4);
	check_row(
		&(struct layout_row){
			.label = "", .cell = "\xc3\xbc", .cell_width = 3, .text = "y" },
		"         \xc3\xbc  y\n");
}

static void test_layout_paragraph_wraps_at_80(void **state)
{
	const char *eighty =
		"123456789 123456789 123456789 123456789 123456789 123456789 "
		"123456789 12345678";
	struct buf b;

	(void)state;
	buf_init(&b, 10000);
	layout_paragraph(&b, 0, "  ", 2, eighty);
	assert_int_equal(b.len, 81);
	buf_reset(&b);
	layout_paragraph(&b, 0, "  Do: ", 6, eighty);
	assert_string_equal(buf_str(&b),
			    "  Do: 123456789 123456789 123456789 123456789 "
			    "123456789 123456789 123456789\n      12345678\n");
	buf_reset(&b);
	layout_paragraph(&b, 0, "  ", 2, "a  b\nc");
	assert_string_equal(buf_str(&b), "  a  b\\x0ac\n");
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout_row_aligns),
		cmocka_unit_test(test_layout_row_pushes_what_does_not_fit),
		cmocka_unit_test(test_layout_row_counts_characters),
		cmocka_unit_test(test_layout_paragraph_wraps_at_80),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
