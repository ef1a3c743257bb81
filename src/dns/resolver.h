/* SPDX-License-Identifier: BSD-2-Clause */
/* The validating resolver: libunbound on the event loop. */
#ifndef DNS_RESOLVER_H
#define DNS_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dns/ub_context.h"

struct answer;
struct loop;
struct why;

struct resolver;
struct resolver_question;

/* answer is borrowed for the call. */
typedef void resolver_fn(void *arg, const struct answer *answer);

/* Reads the files of such a conf now: what is made later goes by what they hold. */
void resolver_keep(const struct resolver_conf *conf);
/* DP_EINVAL, DP_EFORMAT, DP_ENOENT for an address, anchor or hints file that can't be
 * used. */
int resolver_new(struct loop *loop, const struct resolver_conf *conf,
		 struct resolver **ret_resolver, struct why *why);
/* Open questions are dropped without their callback. */
void resolver_free(struct resolver *r);
/* Asks for (name, type). fn is called once, always from the loop and never from inside
 * this call; there is no deadline, free the question instead. The question must be freed,
 * before or after fn (also from within). */
struct resolver_question *resolver_ask(struct resolver *r, const char *name,
				       uint16_t type, resolver_fn *fn, void *arg);
void resolver_question_free(struct resolver_question *q);
/* From now on only answers that are signed, or shown to be unsigned, are delivered; the
 * others wait for resolver_release() or resolver_change(). */
void resolver_hold(struct resolver *r);
void resolver_release(struct resolver *r);
/* Asks elsewhere from now on, also what isn't answered yet or was held. On failure all is
 * as it was. */
int resolver_change(struct resolver *r, const struct resolver_conf *conf,
		    struct why *why);
/* Whether an answer was validated since it was made. */
bool resolver_has_proof(const struct resolver *r);
/* Every answer about host needs the keys of the root and of its top-level domain: with
 * many targets they are asked for at once, with one where answers take long, beside those
 * of the zones between. */
void resolver_prime(struct resolver *r, const char *host);
/* Is likely to be asked: where answers take long it is asked at once, so that the answer
 * is there by then. Not with many targets, where another one's time is used. */
void resolver_ask_ahead(struct resolver *r, const char *name, uint16_t type);

#endif
