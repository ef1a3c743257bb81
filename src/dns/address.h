/* SPDX-License-Identifier: BSD-2-Clause */
/* The addresses of a host, and the security of every link on the way to them (RFC 7672
 * section 2.2.2, RFC 7671 section 7). */
#ifndef DNS_ADDRESS_H
#define DNS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address_lookup;
struct facts_target;
struct resolver;

#define ADDRESS_MAX 256 /* of one host; more is an error, never a silent cut */

enum address_status {
	ADDRESS_SECURE,	      /* every link from the host to its addresses is secure */
	ADDRESS_ALIAS_SECURE, /* the addresses are insecure, but the host is a secure
				 alias */
	ADDRESS_INSECURE,
	ADDRESS_BOGUS,
	ADDRESS_FAILED, /* no answer, SERVFAIL, or more than ADDRESS_MAX */
	ADDRESS_NXDOMAIN,
	ADDRESS_NONE
};

struct address_result {
	enum address_status status;
	char **address; /* owned texts, IPv4 first, no duplicates */
	size_t count;
	char *expanded; /* owned; the name behind the host's aliases, NULL where it has
			   none */
	char *error;	/* owned; what failed: ADDRESS_BOGUS, ADDRESS_FAILED */
	uint16_t failed_type; /* the question that failed, for explanations; 0 none */
};

struct address_conf {
	struct resolver *resolver;  /* borrowed */
	struct facts_target *facts; /* borrowed; gets a line for each question */
	const char *host;
	bool ipv4, ipv6;      /* which to ask for */
	bool addresses_given; /* the addresses are given elsewhere, so that having none is
				 no failure */
};

typedef void address_fn(void *arg, struct address_result *take_result);

/* fn is called once, from the loop, and takes over the result (address_result_clear()).
 * Freeing the lookup earlier ends it silently; it must be freed in any case, also from
 * fn. */
struct address_lookup *address_lookup_new(const struct address_conf *conf, address_fn *fn,
					  void *arg);
void address_lookup_free(struct address_lookup *l);
void address_result_clear(struct address_result *result);

#endif
