/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Peers of the lab that misbehave. hostile ADDRESS:PORT=MODE... serves each; hostile
 * --wait ADDRESS:PORT... returns when all of them accept connections. One process a
 * connection.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	MAX_PEERS = 256,
	CONNECTION_LIFE_S = 60,
};

struct address {
	struct sockaddr_storage addr;
	socklen_t len;
};

struct mode {
	const char *name;
	void (*serve)(int fd);
};

static void die(const char *what)
{
	fprintf(stderr, "hostile: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void read_until_closed(int fd)
{
	char buf[4096];

	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

static void serve_silent(int fd)
{
	read_until_closed(fd);
}

static void serve_garbage(int fd)
{
	static const char text[] =
		"Welcome! This is no TLS server, but it talks a lot.\r\n";
	int i;

	for (i = 0; i < 20; i++)
		if (write(fd, text, sizeof(text) - 1) < 0)
			return;
	read_until_closed(fd);
}

static void serve_close(int fd)
{
	char buf[4096];

	/* What was sent is read first: closing with bytes unread would be a reset. */
	if (read(fd, buf, sizeof(buf)) < 0)
		return;
	shutdown(fd, SHUT_WR);
	read_until_closed(fd);
}

static void serve_reset(int fd)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* A reset after the ClientHello was read. */
static void serve_abort(int fd)
{
	char buf[4096];

	if (read(fd, buf, sizeof(buf)) > 0)
		serve_reset(fd);
}

/* A TLS record of a ServerHello that is promised to be long, a byte a second. */
static void serve_trickle(int fd)
{
	static const uint8_t record[] = { 0x16, 3, 3, 0x3f, 0, 2, 0, 0x3e, 0xfc, 3, 3 };
	size_t i;

	for (i = 0;; i++) {
		const uint8_t byte = i < sizeof(record) ? record[i] : 0;

		if (write(fd, &byte, 1) < 0)
			return;
		sleep(1);
	}
}

/* Handshake records without end, all parts of one message of 16 MB. */
static void serve_endless(int fd)
{
	uint8_t record[5 + 0x4000] = { 0x16, 3, 3, 0x40, 0, 2, 0xff, 0xff, 0xff, 3, 3 };

	for (;;) {
		if (write(fd, record, sizeof(record)) < 0)
			return;
		memset(record + 5, 0, sizeof(record) - 5);
	}
}

static const struct mode modes[] = {
	{ "silent", serve_silent },   { "garbage", serve_garbage },
	{ "close", serve_close },     { "reset", serve_reset },
	{ "abort", serve_abort },     { "trickle", serve_trickle },
	{ "endless", serve_endless },
};

static const struct mode *mode_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

/* "ADDRESS:PORT", the port after the last colon. */
static void parse_address(const char *text, struct address *ret_address)
{
	struct sockaddr_in *four = (struct sockaddr_in *)&ret_address->addr;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&ret_address->addr;
	char host[INET6_ADDRSTRLEN];
	const char *colon = strrchr(text, ':');
	uint16_t port;

	memset(ret_address, 0, sizeof(*ret_address));
	if (colon == NULL || (size_t)(colon - text) >= sizeof(host)) {
		fprintf(stderr, "hostile: not an address and port: %s\n", text);
		exit(1);
	}
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = port;
		ret_address->len = sizeof(*four);
	} else if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = port;
		ret_address->len = sizeof(*six);
	} else {
		fprintf(stderr, "hostile: not an address: %s\n", host);
		exit(1);
	}
}

static int listen_at(const struct address *address)
{
	const int one = 1;
	int fd = socket(address->addr.ss_family, SOCK_STREAM, 0);

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)&address->addr, address->len) < 0)
		die("bind");
	if (listen(fd, 64) < 0)
		die("listen");
	return fd;
}

static void serve_connection(int listener, const struct mode *mode)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		alarm(CONNECTION_LIFE_S);
		close(listener);
		mode->serve(fd);
		_exit(0);
	}
	close(fd);
}

static int serve_all(int count, char **args)
{
	struct pollfd fds[MAX_PEERS];
	const struct mode *mode_of[MAX_PEERS];
	struct address address;
	int i;

	for (i = 0; i < count && i < MAX_PEERS; i++) {
		char *equals = strchr(args[i], '=');

		mode_of[i] = equals == NULL ? NULL : mode_find(equals + 1);
		if (mode_of[i] == NULL) {
			fprintf(stderr, "hostile: no such mode: %s\n", args[i]);
			return 1;
		}
		*equals = '\0';
		parse_address(args[i], &address);
		fds[i].fd = listen_at(&address);
		fds[i].events = POLLIN;
	}
	for (;;) {
		if (poll(fds, (nfds_t)count, -1) < 0 && errno != EINTR)
			die("poll");
		for (i = 0; i < count; i++)
			if (fds[i].revents != 0)
				serve_connection(fds[i].fd, mode_of[i]);
	}
}

static int wait_for_all(int count, char **args)
{
	struct address address;
	int i, fd;

	for (i = 0; i < count; i++) {
		parse_address(args[i], &address);
		for (;;) {
			fd = socket(address.addr.ss_family, SOCK_STREAM, 0);
			if (fd < 0)
				die("socket");
			if (connect(fd, (struct sockaddr *)&address.addr, address.len) ==
			    0)
				break;
			close(fd);
			poll(NULL, 0, 20);
		}
		close(fd);
	}
	return 0;
}

int main(int argc, char **argv)
{
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (argc > 2 && strcmp(argv[1], "--wait") == 0)
		return wait_for_all(argc - 2, argv + 2);
	if (argc < 2 || argc - 1 > MAX_PEERS) {
		fprintf(stderr, "usage: hostile [--wait] ADDRESS:PORT[=MODE]...\n");
		return 1;
	}
	return serve_all(argc - 1, argv + 1);
}
