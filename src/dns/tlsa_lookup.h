/* SPDX-License-Identifier: BSD-2-Clause */
/* The TLSA RRset of a service: candidates for the TLSA base domain in the order of RFC
 * 7671 section 7, until one decides. */
#ifndef DNS_TLSA_LOOKUP_H
#define DNS_TLSA_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

struct facts_endpoint;
struct facts_target;
struct resolver;
struct tlsa_lookup;

#define TLSA_LOOKUP_CANDIDATES 2 /* the fully expanded name, the original */

enum tlsa_lookup_status {
	TLSA_LOOKUP_FOUND,    /* secure records */
	TLSA_LOOKUP_ABSENT,   /* securely denied at the last candidate */
	TLSA_LOOKUP_INSECURE, /* there or not, but without a chain of trust */
	TLSA_LOOKUP_BOGUS,
	TLSA_LOOKUP_FAILED /* SERVFAIL, REFUSED, malformed: never "absent" */
};

struct tlsa_lookup_conf {
	struct resolver *resolver;  /* borrowed */
	struct facts_target *facts; /* borrowed; gets a line for each question */
	const char *candidate[TLSA_LOOKUP_CANDIDATES]; /* names; NULL behind the last */
	int port;
	const char *protocol; /* "tcp" */
};

/* Called once, from the loop. base_domain is the candidate that decided, owner its TLSA
 * name; error is NULL unless bogus or failed. All borrowed for the call. */
typedef void tlsa_lookup_fn(void *arg, enum tlsa_lookup_status status,
			    const char *base_domain, const char *owner,
			    const char *error);

struct tlsa_lookup *tlsa_lookup_new(const struct tlsa_lookup_conf *conf,
				    tlsa_lookup_fn *fn, void *arg);
/* The name that is being asked for; borrowed. */
const char *tlsa_lookup_owner(const struct tlsa_lookup *l);
/* Whether the deciding answer has no record; and whether it has them only from a
 * wildcard, which says nothing about this one port. After fn. */
bool tlsa_lookup_is_empty(const struct tlsa_lookup *l);
bool tlsa_lookup_is_wildcard(const struct tlsa_lookup *l);
void tlsa_lookup_free(struct tlsa_lookup *l);
/* Fills into e what the deciding answer holds (records, security, TTL, signatures); to
 * be called after fn, before the lookup is freed. */
void tlsa_lookup_fill(const struct tlsa_lookup *l, struct facts_endpoint *e);

#endif
