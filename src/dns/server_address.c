/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/server_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"

/* Returns what stands before "@", on the heap; *ret_port is what stands after it. */
static char *split_port(const char *text, const char **ret_port)
{
	const char *at = strchr(text, '@');

	*ret_port = at ? at + 1 : "53";
	return mem_text_n(text, at ? (size_t)(at - text) : strlen(text));
}

static bool is_address(const char *host)
{
	unsigned char octets[sizeof(struct in6_addr)];
	char *address = mem_text_n(host, strcspn(host, "%"));
	bool good = inet_pton(AF_INET, address, octets) == 1 ||
		    inet_pton(AF_INET6, address, octets) == 1;

	free(address);
	return good;
}

bool server_address_is_good(const char *text)
{
	const char *port;
	char *host = split_port(text, &port);
	int64_t number;
	bool good = is_address(host) && number_parse(port, 1, 65535, &number, NULL) == 0;

	free(host);
	return good;
}

int server_address_check(const char *text, struct why *why)
{
	if (server_address_is_good(text))
		return 0;
	/* many systems' libunbound, Debian's among them, is built without TLS */
	if (!strncasecmp(text, "tls://", 6))
		return why_set(why, DP_EINVAL,
			       "resolver '%s': DNS over TLS is not supported, and asking "
			       "without TLS would not be what you mean: name a resolver "
			       "on this host that forwards over TLS (unbound, stubby)",
			       text);
	return why_set(why, DP_EINVAL,
		       "resolver '%s' is not ADDR or ADDR@PORT (an IP address)", text);
}

int server_address_parse(const char *text, struct server_address *ret_address,
			 struct why *why)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;
	const char *port;
	char *host = split_port(text, &port);
	bool good = server_address_is_good(text) &&
		    getaddrinfo(host, port, &hints, &found) == 0;

	free(host);
	if (!good)
		return why_set(why, DP_EINVAL,
			       "'%s' is not the address of a name server (ADDR or "
			       "ADDR@PORT)",
			       text);
	memcpy(&ret_address->socket, found->ai_addr, found->ai_addrlen);
	ret_address->len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}
