/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Peers of the lab that misbehave. hostile ADDRESS:PORT=MODE... serves each; hostile
 * --wait ADDRESS:PORT... returns when all of them accept connections.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen.h"

enum {
	MAX_PEERS = 256,
};

struct mode {
	const char *name;
	void (*serve)(int fd);
};

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

static void serve(int fd, unsigned count, const void *arg)
{
	const struct mode *mode = arg;

	(void)count;
	mode->serve(fd);
}

static int serve_all(int count, char **args)
{
	static struct listener listeners[MAX_PEERS];
	struct address address;
	int i;

	for (i = 0; i < count && i < MAX_PEERS; i++) {
		char *equals = strchr(args[i], '=');
		const struct mode *mode = equals == NULL ? NULL : mode_find(equals + 1);

		if (mode == NULL) {
			fprintf(stderr, "hostile: no such mode: %s\n", args[i]);
			return 1;
		}
		*equals = '\0';
		address_parse(args[i], &address);
		listeners[i].fd = listen_at(&address);
		listeners[i].serve = serve;
		listeners[i].arg = mode;
	}
	listen_all(listeners, (size_t)count);
}

static int wait_for_all(int count, char **args)
{
	struct address address;
	int i, fd;

	for (i = 0; i < count; i++) {
		address_parse(args[i], &address);
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
	if (argc > 2 && strcmp(argv[1], "--wait") == 0)
		return wait_for_all(argc - 2, argv + 2);
	if (argc < 2 || argc - 1 > MAX_PEERS) {
		fprintf(stderr, "usage: hostile [--wait] ADDRESS:PORT[=MODE]...\n");
		return 1;
	}
	return serve_all(argc - 1, argv + 1);
}
