/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/path.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "dane/bounds.h"
#include "dane/der.h"

/* To find who signed a certificate: whether the algorithm is secure is judged later, with
 * a reason. */
#define LINK_FLAGS (GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1)
#define SALT_DEFAULT 20 /* RFC 4055 section 3.1 */

void path_budget_init(struct path_budget *budget)
{
	*budget =
		(struct path_budget){ .left = PATH_CHECKS_MAX, .names = PATH_NAMES_MAX };
}

static bool spend_check(struct path_budget *budget)
{
	budget->exhausted = !budget->left;
	if (budget->left)
		budget->left--;
	return !budget->exhausted;
}

/* The octets of salt that RSASSA-PSS-params (RFC 4055 section 3.1) say. */
static unsigned read_salt(const gnutls_datum_t *algorithm)
{
	struct der_reader all = der_reader(algorithm), inside, params, wrapped;
	long salt = SALT_DEFAULT;
	unsigned tag;

	if (!der_take(&all, DER_SEQUENCE, NULL, &inside) ||
	    !der_take(&inside, DER_OID, NULL, NULL) ||
	    !der_take(&inside, DER_SEQUENCE, NULL, &params))
		return SALT_DEFAULT;
	while (der_take_any(&params, &tag, NULL, &wrapped))
		if (tag == DER_CONSTRUCTED + 2)
			(void)der_take_number(&wrapped, DER_INTEGER, &salt);
	return (unsigned)salt;
}

/* A signature by RSA-PSS with a key for any RSA: GnuTLS wants to be told the salt. */
static bool set_salt(gnutls_pubkey_t key, gnutls_sign_algorithm_t sign,
		     const gnutls_datum_t *algorithm)
{
	gnutls_x509_spki_t spki;
	int rc;

	if (gnutls_sign_get_pk_algorithm(sign) != GNUTLS_PK_RSA_PSS ||
	    gnutls_pubkey_get_pk_algorithm(key, NULL) != GNUTLS_PK_RSA)
		return true;
	if (why_had_memory(gnutls_x509_spki_init(&spki)) < 0)
		return false;
	gnutls_x509_spki_set_rsa_pss_params(spki, gnutls_sign_get_hash_algorithm(sign),
					    read_salt(algorithm));
	rc = why_had_memory(gnutls_pubkey_set_spki(key, spki, 0));
	gnutls_x509_spki_deinit(spki);
	return rc >= 0;
}

bool path_link_key(struct path_budget *budget, const struct chain_cert *cert,
		   const gnutls_datum_t *spki)
{
	int sign = cert->crt ? gnutls_x509_crt_get_signature_algorithm(cert->crt) : -1;
	struct der_cert parts;
	gnutls_pubkey_t key;
	bool verified;

	if (sign <= 0 || der_read_cert(&cert->der, &parts, NULL) < 0 ||
	    !bounds_hold(spki, NULL))
		return false;
	if (!spend_check(budget) || why_had_memory(gnutls_pubkey_init(&key)) < 0)
		return false;
	verified = why_had_memory(gnutls_pubkey_import(key, spki, GNUTLS_X509_FMT_DER)) >=
			   0 &&
		   set_salt(key, (gnutls_sign_algorithm_t)sign, &parts.outer) &&
		   why_had_memory(gnutls_pubkey_verify_data2(
			   key, (gnutls_sign_algorithm_t)sign, LINK_FLAGS, &parts.tbs,
			   &parts.signature)) >= 0;
	gnutls_pubkey_deinit(key);
	return verified;
}

bool path_link(struct path_budget *budget, const struct chain_cert *cert,
	       const struct chain_cert *issuer)
{
	return cert->crt && issuer->crt &&
	       !memcmp(cert->issuer_id, issuer->subject_id, sizeof(cert->issuer_id)) &&
	       path_link_key(budget, cert, &issuer->spki);
}

static bool same_cert(const struct chain_cert *a, const struct chain_cert *b)
{
	return a == b || !memcmp(a->cert_sha256, b->cert_sha256, sizeof(a->cert_sha256));
}

bool path_holds(const struct path *path, const struct chain_cert *cert)
{
	size_t i;

	for (i = 0; i < path->len; i++)
		if (same_cert(path->cert[i], cert))
			return true;
	return false;
}

void path_pool_add(struct path_pool *pool, const struct chain_cert *cert, size_t count)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < pool->count; k++)
			if (same_cert(pool->cert[k], &cert[i]))
				break;
		if (k < pool->count)
			continue;
		pool->cert = mem_grow(pool->cert, pool->count, sizeof(*pool->cert));
		pool->cert[pool->count++] = &cert[i];
	}
}

void path_pool_clear(struct path_pool *pool)
{
	free(pool->cert);
	*pool = (struct path_pool){ .count = 0 };
}

struct walk {
	struct path_budget *budget;
	const struct path_pool *pool; /* borrowed */
	path_fn *visit;
	void *arg;
	struct path path;
};

/* Visits the path as it is, then with each certificate that signed its last one. As deep
 * as PATH_LEN_MAX. */
static void extend_path(struct walk *walk)
{
	struct path *path = &walk->path;
	size_t i;

	if (!walk->visit(path, walk->arg))
		return;
	for (i = 1; i < walk->pool->count && !walk->budget->exhausted; i++) {
		const struct chain_cert *next = walk->pool->cert[i];

		if (path_holds(path, next) ||
		    !path_link(walk->budget, path->cert[path->len - 1], next))
			continue;
		if (path->len == PATH_LEN_MAX) {
			walk->budget->too_long = true;
			return;
		}
		path->cert[path->len++] = next;
		extend_path(walk);
		path->len--;
	}
}

void path_walk(struct path_budget *budget, const struct path_pool *pool, path_fn *visit,
	       void *arg)
{
	struct walk walk = { budget, pool, visit, arg, { { NULL }, 0 } };

	if (!pool->count || !pool->cert[0]->crt)
		return;
	walk.path.cert[walk.path.len++] = pool->cert[0];
	extend_path(&walk);
}
