/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/bounds.h"

#include <stdarg.h>
#include <stdio.h>

#include "dane/der.h"

static bool refuse_key(char *reason, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Always false, so that a check ends with "return refuse_key(...)". */
static bool refuse_key(char *reason, const char *fmt, ...)
{
	va_list ap;

	if (!reason)
		return false;
	va_start(ap, fmt);
	vsnprintf(reason, BOUNDS_REASON_SIZE, fmt, ap);
	va_end(ap);
	return false;
}

/* Bits of a number without sign; *ret_last gets its lowest octet. */
static size_t count_bits(struct der_reader number, unsigned *ret_last)
{
	size_t bits;
	unsigned top;

	for (; number.left && !number.at[0]; number.left--)
		number.at++;
	*ret_last = 0;
	if (!number.left)
		return 0;
	*ret_last = number.at[number.left - 1];
	bits = 8 * (number.left - 1);
	for (top = number.at[0]; top; top >>= 1)
		bits++;
	return bits;
}

/* RSAPublicKey (RFC 8017 section A.1.1). */
static bool rsa_holds(struct der_reader bits, char *reason)
{
	struct der_reader key, modulus, exponent;
	size_t n, e;
	unsigned last;

	if (!der_take(&bits, DER_SEQUENCE, NULL, &key) ||
	    !der_take(&key, DER_INTEGER, NULL, &modulus) ||
	    !der_take(&key, DER_INTEGER, NULL, &exponent))
		return true; /* no key, and nobody verifies with it */
	n = count_bits(modulus, &last);
	if (n > BOUNDS_RSA_BITS)
		return refuse_key(reason, "is RSA with %zu bits; %d are the most", n,
				  BOUNDS_RSA_BITS);
	e = count_bits(exponent, &last);
	if (e > BOUNDS_EXPONENT_BITS)
		return refuse_key(reason,
				  "is RSA with a public exponent of %zu bits; %d are the "
				  "most",
				  e, BOUNDS_EXPONENT_BITS);
	if (exponent.left && exponent.at[0] >= 0x80)
		return refuse_key(reason, "is RSA with a negative public exponent");
	if (e < 2 || !(last & 1))
		return refuse_key(reason,
				  "is RSA with a public exponent that is %s: no such key "
				  "works",
				  last & 1 || !e ? "below 3" : "even");
	return true;
}

/* Of the DSA key's parameters p, q and g (RFC 3279 section 2.3.2), the first. */
static bool dsa_holds(const gnutls_datum_t *spki, char *reason)
{
	struct der_reader all = der_reader(spki), key, algorithm, parameters, p;
	unsigned last;
	size_t bits;

	if (!der_take(&all, DER_SEQUENCE, NULL, &key) ||
	    !der_take(&key, DER_SEQUENCE, NULL, &algorithm) ||
	    !der_take(&algorithm, DER_OID, NULL, NULL) ||
	    !der_take(&algorithm, DER_SEQUENCE, NULL, &parameters) ||
	    !der_take(&parameters, DER_INTEGER, NULL, &p))
		return true;
	bits = count_bits(p, &last);
	return bits <= BOUNDS_DSA_BITS ||
	       refuse_key(reason, "is DSA with %zu bits; %d are the most", bits,
			  BOUNDS_DSA_BITS);
}

bool bounds_hold(const gnutls_datum_t *spki, char *reason)
{
	/* pkcs-1 (1.2.840.113549.1.1), of which 1, 7 and 10 have RSA keys; id-dsa */
	static const unsigned char pkcs1[] = { 0x2a, 0x86, 0x48, 0x86,
					       0xf7, 0x0d, 0x01, 0x01 };
	static const unsigned char dsa[] = { 0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01 };
	gnutls_datum_t algorithm = { NULL, 0 }, family;
	gnutls_datum_t bits = der_key_bits(spki, &algorithm);

	if (!bits.data)
		return true;
	family = der_view(algorithm.data, algorithm.size ? algorithm.size - 1 : 0);
	if (der_oid_is(&family, pkcs1, sizeof(pkcs1)))
		return rsa_holds(der_reader(&bits), reason);
	if (der_oid_is(&algorithm, dsa, sizeof(dsa)) && !dsa_holds(spki, reason))
		return false;
	return spki->size <= BOUNDS_KEY_OCTETS ||
	       refuse_key(reason, "has %u octets; %d are the most", spki->size,
			  BOUNDS_KEY_OCTETS);
}

bool bounds_hold_cert(const gnutls_datum_t *cert, char *reason)
{
	struct der_cert parts;

	return der_read_cert(cert, &parts, NULL) < 0 || bounds_hold(&parts.spki, reason);
}
