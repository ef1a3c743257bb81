/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/policy.h"

#include <gnutls/x509.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/why.h"
#include "dane/bounds.h"
#include "dane/der.h"
#include "dane/match.h"
#include "dane/tlsa.h"

#define PRIVATE_USE 255 /* of each of the three fields (RFC 7218) */

static bool refuse_record(char *reason, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Always false, so that a check ends with "return refuse_record(...)". */
static bool refuse_record(char *reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, POLICY_REASON_SIZE, fmt, ap);
	va_end(ap);
	return false;
}

static bool value_known(const char *field, unsigned value, unsigned max, char *reason)
{
	if (value <= max)
		return true;
	return refuse_record(reason, "%s %u is %s", field, value,
			     value == PRIVATE_USE ? "for private use" : "unknown");
}

static bool is_x509(const struct tlsa *rr)
{
	gnutls_datum_t der = der_view(rr->data, rr->len);
	struct der_cert parts;
	gnutls_x509_crt_t crt;
	int rc;

	if (!der.data || der_read_cert(&der, &parts, NULL) < 0)
		return false;
	if (why_had_memory(gnutls_x509_crt_init(&crt)) < 0)
		return false;
	rc = why_had_memory(gnutls_x509_crt_import(crt, &der, GNUTLS_X509_FMT_DER));
	gnutls_x509_crt_deinit(crt);
	return rc >= 0;
}

static bool key_fits(const struct tlsa *rr, char *reason)
{
	gnutls_datum_t der = der_view(rr->data, rr->len);
	char what[BOUNDS_REASON_SIZE];

	if (rr->selector == TLSA_CERT ? bounds_hold_cert(&der, what)
				      : bounds_hold(&der, what))
		return true;
	return refuse_record(reason, "its key %s", what);
}

static bool data_fits(const struct tlsa *rr, char *reason)
{
	size_t want = rr->mtype == TLSA_SHA256 ? 32 : 64;

	if (!rr->len)
		return refuse_record(reason, "holds no data");
	if (rr->mtype != TLSA_FULL) {
		if (rr->len == want)
			return true;
		return refuse_record(reason, "%zu octet%s; a SHA2-%s digest has %zu",
				     rr->len, rr->len == 1 ? "" : "s",
				     want == 32 ? "256" : "512", want);
	}
	if (rr->selector == TLSA_CERT && !is_x509(rr))
		return refuse_record(reason, "its data is not a certificate in DER form");
	if (rr->selector == TLSA_SPKI && !der_is_spki(rr->data, rr->len))
		return refuse_record(reason, "its data is not a public key in DER form");
	return key_fits(rr, reason);
}

bool policy_record_usable(const struct tlsa *rr, bool mta_relay, char *reason)
{
	if (!value_known("usage", rr->usage, TLSA_DANE_EE, reason) ||
	    !value_known("selector", rr->selector, TLSA_SPKI, reason) ||
	    !value_known("matching type", rr->mtype, TLSA_SHA512, reason))
		return false;
	if (mta_relay && rr->usage <= TLSA_PKIX_EE)
		return refuse_record(reason, "usage %u does not count for mail relay",
				     (unsigned)rr->usage);
	return data_fits(rr, reason);
}

bool policy_record_superseded(const struct tlsa *rr, size_t count, size_t index,
			      bool mta_relay)
{
	const struct tlsa *weak = &rr[index];
	char reason[POLICY_REASON_SIZE];
	size_t i;

	if (weak->mtype != TLSA_SHA256)
		return false;
	for (i = 0; i < count; i++)
		if (rr[i].mtype == TLSA_SHA512 && rr[i].usage == weak->usage &&
		    rr[i].selector == weak->selector &&
		    policy_record_usable(&rr[i], mta_relay, reason))
			return true;
	return false;
}

bool policy_raw_key_will_do(const struct tlsa *rr, size_t count, bool mta_relay)
{
	char reason[POLICY_REASON_SIZE];
	bool any = false;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!policy_record_usable(&rr[i], mta_relay, reason))
			continue;
		if (rr[i].usage != TLSA_DANE_EE || rr[i].selector != TLSA_SPKI)
			return false;
		any = true;
	}
	return any;
}

bool policy_needs_trust(const struct tlsa *rr, size_t count, bool mta_relay)
{
	char reason[POLICY_REASON_SIZE];
	size_t i;

	for (i = 0; i < count; i++)
		if (rr[i].usage <= TLSA_PKIX_EE &&
		    policy_record_usable(&rr[i], mta_relay, reason))
			return true;
	return false;
}

static bool matches_alone(const struct match_record *rec)
{
	return (rec->superseded ? rec->alone : rec->code) == MATCH_OK;
}

/* Whether rr[index] is the first of its combination, and none of that matches. */
static bool first_of_stale(const struct tlsa *rr, const struct match *match, size_t index)
{
	size_t i;

	if (!match->rec[index].usable)
		return false;
	for (i = 0; i < match->rec_count; i++) {
		if (!match->rec[i].usable || !tlsa_same_parameters(&rr[i], &rr[index]))
			continue;
		if (i < index || matches_alone(&match->rec[i]))
			return false;
	}
	return true;
}

size_t policy_stale_combinations(const struct tlsa *rr, const struct match *match,
				 size_t *ret_index, size_t max)
{
	size_t i, found = 0;

	if (match->code != MATCH_OK)
		return 0;
	for (i = 0; i < match->rec_count; i++) {
		if (!first_of_stale(rr, match, i))
			continue;
		if (found < max)
			ret_index[found] = i;
		found++;
	}
	return found;
}
