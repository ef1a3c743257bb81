/* SPDX-License-Identifier: BSD-2-Clause */
/* One DNS message to one server over TCP, and its reply: for setup, which waits. */
#ifndef DNS_EXCHANGE_H
#define DNS_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>

struct why;

/* server is "ADDR" or "ADDR@PORT". The reply, on the heap, has the query's ID; nothing
 * else of it is looked at. Waits, at most timeout_ms. DP_EINVAL for an address that is
 * none, DP_ELATER where the server can't be reached or doesn't answer, DP_EDNS where it
 * answers something else. */
int exchange_tcp(const char *server, const uint8_t *query, size_t query_len,
		 int64_t timeout_ms, uint8_t **ret_reply, size_t *ret_len,
		 struct why *why);

#endif
