/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/name.h"

#include <gnutls/x509-ext.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/same.h"
#include "base/why.h"

#define NAME_LEN_MAX 255 /* of a host name in text (RFC 1035 section 2.3.4) */
#define KEPT_MAX 1024

static int to_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Letters, digits, hyphen and underscore in labels that aren't empty. */
static bool is_host_name(const unsigned char *text, size_t len)
{
	size_t i, label = 0;

	for (i = 0; i < len; i++) {
		int c = to_lower(text[i]);

		if (c == '.' && !label)
			return false;
		label = c == '.' ? 0 : label + 1;
		if (c != '.' && c != '-' && c != '_' && !(c >= 'a' && c <= 'z') &&
		    !(c >= '0' && c <= '9'))
			return false;
	}
	return label > 0 && len <= NAME_LEN_MAX;
}

bool name_covers(const void *presented, size_t len, const char *reference)
{
	const unsigned char *name = presented;
	const unsigned char *want = (const unsigned char *)reference;
	size_t want_len = strlen(reference), label;

	if (!is_host_name(want, want_len) || len < 1)
		return false;
	if (name[0] != '*')
		return len == want_len && is_host_name(name, len) &&
		       same_in_any_case(name, want, len);
	if (len < 3 || name[1] != '.' || !is_host_name(name + 2, len - 2) ||
	    !memchr(name + 2, '.', len - 2))
		return false;
	label = strcspn(reference, ".");
	return want_len - label == len - 1 &&
	       same_in_any_case(name + 1, want + label, len - 1);
}

static bool any_covered(const void *presented, size_t len, const char *const *names,
			size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (name_covers(presented, len, names[i]))
			return true;
	return false;
}

/* The one CN of crt; a subject with several says nothing certain. */
static bool cn_covered(gnutls_x509_crt_t crt, const char *const *names, size_t count)
{
	char cn[NAME_LEN_MAX + 1], second[2];
	size_t len = sizeof(cn), second_len = sizeof(second);

	if (why_had_memory(gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME,
							 0, 0, cn, &len)) < 0)
		return false;
	if (why_had_memory(gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME,
							 1, 0, second, &second_len)) !=
	    GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return false;
	return any_covered(cn, len, names, count);
}

/* The SAN, NULL when there is none or it can't be read; *ret_absent tells these apart. */
static gnutls_subject_alt_names_t read_san(gnutls_x509_crt_t crt, bool *ret_absent)
{
	gnutls_subject_alt_names_t san = NULL;
	gnutls_datum_t ext = { NULL, 0 };
	int rc = why_had_memory(gnutls_x509_crt_get_extension_by_oid2(
		crt, GNUTLS_X509EXT_OID_SAN, 0, &ext, NULL));

	*ret_absent = rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
	if (rc < 0)
		return NULL;
	if (why_had_memory(gnutls_subject_alt_names_init(&san)) < 0)
		san = NULL;
	if (san &&
	    why_had_memory(gnutls_x509_ext_import_subject_alt_names(&ext, san, 0)) < 0) {
		gnutls_subject_alt_names_deinit(san);
		san = NULL;
	}
	gnutls_free(ext.data);
	return san;
}

/* What a search for names came to. */
struct search {
	bool has_dns, found;
};

/* GnuTLS has read the SAN as it imported the certificate, and what it kept is cheaper
 * than to read it again. False where that tells too little: no name, or a long one. */
static bool search_kept(gnutls_x509_crt_t crt, const char *const *names, size_t count,
			struct search *ret_search)
{
	char name[KEPT_MAX];
	unsigned type, i;
	size_t len;
	int rc;

	*ret_search = (struct search){ .found = false };
	for (i = 0; !ret_search->found; i++) {
		len = sizeof(name);
		rc = gnutls_x509_crt_get_subject_alt_name2(crt, i, name, &len, &type,
							   NULL);
		if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return i > 0;
		if (rc < 0)
			return false;
		if (type != GNUTLS_SAN_DNSNAME)
			continue;
		ret_search->has_dns = true;
		ret_search->found = any_covered(name, len, names, count);
	}
	return true;
}

static void search_san(gnutls_subject_alt_names_t san, const char *const *names,
		       size_t count, struct search *ret_search)
{
	gnutls_datum_t name;
	unsigned type, i;

	*ret_search = (struct search){ .found = false };
	for (i = 0; san && !ret_search->found; i++) {
		if (gnutls_subject_alt_names_get(san, i, &type, &name, NULL) < 0)
			break;
		if (type != GNUTLS_SAN_DNSNAME)
			continue;
		ret_search->has_dns = true;
		ret_search->found = any_covered(name.data, name.size, names, count);
	}
}

enum name_source name_find(gnutls_x509_crt_t crt, const char *const *names, size_t count,
			   bool allow_cn)
{
	gnutls_subject_alt_names_t san;
	struct search search;
	bool absent;

	if (!search_kept(crt, names, count, &search)) {
		san = read_san(crt, &absent);
		if (!san && !absent)
			return NAME_NONE;
		search_san(san, names, count, &search);
		if (san)
			gnutls_subject_alt_names_deinit(san);
	}
	if (search.found)
		return NAME_SAN;
	if (search.has_dns || !allow_cn)
		return NAME_NONE;
	return cn_covered(crt, names, count) ? NAME_CN : NAME_NONE;
}

static char *lower_text(const unsigned char *text, size_t len)
{
	char *copy = mem_text_n((const char *)text, len);
	size_t i;

	for (i = 0; i < len; i++)
		copy[i] = (char)to_lower(text[i]);
	return copy;
}

char **name_hosts(gnutls_x509_crt_t crt, size_t max, size_t *ret_count)
{
	bool absent;
	gnutls_subject_alt_names_t san = read_san(crt, &absent);
	char **names = NULL;
	gnutls_datum_t name;
	size_t count = 0;
	unsigned type, i;

	for (i = 0; san && count < max; i++) {
		if (gnutls_subject_alt_names_get(san, i, &type, &name, NULL) < 0)
			break;
		if (type != GNUTLS_SAN_DNSNAME || !is_host_name(name.data, name.size))
			continue;
		names = mem_grow(names, count, sizeof(*names));
		names[count++] = lower_text(name.data, name.size);
	}
	if (san)
		gnutls_subject_alt_names_deinit(san);
	*ret_count = count;
	return names;
}
