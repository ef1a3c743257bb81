/* SPDX-License-Identifier: BSD-2-Clause */
/* The plaintext dialogue in front of a TLS handshake: bytes in, bytes out. No I/O, no
 * clock: how long a server may take is the caller's business. */
#ifndef NET_STARTTLS_H
#define NET_STARTTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target/service.h"

struct buf;
struct starttls;
struct why;

/* All that a server may say before its go-ahead. Banners of 64 KiB are in use; twice that
 * leaves room for the replies behind one. */
#define STARTTLS_SAID_MAX 131072
/* No call adds more to out. */
#define STARTTLS_OUT_MAX 4096

enum starttls_status {
	STARTTLS_MORE, /* send what is in out, then read on */
	STARTTLS_GO,   /* send what is in out (MySQL: our request), then the handshake */
	STARTTLS_REFUSED, /* not offered, refused, ruled out (PREAUTH), or injection */
	STARTTLS_LATER,	  /* a mail server that says to come back, or closes ungreeted */
	STARTTLS_BROKEN	  /* not that protocol, closed in the middle, or beyond bounds */
};

/* Texts are copied; they come from us or the user, not from the network. */
struct starttls_conf {
	enum service_start kind; /* not SERVICE_TLS_AT_ONCE */
	const char *helo;	 /* our name, for SMTP and LMTP */
	const char *domain;	 /* XMPP's "to": the service domain */
};

struct starttls *starttls_new(const struct starttls_conf *conf);
void starttls_free(struct starttls *d);
/* To be called once, before any byte is read: adds to out what the client says first, if
 * it is the first to speak. STARTTLS_MORE. */
enum starttls_status starttls_begin(struct starttls *d, struct buf *out);
/* The next bytes from the server, split anyhow. On STARTTLS_REFUSED, _LATER and _BROKEN,
 * why tells what the server said (raw) and what that means, and out may hold a goodbye to
 * send before closing. Bytes behind the go-ahead, in the same call or a later one, are
 * STARTTLS_REFUSED: plaintext injection (CVE-2011-0411). After the end of the dialogue
 * the status and why stay. */
enum starttls_status starttls_take(struct starttls *d, const uint8_t *in, size_t len,
				   struct buf *out, struct why *why);
/* The server closed the connection: never STARTTLS_MORE or _GO. */
enum starttls_status starttls_closed(struct starttls *d, struct why *why);
/* What the dialogue waits for: "the greeting", "the reply to STARTTLS". */
const char *starttls_awaits(const struct starttls *d);
/* How a client of that kind takes its leave; *ret_len bytes (0: without a word). For any
 * kind. */
const char *starttls_bye(enum service_start kind, size_t *ret_len);
/* A kind where STARTTLS_LATER may come: another try is worth it. */
bool starttls_is_mail(enum service_start kind);

#endif
