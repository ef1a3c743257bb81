/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_config_summary_ends_its_lines(void **state)
{
	size_t len = strlen(CONFIG_SUMMARY);

	(void)state;
	assert_true(len > 0);
	assert_int_equal(CONFIG_SUMMARY[len - 1], '\n');
	assert_non_null(strstr(CONFIG_SUMMARY, "hardening"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config_summary_ends_its_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
