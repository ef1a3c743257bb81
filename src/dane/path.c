/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/path.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "dane/der.h"

/* Dates are checked here, against the time that the caller gives. LOW is what GnuTLS asks
 * of the keys of a TLS peer by default. */
#define VERIFY_FLAGS                                                                     \
	(GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DO_NOT_ALLOW_SAME |           \
	 GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_LOW))
/* To find who signed a certificate: whether it may sign is judged later, with a reason.
 */
#define LINK_FLAGS                                                                       \
	(GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DO_NOT_ALLOW_SAME |           \
	 GNUTLS_VERIFY_DISABLE_CA_SIGN | GNUTLS_VERIFY_ALLOW_BROKEN |                    \
	 GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1 |                                            \
	 GNUTLS_VERIFY_IGNORE_UNKNOWN_CRIT_EXTENSIONS)
#define LINK_TOLERATED                                                                   \
	(GNUTLS_CERT_INVALID | GNUTLS_CERT_INSECURE_ALGORITHM |                          \
	 GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE)

#define SIGNATURE_MAX 2048 /* octets; RSA with 16384 bits */

static const struct status_text {
	unsigned bit;
	const char *text;
} status_texts[] = {
	{ GNUTLS_CERT_SIGNATURE_FAILURE, "a signature on the path is wrong" },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, "an insecure key or algorithm on the path" },
	{ GNUTLS_CERT_SIGNER_NOT_CA, "an issuer on the path is not a CA" },
	{ GNUTLS_CERT_PURPOSE_MISMATCH,
	  "a certificate on the path is not for TLS servers" },
	{ GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS,
	  "an unknown critical extension on the path" },
	{ GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE,
	  "an issuer's constraints forbid the path" },
	{ GNUTLS_CERT_SIGNER_NOT_FOUND, "key identifiers on the path don't fit" },
	{ GNUTLS_CERT_REVOKED, "a certificate on the path is revoked" },
};

void path_budget_init(struct path_budget *budget)
{
	budget->left = PATH_CHECKS_MAX;
	budget->exhausted = budget->too_long = false;
}

static bool spend_checks(struct path_budget *budget, size_t checks)
{
	if (budget->left < checks) {
		budget->exhausted = true;
		return false;
	}
	budget->left -= (unsigned)checks;
	return true;
}

static bool datum_equal(const gnutls_datum_t *a, const gnutls_datum_t *b)
{
	return a->size == b->size && a->size && !memcmp(a->data, b->data, a->size);
}

bool path_link(struct path_budget *budget, const struct chain_cert *cert,
	       const struct chain_cert *issuer)
{
	struct der_cert child, parent;
	unsigned status = 0;

	if (!cert->crt || !issuer->crt || der_read_cert(&cert->der, &child, NULL) < 0 ||
	    der_read_cert(&issuer->der, &parent, NULL) < 0 ||
	    !datum_equal(&child.issuer, &parent.subject))
		return false;
	if (!spend_checks(budget, 1))
		return false;
	if (gnutls_x509_crt_verify(cert->crt, &issuer->crt, 1, LINK_FLAGS, &status) < 0)
		return false;
	return !(status & ~(unsigned)LINK_TOLERATED);
}

static bool algorithm_is_secure(const struct chain_cert *cert)
{
	int algorithm = gnutls_x509_crt_get_signature_algorithm(cert->crt);

	return algorithm > 0 && gnutls_sign_is_secure2((gnutls_sign_algorithm_t)algorithm,
						       GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS);
}

bool path_link_key(struct path_budget *budget, const struct chain_cert *cert,
		   const gnutls_datum_t *spki)
{
	char octets[SIGNATURE_MAX];
	size_t len = sizeof(octets);
	gnutls_datum_t signature;
	struct der_cert parts;
	gnutls_pubkey_t key;
	bool verified;

	if (!cert->crt || !algorithm_is_secure(cert) ||
	    der_read_cert(&cert->der, &parts, NULL) < 0 ||
	    gnutls_x509_crt_get_signature(cert->crt, octets, &len) < 0)
		return false;
	if (!spend_checks(budget, 1) || gnutls_pubkey_init(&key) < 0)
		return false;
	signature = der_view(octets, len);
	verified =
		gnutls_pubkey_import(key, spki, GNUTLS_X509_FMT_DER) >= 0 &&
		chain_key_is_strong(key) &&
		gnutls_pubkey_verify_data2(
			key,
			(gnutls_sign_algorithm_t)gnutls_x509_crt_get_signature_algorithm(
				cert->crt),
			0, &parts.tbs, &signature) >= 0;
	gnutls_pubkey_deinit(key);
	return verified;
}

bool path_holds(const struct path *path, const struct chain_cert *cert)
{
	size_t i;

	for (i = 0; i < path->len; i++)
		if (datum_equal(&path->cert[i]->der, &cert->der))
			return true;
	return false;
}

struct walk {
	struct path_budget *budget;
	const struct chain_cert *const *pool; /* borrowed */
	size_t count;
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
	for (i = 1; i < walk->count && !walk->budget->exhausted; i++) {
		const struct chain_cert *next = walk->pool[i];

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

void path_walk(struct path_budget *budget, const struct chain_cert *const *pool,
	       size_t count, path_fn *visit, void *arg)
{
	struct walk walk = { budget, pool, count, visit, arg, { { NULL }, 0 } };

	if (!count || !pool[0]->crt)
		return;
	walk.path.cert[walk.path.len++] = pool[0];
	extend_path(&walk);
}

static void name_cert(size_t depth, char *text, size_t size)
{
	if (depth)
		snprintf(text, size, "certificate %zu", depth);
	else
		snprintf(text, size, "the leaf");
}

static enum path_state judge_dates(const struct path *path, time_t now, char *reason)
{
	char who[40], date[32];
	size_t i;

	for (i = 0; i < path->len; i++) {
		const struct chain_cert *cert = path->cert[i];

		name_cert(i, who, sizeof(who));
		if (cert->not_before == -1 || cert->not_after == -1) {
			snprintf(reason, PATH_REASON_SIZE, "%s has no readable dates",
				 who);
			return PATH_EXPIRED;
		}
		if (now < cert->not_before) {
			snprintf(reason, PATH_REASON_SIZE, "%s is not valid before %s",
				 who, clock_date(cert->not_before, date));
			return PATH_EXPIRED;
		}
		if (now > cert->not_after) {
			snprintf(reason, PATH_REASON_SIZE, "%s expired on %s", who,
				 clock_date(cert->not_after, date));
			return PATH_EXPIRED;
		}
	}
	return PATH_VALID;
}

static bool refuse_status(unsigned status, char *reason)
{
	size_t i;

	for (i = 0; i < sizeof(status_texts) / sizeof(status_texts[0]); i++)
		if (status & status_texts[i].bit) {
			snprintf(reason, PATH_REASON_SIZE, "%s", status_texts[i].text);
			return false;
		}
	snprintf(reason, PATH_REASON_SIZE, "the path does not verify");
	return false;
}

/* GnuTLS lets weak algorithms pass where a certificate has the name of its issuer; here
 * only the anchor's own signature doesn't count. */
static bool algorithms_hold(const struct path *path, size_t count, char *reason)
{
	const char *algorithm;
	char who[40];
	size_t i;

	for (i = 0; i < count; i++) {
		if (algorithm_is_secure(path->cert[i]))
			continue;
		name_cert(i, who, sizeof(who));
		algorithm = gnutls_sign_get_name(
			(gnutls_sign_algorithm_t)gnutls_x509_crt_get_signature_algorithm(
				path->cert[i]->crt));
		snprintf(reason, PATH_REASON_SIZE, "%s is signed with %s: insecure", who,
			 algorithm ? algorithm : "an unknown algorithm");
		return false;
	}
	return true;
}

/* All of path by GnuTLS, with its last certificate as the only CA. */
static bool library_agrees(struct path_budget *budget, const struct path *path,
			   unsigned flags, char *reason)
{
	gnutls_typed_vdata_st purpose = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = der_view(GNUTLS_KP_TLS_WWW_SERVER, 1).data,
	};
	gnutls_x509_crt_t certs[PATH_LEN_MAX];
	gnutls_x509_trust_list_t list = NULL;
	unsigned status = GNUTLS_CERT_INVALID;
	size_t i, count = path->len - 1;
	int rc;

	snprintf(reason, PATH_REASON_SIZE, "the path can't be verified");
	if (!spend_checks(budget, count) || gnutls_x509_trust_list_init(&list, 1) < 0)
		return false;
	for (i = 0; i < count; i++)
		certs[i] = path->cert[i]->crt;
	rc = gnutls_x509_trust_list_add_cas(list, &path->cert[count]->crt, 1, 0);
	if (rc == 1)
		rc = gnutls_x509_trust_list_verify_crt2(
			list, certs, (unsigned)count, &purpose, 1, flags, &status, NULL);
	else
		rc = -1;
	gnutls_x509_trust_list_deinit(list, 0);
	if (rc < 0)
		return false;
	return !status || refuse_status(status, reason);
}

enum path_state path_judge(struct path_budget *budget, const struct path *path,
			   time_t now, char *reason)
{
	if (path->len < 2 || !algorithms_hold(path, path->len - 1, reason) ||
	    !library_agrees(budget, path, VERIFY_FLAGS, reason))
		return PATH_INVALID;
	return judge_dates(path, now, reason);
}

/* What GnuTLS looks at in a certificate before it knows the issuer, and its purpose. */
static bool last_holds(const struct chain_cert *cert, char *reason)
{
	unsigned status = 0;

	if (gnutls_x509_crt_verify(cert->crt, NULL, 0, VERIFY_FLAGS, &status) < 0) {
		snprintf(reason, PATH_REASON_SIZE, "a certificate can't be verified");
		return false;
	}
	/* that its issuer wasn't found is as it should be: the key stands for it */
	status &= (unsigned)(GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS |
			     GNUTLS_CERT_INSECURE_ALGORITHM);
	if (!gnutls_x509_crt_check_key_purpose(cert->crt, GNUTLS_KP_TLS_WWW_SERVER, 0))
		status |= GNUTLS_CERT_PURPOSE_MISMATCH;
	return !status || refuse_status(status, reason);
}

enum path_state path_judge_key(struct path_budget *budget, const struct path *path,
			       time_t now, char *reason)
{
	/* the last certificate isn't trusted for itself, so it must be a CA by its own
	 * words */
	unsigned flags = VERIFY_FLAGS | GNUTLS_VERIFY_DO_NOT_ALLOW_X509_V1_CA_CRT;

	if (!algorithms_hold(path, path->len, reason) ||
	    !last_holds(path->cert[path->len - 1], reason))
		return PATH_INVALID;
	if (path->len > 1 && !library_agrees(budget, path, flags, reason))
		return PATH_INVALID;
	return judge_dates(path, now, reason);
}
