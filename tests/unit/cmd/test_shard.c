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

/* Where a list is split, each part has work for every worker. */
static void test_shard_lane_has_work_in_each_shard(void **state)
{
	struct shard shard = { .number = 1 };
	int i, lanes, count[8];
	char host[64], key[80];

	(void)state;
	for (shard.count = 2; shard.count <= 16; shard.count *= 2) {
		for (lanes = 2; lanes <= 8; lanes *= 2) {
			memset(count, 0, sizeof(count));
			for (i = 0; i < 16000; i++) {
				snprintf(host, sizeof(host), "www.domain%d.example", i);
				snprintf(key, sizeof(key), "https://%s:443", host);
				if (shard_has(&shard, key))
					count[shard_lane(host, lanes)]++;
			}
			for (i = 0; i < lanes; i++)
				if (count[i] * shard.count * lanes < 16000 * 3 / 4)
					fail_msg("%d of %d lanes: %d hosts of shard 1/%d",
						 i, lanes, count[i], (int)shard.count);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shard_parse_rows),
		cmocka_unit_test(test_shard_has_the_part_that_the_hash_tells),
		cmocka_unit_test(test_shard_has_each_key_in_one_part),
		cmocka_unit_test(test_shard_lane_has_work_in_each_shard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
