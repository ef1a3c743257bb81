/* SPDX-License-Identifier: BSD-2-Clause */
/* --connect-to HOST:PORT:ADDR:PORT: connect elsewhere. */
#ifndef TARGET_CONNECT_TO_H
#define TARGET_CONNECT_TO_H

#include <stdbool.h>
#include <stddef.h>

struct why;

struct connect_to {
	char *host;    /* owned; A-labels, lower case; NULL: any host */
	int port;      /* 0: any port */
	char *address; /* owned; IPv4 or IPv6, no brackets; NULL: leave as it is */
	int to_port;   /* 0: leave as it is */
};

struct connect_to_list {
	struct connect_to *item; /* owned */
	size_t count;
};

/* Appends one "HOST:PORT:ADDR:PORT". Each part may be empty, as in curl, but not the last
 * two both; an IPv6 address stands in brackets. Else DP_EINVAL. Several that fit one
 * HOST:PORT are its addresses. Undo with connect_to_clear(). */
int connect_to_add(struct connect_to_list *list, const char *text, struct why *why);
void connect_to_clear(struct connect_to_list *list);
/* Whether item is meant for this host (A-labels, lower case) and port. */
bool connect_to_fits(const struct connect_to *item, const char *host, int port);

#endif
