/* SPDX-License-Identifier: BSD-2-Clause */
/* What a DNS provider's API answered, as plain facts. An answer is read apart
 * (base/apart.h): a provider's row has the function that reads it. */
#ifndef SETUP_PROVIDER_ANSWER_H
#define SETUP_PROVIDER_ANSWER_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct why;

#define PROVIDER_RECORDS_MAX 1000 /* in one RRset: more are refused */

/* A record as the API has it. */
struct provider_record {
	char *id;      /* owned; "" where records have none of their own */
	char *content; /* owned; presentation form: "3 1 1 8F43..." */
};

enum provider_signing { PROVIDER_SIGNED_UNKNOWN, PROVIDER_SIGNED, PROVIDER_UNSIGNED };

/* Texts are owned, NULL where the answer doesn't say. */
struct provider_answer {
	char *zone, *zone_id;
	enum provider_signing is_signed;
	char *sign_word; /* the API's own word for that: "disabled" */
	uint32_t ttl;	 /* of the RRset, in seconds; 0: there is none */
	uint32_t ttl_min;
	struct provider_record *record; /* owned */
	size_t count;
	char *more;  /* where the next page is */
	char *error; /* what the API says is wrong */
	char *error_code;
	char *token[3]; /* secrets that were asked for */
	int64_t number; /* a time or a lifetime, in seconds */
};

/* Reads body; arg is the question's: the owner or the zone that it is about. DP_EFORMAT
 * where body is nothing that the API sends. */
typedef int provider_read_fn(const char *body, const char *arg,
			     struct provider_answer *ret_answer, struct why *why);

/* Calls read apart and takes what it found. Undo with provider_answer_clear(). */
int provider_answer_read_apart(provider_read_fn *read, const char *body, const char *arg,
			       struct provider_answer *ret_answer, struct why *why);
/* Takes the facts that a child found: DP_EFORMAT where they can't be. */
int provider_answer_take(const struct buf *facts, struct provider_answer *ret_answer,
			 struct why *why);
/* Copies both; DP_ELIMIT where there are too many. */
int provider_answer_add_record(struct provider_answer *answer, const char *id,
			       const char *content, struct why *why);
void provider_answer_clear(struct provider_answer *answer);

#endif
