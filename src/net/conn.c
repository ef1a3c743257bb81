/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/conn.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/why.h"

static enum conn_status explain_errno(int failed, struct why *why)
{
	switch (failed) {
	case ECONNREFUSED:
		why_set(why, DP_EIO, "connection refused: nothing listens there");
		return CONN_FAILED;
	case ENETUNREACH:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		why_set(why, DP_EIO, "this host has no route to it (%s)",
			strerror(failed));
		return CONN_NO_ROUTE;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		why_set(why, DP_ELIMIT, "this host has no socket left (%s)",
			strerror(failed));
		return CONN_EXHAUSTED;
	default:
		why_set(why, DP_EIO, "can't connect: %s", strerror(failed));
		return CONN_FAILED;
	}
}

static struct addrinfo *look_up(const char *address, int port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char service[8];

	snprintf(service, sizeof(service), "%d", port);
	return getaddrinfo(address, service, &hints, &found) == 0 ? found : NULL;
}

enum conn_status conn_start(const char *address, int port, int *ret_fd, struct why *why)
{
	struct addrinfo *ai = look_up(address, port);
	int one = 1, fd, failed = 0;

	*ret_fd = -1;
	if (!ai) {
		why_set(why, DP_EINVAL, "'%s' is not an address", address);
		return CONN_FAILED;
	}
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || (connect(fd, ai->ai_addr, ai->ai_addrlen) < 0))
		failed = errno;
	freeaddrinfo(ai);
	if (fd >= 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (failed && failed != EINPROGRESS) {
		if (fd >= 0)
			close(fd);
		return explain_errno(failed, why);
	}
	*ret_fd = fd;
	return failed ? CONN_PENDING : CONN_OPEN;
}

enum conn_status conn_check(int fd, struct why *why)
{
	socklen_t len = sizeof(int);
	int failed = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &len) < 0)
		failed = errno;
	if (failed == ENETUNREACH) {
		/* this host found a route, so it is some router on the way that has
		 * none */
		why_set(why, DP_EIO, "can't connect: a router on the way has no route");
		return CONN_FAILED;
	}
	return failed ? explain_errno(failed, why) : CONN_OPEN;
}
