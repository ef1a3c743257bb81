/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fnv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The values that FNV's authors publish: other programs can tell shards apart too. */
static const struct {
	const char *text;
	uint64_t hash;
} rows[] = {
	{ "", 0xcbf29ce484222325u },
	{ "a", 0xaf63dc4c8601ec8cu },
	{ "foobar", 0x85944171f73967e8u },
};

static void test_fnv_text_known_values(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (fnv_text(rows[i].text) != rows[i].hash)
			fail_msg("'%s'", rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fnv_text_known_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
