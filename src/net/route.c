/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/route.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connecting a datagram socket only chooses a route and a source address. */
static bool try_socket(const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool missing;

	if (fd < 0)
		return errno != EAFNOSUPPORT;
	missing =
		connect(fd, ai->ai_addr, ai->ai_addrlen) < 0 &&
		(errno == ENETUNREACH || errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT);
	close(fd);
	return !missing;
}

bool route_exists(const char *address)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;
	bool exists;

	if (getaddrinfo(address, "9", &hints, &found) != 0)
		return true;
	exists = try_socket(found);
	freeaddrinfo(found);
	return exists;
}
