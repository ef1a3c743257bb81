/* SPDX-License-Identifier: BSD-2-Clause */
/* Small pieces of sentences. Heap strings are the caller's. */
#ifndef VERDICT_PHRASE_H
#define VERDICT_PHRASE_H

#include <stdbool.h>
#include <stddef.h>

struct facts_endpoint;
struct facts_peer;
struct facts_target;

/* "8 days", "1 day", "5 hours", "12 minutes": rounded down, of a span >= 0. */
char *phrase_span(double seconds);
/* The first 8 and last 8 digits, "2c26b46b...4a1e9b02"; whole up to 19 digits. */
char *phrase_digest(const char *hex);
/* "192.0.2.10:443" or "[2001:db8::10]:443". */
char *phrase_peer(const struct facts_peer *p);
/* The same address and port. */
bool phrase_same_place(const struct facts_peer *a, const struct facts_peer *b);
/* How many different addresses and ports the endpoint's peers have, of those that were
 * tried (all when none was); matched counts only those where every peer matches. */
size_t phrase_addresses(const struct facts_endpoint *e, size_t *ret_matched);
/* A reason of libunbound's without the "validation failure <NAME TYPE CLASS>: " before
 * it; borrowed from reason. */
const char *phrase_reason(const char *reason);
/* A sentence: first letter upper case (ASCII), unless the text begins with a name of the
 * target's or anything else that isn't a plain word, and a final stop. Takes text, NULL
 * stays. */
char *phrase_sentence(char *take_text, const struct facts_target *t);

#endif
