/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/helo.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/why.h"
#include "target/hostname.h"

static const char ipv6_tag[] = "IPv6:"; /* RFC 5321 section 4.1.3 */

static bool is_literal(const char *text, size_t len)
{
	uint8_t octets[16];
	bool is_ipv6 = !strncasecmp(text + 1, ipv6_tag, sizeof(ipv6_tag) - 1);
	char *address;
	int rc;

	if (len < 3 || text[len - 1] != ']')
		return false;
	address = mem_text_n(text + 1, len - 2);
	rc = inet_pton(is_ipv6 ? AF_INET6 : AF_INET,
		       address + (is_ipv6 ? sizeof(ipv6_tag) - 1 : 0), octets);
	free(address);
	return rc == 1;
}

int helo_parse(const char *text, char **ret_helo, struct why *why)
{
	struct why inner;
	size_t len = strlen(text);
	int rc;

	if (text[0] == '[') {
		if (!is_literal(text, len))
			return why_set(why, DP_EINVAL,
				       "'%s' is no address literal like [192.0.2.1] "
				       "or [IPv6:2001:db8::1]",
				       text);
		*ret_helo = mem_text(text);
		return 0;
	}
	if (hostname_is_address(text, len))
		return why_set(why, DP_EINVAL,
			       "an address is written in brackets there: [192.0.2.1] or "
			       "[IPv6:2001:db8::1]");
	rc = hostname_parse(text, len, HOSTNAME_PLAIN, ret_helo, NULL, &inner);
	return rc < 0 ? why_set(why, rc, "%s", inner.text) : 0;
}

char *helo_from_host(const char *name)
{
	char *host;

	/* Section 2.3.5: unqualified names must not be used. */
	if (strchr(name, '_') ||
	    hostname_parse(name, strlen(name), HOSTNAME_PLAIN, &host, NULL, NULL) < 0)
		return NULL;
	if (strchr(host, '.'))
		return host;
	free(host);
	return NULL;
}

char *helo_own(void)
{
	char name[HOSTNAME_MAX + 2] = "";

	if (gethostname(name, sizeof(name) - 1) < 0)
		return NULL;
	return helo_from_host(name);
}

char *helo_from_socket(int fd)
{
	struct sockaddr_storage own = { 0 };
	const struct sockaddr_in *in = (const void *)&own;
	const struct sockaddr_in6 *in6 = (const void *)&own;
	socklen_t len = sizeof(own);
	char text[INET6_ADDRSTRLEN];

	if (getsockname(fd, (struct sockaddr *)&own, &len) < 0)
		return mem_text("[127.0.0.1]");
	if (own.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		return mem_printf("[%s%s]", ipv6_tag, text);
	}
	inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
	return mem_printf("[%s]", text);
}
