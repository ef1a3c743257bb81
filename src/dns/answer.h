/* SPDX-License-Identifier: BSD-2-Clause */
/* One DNS answer with its DNSSEC status, read from the answer packet. */
#ifndef DNS_ANSWER_H
#define DNS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "verdict/facts.h"

struct why;

#define ANSWER_RR_MAX 1024  /* records of one RRset that we keep; more is refused */
#define ANSWER_ALIAS_MAX 16 /* CNAME links followed within one answer */

enum answer_kind {
	ANSWER_DATA,   /* records of the type asked for */
	ANSWER_ABSENT, /* NODATA or NXDOMAIN; proven only if security says so */
	ANSWER_FAILED  /* SERVFAIL, REFUSED, bogus, no answer: nothing is known */
};

struct answer_rr {
	uint8_t *rdata; /* owned, uncompressed wire form */
	size_t len;
};

/* The signature over an RRset that validators go by; all -1: there is none. */
struct answer_rrsig {
	time_t expires, inception;
	int64_t original_ttl;
};

/* One CNAME on the way to the records. */
struct answer_alias {
	char *target; /* owned */
	char *dname;  /* owned; owner of the DNAME it was synthesised from (RFC 6672), or
		       * NULL */
	struct answer_rrsig rrsig; /* of the CNAME, or of that DNAME */
	bool wildcard;		   /* made from a wildcard's CNAME, by its RRSIG */
};

struct answer {
	enum answer_kind kind;
	enum security security; /* of the whole answer, all its aliases included */
	bool nxdomain;		/* kind ANSWER_ABSENT: no such name, else no such type */
	bool wildcard; /* the records are made from a wildcard's, by their RRSIG */
	struct answer_alias *alias; /* owned; the links on the way, in order */
	size_t alias_count;
	struct answer_rr *rr; /* owned; in canonical order (by octets) */
	size_t rr_count;
	int64_t ttl;	      /* in seconds; -1 unknown */
	int nsec3_iterations; /* the most of its proofs of denial; 0: none has any */
	int64_t negative_ttl; /* of an absence, RFC 2308 section 3; -1 unknown */
	struct answer_rrsig rrsig;
	char *error; /* owned; kind ANSWER_FAILED: why */
	/* Owned; kind ANSWER_ABSENT: in truth a referral to the servers of this zone, by
	 * which nothing is known, unless security says that it is proven; NULL: no such
	 * thing. */
	char *referral;
};

/* Reads the answer to (qname, qtype) out of a packet; security is left indeterminate.
 * RCODEs other than NOERROR and NXDOMAIN give ANSWER_FAILED. DP_EFORMAT for a packet that
 * can't be parsed, DP_ELIMIT for one that passes the limits above. Undo with
 * answer_clear(). */
int answer_from_packet(const uint8_t *packet, size_t len, const char *qname,
		       uint16_t qtype, struct answer *ret_answer, struct why *why);
/* An answer that says only why there is none; takes error. */
void answer_failed(struct answer *ret_answer, enum security security, char *take_error);
void answer_clear(struct answer *answer);
/* The name that the records belong to: the last alias, else qname. Borrowed. */
const char *answer_owner(const struct answer *answer, const char *qname);

#endif
