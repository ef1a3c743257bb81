/* SPDX-License-Identifier: BSD-2-Clause */
/* nettle verifies by any RSA key, as long as it takes, and libunbound asks it to: a zone
 * with an exponent of 440,000 bits costs 30 s of the processor. These functions stand in
 * front of nettle's own, which the linker finds for libunbound before it looks there. RFC
 * 3110 section 2 bounds both numbers to 4096 bits for interoperability; OpenSSL, which
 * other validators verify by, takes exponents of 64 bits at most.
 */
#define _GNU_SOURCE /* RTLD_NEXT, and nothing else */
#include <dlfcn.h>
#include <gmp.h>
#include <nettle/rsa.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "dns/refused.h"

#define EXPONENT_BITS_MAX 64
#define MODULUS_BITS_MAX 16384 /* what OpenSSL verifies at most */

typedef int verify_fn(const struct rsa_public_key *key, const uint8_t *digest,
		      const mpz_t signature);

static char words[128]; /* "": nothing was refused */

const char *nettle_rsa_words(void)
{
	return *words ? words : NULL;
}

static bool is_refused(const mpz_t number, const char *name, unsigned long max)
{
	unsigned long bits = mpz_sizeinbase(number, 2);

	if (bits > max)
		(void)snprintf(words, sizeof(words),
			       "a key with a %s of %lu bits verifies nothing: %lu are "
			       "the most",
			       name, bits, max);
	return bits > max;
}

/* nettle's own; without it nothing is valid. */
static int verify_by(verify_fn **fn, const char *name, const struct rsa_public_key *key,
		     const uint8_t *digest, const mpz_t signature)
{
	int is_valid;

	if (is_refused(key->e, "public exponent", EXPONENT_BITS_MAX) ||
	    is_refused(key->n, "modulus", MODULUS_BITS_MAX))
		return 0;
	if (!*fn)
		*(void **)fn = dlsym(RTLD_NEXT, name);
	is_valid = *fn && (*fn)(key, digest, signature);
	if (!is_valid)
		words[0] = '\0';
	return is_valid;
}

#define NAME_OF(function) TEXT_OF(function) /* rsa.h has macros for them */
#define TEXT_OF(name) #name

__attribute__((visibility("default"))) int
rsa_sha1_verify_digest(const struct rsa_public_key *key, const uint8_t *digest,
		       const mpz_t signature)
{
	static verify_fn *own;

	return verify_by(&own, NAME_OF(rsa_sha1_verify_digest), key, digest, signature);
}

__attribute__((visibility("default"))) int
rsa_sha256_verify_digest(const struct rsa_public_key *key, const uint8_t *digest,
			 const mpz_t signature)
{
	static verify_fn *own;

	return verify_by(&own, NAME_OF(rsa_sha256_verify_digest), key, digest, signature);
}

__attribute__((visibility("default"))) int
rsa_sha512_verify_digest(const struct rsa_public_key *key, const uint8_t *digest,
			 const mpz_t signature)
{
	static verify_fn *own;

	return verify_by(&own, NAME_OF(rsa_sha512_verify_digest), key, digest, signature);
}
