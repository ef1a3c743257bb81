/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/key.h"

#include <gnutls/abstract.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/file.h"
#include "base/file_kind.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/bounds.h"

#define FILE_MAX (1 << 20) /* a key with its whole chain is a hundredth of it */

struct key {
	gnutls_x509_privkey_t handle; /* owned; GnuTLS wipes it */
};

static const struct {
	gnutls_pk_algorithm_t algorithm;
	unsigned bits; /* or the curve */
} types[KEY_TYPE_COUNT] = {
	[KEY_ECDSA_P256] = { GNUTLS_PK_ECDSA,
			     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1) },
	[KEY_ECDSA_P384] = { GNUTLS_PK_ECDSA,
			     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1) },
	[KEY_RSA_2048] = { GNUTLS_PK_RSA, 2048 },
	[KEY_RSA_3072] = { GNUTLS_PK_RSA, 3072 },
	[KEY_RSA_4096] = { GNUTLS_PK_RSA, 4096 },
	[KEY_ED25519] = { GNUTLS_PK_EDDSA_ED25519,
			  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519) },
};

void key_protect(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

const char *key_type_name(enum key_type type)
{
	static const char *const names[KEY_TYPE_COUNT] = {
		[KEY_ECDSA_P256] = "ecdsa-p256", [KEY_ECDSA_P384] = "ecdsa-p384",
		[KEY_RSA_2048] = "rsa-2048",	 [KEY_RSA_3072] = "rsa-3072",
		[KEY_RSA_4096] = "rsa-4096",	 [KEY_ED25519] = "ed25519",
	};

	return names[type];
}

bool key_type_is_rsa(enum key_type type)
{
	return type >= KEY_RSA_2048 && type <= KEY_RSA_4096;
}

bool key_type_find(const char *text, size_t len, enum key_type *ret_type)
{
	int i;

	for (i = 0; i < KEY_TYPE_COUNT; i++) {
		const char *name = key_type_name((enum key_type)i);

		if (strlen(name) == len && !strncmp(name, text, len)) {
			*ret_type = (enum key_type)i;
			return true;
		}
	}
	return false;
}

static int new_key(struct key **ret_key, struct why *why)
{
	struct key *key = mem_zero(sizeof(*key));
	int rc = gnutls_x509_privkey_init(&key->handle);

	if (rc < 0) {
		free(key);
		return why_gnutls(why, rc, "can't hold a private key");
	}
	*ret_key = key;
	return 0;
}

int key_generate(enum key_type type, struct key **ret_key, struct why *why)
{
	struct key *key = NULL;
	int rc = new_key(&key, why);

	if (rc < 0)
		return rc;
	rc = gnutls_x509_privkey_generate(key->handle, types[type].algorithm,
					  types[type].bits, 0);
	if (rc < 0) {
		key_free(key);
		return why_gnutls(why, rc, "can't make a key");
	}
	*ret_key = key;
	return 0;
}

/* Says what a file is that holds no usable key. */
static int refuse_file(const char *path, const char *text, size_t len, int rc,
		       struct why *why)
{
	char *kind;

	if (strstr(text, "ENCRYPTED"))
		return why_set(
			why, DP_EFORMAT,
			"%s is encrypted with a passphrase, which daneprobe doesn't "
			"ask for: decrypt it first (openssl pkey -in %s -out FILE)",
			path, path);
	if (strstr(text, "PRIVATE KEY-----") && !strstr(text, "OPENSSH PRIVATE KEY-----"))
		return why_set(why, DP_EFORMAT, "%s: the private key can't be read: %s",
			       path, gnutls_strerror(rc));
	kind = file_kind_explain(text, len, "a private key", path);
	rc = kind ? why_set(why, DP_EFORMAT, "%s is %s", path, kind)
		  : why_set(why, DP_EFORMAT, "%s holds no private key: %s", path,
			    gnutls_strerror(rc));
	free(kind);
	return rc;
}

static int import_key(const char *path, char *data, size_t len, struct key *key,
		      struct why *why)
{
	gnutls_datum_t datum = { (unsigned char *)data, (unsigned)len };
	bool pem = strstr(data, "-----BEGIN") != NULL;
	int rc;

	if (strstr(data, "ENCRYPTED"))
		return refuse_file(path, data, len, 0, why);
	rc = gnutls_x509_privkey_import2(key->handle, &datum,
					 pem ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER,
					 NULL, 0);
	return rc < 0 ? refuse_file(path, data, len, rc, why) : 0;
}

/* Before anything is made by it. */
static int check_bounds(const char *path, const struct key *key, struct why *why)
{
	char reason[BOUNDS_REASON_SIZE];
	gnutls_datum_t spki = { 0 };
	int rc = key_public(key, &spki, why);

	if (rc < 0)
		return rc;
	if (!bounds_hold(&spki, reason))
		rc = why_set(why, DP_ELIMIT, "%s: the key %s", path, reason);
	gnutls_free(spki.data);
	return rc;
}

int key_load(const char *path, struct key **ret_key, struct why *why)
{
	struct key *key = NULL;
	char *data = NULL;
	size_t len = 0;
	int rc;

	rc = file_read(path, FILE_MAX, &data, &len, why);
	if (rc < 0)
		return rc;
	rc = new_key(&key, why);
	if (rc < 0)
		goto out;
	rc = import_key(path, data, len, key, why);
	if (rc == 0)
		rc = check_bounds(path, key, why);
	if (rc < 0)
		goto out;
	*ret_key = key;
	key = NULL;
out:
	mem_wipe(data, len);
	free(data);
	key_free(key);
	return rc;
}

int key_export(const struct key *key, gnutls_datum_t *ret_pem, struct why *why)
{
	int rc = gnutls_x509_privkey_export2_pkcs8(key->handle, GNUTLS_X509_FMT_PEM, NULL,
						   GNUTLS_PKCS_PLAIN, ret_pem);

	return rc < 0 ? why_gnutls(why, rc, "can't write the key as PKCS#8") : 0;
}

int key_type_of(const struct key *key, enum key_type *ret_type, struct why *why)
{
	int algorithm, i;
	gnutls_ecc_curve_t curve;
	unsigned bits = 0;

	algorithm = gnutls_x509_privkey_get_pk_algorithm2(key->handle, &bits);
	if (algorithm != GNUTLS_PK_RSA &&
	    gnutls_x509_privkey_export_ecc_raw(key->handle, &curve, NULL, NULL, NULL) >=
		    0)
		bits = GNUTLS_CURVE_TO_BITS(curve);
	for (i = 0; i < KEY_TYPE_COUNT; i++)
		if ((int)types[i].algorithm == algorithm && types[i].bits == bits) {
			*ret_type = (enum key_type)i;
			return 0;
		}
	return why_set(why, DP_EINVAL,
		       "the key is of a type that lineages don't have; they have %s",
		       KEY_TYPES);
}

int key_save(const struct key *key, const char *path, struct why *why)
{
	gnutls_datum_t pem = { 0 };
	int rc = key_export(key, &pem, why);

	if (rc < 0)
		return rc;
	rc = file_create(NULL, path, FILE_ACCESS(0600), pem.data, pem.size, why);
	mem_wipe(pem.data, pem.size);
	gnutls_free(pem.data);
	return rc;
}

int key_public(const struct key *key, gnutls_datum_t *ret_der, struct why *why)
{
	gnutls_privkey_t private = NULL;
	gnutls_pubkey_t public = NULL;
	int rc;

	rc = gnutls_privkey_init(&private);
	if (rc < 0)
		goto out;
	rc = gnutls_privkey_import_x509(private, key->handle, 0);
	if (rc < 0)
		goto out;
	rc = gnutls_pubkey_init(&public);
	if (rc < 0)
		goto out;
	rc = gnutls_pubkey_import_privkey(public, private, 0, 0);
	if (rc < 0)
		goto out;
	rc = gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, ret_der);
out:
	if (public)
		gnutls_pubkey_deinit(public);
	if (private)
		gnutls_privkey_deinit(private);
	return rc < 0 ? why_gnutls(why, rc, "can't take the public key of a private one")
		      : 0;
}

gnutls_x509_privkey_t key_handle(const struct key *key)
{
	return key->handle;
}

void key_free(struct key *key)
{
	if (!key)
		return;
	gnutls_x509_privkey_deinit(key->handle);
	free(key);
}
