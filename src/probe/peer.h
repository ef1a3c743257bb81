/* SPDX-License-Identifier: BSD-2-Clause */
/* One address of an endpoint: connect, (STARTTLS,) handshake, and the chain that it
 * shows. */
#ifndef PROBE_PEER_H
#define PROBE_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"
#include "dane/chain.h"
#include "net/handshake.h"
#include "verdict/facts.h"

struct loop;
struct peer;

enum peer_status {
	PEER_RUNNING,
	PEER_CHAIN,	 /* the handshake is done and the chain is here */
	PEER_NO_ROUTE,	 /* this host can't reach the address' family */
	PEER_REFUSED,	 /* the server ended the handshake by an alert */
	PEER_NO_CONNECT, /* refused, reset, unreachable */
	PEER_NO_TLS	 /* the handshake failed */
};

struct peer_conf {
	struct loop *loop; /* borrowed, as all of these */
	struct handshake_kit *kit;
	const char *address;
	int port;
	const char *sni;
	const char *alpn; /* NULL: none */
	enum handshake_auth auth;
	bool raw_keys; /* a raw public key will do, where there is no certificate */
};

struct peer_result {
	enum peer_status status;
	struct why why;			  /* unless PEER_CHAIN */
	struct chain chain;		  /* owned; PEER_CHAIN only */
	struct facts_tls tls;		  /* owned; PEER_CHAIN only */
	int64_t connect_ms, handshake_ms; /* -1: not reached */
};

/* The peer's result is there (see peer_result()). */
typedef void peer_fn(void *arg);

/* Never fails: what can't be started is a result. fn is called once, from the loop. There
 * is no deadline: freeing it ends it. It must be freed, also from fn. */
struct peer *peer_new(const struct peer_conf *conf, peer_fn *fn, void *arg);
struct peer_result *peer_result(struct peer *p); /* borrowed; fields may be taken */
/* "connect" or "the TLS handshake": what a running peer waits for. */
const char *peer_stage(const struct peer *p);
void peer_free(struct peer *p);

#endif
