/* SPDX-License-Identifier: BSD-2-Clause */
/* Which records of an RRset count, before any certificate is looked at (RFC 6698 section
 * 4.1, RFC 7671 section 9, RFC 7672 section 3.1.3), and which combinations are stale
 * after (RFC 7671 section 8). Pure. */
#ifndef DANE_POLICY_H
#define DANE_POLICY_H

#include <stdbool.h>
#include <stddef.h>

struct match;
struct tlsa;

#define POLICY_REASON_SIZE 200

/* Whether a client can use the record: parameters that it knows, and data that is as they
 * say (RFC 6698 section 4.1); when not, a phrase that says
 * why into reason (POLICY_REASON_SIZE octets). An MTA relay leaves usages 0 and 1 out. */
bool policy_record_usable(const struct tlsa *rr, bool mta_relay, char *reason);
/* Digest agility (RFC 7671 section 9): a usable record with the same usage and selector
 * has a stronger digest. Full data neither supersedes nor is superseded. */
bool policy_record_superseded(const struct tlsa *rr, size_t count, size_t index,
			      bool mta_relay);
/* Whether a raw public key (RFC 7250) could satisfy every usable record: each is 3 1 x,
 * and there is one. */
bool policy_raw_key_will_do(const struct tlsa *rr, size_t count, bool mta_relay);
/* Whether the CA bundle will be looked at for these records. */
bool policy_needs_trust(const struct tlsa *rr, size_t count, bool mta_relay);
/* RFC 7671 section 8: the published combinations (of usable records, superseded ones
 * included, since a client without SHA2-512 has only those) of which no record matches by
 * itself although another combination's does. Writes the
 * index of the first record of each, at most max; returns how many there are. */
size_t policy_stale_combinations(const struct tlsa *rr, const struct match *match,
				 size_t *ret_index, size_t max);

#endif
