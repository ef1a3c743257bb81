/* SPDX-License-Identifier: BSD-2-Clause */
/* One address of an endpoint: connect, STARTTLS where the service has it, handshake, and
 * the chain that it shows. A busy mail server is asked twice; one that can't take what
 * the handshake offers (ALPN, certificates) once more without it. */
#ifndef PROBE_PEER_H
#define PROBE_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"
#include "dane/chain.h"
#include "net/handshake.h"
#include "target/service.h"
#include "verdict/facts.h"

struct loop;
struct peer;

enum peer_status {
	PEER_RUNNING,
	PEER_CHAIN,	  /* the handshake is done and the chain is here */
	PEER_NO_ROUTE,	  /* this host can't reach the address' family */
	PEER_REFUSED,	  /* the server ended the handshake by an alert */
	PEER_NO_RAW_KEY,  /* PEER_RAW_KEY: the server has none */
	PEER_NO_CONNECT,  /* refused, unreachable, reset before TLS */
	PEER_NO_STARTTLS, /* not offered, refused, or plaintext behind the go-ahead */
	PEER_LATER,	  /* a mail server puts us off */
	PEER_SILENT,	  /* it lets connections time out */
	PEER_NO_TLS	  /* the handshake failed, or it never came to one */
};

/* What the server may show. */
enum peer_keys {
	PEER_CERTIFICATE,
	PEER_CERTIFICATE_OR_RAW_KEY, /* the raw key where certificates are refused */
	PEER_RAW_KEY
};

struct peer_conf {
	struct loop *loop; /* borrowed, as all of these */
	struct handshake_kit *kit;
	const char *address;
	int port;
	const char *sni;
	const char *alpn; /* as in struct service; a server may do without; NULL: none */
	enum handshake_auth auth;
	enum peer_keys keys;
	enum service_start start;
	enum service_start inside; /* as in struct service */
	const char *helo;	   /* our name for mail servers; NULL: our address */
	const char *domain;	   /* XMPP's "to" */
	int64_t deadline_ms;	   /* by clock_ms(): a second try has to be over then */
	int64_t connect_limit_ms;  /* for each connection to be accepted; 0: none */
};

struct peer_result {
	enum peer_status status;
	struct why why;	    /* unless PEER_CHAIN */
	struct chain chain; /* owned; PEER_CHAIN only */
	/* Owned; the chain of a handshake that failed: nobody knows whether the server
	 * has its key. */
	struct chain shown;
	struct facts_tls tls; /* owned; PEER_CHAIN only, but for what was sent: the SNI */
	/* The server asked for a client's certificate; and doesn't go on without one. */
	bool asks_certificate, demands_certificate;
	bool closed;	    /* PEER_NO_TLS: the server closed where an alert was due */
	bool key_usage_odd; /* as in struct facts_peer */
	/* of the last try; -1: not reached */
	int64_t connect_ms, starttls_ms, handshake_ms;
};

/* Called when the peer's result is there (see peer_result()). */
typedef void peer_fn(void *arg);

/* Never fails: where nothing can be started, that is the result. fn is called once,
 * from the loop. Nothing ends it at the deadline but freeing it. It must be freed, also
 * from fn. */
struct peer *peer_new(const struct peer_conf *conf, peer_fn *fn, void *arg);
struct peer_result *peer_result(struct peer *p); /* borrowed; fields may be taken */
bool peer_is_connecting(const struct peer *p);
/* "connect did not end within 10 s", with what a running peer waits for; on the heap. */
char *peer_late(const struct peer *p, int64_t timeout_ms);
void peer_free(struct peer *p);

#endif
