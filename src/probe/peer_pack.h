/* SPDX-License-Identifier: BSD-2-Clause */
/* What a peer showed as octets, for another process of the same run, and back. */
#ifndef PROBE_PEER_PACK_H
#define PROBE_PEER_PACK_H

#include <stddef.h>

struct buf;
struct peer_result;
struct why;

/* r has PEER_CHAIN. What doesn't fit sets overflow. */
void peer_pack(const struct peer_result *r, struct buf *ret_octets);
/* DP_EFORMAT where it isn't such octets, to the last of them. */
int peer_pack_read(const void *octets, size_t len, struct peer_result *ret_result,
		   struct why *why);
/* Frees what a result owns. */
void peer_pack_clear(struct peer_result *r);

#endif
