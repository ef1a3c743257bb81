/* SPDX-License-Identifier: BSD-2-Clause */
/* The TLSA RRsets of several services as their clients see them: asked for together, by
 * the validating resolver, and without a word to the services. */
#ifndef DNS_PUBLISHED_H
#define DNS_PUBLISHED_H

#include <stddef.h>
#include <stdint.h>

#include "dns/tlsa_lookup.h"

struct facts_endpoint;
struct facts_target;
struct upstream_conf;
struct why;

struct published {
	char *host; /* owned; the caller sets it and port */
	int port;
	enum tlsa_lookup_status status;
	struct facts_target *facts; /* owned; its one endpoint has the owner, the base
				       domain and the records */
	char *error;		    /* owned; why it is bogus or failed; NULL */
};

/* Asks for each. The host's aliases are followed first, where they are secure (RFC 7671
 * section 7). What isn't answered in timeout_ms has failed. The list's items keep their
 * places; an error is one of the resolver. */
int published_ask(const struct upstream_conf *conf, struct published *list, size_t count,
		  int64_t timeout_ms, struct why *why);
const struct facts_endpoint *published_endpoint(const struct published *published);
void published_clear(struct published *list, size_t count);

#endif
