/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/csr.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/file_kind.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/bounds.h"
#include "setup/key/key.h"
#include "target/hostname.h"

#define FILE_MAX (1 << 20)
#define LATELY_MAX 8

int csr_add_name(struct csr_names *names, const char *text, struct why *why)
{
	char *name = NULL;
	struct why inner;
	size_t i;
	int rc;

	rc = hostname_parse(text, strlen(text), HOSTNAME_WILDCARD, &name, NULL, &inner);
	if (rc < 0)
		return why_set(why, rc, "name '%s': %s", text, inner.text);
	for (i = 0; i < names->count; i++)
		if (!strcmp(names->item[i], name)) {
			free(name);
			return 0;
		}
	if (names->count == CSR_NAMES_MAX) {
		free(name);
		return why_set(why, DP_ELIMIT, "more than %d names", CSR_NAMES_MAX);
	}
	names->item = mem_grow(names->item, names->count, sizeof(*names->item));
	names->item[names->count++] = name;
	return 0;
}

void csr_names_clear(struct csr_names *names)
{
	while (names->count)
		free(names->item[--names->count]);
	free(names->item);
	*names = (struct csr_names){ 0 };
}

static int set_names(gnutls_x509_crq_t crq, const struct csr_names *names)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < names->count && rc >= 0; i++)
		rc = gnutls_x509_crq_set_subject_alt_name(
			crq, GNUTLS_SAN_DNSNAME, names->item[i],
			(unsigned)strlen(names->item[i]),
			i ? GNUTLS_FSAN_APPEND : GNUTLS_FSAN_SET);
	return rc;
}

/* TLS feature (RFC 7633): SEQUENCE { INTEGER 5 }, the number of status_request. */
static int set_must_staple(gnutls_x509_crq_t crq)
{
	static const unsigned char features[] = { 0x30, 0x03, 0x02, 0x01, 0x05 };

	return gnutls_x509_crq_set_extension_by_oid(crq, "1.3.6.1.5.5.7.1.24", features,
						    sizeof(features), 0);
}

/* Signs with the digest that goes with the key's size; EdDSA brings its own. */
static int sign_request(gnutls_x509_crq_t crq, const struct key *key)
{
	gnutls_digest_algorithm_t digest = GNUTLS_DIG_SHA256;
	gnutls_pubkey_t public = NULL;
	gnutls_privkey_t private = NULL;
	int rc;

	rc = gnutls_pubkey_init(&public);
	if (rc >= 0)
		rc = gnutls_pubkey_import_x509_crq(public, crq, 0);
	if (rc >= 0)
		rc = gnutls_pubkey_get_preferred_hash_algorithm(public, &digest, NULL);
	if (rc >= 0)
		rc = gnutls_privkey_init(&private);
	if (rc >= 0)
		rc = gnutls_privkey_import_x509(private, key_handle(key), 0);
	if (rc >= 0)
		rc = gnutls_x509_crq_privkey_sign(crq, private, digest, 0);
	if (private)
		gnutls_privkey_deinit(private);
	if (public)
		gnutls_pubkey_deinit(public);
	return rc;
}

int csr_make(const struct key *key, const struct csr_names *names, bool must_staple,
	     bool der, gnutls_datum_t *ret_csr, struct why *why)
{
	gnutls_x509_crq_t crq = NULL;
	int rc;

	rc = gnutls_x509_crq_init(&crq);
	if (rc < 0)
		goto out;
	rc = gnutls_x509_crq_set_version(crq, 1);
	if (rc >= 0)
		rc = gnutls_x509_crq_set_key(crq, key_handle(key));
	if (rc >= 0)
		rc = set_names(crq, names);
	if (rc >= 0 && must_staple)
		rc = set_must_staple(crq);
	if (rc >= 0)
		rc = sign_request(crq, key);
	if (rc >= 0)
		rc = gnutls_x509_crq_export2(
			crq, der ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM, ret_csr);
out:
	if (crq)
		gnutls_x509_crq_deinit(crq);
	return rc < 0 ? why_gnutls(why, rc, "can't make the certificate signing request")
		      : 0;
}

static int read_public(gnutls_x509_crq_t crq, gnutls_datum_t *ret_public)
{
	gnutls_pubkey_t public = NULL;
	int rc = gnutls_pubkey_init(&public);

	if (rc < 0)
		return rc;
	rc = gnutls_pubkey_import_x509_crq(public, crq, 0);
	if (rc >= 0)
		rc = gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, ret_public);
	gnutls_pubkey_deinit(public);
	return rc;
}

/* Takes the parts of a request whose signature is good. The key's size is looked at
 * before the request is verified by it. */
static int take_parts(gnutls_x509_crq_t crq, gnutls_datum_t *ret_der,
		      gnutls_datum_t *ret_public, char *reason)
{
	gnutls_datum_t der = { 0 }, public = { 0 };
	int rc = read_public(crq, &public);

	if (rc >= 0 && !bounds_hold(&public, reason))
		rc = GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
	if (rc >= 0)
		rc = gnutls_x509_crq_verify(crq, 0);
	if (rc >= 0)
		rc = gnutls_x509_crq_export2(crq, GNUTLS_X509_FMT_DER, &der);
	if (rc < 0) {
		gnutls_free(public.data);
		return rc;
	}
	*ret_der = der;
	*ret_public = public;
	return 0;
}

static int refuse_other_kind(const char *path, const char *data, size_t len, int rc,
			     struct why *why)
{
	char *kind = file_kind_explain(data, len, "a certificate signing request", path);

	rc = kind ? why_set(why, DP_EFORMAT, "%s is %s", path, kind)
		  : why_set(why, DP_EFORMAT, "%s is no certificate signing request: %s",
			    path, gnutls_strerror(rc));
	free(kind);
	return rc;
}

/* What was found good lately: one run asks for the same request ten times. Other octets
 * in the file are another request, which is verified anew. */
static struct good_request {
	uint8_t sha256[32]; /* of the file */
	gnutls_datum_t der, public;
} lately[LATELY_MAX];
static size_t good_count;

static struct good_request *recall_request(const uint8_t sha256[32])
{
	size_t i;

	for (i = 0; i < LATELY_MAX && i < good_count; i++)
		if (!memcmp(lately[i].sha256, sha256, 32))
			return &lately[i];
	return NULL;
}

/* In the place of the oldest. */
static struct good_request *keep_request(const struct good_request *take_good)
{
	struct good_request *good = &lately[good_count++ % LATELY_MAX];

	gnutls_free(good->der.data);
	gnutls_free(good->public.data);
	*good = *take_good;
	return good;
}

static gnutls_datum_t copy_for_caller(const gnutls_datum_t *from)
{
	gnutls_datum_t to = { gnutls_malloc(from->size), from->size };

	if (!to.data)
		mem_exhausted();
	memcpy(to.data, from->data, from->size);
	return to;
}

static int read_request(char *data, size_t len, struct good_request *ret_good,
			char *reason)
{
	gnutls_datum_t datum = { (unsigned char *)data, (unsigned)len };
	gnutls_x509_crq_t crq = NULL;
	int rc = gnutls_x509_crq_init(&crq);

	if (rc >= 0)
		rc = gnutls_x509_crq_import(crq, &datum,
					    strstr(data, "-----BEGIN")
						    ? GNUTLS_X509_FMT_PEM
						    : GNUTLS_X509_FMT_DER);
	if (rc >= 0)
		rc = take_parts(crq, &ret_good->der, &ret_good->public, reason);
	if (crq)
		gnutls_x509_crq_deinit(crq);
	return rc;
}

/* Reads and verifies it where it isn't one of those found good lately. */
static int find_request(char *data, size_t len, const struct good_request **ret_good,
			char *reason)
{
	struct good_request good = { 0 };
	int rc = why_had_memory(
		gnutls_hash_fast(GNUTLS_DIG_SHA256, data, len, good.sha256));

	if (rc < 0)
		return rc;
	*ret_good = recall_request(good.sha256);
	if (*ret_good)
		return 0;
	rc = read_request(data, len, &good, reason);
	if (rc >= 0)
		*ret_good = keep_request(&good);
	return rc;
}

int csr_load(const char *path, gnutls_datum_t *ret_der, gnutls_datum_t *ret_public,
	     struct why *why)
{
	char reason[BOUNDS_REASON_SIZE] = "";
	const struct good_request *good = NULL;
	char *data = NULL;
	size_t len = 0;
	int rc;

	rc = file_read(path, FILE_MAX, &data, &len, why);
	if (rc < 0)
		return rc;
	rc = find_request(data, len, &good, reason);
	if (rc >= 0) {
		*ret_der = copy_for_caller(&good->der);
		*ret_public = copy_for_caller(&good->public);
		rc = 0;
	} else if (reason[0])
		rc = why_set(why, DP_ELIMIT, "%s: the key %s", path, reason);
	else
		rc = refuse_other_kind(path, data, len, rc, why);
	mem_wipe(data, len); /* a private key may stand in the same file */
	free(data);
	return rc;
}

static int take_names(gnutls_x509_crq_t crq, struct csr_names *names)
{
	char name[512];
	unsigned type, i;
	size_t size;
	int rc = 0;

	for (i = 0; rc >= 0 && i < CSR_NAMES_MAX; i++) {
		size = sizeof(name) - 1;
		rc = gnutls_x509_crq_get_subject_alt_name(crq, i, name, &size, &type,
							  NULL);
		if (rc != GNUTLS_SAN_DNSNAME)
			continue;
		name[size] = '\0';
		if (csr_add_name(names, name, NULL) < 0)
			return GNUTLS_E_ASN1_DER_ERROR;
	}
	return rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ? 0 : rc;
}

int csr_read_names(const char *path, struct csr_names *ret_names, struct why *why)
{
	gnutls_datum_t der = { 0 }, public = { 0 };
	gnutls_x509_crq_t crq = NULL;
	struct csr_names names = { 0 };
	int rc = csr_load(path, &der, &public, why);

	if (rc < 0)
		return rc;
	rc = gnutls_x509_crq_init(&crq);
	if (rc >= 0)
		rc = gnutls_x509_crq_import(crq, &der, GNUTLS_X509_FMT_DER);
	if (rc >= 0)
		rc = take_names(crq, &names);
	if (crq)
		gnutls_x509_crq_deinit(crq);
	gnutls_free(der.data);
	gnutls_free(public.data);
	if (rc >= 0) {
		*ret_names = names;
		return 0;
	}
	csr_names_clear(&names);
	return why_set(why, DP_EFORMAT, "%s: its names can't be read: %s", path,
		       gnutls_strerror(rc));
}

static bool has_name(const struct csr_names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (!strcmp(names->item[i], name))
			return true;
	return false;
}

bool csr_same_names(const struct csr_names *a, const struct csr_names *b)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (!has_name(b, a->item[i]))
			return false;
	return a->count == b->count; /* each name is in a set once */
}
