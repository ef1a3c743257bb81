/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dane/bounds.h"
#include "dane/chain.h"
#include "dane/tlsa.h"

bool judge_open(const struct judge *judge, size_t index, unsigned usage)
{
	const struct match_record *rec = &judge->out->rec[index];

	return judge->in->rr[index].usage == usage && rec->usable &&
	       rec->code != MATCH_OK;
}

bool judge_record_fits(const struct tlsa *rr, const struct chain_cert *cert)
{
	gnutls_datum_t octets = chain_select(cert, rr->selector);
	const uint8_t *digest;
	size_t len;

	if (!octets.data || !octets.size || !rr->data)
		return false;
	if (rr->mtype == TLSA_FULL)
		return rr->len == octets.size && !memcmp(rr->data, octets.data, rr->len);
	digest = chain_digest(cert, rr->selector, rr->mtype, &len);
	return digest && rr->len == len && !memcmp(rr->data, digest, len);
}

/* Octets that no TLS client could use prove nothing; without DER it is a raw key. */
bool judge_record_names(const struct tlsa *rr, const struct chain_cert *cert)
{
	return (cert->crt || !cert->der.data) && judge_record_fits(rr, cert);
}

static void describe_outcome(enum match_code code, const struct judge_outcome *outcome,
			     struct match_reason *reason)
{
	char what[80], *text = reason->text;
	const size_t size = sizeof(reason->text);

	rules_name_cert(outcome->depth, what, sizeof(what));
	switch (code) {
	case MATCH_OK:
		if (outcome->in_dns)
			snprintf(text, size, "matches; the anchor is only in DNS");
		else
			snprintf(text, size, "matches %s", what);
		return;
	case MATCH_NAME:
		snprintf(text, size, "matches %s, which has no name asked for",
			 outcome->depth ? "the chain" : what);
		return;
	case MATCH_EXPIRED:
	case MATCH_PKIX:
	case MATCH_MISMATCH:
	case MATCH_UNUSABLE:
		snprintf(text, size, "names %s, but %s", what, outcome->reason);
	}
}

static bool needs_name(const struct judge *judge, size_t index)
{
	return judge->in->rr[index].usage != TLSA_DANE_EE || judge->in->ee_name_check;
}

void judge_settle(struct judge *judge, size_t index, const struct judge_outcome *outcome,
		  enum match_code invalid)
{
	struct match_record *rec = &judge->out->rec[index];
	enum match_code code = MATCH_OK;

	if (outcome->state == RULES_INVALID)
		code = invalid;
	else if (needs_name(judge, index) && judge->name == NAME_NONE)
		code = MATCH_NAME;
	else if (outcome->state == RULES_EXPIRED)
		code = MATCH_EXPIRED;
	if (rec->depth >= 0 && (code > rec->code ||
				(code == rec->code && (int)outcome->depth >= rec->depth)))
		return;
	rec->code = code;
	rec->depth = (int)outcome->depth;
	rec->anchor_in_dns = outcome->in_dns;
	describe_outcome(code, outcome, &judge->out->reason[index]);
}

void judge_fail(struct judge *judge, size_t index, enum match_code code, const char *fmt,
		...)
{
	struct match_record *rec = &judge->out->rec[index];
	va_list ap;

	rec->code = code;
	va_start(ap, fmt);
	vsnprintf(judge->out->reason[index].text, sizeof(judge->out->reason[index].text),
		  fmt, ap);
	va_end(ap);
}

bool judge_blame_key(struct judge *judge, size_t index, enum match_code code)
{
	const struct chain *chain = judge->in->chain;
	char reason[BOUNDS_REASON_SIZE], who[40];
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (bounds_hold(&chain->cert[i].spki, reason))
			continue;
		rules_name_cert(i, who, sizeof(who));
		judge_fail(judge, index, code, "the key of %s %s", who, reason);
		return true;
	}
	return false;
}
