/* SPDX-License-Identifier: BSD-2-Clause */
/* Non-blocking TCP connects. */
#ifndef NET_CONN_H
#define NET_CONN_H

struct why;

enum conn_status {
	CONN_PENDING, /* wait until the socket is writable, then conn_check() */
	CONN_OPEN,
	CONN_FAILED,   /* refused, reset, unreachable on the way */
	CONN_NO_ROUTE, /* this host has no way to addresses of that family */
	CONN_EXHAUSTED /* this host has no descriptor, port or buffer left: try again */
};

/* Starts to connect to a numeric address; *ret_fd (close-on-exec, non-blocking) is the
 * caller's to close, -1 when the status is a failure. */
enum conn_status conn_start(const char *address, int port, int *ret_fd, struct why *why);
/* To be called once the socket is writable: whether the connection was made. */
enum conn_status conn_check(int fd, struct why *why);

#endif
