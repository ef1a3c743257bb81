/* SPDX-License-Identifier: BSD-2-Clause */
/* One endpoint (host and port): its addresses, its TLSA records, every address at the
 * same time through connection, match and fetch. */
#ifndef PROBE_ENDPOINT_H
#define PROBE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct endpoint;
struct facts_target;
struct probe_conf;
struct service;
struct turns;

struct endpoint_conf {
	const struct probe_conf *shared; /* borrowed while the endpoint lives */
	struct facts_target *facts;	 /* borrowed likewise; filled in */
	const struct service *service;
	const char *host, *path; /* copied; path NULL: none asked for */
	int port;
	/* names that a certificate may have instead of the TLSA base domain, copied:
	 * the host that somebody named; or the domain whose MX (RFC 7672 section 3.2.2)
	 * or SRV records (RFC 7673, and then their target) led here */
	const char *const *name;
	size_t name_count;
	const char *domain;  /* copied; that the service is for, NULL: the host itself */
	int64_t began_ms;    /* on the clock of clock_ms(): when the first question was
				asked */
	struct turns *turns; /* borrowed; of the target's connections */
	/* How long it is until endpoint_time_out() will be called, but for waits. */
	int64_t (*left_ms)(void *arg);
	/* Called with true when one of its connections has to wait for room at a busy
	 * address, and with false when it no longer has to; once for each that does. */
	void (*waits)(void *arg, bool waits);
	void *waits_arg;
};

typedef void endpoint_fn(void *arg);

/* Adds an endpoint to facts and starts with its addresses; the upstream is ready. fn is
 * called once, from the loop, when everything is known that will be. There is no
 * deadline: see endpoint_time_out(). Must be freed, also from fn. */
struct endpoint *endpoint_new(const struct endpoint_conf *conf, endpoint_fn *fn,
			      void *arg);
/* The deadline has passed: whatever is open is marked so. fn isn't called any more. */
void endpoint_time_out(struct endpoint *e);
/* Whether a DNS question that failed ended it; that question's name (borrowed) and
 * type. */
bool endpoint_dns_failed(const struct endpoint *e, const char **ret_name,
			 uint16_t *ret_type);
/* Likewise whether a DNS question is still open. */
bool endpoint_dns_waits(const struct endpoint *e, const char **ret_name,
			uint16_t *ret_type);
/* Whether nothing is done for it but waiting for addresses to accept connections. */
bool endpoint_is_connecting(const struct endpoint *e);
/* What became of the search for a service that may not be there (host://). */
enum endpoint_trace {
	ENDPOINT_HAS_RECORDS,
	ENDPOINT_UNANSWERED, /* no usable answer, which may hide records */
	ENDPOINT_NO_RECORD,  /* there is none: proven, or without a chain of trust */
	ENDPOINT_NO_HOST,    /* it ended at the host's addresses */
	ENDPOINT_UNSERVED    /* it has them from a wildcard, and nothing listens there */
};

/* To be called after the end, and before endpoint_settle(). */
enum endpoint_trace endpoint_trace(const struct endpoint *e);
/* The index of its facts, once others were taken out of the target's. */
void endpoint_move(struct endpoint *e, size_t index);
/* As the lookups of the target itself, behind the others: for one that is left out. */
void endpoint_give_lookups(struct endpoint *e);
/* To be called after the end. Hands its lookups over to the facts, behind those of the
 * endpoints that were settled before; settles codes that depend on all peers; and tells
 * the likely story of a mismatch. */
void endpoint_settle(struct endpoint *e);
/* Closes every socket and question. */
void endpoint_stop(struct endpoint *e);
void endpoint_free(struct endpoint *e);

#endif
