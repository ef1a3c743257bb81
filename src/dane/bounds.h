/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys so large that to verify one signature by them would take minutes: found before any
 * is verified. No I/O. */
#ifndef DANE_BOUNDS_H
#define DANE_BOUNDS_H

#include <gnutls/gnutls.h>
#include <stdbool.h>

#define BOUNDS_RSA_BITS 16384	/* of the modulus: what OpenSSL verifies at most */
#define BOUNDS_EXPONENT_BITS 64 /* of the public exponent: likewise */
#define BOUNDS_DSA_BITS 10000	/* of the modulus: likewise */
#define BOUNDS_KEY_OCTETS 8192	/* of a key of another algorithm; ML-DSA has 2592 */
#define BOUNDS_REASON_SIZE 160

/* Whether a SubjectPublicKeyInfo (DER) is small enough, and no RSA exponent is even or
 * below 3. Otherwise a phrase into reason (BOUNDS_REASON_SIZE octets; may be NULL) that
 * follows the key: "has a public exponent of 2000000 bits; 64 are the most". What isn't a
 * key is small enough. */
bool bounds_hold(const gnutls_datum_t *spki, char *reason);
/* The same of the key in a certificate (DER), to be asked before a signature by it is
 * verified. */
bool bounds_hold_cert(const gnutls_datum_t *cert, char *reason);

#endif
