/* SPDX-License-Identifier: BSD-2-Clause */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

void die(const char *what)
{
	fprintf(stderr, "hostile: %s: %s\n", what, strerror(errno));
	exit(1);
}

void address_set(const char *host, uint16_t port, struct address *ret_address)
{
	struct sockaddr_in *four = (struct sockaddr_in *)&ret_address->addr;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&ret_address->addr;

	memset(ret_address, 0, sizeof(*ret_address));
	if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		ret_address->len = sizeof(*four);
	} else if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		ret_address->len = sizeof(*six);
	} else {
		fprintf(stderr, "hostile: not an address: %s\n", host);
		exit(1);
	}
}

void address_parse(const char *text, struct address *ret_address)
{
	char host[INET6_ADDRSTRLEN];
	const char *colon = strrchr(text, ':');

	if (colon == NULL || (size_t)(colon - text) >= sizeof(host)) {
		fprintf(stderr, "hostile: not an address and port: %s\n", text);
		exit(1);
	}
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	address_set(host, (uint16_t)strtoul(colon + 1, NULL, 10), ret_address);
}

int listen_at(const struct address *address)
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

static void serve_connection(struct listener *l)
{
	int fd = accept(l->fd, NULL, NULL);

	if (fd < 0)
		return;
	l->count++;
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		alarm(CONNECTION_LIFE_S);
		close(l->fd);
		l->serve(fd, l->count, l->arg);
		_exit(0);
	}
	close(fd);
}

void listen_all(struct listener *listeners, size_t count)
{
	struct pollfd *fds = calloc(count, sizeof(*fds));
	size_t i;

	if (fds == NULL)
		die("calloc");
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < count; i++) {
		fds[i].fd = listeners[i].fd;
		fds[i].events = POLLIN;
	}
	for (;;) {
		if (poll(fds, (nfds_t)count, -1) < 0 && errno != EINTR)
			die("poll");
		for (i = 0; i < count; i++)
			if (fds[i].revents != 0)
				serve_connection(&listeners[i]);
	}
}
