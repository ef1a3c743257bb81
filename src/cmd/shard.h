/* SPDX-License-Identifier: BSD-2-Clause */
/* --shard I/N: one of N parts of a list, the same on every machine. */
#ifndef CMD_SHARD_H
#define CMD_SHARD_H

#include <stdbool.h>
#include <stdint.h>

struct why;

struct shard {
	int64_t number; /* from 1 to count */
	int64_t count;	/* 0: the list isn't split */
};

/* "3/8"; DP_EINVAL. */
int shard_parse(const char *text, struct shard *ret_shard, struct why *why);
/* Whether the key (a normalized target, or the text of a bad one) belongs to it: each key
 * belongs to one of the N, by FNV-1a modulo N. */
bool shard_has(const struct shard *shard, const char *key);
/* Which of so many workers has the host, from 0: by other bits of the hash, so that a
 * shard's hosts are spread over all of them. */
int shard_lane(const char *host, int lanes);

#endif
