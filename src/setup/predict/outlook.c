/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/outlook.h"

#include <stdbool.h>

#include "dane/match.h"
#include "dane/tlsa.h"

/* Whether the record matches the certificate or key; names, dates and CAs are for check
 * to judge. */
static bool association_holds(const struct match_record *match)
{
	switch (match->code) {
	case MATCH_OK:
	case MATCH_NAME:
	case MATCH_EXPIRED:
	case MATCH_PKIX:
		return true;
	case MATCH_MISMATCH:
	case MATCH_UNUSABLE:
		break;
	}
	return false;
}

enum outlook outlook_record(const struct tlsa *rr, const struct match_record *match,
			    enum predict_key key)
{
	bool leaf = rr->usage == TLSA_DANE_EE || rr->usage == TLSA_PKIX_EE;

	if (!match->usable || match->superseded || !association_holds(match))
		return OUTLOOK_OTHER;
	if (!leaf)
		return OUTLOOK_ISSUER;
	if (rr->selector != TLSA_SPKI)
		return OUTLOOK_BREAKS;
	switch (key) {
	case PREDICT_SAME_KEY:
		return OUTLOOK_STAYS;
	case PREDICT_NEW_KEY:
		return OUTLOOK_BREAKS;
	case PREDICT_EITHER:
	case PREDICT_NO_RENEWAL:
		break;
	}
	return OUTLOOK_EITHER;
}
