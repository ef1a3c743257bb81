/* SPDX-License-Identifier: BSD-2-Clause */
/* The address of a name server as text: "ADDR" or "ADDR@PORT", port 53 where there is
 * none, a scope as in fe80::1%eth0. No name is looked up. */
#ifndef DNS_SERVER_ADDRESS_H
#define DNS_SERVER_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

struct why;

struct server_address {
	struct sockaddr_storage socket;
	socklen_t len;
};

bool server_address_is_good(const char *text);
/* The same as 0 or DP_EINVAL, of a resolver. */
int server_address_check(const char *text, struct why *why);
/* DP_EINVAL also where this host has no such scope. */
int server_address_parse(const char *text, struct server_address *ret_address,
			 struct why *why);

#endif
