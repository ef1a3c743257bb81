/* SPDX-License-Identifier: BSD-2-Clause */
/* Where connections wait until there are few enough to the same address and network. */
#ifndef PROBE_GATE_H
#define PROBE_GATE_H

#include <stdbool.h>

struct gate;
struct gate_pass;
struct loop;
struct quota;

/* Where nobody wants another number. Mail servers count connections from one address
 * sooner than web servers do. */
#define GATE_PER_HOST_TLS 8
#define GATE_PER_HOST_STARTTLS 2
#define GATE_PER_NET 32

struct gate_conf {
	struct loop *loop;   /* borrowed, as quota */
	struct quota *quota; /* counts what other processes have, too */
	int lane;	     /* of this process */
	/* Connections at once to an address, where TLS begins at once and where it is
	 * begun by STARTTLS, and to a /24 or /48; 0: any number. */
	int per_host_tls, per_host_starttls, per_net;
};

struct gate *gate_new(const struct gate_conf *conf);
void gate_free(struct gate *g); /* after its passes */

/* Asks for room for a connection to address (copied). Either *ret_in is set, or else fn
 * is called once from the loop when there is room; those that have waited longest come
 * first. gate NULL: there always is room. */
typedef void gate_fn(void *arg);
struct gate_pass *gate_enter(struct gate *g, const char *address, bool starttls,
			     gate_fn *fn, void *arg, bool *ret_in);
/* To be called when the connection is closed, or no longer wanted; also from within
 * fn. */
void gate_leave(struct gate_pass *pass);

#endif
