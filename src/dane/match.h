/* SPDX-License-Identifier: BSD-2-Clause */
/* A chain against a TLSA RRset: the rules of RFC 6698, 7671 and 7672. Pure: no I/O, the
 * time is given. */
#ifndef DANE_MATCH_H
#define DANE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct chain;
struct tlsa;
struct trust;

struct match_input {
	const struct tlsa *rr;
	size_t rr_count;
	const struct chain *chain;
	const char *const *names; /* reference identifiers, A-labels, lower case; the
				   * first one is the TLSA base domain */
	size_t name_count;
	const struct trust *trust; /* CAs of PKIX usages; NULL: none */
	time_t now;
	bool mta_relay;	    /* usages 0 and 1 are unusable; CN may stand in for a missing
			     * SAN DNS name (RFC 7672 sections 3.1.3, 3.2.3) */
	bool ee_name_check; /* DANE-EE(3) needs a reference name too */
};

/* In the order in which a failure is reported: the nearest to a match last but one. */
enum match_code {
	MATCH_OK,
	MATCH_NAME,    /* a record matches, no reference name does */
	MATCH_EXPIRED, /* a record matches, a certificate on its path is out of its dates
			*/
	MATCH_PKIX, /* PKIX usage: no path that holds to a trusted CA other than the leaf
		     */
	MATCH_MISMATCH, /* nothing matches */
	MATCH_UNUSABLE	/* records exist, none usable */
};

/* What became of one record. */
struct match_record {
	enum match_code code; /* MATCH_UNUSABLE for one that is left out */
	bool usable;	 /* its parameters are known and its data is well-formed: RFC 6698
			  * section 4.1, RFC 7671 section 9 */
	bool superseded; /* usable, but a stronger digest of its usage and selector is
			  * published (RFC 7671 section 9) */
	bool anchor_in_dns; /* it matched by an anchor that only DNS has */
	int depth;	    /* 0 leaf, counted along the path; -1 names nothing on one */
	enum match_code alone; /* of a superseded one: what it would be by itself */
};

struct match_reason {
	char text[260];
};

struct match {
	enum match_code code;
	int record; /* index of the record that matched, the first in the order of usages
		     * 3 2 1 0, then of the smallest depth, then of index; -1 unless
		     * MATCH_OK */
	int depth;  /* of that; -1 */
	struct match_record *rec; /* owned; one a record */
	/* owned; for each record why not, or what it matched: a phrase to follow it.
	 * NULL: forgotten */
	struct match_reason *reason;
	size_t rec_count;
	bool cn_used; /* the names counted, and the leaf's CN stood in for a missing SAN
		       */
	bool name_matched; /* some reference name fits the leaf, whether it counts or not
			    */
	unsigned signatures; /* of certificates, that were verified for it */
	char why[340]; /* the failure in one sentence, records numbered from 1; "" on
			  MATCH_OK */
};

/* Never fails: what can't be decided doesn't match. Undo with match_clear(). */
void match_chain(const struct match_input *in, struct match *ret_match);
/* Of many addresses and records the reasons are by far the most. */
void match_forget_reasons(struct match *match);
void match_clear(struct match *match);
#endif
