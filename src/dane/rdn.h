/* SPDX-License-Identifier: BSD-2-Clause */
/* Distinguished names compared as RFC 5280 section 7.1 wants it: whatever string type
 * they are written in, without regard to the case of ASCII letters and to how many blanks
 * there are. No I/O. */
#ifndef DANE_RDN_H
#define DANE_RDN_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A Name in the form that is compared. */
struct rdn_name {
	unsigned char *data; /* owned */
	size_t len, size;
	bool valid; /* else it is equal to nothing */
};

/* name is the DER of a Name. Undo with rdn_clear(). */
void rdn_init(struct rdn_name *ret_name, const gnutls_datum_t *name);
void rdn_clear(struct rdn_name *name);
bool rdn_is_empty(const struct rdn_name *name);
/* Whether name begins with all parts of base (RFC 5280 section 4.2.1.10). */
bool rdn_within(const struct rdn_name *name, const struct rdn_name *base);
/* A digest that two equal names share, and no others. */
void rdn_digest(const gnutls_datum_t *name, uint8_t ret_sha256[32]);

#endif
