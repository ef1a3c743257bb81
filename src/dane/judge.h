/* SPDX-License-Identifier: BSD-2-Clause */
/* One judgement in progress, shared by the files that settle its records: match.c
 * (DANE-EE), issuer.c (DANE-TA) and pkix.c. */
#ifndef DANE_JUDGE_H
#define DANE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "dane/match.h"
#include "dane/name.h"
#include "dane/path.h"
#include "dane/rules.h"

struct judge {
	const struct match_input *in; /* borrowed */
	struct match *out;	      /* borrowed; rec is there */
	struct path_budget budget;
	enum name_source name; /* where a reference name was found */
};

/* What a path that a record names comes to. */
struct judge_outcome {
	enum rules_state state;
	size_t depth;	    /* of the certificate that the record names */
	bool in_dns;	    /* the anchor is only there */
	const char *reason; /* of a path that isn't valid */
};

/* Whether the record is of this usage, usable, and not matched yet. */
bool judge_open(const struct judge *judge, size_t index, unsigned usage);
/* Whether the record's data is made from this certificate (or raw public key). */
bool judge_record_names(const struct tlsa *rr, const struct chain_cert *cert);
/* The same, although no client may be able to parse the certificate. */
bool judge_record_fits(const struct tlsa *rr, const struct chain_cert *cert);
/* Sets record index to what the outcome means, unless something better (or as good at a
 * smaller depth) is there. invalid is the code of RULES_INVALID. */
void judge_settle(struct judge *judge, size_t index, const struct judge_outcome *outcome,
		  enum match_code invalid);
/* Sets a code that has nothing to do with a path. */
void judge_fail(struct judge *judge, size_t index, enum match_code code, const char *fmt,
		...) __attribute__((format(printf, 4, 5)));

/* Fails the record where an issuer's key was too large to verify by, and says which. */
bool judge_blame_key(struct judge *judge, size_t index, enum match_code code);

#endif
