/* SPDX-License-Identifier: BSD-2-Clause */
/* MySQL's and MariaDB's dialogue inside TLS up to where nobody is refused. A client that
 * goes before it has tried to log in counts as a failed connection, and after
 * max_connect_errors of them in a row the server takes none from that host; a login that
 * is refused doesn't count. */
#ifndef NET_MYSQL_LOGIN_H
#define NET_MYSQL_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct mysql_login {
	uint8_t head[5]; /* length, sequence, and the first octet of what comes in */
	size_t head_len;
	size_t left; /* octets of the packet that are to come */
	int answers;
};

/* Adds to out the login of a user without a name and without a password. */
void mysql_login_begin(struct mysql_login *login, struct buf *out);
/* The server's next bytes, split anyhow: whether it's over, by an error (the usual), by
 * being let in, or because nothing sensible is said. */
bool mysql_login_take(struct mysql_login *login, const uint8_t *in, size_t len,
		      struct buf *out);

#endif
