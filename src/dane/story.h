/* SPDX-License-Identifier: BSD-2-Clause */
/* What would match: the likely mistake behind a record that doesn't. Pure. */
#ifndef DANE_STORY_H
#define DANE_STORY_H

#include <stddef.h>
#include <stdint.h>

struct chain;
struct tlsa;

enum story_kind {
	STORY_OTHER_SELECTOR, /* the data is of the other selector */
	STORY_OTHER_MTYPE,    /* data of another matching type */
	STORY_OTHER_USAGE,    /* 2 or 0 that names the leaf; 3 or 1 that names a CA */
	STORY_OTHER_BOTH,     /* several fields are wrong; fix_* say which are right */
	STORY_EMPTY,	      /* the digest of no octets at all */
	STORY_PEM,	      /* digest of PEM text instead of DER */
	STORY_HEX_TEXT, /* digest of the hexadecimal text of DER or of a digest, or a
			 * digest as text */
	STORY_KEY_BITS, /* digest of the bare key bits, without their SubjectPublicKeyInfo
			 */
	STORY_CSR,	/* digest of the certificate signing request */
	STORY_WRONG_HASH /* SHA-1, MD5 or SHA-384 in place of the digest announced */
};

struct story {
	enum story_kind kind;
	size_t record; /* index of the record that it explains */
	size_t depth;  /* certificate that the data was made from; 0 the leaf */
	uint8_t fix_usage, fix_selector,
		fix_mtype; /* values with which the data is right, where
			    * only values are wrong */
	char text[240];	   /* one sentence, e.g. "record 2 is the SHA-256 of the leaf's
			    * PEM text: hash the DER form" */
};

/* Tries every record (of those, at most max stories are written, the first that fits a
 * record); csr (DER, may be NULL) is a request to compare with. Returns how many. */
size_t story_tell(const struct tlsa *rr, size_t rr_count, const struct chain *chain,
		  const void *csr, size_t csr_len, struct story *ret_story, size_t max);

#endif
