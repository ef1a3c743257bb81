/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/api_signature.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/provider/provider.h"

int api_signature_sha1(const char *text, char **ret_hex, struct why *why)
{
	uint8_t digest[20];
	int rc = gnutls_hash_fast(GNUTLS_DIG_SHA1, text, strlen(text), digest);

	if (rc < 0)
		return why_gnutls(why, rc, "can't make a SHA-1 digest");
	*ret_hex = hex_encode(digest, sizeof(digest));
	return 0;
}

/* base64url without padding (RFC 7515 section 2): "the URL- and filename-safe character
 * set [...] with all trailing '=' characters omitted". */
static char *encode_part(const void *data, size_t len)
{
	char *text = base64_encode(data, len), *c;

	for (c = text; *c; c++) {
		if (*c == '+')
			*c = '-';
		else if (*c == '/')
			*c = '_';
		else if (*c == '=')
			*c = '\0';
		if (!*c)
			break;
	}
	return text;
}

static char *encode_json(json_t *root)
{
	char *text = provider_json(root), *part = encode_part(text, strlen(text));

	free(text);
	return part;
}

static char *make_signed_part(const struct api_signature_claims *claims)
{
	char *header = encode_json(json_pack("{s:s, s:s}", "alg", "RS256", "typ", "JWT"));
	char *body = encode_json(json_pack(
		"{s:s, s:s, s:s, s:I, s:I}", "iss", claims->issuer, "scope",
		claims->scope, "aud", claims->audience, "iat", (json_int_t)claims->now,
		"exp", (json_int_t)claims->now + (json_int_t)claims->lifetime_s));
	char *text = mem_printf("%s.%s", header, body);

	free(header);
	free(body);
	return text;
}

/* GnuTLS's type has no const for what it only reads. */
static gnutls_datum_t datum_of(char *text)
{
	return (gnutls_datum_t){ (unsigned char *)text, (unsigned)strlen(text) };
}

static int sign_text(char *key_pem, char *text, gnutls_datum_t *ret_signature,
		     struct why *why)
{
	const gnutls_datum_t pem = datum_of(key_pem), data = datum_of(text);
	gnutls_privkey_t key;
	int rc = gnutls_privkey_init(&key);

	if (rc < 0)
		return why_gnutls(why, rc, "can't sign");
	rc = gnutls_privkey_import_x509_raw(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (rc < 0)
		rc = why_gnutls(why, rc, "its private_key can't be read");
	else if (gnutls_privkey_get_pk_algorithm(key, NULL) != GNUTLS_PK_RSA)
		rc = why_set(why, DP_EFORMAT, "its private_key is no RSA key");
	else if ((rc = gnutls_privkey_sign_data2(key, GNUTLS_SIGN_RSA_SHA256, 0, &data,
						 ret_signature)) < 0)
		rc = why_gnutls(why, rc, "its private_key can't sign");
	gnutls_privkey_deinit(key);
	return rc;
}

int api_signature_jwt(const struct api_signature_claims *claims, char *key_pem,
		      char **ret_token, struct why *why)
{
	char *text = make_signed_part(claims), *part;
	gnutls_datum_t signature = { NULL, 0 };
	int rc = sign_text(key_pem, text, &signature, why);

	if (rc == 0) {
		part = encode_part(signature.data, signature.size);
		*ret_token = mem_printf("%s.%s", text, part);
		free(part);
	}
	gnutls_free(signature.data);
	free(text);
	return rc;
}
