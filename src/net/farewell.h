/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said inside TLS in the end, so that a server sees a client that leaves and not
 * one that was lost: its log stays clean, and nothing counts against our address. Bytes
 * in, bytes out; no I/O, no clock. */
#ifndef NET_FAREWELL_H
#define NET_FAREWELL_H

#include <stddef.h>
#include <stdint.h>

#include "target/service.h"

struct buf;
struct farewell;

/* No call adds more to out. */
#define FAREWELL_OUT_MAX 4096

enum farewell_status {
	FAREWELL_GREETING, /* the server has to speak first: what is said before is wrong
			    */
	FAREWELL_REPLY,	   /* its answer to our goodbye */
	FAREWELL_OVER	   /* nothing more is said; what is in out may still go */
};

/* protocol is what is spoken inside TLS; SERVICE_TLS_AT_ONCE where that is unknown, or
 * needs no words. domain is XMPP's "to". after_starttls: the server has greeted before
 * TLS. */
struct farewell *farewell_new(enum service_start protocol, bool after_starttls,
			      const char *domain);
void farewell_free(struct farewell *f);
/* To be called once: adds to out what can be said at once. */
enum farewell_status farewell_begin(struct farewell *f, struct buf *out);
/* The next bytes of the server, split anyhow. */
enum farewell_status farewell_take(struct farewell *f, const uint8_t *in, size_t len,
				   struct buf *out);

#endif
