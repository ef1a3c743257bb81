/* SPDX-License-Identifier: BSD-2-Clause */
/* A TLS handshake as a client on a connected, non-blocking socket: GnuTLS's only session
 * user. It verifies that the server holds the key it shows, and nothing more: whether
 * that key is the right one is for dane/ to say. */
#ifndef NET_HANDSHAKE_H
#define NET_HANDSHAKE_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

struct facts_tls;
struct handshake;
struct handshake_kit;
struct why;

/* Authentication algorithms to offer. */
enum handshake_auth { HANDSHAKE_AUTO, HANDSHAKE_RSA, HANDSHAKE_ECDSA };
#define HANDSHAKE_AUTHS (HANDSHAKE_ECDSA + 1)

struct handshake_offer {
	enum handshake_auth auth;
	const char *sni;  /* without a final dot */
	const char *alpn; /* names of protocols with blanks between; NULL: none */
	bool raw_key;	  /* a raw public key (RFC 7250) and no certificate */
	bool any_usage;	  /* also a certificate whose key usage rules out signatures */
	/* Asked of the certificate (with raw_key: the key) that the server shows, before
	 * a signature by it is verified; false, with a reason, ends the handshake. NULL:
	 * all will do. */
	bool (*takes_key)(const gnutls_datum_t *shown, bool raw_key, struct why *why);
};

/* What to do next. */
enum handshake_status {
	HANDSHAKE_WANT_READ,
	HANDSHAKE_WANT_WRITE,
	/* It is larger than any honest one, and as many such as may be of the kit are
	 * under way: to be tried again soon. */
	HANDSHAKE_HELD,
	HANDSHAKE_DONE,
	/* The server asked for a client's certificate and ended the handshake for want of
	 * one. Its own chain and the signature by its key were good before: what may be
	 * asked after HANDSHAKE_DONE may be asked here, but for talking through it. */
	HANDSHAKE_DEMANDED,
	HANDSHAKE_NO_PROTOCOL, /* alert 120: it speaks none of those of ALPN */
	HANDSHAKE_KEY_USAGE,   /* any_usage would take what the server shows */
	HANDSHAKE_REFUSED,     /* by another alert of the server */
	HANDSHAKE_CLOSED,      /* the connection was, without a word */
	HANDSHAKE_RESET,       /* the connection was, before the server said anything */
	HANDSHAKE_PLAINTEXT, /* what came where TLS has to begin is none of its records */
	HANDSHAKE_FAILED     /* a bad record, a closed connection, an error of ours */
};

/* Priorities and credentials, made once for all handshakes. */
struct handshake_kit *handshake_kit_new(struct why *why);
void handshake_kit_free(struct handshake_kit *kit);

/* fd stays the caller's and must outlive the handshake; offer is copied from. kit is
 * borrowed until handshake_free(). */
int handshake_new(struct handshake_kit *kit, const struct handshake_offer *offer, int fd,
		  struct handshake **ret_handshake, struct why *why);
/* Goes on as far as the socket lets it. From HANDSHAKE_DEMANDED on, why says
 * what happened (an alert, garbage, a closed connection). */
enum handshake_status handshake_step(struct handshake *h, struct why *why);
/* After HANDSHAKE_DONE: the certificates as sent, or the raw public key alone; borrowed
 * until handshake_free(). NULL and 0 when the server showed none. */
const gnutls_datum_t *handshake_chain(const struct handshake *h, size_t *ret_count);
/* After HANDSHAKE_DONE: whether the server chose to show a raw public key. */
bool handshake_is_raw_key(const struct handshake *h);
/* Whatever came of it: the certificates that the server sent, of which nobody knows
 * whether it has the key; borrowed until handshake_free(). NULL and 0: none came. */
const gnutls_datum_t *handshake_shown(const struct handshake *h, size_t *ret_count);
/* The server asked for a client's certificate, which it may do without. */
bool handshake_asked_certificate(const struct handshake *h);
/* After HANDSHAKE_DONE: fills version, cipher, group, alpn, sni. */
void handshake_describe(const struct handshake *h, struct facts_tls *tls);
/* After HANDSHAKE_DONE: sends that through TLS, as far as it goes without waiting. */
void handshake_send(struct handshake *h, const void *data, size_t len);
/* After HANDSHAKE_DONE, what came through TLS: its octets (*ret_len, at most size), or
 * that there are none yet, or that it's over. */
enum handshake_heard { HANDSHAKE_HEARD, HANDSHAKE_HEARD_NOTHING, HANDSHAKE_HEARD_END };
enum handshake_heard handshake_hear(struct handshake *h, void *data, size_t size,
				    size_t *ret_len);
/* After HANDSHAKE_HEARD_END: whether it ended by the server's alert that a client needs a
 * certificate, which TLS 1.3 brings behind the handshake. */
bool handshake_demands_certificate(const struct handshake *h);
/* More came than any honest chain of certificates needs. */
bool handshake_is_large(const struct handshake *h);
/* Says goodbye (close_notify) as far as that goes without waiting. */
void handshake_bye(struct handshake *h);
void handshake_free(struct handshake *h);

#endif
