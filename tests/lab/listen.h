/* SPDX-License-Identifier: BSD-2-Clause */
/* Listening at addresses for the lab's peers: one process a connection. */
#ifndef LAB_LISTEN_H
#define LAB_LISTEN_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
	CONNECTION_LIFE_S = 60,
};

struct address {
	struct sockaddr_storage addr;
	socklen_t len;
};

/* count is 1 for the first connection that came to this listener. */
typedef void serve_fn(int fd, unsigned count, const void *arg);

struct listener {
	int fd;
	unsigned count;
	serve_fn *serve;
	const void *arg; /* borrowed */
};

/* These end the program when they fail. */
_Noreturn void die(const char *what);
/* "ADDRESS:PORT", the port after the last colon. */
void address_parse(const char *text, struct address *ret_address);
void address_set(const char *host, uint16_t port, struct address *ret_address);
int listen_at(const struct address *address);
/* Serves until killed. */
_Noreturn void listen_all(struct listener *listeners, size_t count);

#endif
