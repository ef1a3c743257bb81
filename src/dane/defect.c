/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/defect.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dane/bounds.h"
#include "dane/chain.h"
#include "dane/der.h"
#include "dane/ext.h"
#include "dane/judge.h"
#include "dane/policy.h"
#include "dane/rules.h"
#include "dane/tlsa.h"

static bool note_defect(struct defect *defect, enum defect_kind kind, const char *fmt,
			...) __attribute__((format(printf, 3, 4)));

/* Always true, so that a look ends with "return note_defect(...)". */
static bool note_defect(struct defect *defect, enum defect_kind kind, const char *fmt,
			...)
{
	va_list ap;

	defect->kind = kind;
	va_start(ap, fmt);
	vsnprintf(defect->what, sizeof(defect->what), fmt, ap);
	va_end(ap);
	return true;
}

static bool find_wrong_version(const struct der_cert *cert, struct defect *defect)
{
	if (cert->version > 3)
		return note_defect(defect, DEFECT_FORM,
				   "says version %u, and there are three", cert->version);
	if (cert->version == 3 || !cert->has_extensions)
		return false;
	return note_defect(defect, DEFECT_FORM,
			   "is of version %u, but has extensions, which only version 3 "
			   "may (RFC 5280 section 4.1.2.9)",
			   cert->version);
}

static bool find_two_algorithms(const struct der_cert *cert, struct defect *defect)
{
	if (cert->inner.size == cert->outer.size &&
	    !memcmp(cert->inner.data, cert->outer.data, cert->inner.size))
		return false;
	return note_defect(defect, DEFECT_FORM,
			   "names one signature algorithm inside and another outside "
			   "(RFC 5280 section 4.1.1.2)");
}

/* Whether an earlier extension is of the same kind. */
static bool is_repeated(const struct der_cert *cert, const struct der_extension *ext)
{
	struct der_reader all = cert->extensions;
	struct der_extension one;

	while (der_next_extension(&all, &one) && one.oid.data != ext->oid.data)
		if (der_oid_is(&one.oid, ext->oid.data, ext->oid.size))
			return true;
	return false;
}

#define EXTENSIONS_MAX 64 /* that are compared: more than any certificate has */

static bool find_repeated(const struct der_cert *cert, struct defect *defect)
{
	struct der_reader all = cert->extensions;
	struct der_extension one;
	char oid[64];
	size_t i;

	for (i = 0; i < EXTENSIONS_MAX && der_next_extension(&all, &one); i++) {
		if (!is_repeated(cert, &one))
			continue;
		der_oid_text(&one.oid, oid, sizeof(oid));
		return note_defect(defect, DEFECT_FORM,
				   "has the extension %s twice (RFC 5280 section 4.2)",
				   oid);
	}
	return false;
}

/* YYMMDDHHMMSSZ, or with a year of four digits: RFC 5280 sections 4.1.2.5.1 and 4.1.2.5.2
 * leave nothing else. */
static bool time_is_plain(struct der_reader time, size_t digits)
{
	size_t i;

	for (i = 0; i < time.left; i++)
		if (i < digits ? time.at[i] < '0' || time.at[i] > '9' : time.at[i] != 'Z')
			return false;
	return time.left == digits + 1;
}

static bool find_odd_time(const struct der_cert *cert, struct defect *defect)
{
	struct der_reader all = der_reader(&cert->validity), both, time;
	unsigned tag;

	if (!der_take(&all, DER_SEQUENCE, NULL, &both))
		return false;
	while (der_take_any(&both, &tag, NULL, &time)) {
		if ((tag == DER_UTC_TIME && time_is_plain(time, 12)) ||
		    (tag == DER_GENERALIZED_TIME && time_is_plain(time, 14)))
			continue;
		return note_defect(
			defect, DEFECT_FORM,
			"has a date of validity, %.*s, in a form that RFC 5280 "
			"section 4.1.2.5 forbids",
			time.left < 24 ? (int)time.left : 24, (const char *)time.at);
	}
	return false;
}

static bool find_broken_extension(const struct der_cert *cert, struct defect *defect)
{
	struct ext ext;

	ext_read(cert, &ext);
	return ext.broken &&
	       note_defect(defect, DEFECT_FORM, "has a broken %s", ext.broken);
}

/* Why GnuTLS doesn't parse it, where its octets tell. */
static bool find_form(const struct chain_cert *cert, struct defect *defect)
{
	struct der_cert parts;

	if (der_read_cert(&cert->der, &parts, NULL) < 0)
		return note_defect(defect, DEFECT_FORM,
				   "is not the DER form of a certificate");
	return find_wrong_version(&parts, defect) ||
	       find_two_algorithms(&parts, defect) || find_repeated(&parts, defect) ||
	       find_odd_time(&parts, defect) || find_broken_extension(&parts, defect) ||
	       note_defect(defect, DEFECT_FORM, "has something that GnuTLS can't parse");
}

/* "the digitalSignature bit MUST be set if the Key Usage extension is present" (RFC 8446
 * section 4.4.2.2) */
static bool find_usage(const struct chain_cert *leaf, struct defect *defect)
{
	struct der_cert parts;
	struct ext ext;

	if (der_read_cert(&leaf->der, &parts, NULL) < 0)
		return false;
	ext_read(&parts, &ext);
	if (!ext.has_key_usage || (ext.key_usage & EXT_DIGITAL_SIGNATURE))
		return false;
	return note_defect(defect, DEFECT_USAGE,
			   "has a keyUsage without digitalSignature (RFC 8446 section "
			   "4.4.2.2)");
}

static bool find_key(const struct chain_cert *cert, struct defect *defect)
{
	char reason[BOUNDS_REASON_SIZE];

	return !bounds_hold(&cert->spki, reason) &&
	       note_defect(defect, DEFECT_KEY, "has a key that %s", reason);
}

bool defect_find(const struct chain *chain, struct defect *ret_defect)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		const struct chain_cert *cert = &chain->cert[i];

		ret_defect->depth = i;
		if (!chain->raw_key && !cert->crt && find_form(cert, ret_defect))
			return true;
		if (!i && (find_key(cert, ret_defect) ||
			   (!chain->raw_key && find_usage(cert, ret_defect))))
			return true;
	}
	return false;
}

/* The first usable record of DANE-EE(3) that is made from the leaf; rr_count: none. */
static size_t find_record(const struct chain *chain, const struct tlsa *rr,
			  size_t rr_count)
{
	char reason[POLICY_REASON_SIZE];
	size_t i;

	for (i = 0; i < rr_count; i++)
		if (rr[i].usage == TLSA_DANE_EE &&
		    policy_record_usable(&rr[i], false, reason) &&
		    !policy_record_superseded(rr, rr_count, i, false) &&
		    judge_record_fits(&rr[i], &chain->cert[0]))
			break;
	return i;
}

char *defect_explain(const struct defect *defect, const struct chain *chain,
		     const struct tlsa *rr, size_t rr_count)
{
	size_t record = find_record(chain, rr, rr_count);
	char *named = NULL, *text;
	const char *ended = "clients with GnuTLS end the handshake", *accepted = "";
	char who[40];

	rules_name_cert(defect->depth, who, sizeof(who));
	if (record < rr_count)
		named = mem_printf("; record %zu names the leaf%s, which is right",
				   record + 1,
				   rr[record].selector == TLSA_SPKI ? "'s key" : "");
	else if (rr_count)
		named = mem_text("; no record of usage 3 names the leaf or its key");
	if (defect->kind == DEFECT_KEY)
		ended = "clients refuse to verify by it";
	else if (record < rr_count)
		accepted = ", and clients with OpenSSL accept it";
	else if (!rr_count)
		accepted = "; with usage 3 clients with OpenSSL accept it";
	text = mem_printf("%s %s: %s%s%s", who, defect->what, ended, named ? named : "",
			  accepted);
	free(named);
	return text;
}
