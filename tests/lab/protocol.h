/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server of each STARTTLS protocol says up to its go-ahead, right and wrong. */
#ifndef LAB_PROTOCOL_H
#define LAB_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

/* Stands in a reply for the client's tag (IMAP), or message ID (LDAP). */
#define PROTOCOL_TAG '\xf1'
/* Stands in a reply for PROTOCOL_PAD_LEN bytes or somewhat more, of pad. */
#define PROTOCOL_PAD '\xf2'

enum {
	PROTOCOL_PAD_LEN = 65536,
};

/* How the client's commands are told apart. */
enum protocol_shape {
	PROTOCOL_LINES, /* by '\n' */
	PROTOCOL_TAGS,	/* by '>' */
	PROTOCOL_BER,	/* by the length of a SEQUENCE */
	PROTOCOL_8,	/* bytes */
	PROTOCOL_36
};

struct words {
	const char *data;
	size_t len;
};

struct protocol {
	const char *name;
	uint16_t port;
	enum protocol_shape shape;
	struct words greeting; /* empty: the client begins */
	const char
		*ask; /* part of the command for capabilities, upper case; NULL: none */
	struct words offer,
		no_offer;  /* the answers; without ask, no_offer is a greeting */
	const char *start; /* part of the command to begin TLS, upper case */
	struct words go, refusal;
	struct words inject;	 /* plaintext behind the go-ahead */
	struct words busy, gone; /* greetings: come back later; no service */
	struct words padded;	 /* in place of what the server says first */
	struct words pad;
	struct words unknown; /* to every other command */
};

/* NULL behind the last. */
const struct protocol *protocol_at(size_t index);

#endif
