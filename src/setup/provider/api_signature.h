/* SPDX-License-Identifier: BSD-2-Clause */
/* What proves to an API who asks. */
#ifndef SETUP_PROVIDER_API_SIGNATURE_H
#define SETUP_PROVIDER_API_SIGNATURE_H

#include <stdint.h>

struct why;

/* SHA-1 of the text in lower-case hex, on the heap. */
int api_signature_sha1(const char *text, char **ret_hex, struct why *why);

/* A JSON Web Token by RS256 for Google's token server, on the heap. key_pem is PKCS#8;
 * now in seconds since 1970. */
struct api_signature_claims {
	const char *issuer, *scope, *audience;
	int64_t now, lifetime_s;
};
int api_signature_jwt(const struct api_signature_claims *claims, char *key_pem,
		      char **ret_token, struct why *why);

#endif
