/* SPDX-License-Identifier: BSD-2-Clause */
/* The endpoints of a domain, from its MX (RFC 5321 section 5.1, RFC 7672) or SRV records
 * (RFC 2782, RFC 7673), and the security of that step. */
#ifndef DNS_DISCOVER_H
#define DNS_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "target/service.h"

struct answer;
struct discover;
struct facts_target;
struct resolver;

/* Hosts and ports of one domain: more than any domain needs, few enough to be probed at
 * the same time. More is an error, never a silent cut. */
#define DISCOVER_MAX 64

enum discover_status {
	DISCOVER_FOUND,	   /* securely, and there are hosts */
	DISCOVER_INSECURE, /* with records or without: there is no chain of trust */
	DISCOVER_BOGUS,
	DISCOVER_FAILED,     /* no usable answer */
	DISCOVER_UNREADABLE, /* malformed, or more than DISCOVER_MAX */
	DISCOVER_NXDOMAIN,   /* of mx://: there is no such domain */
	DISCOVER_NO_SERVICE  /* securely: null MX, target ".", no SRV record */
};

struct discover_host {
	char *name; /* owned; lower case, no final dot */
	int port;
	int priority; /* preference of an MX record */
	int weight;   /* -1 of an MX record */
	char *fault;  /* owned; why no host can have that name or port; NULL */
};

struct discover_result {
	enum discover_status status;
	struct discover_host *host; /* owned; in the order in which clients try them,
				       each name and port once */
	size_t count;
	char *expanded; /* owned; the name behind the domain's aliases, NULL: no alias */
	bool null_beside; /* "." beside others (RFC 7505 section 3 forbids it) */
};

struct discover_conf {
	struct resolver *resolver;   /* borrowed */
	struct facts_target *facts;  /* borrowed; gets "discovery" and the lookups */
	enum service_discovery kind; /* SERVICE_MX or SERVICE_SRV */
	const char *name;	     /* the domain; "_service._tcp.DOMAIN" */
	int port;		     /* of every MX host */
};

typedef void discover_fn(void *arg, struct discover_result *take_result);

/* fn is called once, from the loop, and takes over the result (discover_result_clear()).
 * Freeing it earlier ends it silently; it must be freed in any case, also from fn. */
struct discover *discover_new(const struct discover_conf *conf, discover_fn *fn,
			      void *arg);
void discover_free(struct discover *d);
/* Reads the answer to the question, and fills in the facts' discovery as well. No
 * question is asked: conf->resolver isn't used. */
void discover_read(const struct discover_conf *conf, const struct answer *answer,
		   struct discover_result *ret_result);
void discover_result_clear(struct discover_result *result);

#endif
