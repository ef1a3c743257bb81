/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/self_signed.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "base/why.h"
#include "setup/key/csr.h"
#include "setup/key/key.h"

#define SUBJECT "CN=self-signed until the first certificate comes"
#define BEFORE_S 3600 /* for clients whose clock is behind */
#define LIFE_S (365 * 86400)
#define SERIAL_LEN 16

static int set_names(gnutls_x509_crt_t crt, const struct csr_names *names)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < names->count && rc >= 0; i++)
		rc = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_DNSNAME, names->item[i],
			(unsigned)strlen(names->item[i]),
			i ? GNUTLS_FSAN_APPEND : GNUTLS_FSAN_SET);
	return rc;
}

/* Positive, and without an octet of 0 in front. */
static int set_serial(gnutls_x509_crt_t crt)
{
	unsigned char serial[SERIAL_LEN];
	int rc = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40);
	return rc < 0 ? rc : gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
}

static int fill_certificate(gnutls_x509_crt_t crt, const struct key *key,
			    const struct csr_names *names, time_t now)
{
	int rc = gnutls_x509_crt_set_version(crt, 3);

	if (rc >= 0)
		rc = set_serial(crt);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key(crt, key_handle(key));
	if (rc >= 0)
		rc = gnutls_x509_crt_set_dn(crt, SUBJECT, NULL);
	if (rc >= 0)
		rc = set_names(crt, names);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_activation_time(crt, now - BEFORE_S);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_expiration_time(crt, now + LIFE_S);
	return rc;
}

/* Signs with the digest that goes with the key's size; EdDSA brings its own. */
static int sign_certificate(gnutls_x509_crt_t crt, const struct key *key)
{
	gnutls_digest_algorithm_t digest = GNUTLS_DIG_SHA256;
	gnutls_privkey_t private = NULL;
	gnutls_pubkey_t public = NULL;
	int rc = gnutls_pubkey_init(&public);

	if (rc >= 0)
		rc = gnutls_pubkey_import_x509(public, crt, 0);
	if (rc >= 0)
		rc = gnutls_pubkey_get_preferred_hash_algorithm(public, &digest, NULL);
	if (rc >= 0)
		rc = gnutls_privkey_init(&private);
	if (rc >= 0)
		rc = gnutls_privkey_import_x509(private, key_handle(key), 0);
	if (rc >= 0)
		rc = gnutls_x509_crt_privkey_sign(crt, crt, private, digest, 0);
	if (private)
		gnutls_privkey_deinit(private);
	if (public)
		gnutls_pubkey_deinit(public);
	return rc;
}

int self_signed_make(const struct key *key, const struct csr_names *names, time_t now,
		     gnutls_datum_t *ret_pem, struct why *why)
{
	gnutls_x509_crt_t crt = NULL;
	int rc = gnutls_x509_crt_init(&crt);

	if (rc >= 0)
		rc = fill_certificate(crt, key, names, now);
	if (rc >= 0)
		rc = sign_certificate(crt, key);
	if (rc >= 0)
		rc = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, ret_pem);
	if (crt)
		gnutls_x509_crt_deinit(crt);
	return rc < 0 ? why_gnutls(why, rc, "can't make a self-signed certificate") : 0;
}
