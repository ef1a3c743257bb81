/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/key_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_key_lines_find_rows(void **state)
{
	static const char file[] =
		"# a remark = no\n[default]\n aws_key = AK \r\nempty =\n"
		"[other]\naws_key=OTHER=x\n; aws_key = no\nlast = end";
	static const struct {
		const char *section, *name, *want;
	} rows[] = {
		{ "default", "aws_key", "AK" }, { "other", "aws_key", "OTHER=x" },
		{ NULL, "aws_key", "AK" },	{ "default", "empty", NULL },
		{ "default", "last", NULL },	{ "other", "last", "end" },
		{ "others", "last", NULL },	{ NULL, "aws", NULL },
		{ NULL, "# a remark", NULL },
	};
	char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		got = key_lines_find(file, rows[i].section, rows[i].name);
		if (rows[i].want)
			assert_string_equal(got, rows[i].want);
		else
			assert_null(got);
		free(got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_key_lines_find_rows) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
