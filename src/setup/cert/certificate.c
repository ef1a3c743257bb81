/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/certificate.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "setup/key/delivered.h"
#include "setup/key/self_signed.h"
#include "setup/lineage/lineage.h"

#define PEM_MAX (1 << 20)
#define LINE_LEN 64 /* of PEM (RFC 7468 section 2) */

static const struct delivered_question no_question = { 0 };
static const struct file_access public_file = { .mode = 0644, .group = (gid_t)-1 };

static bool has_public(const struct delivered_cert *cert, const gnutls_datum_t *public)
{
	return cert->spki_len && cert->spki_len == public->size &&
	       !memcmp(cert->spki, public->data, public->size);
}

/* Clients take the first for the server's. */
static int refuse_key(const struct delivered *d, const gnutls_datum_t *public,
		      const char *path, struct why *why)
{
	size_t i;

	for (i = 1; i < d->count; i++)
		if (has_public(&d->cert[i], public))
			return why_set(why, DP_EINVAL,
				       "the certificate for the key of %s is number %zu "
				       "of %zu in the chain, and has to come first, each "
				       "issuer behind the one that it signed",
				       path, i + 1, d->count);
	return why_set(why, DP_EINVAL,
		       "the certificate is for another key than that of %s", path);
}

static int check_key(const struct lineage *l, int64_t generation, enum key_type type,
		     const struct delivered *d, struct why *why)
{
	char *path = lineage_key_path(l, generation, type, "request.csr");
	gnutls_datum_t der = { 0 }, public = { 0 };
	int rc = csr_load(path, &der, &public, why);

	if (rc == 0 && !has_public(&d->cert[0], &public))
		rc = refuse_key(d, &public, path, why);
	gnutls_free(der.data);
	gnutls_free(public.data);
	free(path);
	return rc;
}

static int check_names(const struct lineage *l, const struct delivered *d,
		       struct why *why)
{
	if (d->lacks >= l->conf.domains.count)
		return 0;
	return why_set(why, DP_EINVAL, "the certificate doesn't name %s",
		       l->conf.domains.item[d->lacks]);
}

static int check_dates(const struct delivered *leaf, time_t now, struct why *why)
{
	char text[32];

	if (now >= leaf->not_after)
		return why_set(why, DP_EINVAL, "the certificate expired at %s",
			       clock_rfc3339(leaf->not_after, text));
	/* CAs date certificates back, so one from the future means that a clock is
	 * wrong. */
	if (now < leaf->not_before)
		return why_set(why, DP_EINVAL, "the certificate isn't valid before %s",
			       clock_rfc3339(leaf->not_before, text));
	return 0;
}

static int check_order(const struct delivered *d, struct why *why)
{
	if (!d->unlinked)
		return 0;
	return why_set(why, DP_EINVAL,
		       "certificate %zu of the chain isn't signed by the one behind it",
		       d->unlinked - 1);
}

int certificate_judge(const struct lineage *l, int64_t generation, enum key_type type,
		      const struct delivered *d, struct why *why)
{
	int rc;

	if (d->defect)
		return why_set(why, DP_EINVAL, "%s", d->defect);
	if (!d->is_parsed)
		return why_set(why, DP_EINVAL, "there is no certificate in it");
	rc = check_key(l, generation, type, d, why);
	if (rc == 0)
		rc = check_names(l, d, why);
	if (rc == 0)
		rc = check_dates(d, env_now(l->env), why);
	return rc < 0 ? rc : check_order(d, why);
}

/* Reads what a client delivered, and checks it. */
static int read_new(const struct lineage *l, int64_t generation, enum key_type type,
		    const char *text, size_t len, struct delivered *ret_delivered,
		    struct why *why)
{
	const struct delivered_question q = { .names = &l->conf.domains, .is_new = true };
	struct delivered d = { 0 };
	int rc = delivered_read(text, len, &q, &d, why);

	if (rc == 0)
		rc = certificate_judge(l, generation, type, &d, why);
	if (rc < 0)
		delivered_clear(&d);
	else
		*ret_delivered = d;
	return rc;
}

static void add_pem(struct buf *b, const struct delivered_cert *cert)
{
	char *text = base64_encode(cert->der, cert->der_len);
	size_t len = strlen(text), at;

	buf_text(b, "-----BEGIN CERTIFICATE-----\n");
	for (at = 0; at < len; at += LINE_LEN)
		buf_printf(b, "%.*s\n", LINE_LEN, text + at);
	buf_text(b, "-----END CERTIFICATE-----\n");
	free(text);
}

/* Writes folder/name with the certificates from first up to end. */
static int write_part(struct lineage *l, const char *folder, const char *name,
		      const struct delivered *d, size_t first, size_t end,
		      struct why *why)
{
	char *path = mem_printf("%s/%s", folder, name);
	struct buf b;
	int rc;

	buf_init(&b, 2 * PEM_MAX);
	for (; first < end; first++)
		add_pem(&b, &d->cert[first]);
	rc = file_replace(&l->env->files, path, &public_file, buf_str(&b), b.len, why);
	buf_clear(&b);
	free(path);
	return rc;
}

static int write_folder(struct lineage *l, const char *folder, const struct delivered *d,
			struct why *why)
{
	struct file_access access;
	int rc = lineage_access(l, true, &access, why);

	if (rc == 0)
		rc = file_mkdir(&l->env->files, folder, &access, why);
	if (rc == 0)
		rc = write_part(l, folder, "cert.pem", d, 0, 1, why);
	if (rc == 0)
		rc = write_part(l, folder, "chain.pem", d, 1, d->count, why);
	if (rc == 0)
		rc = write_part(l, folder, "fullchain.pem", d, 0, d->count, why);
	return rc;
}

/* Finds the highest number among the folders of certs; 0 without one. */
static int highest_number(const char *certs, int64_t *ret_number, struct why *why)
{
	DIR *dir = opendir(certs);
	struct dirent *entry;
	int64_t number;

	*ret_number = 0;
	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return why_errno(why, errno, "can't read the folder %s", certs);
	while ((entry = readdir(dir)))
		if (number_parse(entry->d_name, 1, INT64_MAX, &number, NULL) == 0 &&
		    number > *ret_number)
			*ret_number = number;
	closedir(dir);
	return 0;
}

/* Writes a folder of its own, which gets its number when it is whole. */
static int keep_in_folder(struct lineage *l, int64_t generation, enum key_type type,
			  const struct delivered *d, int64_t *ret_number, struct why *why)
{
	char *certs = lineage_key_path(l, generation, type, "certs");
	char *fresh = mem_printf("%s/new", certs), *numbered = NULL;
	int64_t number = 0;
	int rc = highest_number(certs, &number, why);

	if (rc == 0)
		rc = write_folder(l, fresh, d, why);
	if (rc == 0) {
		numbered = mem_printf("%s/%s", certs, lineage_number(++number).text);
		rc = file_rename(&l->env->files, fresh, numbered, why);
	}
	if (rc == 0)
		*ret_number = number;
	free(certs);
	free(fresh);
	free(numbered);
	return rc;
}

static void take_facts(const struct delivered *d, struct certificate *c)
{
	c->not_before = d->not_before;
	c->not_after = d->not_after;
	memcpy(c->sha256, d->sha256, sizeof(c->sha256));
}

int certificate_check(const struct lineage *l, int64_t generation, enum key_type type,
		      const char *text, size_t len, struct certificate *ret_certificate,
		      struct why *why)
{
	struct delivered d = { 0 };
	int rc = read_new(l, generation, type, text, len, &d, why);

	if (rc == 0) {
		ret_certificate->number = 0;
		take_facts(&d, ret_certificate);
	}
	delivered_clear(&d);
	return rc;
}

int certificate_store(struct lineage *l, int64_t generation, enum key_type type,
		      const char *text, size_t len, struct certificate *ret_certificate,
		      struct why *why)
{
	struct delivered d = { 0 };
	struct certificate c = { 0 };
	int rc = read_new(l, generation, type, text, len, &d, why);

	if (rc == 0)
		rc = keep_in_folder(l, generation, type, &d, &c.number, why);
	if (rc == 0) {
		take_facts(&d, &c);
		*ret_certificate = c;
	}
	delivered_clear(&d);
	return rc;
}

int certificate_adopt(struct lineage *l, int64_t generation, enum key_type type,
		      const char *dir, struct why *why)
{
	char *path = mem_printf("%s/fullchain.pem", dir), *text = NULL;
	struct certificate c = { 0 };
	struct why inner;
	size_t len;
	int rc = certificate_newest(l, generation, type, &c, why);

	if (rc == 0 && !c.number) {
		rc = file_read(path, PEM_MAX, &text, &len, &inner);
		if (rc == 0)
			rc = certificate_store(l, generation, type, text, len, &c,
					       &inner);
		if (rc == DP_EIO)
			rc = why_set(why, rc, "%s", inner.text);
		else if (rc < 0)
			log_warn("%s is not taken over: %s", path, inner.text);
		rc = rc == DP_EIO ? rc : 0;
	}
	free(text);
	free(path);
	return rc;
}

static int self_sign(struct lineage *l, int64_t generation, enum key_type type,
		     gnutls_datum_t *ret_pem, struct why *why)
{
	char *path = lineage_key_path(l, generation, type, "privkey.pem");
	struct key *key = NULL;
	int rc = key_load(path, &key, why);

	if (rc == 0)
		rc = self_signed_make(key, &l->conf.domains, env_now(l->env), ret_pem,
				      why);
	key_free(key);
	free(path);
	return rc;
}

int certificate_self_sign(struct lineage *l, int64_t generation, enum key_type type,
			  struct why *why)
{
	char *folder = lineage_key_path(l, generation, type, "self-signed");
	gnutls_datum_t pem = { 0 };
	struct delivered d = { 0 };
	int rc = self_sign(l, generation, type, &pem, why);

	if (rc == 0)
		rc = delivered_read((const char *)pem.data, pem.size, &no_question, &d,
				    why);
	if (rc == 0)
		rc = write_folder(l, folder, &d, why);
	if (rc == 0) /* its issuer is itself */
		rc = write_part(l, folder, "chain.pem", &d, 0, 1, why);
	delivered_clear(&d);
	gnutls_free(pem.data);
	free(folder);
	return rc;
}

int certificate_read(const char *path, struct certificate *ret_certificate,
		     struct why *why)
{
	struct delivered d = { 0 };
	int rc = delivered_read_file(path, &no_question, &d, why);

	if (rc == 0)
		take_facts(&d, ret_certificate);
	delivered_clear(&d);
	return rc;
}

char *certificate_word_dates(const struct certificate *c, time_t now)
{
	char at[32];

	if (now >= c->not_after)
		return mem_printf("ended at %s", clock_rfc3339(c->not_after, at));
	if (now < c->not_before)
		return mem_printf("isn't valid before %s",
				  clock_rfc3339(c->not_before, at));
	return NULL;
}

int certificate_newest(const struct lineage *l, int64_t generation, enum key_type type,
		       struct certificate *ret_certificate, struct why *why)
{
	char *certs = lineage_key_path(l, generation, type, "certs"), *path;
	struct certificate c = { 0 };
	int rc = highest_number(certs, &c.number, why);

	if (rc == 0 && c.number) {
		path = mem_printf("%s/%s/cert.pem", certs, lineage_number(c.number).text);
		rc = certificate_read(path, &c, why);
		free(path);
	}
	free(certs);
	if (rc == 0)
		*ret_certificate = c;
	return rc;
}

int certificate_is_named(const struct lineage *l, int64_t generation, enum key_type type,
			 int64_t number, bool *ret_named, struct why *why)
{
	char *certs = lineage_key_path(l, generation, type, "certs");
	char *path = mem_printf("%s/%s/cert.pem", certs, lineage_number(number).text);
	const struct delivered_question q = { .names = &l->conf.domains };
	struct delivered d = { 0 };
	int rc = delivered_read_file(path, &q, &d, why);

	if (rc == 0)
		*ret_named = check_names(l, &d, NULL) == 0;
	delivered_clear(&d);
	free(path);
	free(certs);
	return rc;
}

int certificate_is_for_key(const struct lineage *l, int64_t generation,
			   enum key_type type, int64_t number, bool *ret_fits,
			   struct why *why)
{
	char *certs = lineage_key_path(l, generation, type, "certs");
	char *path = mem_printf("%s/%s/cert.pem", certs, lineage_number(number).text);
	struct delivered d = { 0 };
	int rc = delivered_read_file(path, &no_question, &d, why);

	if (rc == 0)
		*ret_fits = check_key(l, generation, type, &d, NULL) == 0;
	delivered_clear(&d);
	free(path);
	free(certs);
	return rc;
}
