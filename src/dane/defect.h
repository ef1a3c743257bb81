/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with a presented certificate that makes GnuTLS end the handshake, in
 * words, and whether the key in it is the published one all the same. Pure. */
#ifndef DANE_DEFECT_H
#define DANE_DEFECT_H

#include <stdbool.h>
#include <stddef.h>

struct chain;
struct tlsa;

enum defect_kind {
	DEFECT_FORM,  /* it can't be parsed, or breaks a rule on what stands in it */
	DEFECT_KEY,   /* the leaf's key is too large to verify by (bounds.h) */
	DEFECT_USAGE, /* the leaf's keyUsage lacks digitalSignature: only a handshake
		       * shows whether a client minds, and DANE-EE(3) doesn't */
};

struct defect {
	enum defect_kind kind;
	size_t depth;	/* of the certificate in the chain */
	char what[200]; /* a phrase that follows it: "is of version 1, but ..." */
};

/* The first certificate of which clients refuse the whole handshake; false: they take
 * them all. */
bool defect_find(const struct chain *chain, struct defect *ret_defect);
/* A sentence without a final stop, on the heap: which certificate, what is wrong, which
 * of the records (NULL and 0: not said) names the leaf or its key, and whether OpenSSL's
 * clients accept it, as they do for DANE-EE(3). */
char *defect_explain(const struct defect *defect, const struct chain *chain,
		     const struct tlsa *rr, size_t rr_count);

#endif
