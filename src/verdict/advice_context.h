/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of advice share: what is told about, and the slots that they fill. The
 * first text that a slot gets stays. */
#ifndef VERDICT_ADVICE_CONTEXT_H
#define VERDICT_ADVICE_CONTEXT_H

#include <stdbool.h>
#include <time.h>

#include "verdict/code.h"

struct facts_advice;
struct facts_cert;
struct facts_endpoint;
struct facts_peer;
struct facts_target;

struct advice_context {
	struct facts_target *t;
	struct facts_advice *a; /* what is filled in */
	enum code code;		/* the code that it is about */
	bool several; /* endpoints: whoever tells it says which, so that equal ones come
			 together */
	const struct facts_endpoint *e; /* where the code comes from; NULL none */
	const struct facts_peer *p;	/* where the code comes from; NULL none */
	const struct facts_cert *leaf;	/* of p, else of any peer of e; NULL none */
	time_t now;
};

/* Puts take_text into the slot, if that is empty; else frees it. */
void advice_context_say(char **slot, char *take_text);
void advice_context_story(const struct advice_context *c, char *take_text);
void advice_context_remedy(const struct advice_context *c, const char *text);
/* The record that the presented key needs, for the operator to publish; false when no key
 * was seen. */
bool advice_context_record_of_leaf(const struct advice_context *c);
/* The name that the advice is about; borrowed, as the next. */
const char *advice_context_host(const struct advice_context *c);
/* Why it failed, in the words of the part that saw it, else what the code means. */
const char *advice_context_error_text(const struct advice_context *c);
/* Makes the error the story, with the place where it happened if it doesn't name it. */
void advice_context_place_and_error(const struct advice_context *c);

#endif
