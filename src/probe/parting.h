/* SPDX-License-Identifier: BSD-2-Clause */
/* Says goodbye inside TLS, and gives the server a little time to answer: a server that
 * we leave before it has read our last words logs a lost connection. */
#ifndef PROBE_PARTING_H
#define PROBE_PARTING_H

#include <stdbool.h>
#include <stdint.h>

#include "target/service.h"

struct handshake;
struct loop;
struct parting;

struct parting_conf {
	struct loop *loop;	     /* borrowed, as these */
	struct handshake *handshake; /* the handshake is done */
	enum service_start protocol; /* what is spoken inside TLS */
	bool after_starttls;
	const char *domain;  /* XMPP's "to" */
	int64_t patience_ms; /* how long a server takes that had to answer before */
	int64_t deadline_ms; /* by clock_ms() */
};

/* The parting is over: by an answer, by the end of the connection, or by time. */
typedef void parting_fn(void *arg);

/* Says what can be said at once. fn is called once, from the loop or from
 * parting_ready(). The caller waits for the socket to be readable. */
struct parting *parting_new(const struct parting_conf *conf, parting_fn *fn, void *arg);
/* The socket has something to read. Nothing may be done with p afterwards, where fn freed
 * it. */
void parting_ready(struct parting *p);
void parting_free(struct parting *p); /* also from fn */

#endif
