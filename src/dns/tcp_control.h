/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether DNS over TCP leaves this host at all: the root's name servers, which answer the
 * world, are asked by it. Never for a verdict. */
#ifndef DNS_TCP_CONTROL_H
#define DNS_TCP_CONTROL_H

#include <stdint.h>

struct loop;
struct resolver;
struct tcp_control;

enum tcp_control_result {
	TCP_CONTROL_UNKNOWN, /* no root server was found, over UDP */
	TCP_CONTROL_ANSWERS,
	TCP_CONTROL_SILENT
};

typedef void tcp_control_fn(void *arg, enum tcp_control_result result);

/* resolver (borrowed) asks from the root. fn is called once, from the loop. It must be
 * freed, before or after; also from fn. */
struct tcp_control *tcp_control_new(struct loop *loop, struct resolver *resolver,
				    int64_t timeout_ms, tcp_control_fn *fn, void *arg);
void tcp_control_free(struct tcp_control *t);

#endif
