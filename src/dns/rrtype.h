/* SPDX-License-Identifier: BSD-2-Clause */
/* The record types that we ask for or read: numbers as on the wire. */
#ifndef DNS_RRTYPE_H
#define DNS_RRTYPE_H

#include <stdbool.h>

enum rrtype {
	RRTYPE_A = 1,
	RRTYPE_NS = 2,
	RRTYPE_CNAME = 5,
	RRTYPE_SOA = 6,
	RRTYPE_MX = 15,
	RRTYPE_AAAA = 28,
	RRTYPE_SRV = 33,
	RRTYPE_DNAME = 39,
	RRTYPE_OPT = 41,
	RRTYPE_DS = 43,
	RRTYPE_RRSIG = 46,
	RRTYPE_NSEC = 47,
	RRTYPE_NSEC3 = 50,
	RRTYPE_DNSKEY = 48,
	RRTYPE_TLSA = 52,
	RRTYPE_NXNAME = 128 /* in the types of an NSEC only (RFC 9824) */
};

/* "TLSA"; "record" for any other type. */
const char *rrtype_name(int type);
/* Whether text is a type as zone files write it: a name that IANA lists, or TYPE123
 * (RFC 3597 section 5). */
bool rrtype_is_type(const char *text);

#endif
