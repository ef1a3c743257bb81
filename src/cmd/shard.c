/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/shard.h"

#include <stdlib.h>
#include <string.h>

#include "base/fnv.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"

#define SHARDS_MAX 1000000

int shard_parse(const char *text, struct shard *ret_shard, struct why *why)
{
	size_t len = strcspn(text, "/");
	char *number = mem_text_n(text, len);
	struct shard s = { 0 };
	int rc = DP_EINVAL;

	if (text[len])
		rc = number_parse(text + len + 1, 1, SHARDS_MAX, &s.count, NULL);
	if (rc == 0)
		rc = number_parse(number, 1, s.count, &s.number, NULL);
	free(number);
	if (rc < 0)
		return why_set(why, DP_EINVAL,
			       "'%s' is no part of a list: of 8 parts the first is "
			       "1/8, the last 8/8",
			       text);
	*ret_shard = s;
	return 0;
}

bool shard_has(const struct shard *shard, const char *key)
{
	if (!shard->count)
		return true;
	return fnv_text(key) % (uint64_t)shard->count == (uint64_t)shard->number - 1;
}

int shard_lane(const char *host, int lanes)
{
	return (int)((fnv_text(host) >> 32) % (unsigned)lanes);
}
