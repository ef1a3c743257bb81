/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/exchange.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/server_address.h"
#include "dns/wire.h"

#define LENGTH_LEN 2 /* RFC 1035 section 4.2.2: before each message */

struct exchange {
	const char *server; /* borrowed */
	int fd;
	int64_t deadline_ms;
};

/* Waits until fd is ready for events, or the time is up. */
static int await_ready(const struct exchange *x, short events, struct why *why)
{
	struct pollfd p = { .fd = x->fd, .events = events };
	int64_t left = x->deadline_ms - clock_ms();
	int rc;

	do
		rc = poll(&p, 1, left > 0 ? (int)left : 0);
	while (rc < 0 && errno == EINTR);
	if (rc > 0)
		return 0;
	return why_set(why, DP_ELATER, "%s does not answer", x->server);
}

static int fail_errno(const struct exchange *x, struct why *why)
{
	return why_set(why, DP_ELATER, "%s: %s", x->server, strerror(errno));
}

static int open_to(struct exchange *x, struct why *why)
{
	struct server_address address;
	int rc = server_address_parse(x->server, &address, why);

	if (rc < 0)
		return rc;
	x->fd = socket(address.socket.ss_family,
		       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	rc = x->fd < 0 ? -1
		       : connect(x->fd, (struct sockaddr *)&address.socket, address.len);
	if (rc < 0 && errno != EINPROGRESS)
		rc = fail_errno(x, why);
	else
		rc = await_ready(x, POLLOUT, why);
	return rc;
}

static int send_all(struct exchange *x, const uint8_t *data, size_t len, struct why *why)
{
	size_t done = 0;
	ssize_t n;
	int rc;

	while (done < len) {
		n = send(x->fd, data + done, len - done, MSG_NOSIGNAL);
		if (n >= 0) {
			done += (size_t)n;
		} else if (errno == EAGAIN) {
			rc = await_ready(x, POLLOUT, why);
			if (rc < 0)
				return rc;
		} else if (errno != EINTR) {
			return fail_errno(x, why);
		}
	}
	return 0;
}

static int receive_all(struct exchange *x, uint8_t *data, size_t len, struct why *why)
{
	size_t done = 0;
	ssize_t n;
	int rc;

	while (done < len) {
		n = recv(x->fd, data + done, len - done, 0);
		if (n > 0) {
			done += (size_t)n;
		} else if (n == 0) {
			return why_set(why, DP_EDNS,
				       "%s closed the connection without an answer",
				       x->server);
		} else if (errno == EAGAIN) {
			rc = await_ready(x, POLLIN, why);
			if (rc < 0)
				return rc;
		} else if (errno != EINTR) {
			return fail_errno(x, why);
		}
	}
	return 0;
}

static int receive_message(struct exchange *x, uint8_t **ret_reply, size_t *ret_len,
			   struct why *why)
{
	uint8_t length[LENGTH_LEN], *reply;
	size_t len;
	int rc = receive_all(x, length, sizeof(length), why);

	if (rc < 0)
		return rc;
	len = wire_get16(length);
	reply = mem_zero(len);
	rc = receive_all(x, reply, len, why);
	if (rc < 0) {
		free(reply);
		return rc;
	}
	*ret_reply = reply;
	*ret_len = len;
	return 0;
}

static int send_and_receive(struct exchange *x, const uint8_t *query, size_t query_len,
			    uint8_t **ret_reply, size_t *ret_len, struct why *why)
{
	uint8_t length[LENGTH_LEN] = { (uint8_t)(query_len >> 8), (uint8_t)query_len };
	int rc = open_to(x, why);

	if (rc == 0)
		rc = send_all(x, length, sizeof(length), why);
	if (rc == 0)
		rc = send_all(x, query, query_len, why);
	if (rc == 0)
		rc = receive_message(x, ret_reply, ret_len, why);
	if (rc < 0)
		return rc;
	if (*ret_len >= WIRE_HEADER_LEN && wire_get16(*ret_reply) == wire_get16(query))
		return 0;
	free(*ret_reply);
	*ret_reply = NULL;
	return why_set(why, DP_EDNS, "%s answers something else than was asked",
		       x->server);
}

int exchange_tcp(const char *server, const uint8_t *query, size_t query_len,
		 int64_t timeout_ms, uint8_t **ret_reply, size_t *ret_len,
		 struct why *why)
{
	struct exchange x = { .server = server,
			      .fd = -1,
			      .deadline_ms = clock_ms() + timeout_ms };
	int rc;

	if (query_len < WIRE_HEADER_LEN || query_len > 65535)
		return why_set(why, DP_EINVAL, "a DNS message of %zu octets", query_len);
	rc = send_and_receive(&x, query, query_len, ret_reply, ret_len, why);
	if (x.fd >= 0)
		(void)close(x.fd);
	return rc;
}
