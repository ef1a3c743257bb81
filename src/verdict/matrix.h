/* SPDX-License-Identifier: BSD-2-Clause */
/* What came out at every host, address and kind of key, record by record, and which kinds
 * of client would fail there: the sum of a target that has more than one of them. Pure.
 */
#ifndef VERDICT_MATRIX_H
#define VERDICT_MATRIX_H

#include <stddef.h>

/* What one record comes to at one peer. */
enum matrix_verdict {
	MATRIX_MATCH,
	MATRIX_NAME_MISMATCH,
	MATRIX_EXPIRED,
	MATRIX_PKIX_FAILED,
	MATRIX_MISMATCH,
	MATRIX_SUPERSEDED, /* a stronger digest stands beside it (RFC 7671 section 9) */
	MATRIX_UNUSABLE
};

struct matrix_row {
	size_t endpoint; /* index in the target */
	size_t peer;	 /* index in the endpoint; MATRIX_NO_PEER: none was tried */
	const char *key; /* "RSA", "ECDSA", "EdDSA", borrowed from facts; NULL unknown */
	/* owned, one a record; NULL: no chain was judged, or there are MATRIX_CELLS_MAX
	 */
	enum matrix_verdict *cell;
	size_t cell_count;
};
#define MATRIX_NO_PEER ((size_t)-1)
#define MATRIX_CELLS_MAX ((size_t)16 << 10) /* nobody reads more of them */

/* Unknown is what was not probed, or gave no clear answer. */
enum matrix_answer { MATRIX_UNKNOWN, MATRIX_PASSES, MATRIX_FAILS };

/* A client that can do only one thing of several. */
struct matrix_client {
	char *name; /* owned: "IPv6-only", "RSA-only", "SHA2-256-only", "2-1-1-only" */
	enum matrix_answer answer;
	char **place; /* owned, each too; where it fails: addresses, hosts */
	size_t place_count;
	const char *reason; /* constant; why it fails, where no address does; NULL */
};

struct matrix {
	struct matrix_row *row;	      /* owned */
	size_t row_count, cells;      /* these of all rows */
	struct matrix_client *client; /* owned */
	size_t client_count;
	char *text;  /* owned; the sentence about clients, with a final stop */
	char *brief; /* owned; the same without clients that have IPv6 alone, where no
		      * host has an IPv6 address */
};

void matrix_free(struct matrix *m);			      /* NULL is fine */
const char *matrix_verdict_name(enum matrix_verdict verdict); /* "name-mismatch" */

#endif
