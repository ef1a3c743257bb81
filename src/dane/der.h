/* SPDX-License-Identifier: BSD-2-Clause */
/* The few pieces of a certificate that must be taken as the octets they are, read in
 * place with every length checked. No I/O. */
#ifndef DANE_DER_H
#define DANE_DER_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

struct why;

/* What is left to read of some octets. */
struct der_reader {
	const unsigned char *at; /* borrowed */
	size_t left;
};

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_OID = 0x06,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0x80,    /* [0] of something primitive; [n] is n more */
	DER_CONSTRUCTED = 0xa0 /* [0] of something that has parts */
};

/* Parts of one Certificate (RFC 5280 section 4.1), each with its tag and length; borrowed
 * from the octets read. */
struct der_cert {
	gnutls_datum_t tbs, issuer, subject, spki;
	gnutls_datum_t serial, validity;
	gnutls_datum_t inner, outer;  /* AlgorithmIdentifier in tbs, and beside it */
	gnutls_datum_t signature;     /* data NULL: not of whole octets */
	unsigned version;	      /* 1 to 3, as people count */
	struct der_reader extensions; /* for der_next_extension() */
	bool has_extensions,
		end_broken; /* the latter: what follows the key can't be read */
};

struct der_extension {
	gnutls_datum_t oid; /* without tag and length */
	bool critical;
	struct der_reader value; /* what its OCTET STRING holds */
};

/* A view of octets for GnuTLS, which takes no const; nobody may write through it. */
gnutls_datum_t der_view(const void *data, size_t len);
struct der_reader der_reader(const gnutls_datum_t *octets);
/* The octets that are left. */
gnutls_datum_t der_rest(const struct der_reader *r);
bool der_next_is(const struct der_reader *r, unsigned tag);
/* Takes one element of this tag: ret_whole has its header, ret_inside what it holds;
 * either may be NULL. False where another comes, or none that is whole. */
bool der_take(struct der_reader *r, unsigned tag, gnutls_datum_t *ret_whole,
	      struct der_reader *ret_inside);
/* The same for whatever comes. */
bool der_take_any(struct der_reader *r, unsigned *ret_tag, gnutls_datum_t *ret_whole,
		  struct der_reader *ret_inside);
/* Takes an INTEGER from 0 to 2^31 - 1, under tag (DER_INTEGER, or an implicit one). */
bool der_take_number(struct der_reader *r, unsigned tag, long *ret_number);

/* DP_EFORMAT unless the octets are one Certificate and nothing more. What stands in its
 * extensions isn't looked at. */
int der_read_cert(const gnutls_datum_t *der, struct der_cert *ret_cert, struct why *why);
/* The next extension; false at the end (r->left is 0), or where it can't be read. */
bool der_next_extension(struct der_reader *r, struct der_extension *ret_ext);
/* Whether the octets of an object identifier, without tag and length, are these. */
bool der_oid_is(const gnutls_datum_t *oid, const void *octets, size_t len);
/* "1.2.840.113549" of such octets; what can't be read or has no room is "?". */
void der_oid_text(const gnutls_datum_t *oid, char *text, size_t size);

/* Whether the octets are one SubjectPublicKeyInfo and nothing more, of any algorithm. */
bool der_is_spki(const void *data, size_t len);
/* The key of a SubjectPublicKeyInfo without its wrapping, borrowed; data NULL: not one.
 * ret_algorithm, where it isn't NULL, gets its OID without tag and length. */
gnutls_datum_t der_key_bits(const gnutls_datum_t *spki, gnutls_datum_t *ret_algorithm);

#endif
