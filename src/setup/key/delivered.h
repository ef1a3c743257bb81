/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate and its chain as an ACME client delivered them, or as they were stored
 * then: read apart (base/apart.h), so that this process has facts and never parses what
 * a CA sent. */
#ifndef SETUP_DELIVERED_H
#define SETUP_DELIVERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct buf;
struct csr_names;
struct why;

#define DELIVERED_ID_MAX 64 /* a serial has 20 octets, a key identifier 20 or 32 */

struct delivered_cert {
	uint8_t *der; /* owned */
	size_t der_len;
	const uint8_t *spki; /* within der; SubjectPublicKeyInfo */
	size_t spki_len;     /* 0: it can't be had */
};

struct delivered_id {
	uint8_t octets[DELIVERED_ID_MAX];
	size_t len; /* 0: there is none */
};

/* What was looked for beside the facts. */
struct delivered_question {
	const struct csr_names *names; /* borrowed; NULL: none */
	bool is_new;		       /* form, and who signed whom */
};

struct delivered {
	struct delivered_cert *cert; /* owned; the leaf first */
	size_t count;		     /* at least 1 */
	/* of the leaf */
	bool is_parsed; /* it is a certificate that can be read, with a key */
	bool is_rsa;
	time_t not_before, not_after; /* -1: not known */
	uint8_t sha256[32], spki_sha256[32];
	struct delivered_id authority_key, serial;
	size_t lacks; /* the first of the names that it doesn't name; their count: none */
	char *defect; /* owned; a sentence: why clients refuse the chain; NULL: none */
	size_t unlinked; /* the first that isn't signed by the next, from 1; 0: none */
};

/* text is PEM, or one certificate in DER. Undo with delivered_clear(). */
int delivered_read(const char *text, size_t len, const struct delivered_question *q,
		   struct delivered *ret_delivered, struct why *why);
int delivered_read_file(const char *path, const struct delivered_question *q,
			struct delivered *ret_delivered, struct why *why);
/* Takes what came of reading it; DP_EFORMAT where these facts can't be. Digests are made
 * here, and a key is a part of its certificate. */
int delivered_take(const struct buf *facts, size_t name_count,
		   struct delivered *ret_delivered, struct why *why);
void delivered_clear(struct delivered *d);

#endif
