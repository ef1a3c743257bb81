/* SPDX-License-Identifier: BSD-2-Clause */
/* The record types that we ask for: numbers as on the wire. */
#ifndef DNS_RRTYPE_H
#define DNS_RRTYPE_H

enum rrtype {
	RRTYPE_A = 1,
	RRTYPE_NS = 2,
	RRTYPE_CNAME = 5,
	RRTYPE_AAAA = 28,
	RRTYPE_DNAME = 39,
	RRTYPE_DNSKEY = 48,
	RRTYPE_TLSA = 52
};

/* "TLSA"; "record" for any other type. */
const char *rrtype_name(int type);

#endif
