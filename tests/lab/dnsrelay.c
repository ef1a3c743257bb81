/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A DNS relay of the lab that misbehaves: dnsrelay ADDRESS UPSTREAM MODE..., both at port
 * 53; dnsmode.h has the modes.
 *
 * The upstream is asked over TCP, so a long answer arrives whole. One process a question.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ldns/ldns.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dnsmode.h"

enum {
	DNS_PORT = 53,
	QUESTION_LIFE_S = 15,
};

static struct sockaddr_in upstream;

static void die(const char *what)
{
	fprintf(stderr, "dnsrelay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static bool read_all(int fd, uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, data, len);

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static bool write_message(int fd, const uint8_t *wire, size_t len)
{
	uint8_t prefix[2];

	ldns_write_uint16(prefix, (uint16_t)len);
	return write_all(fd, prefix, sizeof(prefix)) && write_all(fd, wire, len);
}

/* The message's length, 0 when there is none. */
static size_t read_message(int fd, uint8_t *wire)
{
	uint8_t prefix[2];
	size_t len;

	if (!read_all(fd, prefix, sizeof(prefix)))
		return 0;
	len = ldns_read_uint16(prefix);
	return read_all(fd, wire, len) ? len : 0;
}

static ldns_pkt *ask_upstream(const uint8_t *query, size_t len)
{
	static uint8_t wire[LDNS_MAX_PACKETLEN];
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ldns_pkt *reply = NULL;

	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&upstream, sizeof(upstream)) < 0)
		return NULL;
	if (write_message(fd, query, len)) {
		len = read_message(fd, wire);
		if (len == 0 || ldns_wire2pkt(&reply, wire, len) != LDNS_STATUS_OK)
			reply = NULL;
	}
	close(fd);
	return reply;
}

static void child_begins(void)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	alarm(QUESTION_LIFE_S);
}

static void serve_udp(int fd)
{
	static uint8_t query[LDNS_MAX_PACKETLEN];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t n = recvfrom(fd, query, sizeof(query), 0, (struct sockaddr *)&from,
			     &from_len);
	uint8_t *wire;
	size_t len;

	if (n < 0 || fork() != 0)
		return;
	child_begins();
	wire = dnsmode_answer(query, (size_t)n, true, ask_upstream, &len);
	if (wire != NULL)
		(void)sendto(fd, wire, len, 0, (struct sockaddr *)&from, from_len);
	_exit(0);
}

static void serve_tcp(int listener)
{
	static uint8_t query[LDNS_MAX_PACKETLEN];
	int fd = accept(listener, NULL, NULL);
	uint8_t *wire;
	size_t len;

	if (fd < 0)
		return;
	if (fork() != 0) {
		close(fd);
		return;
	}
	child_begins();
	close(listener);
	while ((len = read_message(fd, query)) > 0) {
		wire = dnsmode_answer(query, len, false, ask_upstream, &len);
		if (wire != NULL && !write_message(fd, wire, len))
			break;
	}
	_exit(0);
}

static struct sockaddr_in parse_address(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(DNS_PORT) };

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
		fprintf(stderr, "dnsrelay: not an address: %s\n", text);
		exit(1);
	}
	return address;
}

static int bind_at(const struct sockaddr_in *address, int type)
{
	const int one = 1;
	int fd = socket(AF_INET, type, 0);

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		die("bind");
	if (type == SOCK_STREAM && listen(fd, 64) < 0)
		die("listen");
	return fd;
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	struct sockaddr_in self;
	int i;

	if (argc < 3) {
		fprintf(stderr, "usage: dnsrelay ADDRESS UPSTREAM MODE...\n");
		return 1;
	}
	for (i = 3; i < argc; i++) {
		if (!dnsmode_parse(argv[i])) {
			fprintf(stderr, "dnsrelay: no such mode: %s\n", argv[i]);
			return 1;
		}
	}
	self = parse_address(argv[1]);
	upstream = parse_address(argv[2]);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	fds[0].fd = bind_at(&self, SOCK_DGRAM);
	fds[1].fd = bind_at(&self, SOCK_STREAM);
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (fds[0].revents != 0)
			serve_udp(fds[0].fd);
		if (fds[1].revents != 0)
			serve_tcp(fds[1].fd);
	}
}
