/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/shard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

static const struct {
	const char *text;
	int rc;
	int64_t number, count;
} rows[] = {
	{ "1/1", 0, 1, 1 },
	{ "8/8", 0, 8, 8 },
	{ "3/1000000", 0, 3, 1000000 },
	{ "0/8", DP_EINVAL, 0, 0 },
	{ "9/8", DP_EINVAL, 0, 0 },
	{ "1/0", DP_EINVAL, 0, 0 },
	{ "1/1000001", DP_EINVAL, 0, 0 },
	{ "1", DP_EINVAL, 0, 0 },
	{ "1/", DP_EINVAL, 0, 0 },
	{ "/8", DP_EINVAL, 0, 0 },
	{ "1/8/2", DP_EINVAL, 0, 0 },
	{ "-1/8", DP_EINVAL, 0, 0 },
	{ "", DP_EINVAL, 0, 0 },
};

static void test_shard_parse_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct shard s = { 0 };
		struct why why = { "" };

		if (shard_parse(rows[i].text, &s, &why) != rows[i].rc ||
		    s.number != rows[i].number || s.count != rows[i].count)
			fail_msg("'%s': %d of %d", rows[i].text, (int)s.number,
				 (int)s.count);
		if (rows[i].rc < 0 && !strstr(why.text, "1/8"))
			fail_msg("'%s': no remedy: %s", rows[i].text, why.text);
	}
}

/* FNV-1a of "a" is 0xaf63dc4c8601ec8c: 140 modulo 256. */
static void test_shard_has_the_part_that_the_hash_tells(void **state)
{
	const struct shard all = { 0 }, hers = { 141, 256 }, next = { 142, 256 };

	(void)state;
	assert_true(shard_has(&all, "a"));
	assert_true(shard_has(&hers, "a"));
	assert_false(shard_has(&next, "a"));
}

static void test_shard_has_each_key_in_one_part(void **state)
{
	int parts[7] = { 0 }, i, found;
	struct shard s = { 0, 7 };
	char key[64];

	(void)state;
	for (i = 0; i < 7000; i++) {
		snprintf(key, sizeof(key), "https://www.d%d.example:443", i);
		for (found = 0, s.number = 1; s.number <= 7; s.number++)
			if (shard_has(&s, key)) {
				found++;
				parts[s.number - 1]++;
			}
		assert_int_equal(found, 1);
	}
	for (i = 0; i < 7; i++)
		assert_in_range(parts[i], 850, 1150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shard_parse_rows),
		cmocka_unit_test(test_shard_has_the_part_that_the_hash_tells),
		cmocka_unit_test(test_shard_has_each_key_in_one_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
