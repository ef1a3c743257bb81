/* SPDX-License-Identifier: BSD-2-Clause */
/* What each authoritative server of a zone says by itself about one TLSA RRset: every
 * server that the parent or the zone names, at every address, its answer validated from
 * the root. */
#ifndef DNS_AUTHORITY_H
#define DNS_AUTHORITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "dane/tlsa.h"
#include "dns/zone.h"
#include "verdict/security.h"

struct authority;
struct loop;
struct upstream;

#define AUTHORITY_SERVERS_MAX 64 /* addresses that are asked; more is refused */

/* One address of one name server. */
struct authority_server {
	char *name;    /* owned */
	char *address; /* owned; NULL: it has none, or more than are known, error says
			  why */
	bool in_parent, in_zone; /* which NS RRsets name it */
	bool excused;	/* its family can't be reached from this host, while the server's
			   other address answered */
	int64_t serial; /* of the zone's SOA; -1 unknown */
	enum security security;
	bool absent;	     /* the server denies that there are records */
	bool wildcard;	     /* the records are made from a wildcard's */
	struct tlsa *record; /* owned */
	size_t record_count;
	int64_t ttl; /* seconds; of the RRset, or of its denial (RFC 2308); -1 unknown */
	time_t rrsig_expires; /* -1 none */
	bool silent; /* no answer at all, so it gives no old records out either */
	char *error; /* owned; why there is no validated answer; NULL: there is */
};

struct authority_report {
	struct zone zone; /* its error: nothing else is known */
	char *error;	  /* owned; why not all servers are known, NULL: they are */
	struct authority_server *server; /* owned; in order of name and address */
	size_t server_count;
};

struct authority_conf {
	struct loop *loop;	   /* borrowed */
	struct upstream *upstream; /* borrowed; ready */
	const char *owner;	   /* "_443._tcp.www.example.com"; aliases are followed */
	int64_t timeout_ms;	   /* for all of it */
};

/* report is borrowed for the call. */
typedef void authority_fn(void *arg, const struct authority_report *report);

/* fn is called once, from the loop, within the time. Must be freed, also from fn. */
struct authority *authority_new(const struct authority_conf *conf, authority_fn *fn,
				void *arg);
void authority_free(struct authority *a);

#endif
