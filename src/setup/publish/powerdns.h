/* SPDX-License-Identifier: BSD-2-Clause */
/* The TLSA RRset of one owner in the JSON of PowerDNS's HTTP API. No I/O. */
#ifndef SETUP_POWERDNS_H
#define SETUP_POWERDNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct tlsa;
struct why;

#define POWERDNS_RECORDS_MAX 1000 /* in one RRset: more are refused */

/* A record as the API has it. */
struct powerdns_record {
	char *content; /* owned */
	bool disabled; /* there, but not in DNS */
};

struct powerdns_rrset {
	struct powerdns_record *record; /* owned */
	size_t count;
	uint32_t ttl; /* seconds; 0: there is no RRset */
};

/* The URL of the zone: "URL/api/v1/servers/ID/zones/ZONE.", on the heap. url may end
 * with "/api/v1" or "/". */
char *powerdns_zone_url(const char *url, const char *server_id, const char *zone);
/* Reads a zone's JSON; DP_EFORMAT where it is none, DP_EINVAL where the owner has a CNAME
 * record, beside which nothing can be. Undo with powerdns_clear(). */
int powerdns_read(const char *text, const char *owner, struct powerdns_rrset *ret_rrset,
		  struct why *why);
/* The same, read apart (base/apart.h), and what takes the facts that come of it:
 * DP_EFORMAT where these can't be. */
int powerdns_read_apart(const char *text, const char *owner,
			struct powerdns_rrset *ret_rrset, struct why *why);
int powerdns_take(const struct buf *facts, struct powerdns_rrset *ret_rrset,
		  struct why *why);
void powerdns_clear(struct powerdns_rrset *rrset);
/* Reads the record's data; false where it is no TLSA record that can be read. */
bool powerdns_tlsa(const struct powerdns_record *record, struct tlsa *ret_rr);
/* The request that gives the owner what it had, less remove, and add; on the heap. A
 * record of ours that is disabled is enabled. */
struct powerdns_change {
	const char *owner;
	const struct tlsa *add, *remove;
	size_t add_count, remove_count;
	uint32_t ttl; /* of the RRset */
};
char *powerdns_patch(const struct powerdns_rrset *before,
		     const struct powerdns_change *change);
/* What the API says about an error, as text without control characters; "" where it
 * says nothing. On the heap. */
char *powerdns_error(const char *text);
/* The same, read apart, and in ASCII; "" also where it can't be read. */
char *powerdns_error_apart(const char *text);

#endif
