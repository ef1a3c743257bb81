/* SPDX-License-Identifier: BSD-2-Clause */
/* The few pieces of a certificate that must be taken as the octets they are, read in
 * place with every length checked. No I/O. */
#ifndef DANE_DER_H
#define DANE_DER_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>

struct why;

/* Parts of one Certificate (RFC 5280 section 4.1), each with its tag and length; borrowed
 * from the octets read. */
struct der_cert {
	gnutls_datum_t tbs, issuer, subject, spki;
};

/* A view of octets for GnuTLS, which takes no const; nobody may write through it. */
gnutls_datum_t der_view(const void *data, size_t len);
/* DP_EFORMAT unless the octets are one Certificate and nothing more. */
int der_read_cert(const gnutls_datum_t *der, struct der_cert *ret_cert, struct why *why);
/* Whether the octets are one SubjectPublicKeyInfo and nothing more, of any algorithm. */
bool der_is_spki(const void *data, size_t len);
/* The key of a SubjectPublicKeyInfo without its wrapping, borrowed; data NULL: not one.
 */
gnutls_datum_t der_key_bits(const gnutls_datum_t *spki);

#endif
