/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "dane/chain.h"
#include "dane/path.h"
#include "dane/tlsa.h"
#include "pki.h"

enum { MTA = 1, EE_NAMES = 2, RAW_KEY = 4 };

struct row {
	const char *name, *chain, *records, *trust;
	unsigned flags;
	enum match_code code;
	int record, depth;
	const char *reason; /* part of the first record's; NULL any */
};

static const char *const www[] = { "www.example.com" };

static void judge(const struct row *row, struct match *ret_match)
{
	struct match_input in = { .names = www, .name_count = 1, .now = PKI_NOW };
	struct chain chain = { 0 };
	struct trust trust = { 0 };
	struct tlsa *rr;
	char *pem;

	in.rr_count = pki_records(row->records, &rr);
	in.rr = rr;
	if (row->flags & RAW_KEY)
		assert_return_code(
			chain_from_raw_key(&pki_get(row->chain)->spki, &chain, NULL), 0);
	else
		pki_chain(row->chain, &chain);
	in.chain = &chain;
	if (row->trust) {
		pem = pki_pem(row->trust);
		assert_return_code(chain_trust_from_pem(pem, strlen(pem), &trust, NULL),
				   0);
		free(pem);
		in.trust = &trust;
	}
	in.mta_relay = row->flags & MTA;
	in.ee_name_check = row->flags & EE_NAMES;
	match_chain(&in, ret_match);
	pki_records_free(rr, in.rr_count);
	chain_clear(&chain);
	chain_trust_clear(&trust);
}

/* What is wrong with the row's outcome, on the heap; NULL nothing. */
static char *row_fault(const struct row *row, const struct match *match)
{
	const char *reason = match->rec_count ? match->reason[0].text : "";

	if (match->code != row->code)
		return mem_printf("code %d, not %d (%s; %s)", (int)match->code,
				  (int)row->code, reason, match->why);
	if (match->record != row->record || match->depth != row->depth)
		return mem_printf("record %d depth %d, not %d %d", match->record,
				  match->depth, row->record, row->depth);
	if ((match->code == MATCH_OK) != !match->why[0])
		return mem_printf("why is '%s'", match->why);
	if (row->reason && !strstr(reason, row->reason))
		return mem_printf("reason '%s', not '%s'", reason, row->reason);
	return NULL;
}

static bool row_holds(const struct row *row)
{
	struct match match;
	char *fault;

	judge(row, &match);
	fault = row_fault(row, &match);
	if (fault)
		print_error("%s: %s\n", row->name, fault);
	free(fault);
	match_clear(&match);
	return !fault;
}

#define NO -1, -1
#define CHECK_ROWS(rows)                                                                 \
	do {                                                                             \
		size_t row_index, faults = 0;                                            \
		(void)state;                                                             \
		for (row_index = 0; row_index < sizeof(rows) / sizeof((rows)[0]);        \
		     row_index++)                                                        \
			faults += !row_holds(&(rows)[row_index]);                        \
		assert_int_equal(faults, 0);                                             \
	} while (0)

/* R5: RFC 7671 section 5.1 */
static void test_match_chain_dane_ee(void **state)
{
	static const struct row rows[] = {
		{ "3 0 0", "leaf sub", "3 0 0 leaf", NULL, 0, MATCH_OK, 0, 0,
		  "matches the leaf" },
		{ "3 0 1", "leaf sub", "3 0 1 leaf", NULL, 0, MATCH_OK, 0, 0, NULL },
		{ "3 0 2", "leaf sub", "3 0 2 leaf", NULL, 0, MATCH_OK, 0, 0, NULL },
		{ "3 1 0", "leaf sub", "3 1 0 leaf", NULL, 0, MATCH_OK, 0, 0, NULL },
		{ "3 1 1", "leaf sub", "3 1 1 leaf", NULL, 0, MATCH_OK, 0, 0, NULL },
		{ "3 1 2", "leaf sub", "3 1 2 leaf", NULL, 0, MATCH_OK, 0, 0, NULL },
		{ "renewed, same key", "leaf-renewed", "3 1 1 leaf", NULL, 0, MATCH_OK, 0,
		  0, NULL },
		{ "renewed, whole certificate", "leaf-renewed", "3 0 1 leaf", NULL, 0,
		  MATCH_MISMATCH, NO, "no match" },
		{ "second record", "leaf", "3 1 1 junk, 3 1 1 leaf", NULL, 0, MATCH_OK, 1,
		  0, "no match" },
		{ "other key", "leaf-other", "3 1 1 leaf", NULL, 0, MATCH_MISMATCH, NO,
		  NULL },
		{ "3 0 0 of another", "leaf", "3 0 0 leaf-renewed", NULL, 0,
		  MATCH_MISMATCH, NO, NULL },
		{ "3 1 0 of another", "leaf", "3 1 0 sub", NULL, 0, MATCH_MISMATCH, NO,
		  NULL },
		{ "names the CA", "leaf sub", "3 1 1 sub", NULL, 0, MATCH_MISMATCH, NO,
		  NULL },
		{ "expired", "leaf-expired", "3 1 1 leaf-expired", NULL, 0, MATCH_OK, 0,
		  0, NULL },
		{ "not yet valid", "leaf-early", "3 1 1 leaf-early", NULL, 0, MATCH_OK, 0,
		  0, NULL },
		{ "no such name", "leaf-other", "3 1 1 leaf-other", NULL, 0, MATCH_OK, 0,
		  0, NULL },
		{ "for clients", "leaf-client", "3 1 1 leaf-client", NULL, 0, MATCH_OK, 0,
		  0, NULL },
		{ "SHA-1", "leaf-sha1", "3 1 1 leaf-sha1", NULL, 0, MATCH_OK, 0, 0,
		  NULL },
		{ "self-signed", "self", "3 1 1 self", NULL, 0, MATCH_OK, 0, 0, NULL },
		{ "a CA as leaf", "self-ca", "3 0 1 self-ca", NULL, 0, MATCH_OK, 0, 0,
		  NULL },
		{ "broken rest", "leaf evil-ca stranger", "3 1 1 leaf", NULL, 0, MATCH_OK,
		  0, 0, NULL },
		{ "names count, fit", "leaf", "3 1 1 leaf", NULL, EE_NAMES, MATCH_OK, 0,
		  0, NULL },
		{ "names count, differ", "leaf-other", "3 1 1 leaf-other", NULL, EE_NAMES,
		  MATCH_NAME, NO, "no name asked for" },
		{ "names count, CN", "leaf-cn", "3 1 1 leaf-cn", NULL, EE_NAMES,
		  MATCH_NAME, NO, NULL },
		{ "names count, CN, MTA", "leaf-cn", "3 1 1 leaf-cn", NULL,
		  EE_NAMES | MTA, MATCH_OK, 0, 0, NULL },
		{ "MTA", "leaf", "3 1 1 leaf", NULL, MTA, MATCH_OK, 0, 0, NULL },
		{ "raw key", "leaf", "3 1 1 leaf", NULL, RAW_KEY, MATCH_OK, 0, 0, NULL },
		{ "raw key, 3 1 0", "leaf", "3 1 0 leaf", NULL, RAW_KEY, MATCH_OK, 0, 0,
		  NULL },
		{ "raw key, other", "leaf-other", "3 1 1 leaf", NULL, RAW_KEY,
		  MATCH_MISMATCH, NO, NULL },
		{ "raw key, selector 0", "leaf", "3 0 1 leaf", NULL, RAW_KEY,
		  MATCH_MISMATCH, NO, "no certificate" },
		{ "raw key, names count", "leaf", "3 1 1 leaf", NULL, RAW_KEY | EE_NAMES,
		  MATCH_NAME, NO, NULL },
		{ "raw key, usage 2", "leaf", "2 1 1 leaf", NULL, RAW_KEY, MATCH_MISMATCH,
		  NO, "no issuer" },
		{ "raw key, usage 1", "leaf", "1 1 1 leaf", "root", RAW_KEY, MATCH_PKIX,
		  NO, "raw public key" },
	};

	CHECK_ROWS(rows);
}

/* R6: RFC 7671 section 5.2 */
static void test_match_chain_dane_ta(void **state)
{
	static const struct row rows[] = {
		{ "issuer 2 0 1", "leaf sub root", "2 0 1 sub", NULL, 0, MATCH_OK, 0, 1,
		  "matches certificate 1" },
		{ "issuer 2 1 1", "leaf sub root", "2 1 1 sub", NULL, 0, MATCH_OK, 0, 1,
		  NULL },
		{ "issuer 2 1 2", "leaf sub root", "2 1 2 sub", NULL, 0, MATCH_OK, 0, 1,
		  NULL },
		{ "issuer 2 0 2", "leaf sub root", "2 0 2 sub", NULL, 0, MATCH_OK, 0, 1,
		  NULL },
		{ "root", "leaf sub root", "2 0 1 root", NULL, 0, MATCH_OK, 0, 2, NULL },
		{ "root not sent", "leaf sub", "2 0 1 root", NULL, 0, MATCH_MISMATCH, NO,
		  "no match" },
		{ "anchor below a missing root", "leaf sub", "2 1 1 sub", NULL, 0,
		  MATCH_OK, 0, 1, NULL },
		{ "out of order", "leaf root sub", "2 0 1 root", NULL, 0, MATCH_OK, 0, 2,
		  NULL },
		{ "stranger in the middle", "leaf stranger sub evil-ca root",
		  "2 0 1 root", NULL, 0, MATCH_OK, 0, 2, NULL },
		{ "twice the same", "leaf leaf sub sub root", "2 0 1 root", NULL, 0,
		  MATCH_OK, 0, 2, NULL },
		{ "no key identifiers", "leaf-no-ids sub", "2 0 1 sub", NULL, 0, MATCH_OK,
		  0, 1, NULL },
		{ "two records, nearer wins", "leaf sub root", "2 0 1 root, 2 0 1 sub",
		  NULL, 0, MATCH_OK, 1, 1, NULL },
		{ "evil issuer, good CA appended", "evil-other-leaf evil-ca sub root",
		  "2 0 1 root", NULL, 0, MATCH_MISMATCH, NO, "not signed by it" },
		{ "evil issuer, good sub appended", "evil-other-leaf evil-ca sub root",
		  "2 1 1 sub", NULL, 0, MATCH_MISMATCH, NO, "not signed by it" },
		{ "evil twin of the same names", "evil-leaf evil-sub sub root",
		  "2 0 1 sub", NULL, 0, MATCH_MISMATCH, NO, "not signed by it" },
		{ "evil twin, same names, no ids", "evil-leaf-no-ids sub root",
		  "2 0 1 sub", NULL, 0, MATCH_MISMATCH, NO, "not signed by it" },
		{ "evil twin, root appended", "evil-leaf evil-sub evil-root root",
		  "2 1 1 root", NULL, 0, MATCH_MISMATCH, NO, "not signed by it" },
		{ "evil twin of no ids, 2 0 0", "evil-leaf-no-ids", "2 0 0 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "no match" },
		{ "evil twin of no ids, 2 1 0", "evil-leaf-no-ids", "2 1 0 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "no match" },
		{ "names the leaf", "leaf sub", "2 0 1 leaf", NULL, 0, MATCH_MISMATCH, NO,
		  "names the leaf; usage" },
		{ "names the leaf's key", "leaf sub", "2 1 1 leaf", NULL, 0,
		  MATCH_MISMATCH, NO, "names the leaf; usage" },
		{ "self-signed leaf", "self", "2 0 1 self", NULL, 0, MATCH_MISMATCH, NO,
		  "names the leaf; usage" },
		{ "self-signed CA as leaf", "self-ca", "2 1 1 self-ca", NULL, 0,
		  MATCH_MISMATCH, NO, "names the leaf; usage" },
		{ "self-signed CA twice", "self-ca self-ca", "2 0 1 self-ca", NULL, 0,
		  MATCH_MISMATCH, NO, "names the leaf; usage" },
		{ "self-signed leaf, 2 0 0", "self-ca", "2 0 0 self-ca", NULL, 0,
		  MATCH_MISMATCH, NO, "names the leaf; usage" },
		/* RFC 6698 section 2.1.1: the public key "MUST be used as the trust
		 * anchor"; the leaf is signed by it */
		{ "self-signed leaf, 2 1 0", "self-ca", "2 1 0 self-ca", NULL, 0,
		  MATCH_OK, 0, 0, NULL },
		{ "self-signed leaf, 2 1 0, not for TLS", "self-sign-only",
		  "2 1 0 self-sign-only", NULL, 0, MATCH_MISMATCH, NO,
		  "the leaf is not for TLS servers: its keyUsage lacks "
		  "digitalSignature" },
		{ "the leaf's key, 2 1 0", "leaf sub", "2 1 0 leaf", NULL, 0,
		  MATCH_MISMATCH, NO, "names the leaf; usage" },
		{ "leaf under another leaf", "leaf-signed leaf-other sub", "2 0 1 sub",
		  NULL, 0, MATCH_MISMATCH, NO, "not a CA" },
		{ "a leaf as anchor", "leaf-signed leaf-other sub", "2 0 1 leaf-other",
		  NULL, 0, MATCH_MISMATCH, NO, "not a CA" },
		{ "a leaf in the middle, 2 0 0", "leaf-signed leaf-other", "2 0 0 sub",
		  NULL, 0, MATCH_MISMATCH, NO, "not a CA" },
		{ "a leaf in the middle, 2 1 0", "leaf-signed leaf-other", "2 1 0 sub",
		  NULL, 0, MATCH_MISMATCH, NO, "not a CA" },
		{ "CA:FALSE", "false-ca-leaf false-ca sub", "2 0 1 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "not a CA" },
		{ "version 1 in the middle", "v1-leaf v1 sub", "2 0 1 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "not a CA" },
		{ "version 1 in the middle, 2 0 0", "v1-leaf v1", "2 0 0 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "not a CA" },
		{ "version 1 in the middle, 2 1 0", "v1-leaf v1", "2 1 0 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "not a CA" },
		{ "no keyCertSign", "no-sign-leaf no-sign root", "2 0 1 root", NULL, 0,
		  MATCH_MISMATCH, NO,
		  "certificate 1 is a CA whose keyUsage lacks keyCertSign" },
		{ "path length kept", "short-direct short-root", "2 0 1 short-root", NULL,
		  0, MATCH_OK, 0, 1, NULL },
		{ "path length passed", "short-leaf short-sub short-root",
		  "2 0 1 short-root", NULL, 0, MATCH_MISMATCH, NO, "pathLenConstraint" },
		{ "path length is the anchor's only", "short-leaf short-sub short-root",
		  "2 0 1 short-sub", NULL, 0, MATCH_OK, 0, 1, NULL },
		{ "path length passed, 2 1 0", "short-leaf short-sub", "2 0 0 short-root",
		  NULL, 0, MATCH_MISMATCH, NO, "pathLenConstraint" },
		{ "name constraint kept", "com-leaf com-root", "2 0 1 com-root", NULL, 0,
		  MATCH_OK, 0, 1, NULL },
		{ "name constraint broken", "net-leaf net-root", "2 0 1 net-root", NULL,
		  0, MATCH_MISMATCH, NO, "constraints" },
		{ "name constraint broken by the CN", "net-cn net-root", "2 0 1 net-root",
		  NULL, MTA, MATCH_MISMATCH, NO, "constraints" },
		{ "name constraint of the middle", "net-sub-leaf net-sub root",
		  "2 0 1 root", NULL, 0, MATCH_MISMATCH, NO, "constraints" },
		{ "name constraint of the middle, 2 0 0", "net-sub-leaf net-sub",
		  "2 0 0 root", NULL, 0, MATCH_MISMATCH, NO, "constraints" },
		{ "name constraint of the middle, 2 1 0", "net-sub-leaf net-sub",
		  "2 1 0 root", NULL, 0, MATCH_MISMATCH, NO, "constraints" },
		{ "issuer for mail only", "mail-sub-leaf mail-sub root", "2 0 1 root",
		  NULL, 0, MATCH_MISMATCH, NO, "not for TLS servers" },
		{ "leaf for servers", "leaf-server sub", "2 0 1 sub", NULL, 0, MATCH_OK,
		  0, 1, NULL },
		{ "leaf for clients", "leaf-client sub", "2 0 1 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "not for TLS servers" },
		{ "leaf for clients, 2 1 0", "leaf-client", "2 1 0 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "not for TLS servers" },
		{ "unknown critical extension", "leaf-critical sub", "2 0 1 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "critical" },
		{ "unknown critical extension, 2 1 0", "leaf-critical", "2 1 0 sub", NULL,
		  0, MATCH_MISMATCH, NO, "critical" },
		{ "SHA-1", "leaf-sha1 sub", "2 0 1 sub", NULL, 0, MATCH_MISMATCH, NO,
		  "insecure" },
		{ "SHA-1, 2 1 0", "leaf-sha1", "2 1 0 sub", NULL, 0, MATCH_MISMATCH, NO,
		  NULL },
		{ "SHA-1, named as its issuer", "leaf-sha1-selfish sub", "2 0 1 sub",
		  NULL, 0, MATCH_MISMATCH, NO, "insecure" },
		{ "RSA of 768 bits", "weak-leaf weak-root", "2 0 1 weak-root", NULL, 0,
		  MATCH_MISMATCH, NO, "insecure" },
		{ "RSA of 768 bits, 2 1 0", "weak-leaf", "2 1 0 weak-root", NULL, 0,
		  MATCH_MISMATCH, NO, NULL },
		/* as OpenSSL has it: no basicConstraints, yet an anchor */
		{ "version 1 as anchor", "v1-root-leaf v1-root", "2 0 1 v1-root", NULL, 0,
		  MATCH_OK, 0, 1, NULL },
		{ "version 1 not self-signed as anchor", "v1-leaf v1", "2 0 1 v1", NULL,
		  0, MATCH_MISMATCH, NO, "not a CA" },
		{ "keyCertSign as anchor", "sign-root-leaf sign-root", "2 0 1 sign-root",
		  NULL, 0, MATCH_OK, 0, 1, NULL },
		{ "keyCertSign as anchor, its key in full", "sign-root-leaf sign-root",
		  "2 1 0 sign-root", NULL, 0, MATCH_OK, 0, 1, NULL },
		{ "the anchor's own SHA-1", "sha1-root-leaf sha1-root", "2 0 1 sha1-root",
		  NULL, 0, MATCH_OK, 0, 1, NULL },
		{ "path length 0 right above the leaf", "tight-leaf tight-sub root",
		  "2 0 1 root", NULL, 0, MATCH_OK, 0, 2, NULL },
		/* RFC 5280 section 6.1.4 (l) */
		{ "a self-issued CA doesn't use up the length",
		  "short-same-leaf short-same short-root", "2 0 1 short-root", NULL, 0,
		  MATCH_OK, 0, 2, NULL },
		{ "anchor for clients", "client-root-leaf client-root",
		  "2 0 1 client-root", NULL, 0, MATCH_MISMATCH, NO,
		  "certificate 1 is not for TLS servers: its extended key usage lacks" },
		{ "anchor for clients, usage 0", "client-root-leaf", "0 0 1 client-root",
		  "client-root", 0, MATCH_PKIX, NO, "not for TLS servers" },
		{ "any purpose alone", "any-leaf sub", "2 0 1 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "not for TLS servers" },
		/* RFC 7671 section 5.4: a CA that is trusted, and the one named above */
		{ "0 root above a trusted CA", "leaf", "0 0 1 root", "sub root", 0,
		  MATCH_OK, 0, 2, NULL },
		{ "huge key of the issuer", "huge-leaf huge-root", "2 0 1 huge-root",
		  NULL, 0, MATCH_MISMATCH, NO,
		  "the key of certificate 1 is RSA with a public exponent of 100000 "
		  "bits" },
		{ "huge key, 2 0 0", "huge-leaf", "2 0 0 huge-root", NULL, 0,
		  MATCH_UNUSABLE, NO, "its key is RSA with a public exponent of" },
		{ "huge key, 2 1 0", "huge-leaf", "2 1 0 huge-root", NULL, 0,
		  MATCH_UNUSABLE, NO, "its key is RSA with a public exponent of" },
		{ "huge key of the leaf", "leaf-huge sub", "3 1 1 leaf-huge", NULL, 0,
		  MATCH_MISMATCH, NO,
		  "the leaf's key is RSA with a public exponent of 65 bits" },
		{ "huge key of the leaf, anchor", "leaf-huge sub", "2 0 1 sub", NULL, 0,
		  MATCH_MISMATCH, NO, "the leaf's key is RSA" },
		{ "huge key of the CA in the bundle", "huge-leaf", "1 1 1 huge-leaf",
		  "huge-root", 0, MATCH_PKIX, NO, "no path" },
		{ "huge key of another issuer", "leaf huge-root sub", "2 0 1 sub", NULL,
		  0, MATCH_OK, 0, 1, NULL },
		/* RFC 5280 section 4.1.2.5: "from notBefore through notAfter, inclusive"
		 */
		{ "ends this second", "leaf-ends-now sub", "2 0 1 sub", NULL, 0, MATCH_OK,
		  0, 1, NULL },
		{ "begins this second", "leaf-begins-now sub", "2 0 1 sub", NULL, 0,
		  MATCH_OK, 0, 1, NULL },
		{ "expired leaf", "leaf-expired sub", "2 0 1 sub", NULL, 0, MATCH_EXPIRED,
		  NO, "the leaf expired on 2026-11-18" },
		{ "early leaf", "leaf-early sub", "2 0 1 sub", NULL, 0, MATCH_EXPIRED, NO,
		  "not valid before 2026-11-20" },
		{ "expired anchor", "old-root-leaf old-root", "2 0 1 old-root", NULL, 0,
		  MATCH_EXPIRED, NO, "certificate 1 expired on 2026-11-17" },
		{ "expired anchor in DNS", "old-root-leaf", "2 0 0 old-root", NULL, 0,
		  MATCH_EXPIRED, NO, "certificate 1 expired" },
		{ "expired middle", "leaf old-sub root", "2 0 1 root", NULL, 0,
		  MATCH_EXPIRED, NO, "certificate 1 expired" },
		{ "expired leaf, 2 1 0", "leaf-expired", "2 1 0 sub", NULL, 0,
		  MATCH_EXPIRED, NO, "the leaf expired" },
		{ "expired one beside a good one", "leaf old-sub sub root", "2 0 1 root",
		  NULL, 0, MATCH_OK, 0, 2, NULL },
		{ "expired one, then one that is no CA", "leaf old-sub sub-false root",
		  "2 0 1 root", NULL, 0, MATCH_EXPIRED, NO, NULL },
		{ "one that is no CA, then an expired one", "leaf sub-false old-sub root",
		  "2 0 1 root", NULL, 0, MATCH_EXPIRED, NO, NULL },
		{ "no CA, expired, good", "leaf sub-false old-sub sub root", "2 0 1 root",
		  NULL, 0, MATCH_OK, 0, 2, NULL },
		{ "key of expired one, good one sent", "leaf old-sub sub", "2 1 1 sub",
		  NULL, 0, MATCH_OK, 0, 1, NULL },
		{ "key of expired one, 2 1 0", "leaf old-sub", "2 1 0 sub", NULL, 0,
		  MATCH_EXPIRED, NO, NULL },
		{ "cross-sign", "leaf cross sub root2", "2 0 1 root2", NULL, 0, MATCH_OK,
		  0, 2, NULL },
		{ "cross-sign, other root", "leaf cross sub root", "2 0 1 root", NULL, 0,
		  MATCH_OK, 0, 2, NULL },
		{ "root of the other cross-sign", "leaf sub root2", "2 0 1 root2", NULL,
		  0, MATCH_MISMATCH, NO, "not signed by it" },
		{ "no such name", "leaf-other sub", "2 0 1 sub", NULL, 0, MATCH_NAME, NO,
		  NULL },
		{ "no name and expired", "leaf-other-expired sub", "2 0 1 sub", NULL, 0,
		  MATCH_NAME, NO, NULL },
		{ "wildcard", "leaf-wild sub", "2 0 1 sub", NULL, 0, MATCH_OK, 0, 1,
		  NULL },
		{ "nameless", "leaf-nameless sub", "2 0 1 sub", NULL, MTA, MATCH_NAME, NO,
		  NULL },
		{ "CN without MTA", "leaf-cn sub", "2 0 1 sub", NULL, 0, MATCH_NAME, NO,
		  NULL },
		{ "CN of MTA", "leaf-cn sub", "2 0 1 sub", NULL, MTA, MATCH_OK, 0, 1,
		  NULL },
		{ "CN of MTA beside an address", "leaf-cn-email sub", "2 0 1 sub", NULL,
		  MTA, MATCH_OK, 0, 1, NULL },
		{ "CN of MTA beside a SAN", "leaf-cn-san sub", "2 0 1 sub", NULL, MTA,
		  MATCH_NAME, NO, NULL },
		{ "no such name, 2 1 0", "leaf-other", "2 1 0 sub", NULL, 0, MATCH_NAME,
		  NO, NULL },
	};

	CHECK_ROWS(rows);
}

/* R6: anchors that only DNS has, and every algorithm that signs. */
static void test_match_chain_anchor_in_dns(void **state)
{
	static const struct row rows[] = {
		{ "2 0 0 of the issuer", "leaf", "2 0 0 sub", NULL, 0, MATCH_OK, 0, 1,
		  "only in DNS" },
		{ "2 0 0 of the root", "leaf sub", "2 0 0 root", NULL, 0, MATCH_OK, 0, 2,
		  "only in DNS" },
		{ "2 0 0 presented", "leaf sub", "2 0 0 sub", NULL, 0, MATCH_OK, 0, 1,
		  "matches certificate 1" },
		{ "2 0 0 with a gap", "leaf", "2 0 0 root", NULL, 0, MATCH_MISMATCH, NO,
		  "no match" },
		{ "2 0 0 is no intermediate", "leaf", "2 0 0 sub, 2 0 1 root", NULL, 0,
		  MATCH_OK, 0, 1, NULL },
		{ "2 1 0 of the issuer", "leaf", "2 1 0 sub", NULL, 0, MATCH_OK, 0, 0,
		  "only in DNS" },
		{ "2 1 0 of the root", "leaf sub", "2 1 0 root", NULL, 0, MATCH_OK, 0, 1,
		  "only in DNS" },
		{ "2 1 0 presented", "leaf sub", "2 1 0 sub", NULL, 0, MATCH_OK, 0, 1,
		  "matches certificate 1" },
		{ "2 1 0 with a gap", "leaf", "2 1 0 root", NULL, 0, MATCH_MISMATCH, NO,
		  "no match" },
		{ "2 1 0 RSA", "rsa-leaf", "2 1 0 rsa-root", NULL, 0, MATCH_OK, 0, 0,
		  NULL },
		{ "2 1 0 RSA-PSS", "pss-leaf", "2 1 0 pss-root", NULL, 0, MATCH_OK, 0, 0,
		  NULL },
		{ "2 1 0 Ed25519", "ed25519-leaf", "2 1 0 ed25519-root", NULL, 0,
		  MATCH_OK, 0, 0, NULL },
		{ "2 1 0 Ed448", "ed448-leaf", "2 1 0 ed448-root", NULL, 0, MATCH_OK, 0,
		  0, NULL },
		{ "2 1 0 P-384", "p384-leaf", "2 1 0 p384-root", NULL, 0, MATCH_OK, 0, 0,
		  NULL },
		{ "2 1 0 other algorithm", "ed25519-leaf", "2 1 0 rsa-root", NULL, 0,
		  MATCH_MISMATCH, NO, NULL },
		{ "2 0 1 RSA", "rsa-leaf rsa-root", "2 0 1 rsa-root", NULL, 0, MATCH_OK,
		  0, 1, NULL },
		{ "2 0 1 RSA-PSS", "pss-leaf pss-root", "2 0 1 pss-root", NULL, 0,
		  MATCH_OK, 0, 1, NULL },
		{ "2 0 1 Ed25519", "ed25519-leaf ed25519-root", "2 0 1 ed25519-root",
		  NULL, 0, MATCH_OK, 0, 1, NULL },
		{ "2 0 1 Ed448", "ed448-leaf ed448-root", "2 0 1 ed448-root", NULL, 0,
		  MATCH_OK, 0, 1, NULL },
		{ "2 0 1 P-384, P-521", "p384-leaf p384-root", "2 0 1 p384-root", NULL, 0,
		  MATCH_OK, 0, 1, NULL },
		{ "the twin with the leaf's key", "self-ca self-ca-twin",
		  "2 0 1 self-ca-twin", NULL, 0, MATCH_OK, 0, 1, NULL },
	};

	CHECK_ROWS(rows);
}

/* R7: RFC 6698 section 2.1.1 */
static void test_match_chain_pkix(void **state)
{
	static const struct row rows[] = {
		{ "1 1 1", "leaf sub", "1 1 1 leaf", "root", 0, MATCH_OK, 0, 0, NULL },
		{ "1 0 1 with the root sent", "leaf sub root", "1 0 1 leaf",
		  "stranger root", 0, MATCH_OK, 0, 0, NULL },
		{ "1, no bundle", "leaf sub", "1 1 1 leaf", NULL, 0, MATCH_PKIX, NO,
		  "no path" },
		{ "1, other bundle", "leaf sub root", "1 1 1 leaf", "stranger", 0,
		  MATCH_PKIX, NO, "no path" },
		{ "1, missing intermediate", "leaf", "1 1 1 leaf", "root", 0, MATCH_PKIX,
		  NO, "no path" },
		{ "1, other key", "leaf sub", "1 1 1 leaf-other", "root", 0,
		  MATCH_MISMATCH, NO, NULL },
		{ "1 names the issuer", "leaf sub", "1 1 1 sub", "root", 0,
		  MATCH_MISMATCH, NO, NULL },
		{ "1 expired", "leaf-expired sub", "1 1 1 leaf-expired", "root", 0,
		  MATCH_EXPIRED, NO, NULL },
		{ "1 no such name", "leaf-other sub", "1 1 1 leaf-other", "root", 0,
		  MATCH_NAME, NO, NULL },
		{ "1 CN", "leaf-cn sub", "1 1 1 leaf-cn", "root", 0, MATCH_NAME, NO,
		  NULL },
		{ "1 for clients", "leaf-client sub", "1 1 1 leaf-client", "root", 0,
		  MATCH_PKIX, NO, "not for TLS" },
		{ "1 under a leaf", "leaf-signed leaf-other sub", "1 1 1 leaf-signed",
		  "root", 0, MATCH_PKIX, NO, "not a CA" },
		{ "1 evil", "evil-leaf evil-sub sub", "1 1 1 evil-leaf", "root", 0,
		  MATCH_PKIX, NO, "no path" },
		{ "1 self-signed in the bundle", "self-ca", "1 1 1 self-ca", "self-ca", 0,
		  MATCH_PKIX, NO, "no path" },
		{ "0 intermediate", "leaf sub", "0 0 1 sub", "root", 0, MATCH_OK, 0, 1,
		  NULL },
		{ "0 root not sent", "leaf sub", "0 0 1 root", "root", 0, MATCH_OK, 0, 2,
		  NULL },
		{ "0 root key, 0 1 2", "leaf sub", "0 1 2 root", "root", 0, MATCH_OK, 0,
		  2, NULL },
		{ "0 intermediate in the bundle", "leaf", "0 0 1 sub", "sub", 0, MATCH_OK,
		  0, 1, NULL },
		{ "0 evil issuer, good CA appended", "evil-other-leaf evil-ca sub root",
		  "0 0 1 root", "root", 0, MATCH_PKIX, NO, "no path" },
		{ "0 evil but trusted issuer, good CA appended",
		  "evil-other-leaf evil-ca sub root", "0 0 1 sub", "root evil-ca", 0,
		  MATCH_MISMATCH, NO, NULL },
		{ "0 names the leaf", "leaf sub", "0 0 1 leaf", "root", 0, MATCH_MISMATCH,
		  NO, "names the leaf; usage" },
		{ "0 another trusted root", "leaf sub root2", "0 0 1 root2", "root root2",
		  0, MATCH_MISMATCH, NO, NULL },
		{ "0 second path", "leaf sub cross", "0 0 1 root2", "root root2", 0,
		  MATCH_OK, 0, 2, NULL },
		{ "0 expired path beside a good one", "leaf old-sub sub", "0 0 1 root",
		  "root", 0, MATCH_OK, 0, 2, NULL },
		{ "0 expired", "leaf old-sub", "0 0 1 root", "root", 0, MATCH_EXPIRED, NO,
		  "certificate 1 expired" },
		{ "0 no such name", "leaf-other sub", "0 0 1 root", "root", 0, MATCH_NAME,
		  NO, NULL },
		{ "0 0 0 as intermediate", "leaf", "0 0 0 sub", "root", 0, MATCH_OK, 0, 1,
		  NULL },
		{ "0 0 0 is no anchor", "leaf", "0 0 0 sub", "stranger", 0, MATCH_PKIX,
		  NO, "no path" },
		{ "3 0 0 as intermediate", "leaf", "1 1 1 leaf, 3 0 0 sub", "root", 0,
		  MATCH_OK, 0, 0, NULL },
		{ "MTA: usage 0", "leaf sub", "0 0 1 root", "root", MTA, MATCH_UNUSABLE,
		  NO, "mail relay" },
		{ "MTA: usage 1", "leaf sub", "1 1 1 leaf", "root", MTA, MATCH_UNUSABLE,
		  NO, "mail relay" },
	};

	CHECK_ROWS(rows);
}

/* R3 and R4, and which record and code the peer gets. */
static void test_match_chain_among_records(void **state)
{
	static const struct row rows[] = {
		{ "no record", "leaf sub", "", NULL, 0, MATCH_MISMATCH, NO, NULL },
		{ "unknown usage", "leaf", "4 1 1 leaf", NULL, 0, MATCH_UNUSABLE, NO,
		  "usage 4 is unknown" },
		{ "unusable beside a match", "leaf", "255 1 1 leaf, 3 1 1 leaf", NULL, 0,
		  MATCH_OK, 1, 0, "private use" },
		{ "unusable beside a mismatch", "leaf", "3 1 9 junk, 3 1 1 junk", NULL, 0,
		  MATCH_MISMATCH, NO, NULL },
		{ "no data", "leaf", "3 1 1 none", NULL, 0, MATCH_UNUSABLE, NO,
		  "no data" },
		{ "good 3 0 1 beside stale 3 0 2", "leaf",
		  "3 0 1 leaf, 3 0 2 leaf-renewed", NULL, 0, MATCH_MISMATCH, NO,
		  "SHA2-512" },
		{ "good 3 1 1 beside stale 3 0 2", "leaf",
		  "3 1 1 leaf, 3 0 2 leaf-renewed", NULL, 0, MATCH_OK, 0, 0, NULL },
		{ "good 3 0 2 beside stale 3 0 1", "leaf", "3 0 1 junk, 3 0 2 leaf", NULL,
		  0, MATCH_OK, 1, 0, "SHA2-512" },
		{ "good 3 1 0 beside stale 3 1 2", "leaf", "3 1 0 leaf, 3 1 2 junk", NULL,
		  0, MATCH_OK, 0, 0, NULL },
		{ "good 3 1 1 beside 3 1 0 of another", "leaf", "3 1 1 leaf, 3 1 0 sub",
		  NULL, 0, MATCH_OK, 0, 0, NULL },
		{ "good 3 1 1 beside short 3 1 2", "leaf", "3 1 1 leaf, 3 1 2 hex:00",
		  NULL, 0, MATCH_OK, 0, 0, NULL },
		{ "agility is by usage", "leaf sub", "2 1 2 junk, 3 1 1 leaf", NULL, 0,
		  MATCH_OK, 1, 0, NULL },
		{ "usage 3 first", "leaf sub",
		  "0 0 1 root, 1 1 1 leaf, 2 0 1 sub, 3 1 1 leaf", "root", 0, MATCH_OK, 3,
		  0, NULL },
		{ "usage 2 next", "leaf sub",
		  "0 0 1 root, 1 1 1 leaf, 2 0 1 sub, 3 1 1 junk", "root", 0, MATCH_OK, 2,
		  1, NULL },
		{ "usage 1 next", "leaf sub", "0 0 1 root, 1 1 1 leaf", "root", 0,
		  MATCH_OK, 1, 0, NULL },
		{ "first of equals", "leaf", "3 0 1 leaf, 3 1 1 leaf", NULL, 0, MATCH_OK,
		  0, 0, NULL },
		{ "name before expired", "leaf-expired sub", "2 0 1 sub, 3 1 1 junk",
		  NULL, 0, MATCH_EXPIRED, NO, NULL },
		{ "expired before pkix", "leaf-expired sub",
		  "1 1 1 leaf-expired, 2 0 1 sub", NULL, 0, MATCH_EXPIRED, NO, NULL },
		{ "pkix before mismatch", "leaf sub", "3 1 1 junk, 1 1 1 leaf", NULL, 0,
		  MATCH_PKIX, NO, NULL },
	};

	CHECK_ROWS(rows);
}

static void test_match_chain_says_when_the_cn_was_used(void **state)
{
	static const struct row ta = { .chain = "leaf-cn sub",
				       .records = "2 0 1 sub",
				       .flags = MTA };
	static const struct row ee = { .chain = "leaf-cn sub",
				       .records = "3 1 1 leaf-cn",
				       .flags = MTA };
	static const struct row san = { .chain = "leaf sub",
					.records = "2 0 1 sub",
					.flags = MTA };
	struct match match;

	(void)state;
	judge(&ta, &match);
	assert_true(match.cn_used && match.name_matched);
	match_clear(&match);
	judge(&ee, &match);
	assert_true(!match.cn_used && match.name_matched);
	match_clear(&match);
	judge(&san, &match);
	assert_true(!match.cn_used && match.name_matched);
	match_clear(&match);
}

static void test_match_chain_marks_anchors_in_dns(void **state)
{
	static const struct row dns = { .chain = "leaf",
					.records = "2 0 0 sub, 2 1 0 sub" };
	static const struct row sent = { .chain = "leaf sub",
					 .records = "2 0 0 sub, 2 1 0 sub" };
	struct match match;

	(void)state;
	judge(&dns, &match);
	assert_true(match.rec[0].anchor_in_dns && match.rec[1].anchor_in_dns);
	/* the bare key has the smaller depth */
	assert_int_equal(match.record, 1);
	match_clear(&match);
	judge(&sent, &match);
	assert_false(match.rec[0].anchor_in_dns || match.rec[1].anchor_in_dns);
	match_clear(&match);
}

static void test_match_chain_why_names_things(void **state)
{
	static const struct {
		struct row row;
		const char *why;
	} rows[] = {
		{ { .chain = "leaf", .records = "3 1 1 junk" }, "presents the key " },
		{ { .chain = "leaf", .records = "" }, "there is no record" },
		{ { .chain = "leaf", .records = "3 1 1 none, 3 9 1 junk" },
		  "2 records, none usable; record 1: holds no data" },
		{ { .chain = "leaf-other sub", .records = "2 0 1 sub" },
		  "record 1 matches, but the leaf has no DNS name for www.example.com" },
		{ { .chain = "leaf-expired sub", .records = "2 0 1 sub" },
		  "record 1 names certificate 1, but the leaf expired on 2026-11-18" },
		{ { .chain = "leaf sub", .records = "3 1 1 junk, 1 1 1 leaf" },
		  "record 2 (usage 1) needs a path to a trusted CA: no path" },
		{ { .chain = "leaf sub", .records = "3 1 1 junk, 2 1 1 leaf" },
		  "no record matches; record 2: names the leaf" },
	};
	struct match match;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		judge(&rows[i].row, &match);
		if (!strstr(match.why, rows[i].why))
			fail_msg("'%s' is not '%s'", match.why, rows[i].why);
		match_clear(&match);
	}
}

/* All octets of a digest count. */
static void test_match_chain_compares_the_whole_digest(void **state)
{
	struct match_input in = { .names = www, .name_count = 1, .now = PKI_NOW };
	struct chain chain = { 0 };
	struct match match;
	struct tlsa *rr;
	size_t i;

	(void)state;
	pki_chain("leaf sub", &chain);
	in.rr_count = pki_records("3 1 1 leaf", &rr);
	in.rr = rr;
	in.chain = &chain;
	for (i = 0; i < rr[0].len; i++) {
		rr[0].data[i] ^= 1;
		match_chain(&in, &match);
		assert_int_equal(match.code, MATCH_MISMATCH);
		match_clear(&match);
		rr[0].data[i] ^= 1;
	}
	match_chain(&in, &match);
	assert_int_equal(match.code, MATCH_OK);
	match_clear(&match);
	pki_records_free(rr, in.rr_count);
	chain_clear(&chain);
}

static void test_match_chain_without_chain(void **state)
{
	struct chain empty = { 0 };
	struct match_input in = { .names = www, .name_count = 1, .now = PKI_NOW };
	struct match match;
	struct tlsa *rr;

	(void)state;
	in.rr_count = pki_records("3 1 1 leaf, 2 0 1 sub, 1 1 1 leaf", &rr);
	in.rr = rr;
	match_chain(&in, &match);
	assert_int_equal(match.code, MATCH_MISMATCH);
	assert_string_equal(match.why, "no certificate was presented");
	match_clear(&match);
	in.chain = &empty;
	match_chain(&in, &match);
	assert_int_equal(match.code, MATCH_MISMATCH);
	match_clear(&match);
	pki_records_free(rr, in.rr_count);
}

/* Octets that no TLS client could use never match, though their digest does. */
static void test_match_chain_garbage_never_matches(void **state)
{
	static uint8_t big[65532];
	gnutls_datum_t der[3] = { { big, sizeof(big) }, { big, 0 }, { big, 1 } };
	struct match_input in = { .names = www, .name_count = 1, .now = PKI_NOW };
	struct chain chain;
	struct match match;
	struct tlsa rr[2];
	size_t len;

	(void)state;
	der[1] = pki_get("leaf")->der;
	for (len = 0; len < der[1].size; len += len < 40 ? 1 : 37) {
		gnutls_datum_t cut[2] = { { der[1].data, (unsigned)len },
					  pki_get("sub")->der };

		assert_return_code(chain_from_ders(cut, 2, &chain, NULL), 0);
		assert_return_code(
			tlsa_from_octets(3, 0, 1, cut->data, len, &rr[0], NULL), 0);
		assert_return_code(
			tlsa_from_octets(2, 0, 1, cut[1].data, cut[1].size, &rr[1], NULL),
			0);
		in.rr = rr;
		in.rr_count = 2;
		in.chain = &chain;
		match_chain(&in, &match);
		assert_int_equal(match.code, MATCH_MISMATCH);
		match_clear(&match);
		tlsa_clear(&rr[0]);
		tlsa_clear(&rr[1]);
		chain_clear(&chain);
	}
	assert_return_code(chain_from_ders(der, 3, &chain, NULL), 0);
	assert_return_code(tlsa_from_octets(3, 0, 0, big, sizeof(big), &rr[0], NULL), 0);
	assert_return_code(tlsa_from_octets(3, 0, 1, big, sizeof(big), &rr[1], NULL), 0);
	in.chain = &chain;
	match_chain(&in, &match);
	assert_int_equal(match.code, MATCH_MISMATCH);
	assert_false(match.rec[0].usable);
	match_clear(&match);
	tlsa_clear(&rr[0]);
	tlsa_clear(&rr[1]);
	chain_clear(&chain);
}

/* Any octet of a signed leaf changed: the path is gone. */
static void test_match_chain_changed_leaf_never_matches(void **state)
{
	const struct pki_cert *leaf = pki_get("leaf"), *sub = pki_get("sub");
	struct match_input in = { .names = www, .name_count = 1, .now = PKI_NOW };
	gnutls_datum_t ders[2] = { leaf->der, sub->der };
	struct chain chain;
	struct match match;
	struct tlsa *rr;
	uint8_t *copy = malloc(leaf->der.size);
	size_t i, ok = 0;

	(void)state;
	in.rr_count = pki_records("2 0 1 sub, 2 1 0 sub, 2 0 0 sub", &rr);
	in.rr = rr;
	in.chain = &chain;
	ders[0].data = copy;
	for (i = 0; i < leaf->der.size; i++) {
		memcpy(copy, leaf->der.data, leaf->der.size);
		copy[i] ^= 1;
		assert_return_code(chain_from_ders(ders, 2, &chain, NULL), 0);
		match_chain(&in, &match);
		if (match.code == MATCH_OK)
			print_error("octet %zu (of %u) changed: still OK: %s\n", i,
				    leaf->der.size, match.reason[match.record].text);
		ok += match.code == MATCH_OK;
		match_clear(&match);
		chain_clear(&chain);
	}
	free(copy);
	pki_records_free(rr, in.rr_count);
	assert_int_equal(ok, 0);
}

/* A 2 0 1 record of cert. */
static struct tlsa *one_record(const struct pki_cert *cert)
{
	struct tlsa *rr = calloc(1, sizeof(*rr));

	assert_return_code(
		tlsa_from_octets(2, 0, 1, cert->der.data, cert->der.size, rr, NULL), 0);
	return rr;
}

#define CROWD 255

/* Hundreds of certificates of one name and key that all sign each other. */
/* Who signed costs a signature, and is looked at where a record asks for it. */
static void test_match_chain_verifies_what_is_asked_for(void **state)
{
	static const struct {
		struct row row;
		unsigned signatures;
	} rows[] = {
		{ { "the leaf", "leaf sub", "3 1 1 leaf", "root", 0, 0, 0, 0, NULL }, 0 },
		{ { "no match", "leaf sub", "3 1 1 sub", "root", 0, 0, 0, 0, NULL }, 0 },
		{ { "unusable", "leaf sub", "0 1 1 sub, 1 1 1 leaf, 3 1 1 leaf", "root",
		    MTA, 0, 0, 0, NULL },
		  0 },
		{ { "the issuer", "leaf sub", "2 1 1 sub", "root", 0, 0, 0, 0, NULL },
		  1 },
		{ { "both", "leaf sub", "2 1 1 sub, 3 1 1 leaf", NULL, 0, 0, 0, 0, NULL },
		  1 },
		{ { "a CA", "leaf sub", "1 1 1 leaf", "root", 0, 0, 0, 0, NULL }, 2 },
	};
	struct match match;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		judge(&rows[i].row, &match);
		if (match.signatures != rows[i].signatures)
			fail_msg("%s: %u", rows[i].row.name, match.signatures);
		match_clear(&match);
	}
}

static void test_match_chain_crowd_is_bounded(void **state)
{
	static const struct pki_def def = { .name = "crowd",
					    .cn = "Crowd",
					    .ca = PKI_CA };
	static const struct pki_def leaf_def = { .name = "crowd-leaf",
						 .cn = "leaf",
						 .dns = "www.example.com" };
	struct match_input in = { .names = www, .name_count = 1, .now = PKI_NOW };
	struct pki_cert *crowd[CROWD], *leaf;
	gnutls_datum_t ders[CROWD + 1];
	struct chain chain;
	struct match match;
	struct tlsa *rr;
	int64_t start;
	size_t i;

	(void)state;
	crowd[0] = pki_make(&def, NULL, NULL);
	for (i = 1; i < CROWD; i++)
		crowd[i] = pki_make(&def, crowd[0], crowd[0]);
	leaf = pki_make(&leaf_def, crowd[0], NULL);
	ders[0] = leaf->der;
	for (i = 0; i < CROWD; i++)
		ders[i + 1] = crowd[i]->der;
	assert_return_code(chain_from_ders(ders, CROWD + 1, &chain, NULL), 0);
	in.rr_count = pki_records("2 0 1 root, 2 1 0 root, 0 0 1 root", &rr);
	in.rr = rr;
	in.chain = &chain;
	start = clock_ms();
	match_chain(&in, &match);
	start = clock_ms() - start;
	assert_int_equal(match.code, MATCH_PKIX);
	assert_non_null(strstr(match.reason[0].text, "gave up"));
	assert_non_null(strstr(match.reason[2].text, "no path"));
	if (start > 5000)
		fail_msg("took %lld ms", (long long)start);
	match_clear(&match);
	pki_records_free(rr, in.rr_count);
	/* and an anchor among them is found all the same */
	rr = one_record(crowd[CROWD / 2]);
	in.rr = rr;
	in.rr_count = 1;
	match_chain(&in, &match);
	assert_int_equal(match.code, MATCH_OK);
	match_clear(&match);
	pki_records_free(rr, 1);
	chain_clear(&chain);
	for (i = CROWD; i > 0; i--)
		pki_free(crowd[i - 1]);
	pki_free(leaf);
}

#define LONG_CHAIN 100

/* A path of 100: what lies within PATH_LEN_MAX certificates is found. */
static void test_match_chain_long_path(void **state)
{
	struct match_input in = { .names = www, .name_count = 1, .now = PKI_NOW };
	struct pki_def defs[LONG_CHAIN];
	const size_t at[] = { 1, 15, PATH_LEN_MAX - 1, PATH_LEN_MAX, LONG_CHAIN - 1 };
	char names[LONG_CHAIN][32];
	struct pki_cert *cert[LONG_CHAIN];
	gnutls_datum_t ders[LONG_CHAIN];
	struct chain chain;
	struct match match;
	struct tlsa *rr;
	size_t i, k;

	(void)state;
	memset(defs, 0, sizeof(defs));
	for (i = LONG_CHAIN; i-- > 0;) {
		snprintf(names[i], sizeof(names[i]), "c%zu", i);
		defs[i].name = defs[i].cn = names[i];
		defs[i].ca = i ? PKI_CA : PKI_LEAF;
		defs[i].dns = i ? NULL : "www.example.com";
		cert[i] =
			pki_make(&defs[i], i + 1 < LONG_CHAIN ? cert[i + 1] : NULL, NULL);
		ders[i] = cert[i]->der;
	}
	assert_return_code(chain_from_ders(ders, LONG_CHAIN, &chain, NULL), 0);
	in.chain = &chain;
	in.rr_count = 1;
	for (k = 0; k < sizeof(at) / sizeof(at[0]); k++) {
		i = at[k];
		rr = one_record(cert[i]);
		in.rr = rr;
		match_chain(&in, &match);
		if ((match.code == MATCH_OK) != (i < PATH_LEN_MAX))
			fail_msg("anchor at %zu: %s", i, match.reason[0].text);
		match_clear(&match);
		pki_records_free(rr, 1);
	}
	chain_clear(&chain);
	for (i = 0; i < LONG_CHAIN; i++)
		pki_free(cert[i]);
}

static int free_certificates(void **state)
{
	(void)state;
	pki_free_all();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match_chain_dane_ee),
		cmocka_unit_test(test_match_chain_dane_ta),
		cmocka_unit_test(test_match_chain_anchor_in_dns),
		cmocka_unit_test(test_match_chain_pkix),
		cmocka_unit_test(test_match_chain_among_records),
		cmocka_unit_test(test_match_chain_says_when_the_cn_was_used),
		cmocka_unit_test(test_match_chain_marks_anchors_in_dns),
		cmocka_unit_test(test_match_chain_why_names_things),
		cmocka_unit_test(test_match_chain_compares_the_whole_digest),
		cmocka_unit_test(test_match_chain_without_chain),
		cmocka_unit_test(test_match_chain_garbage_never_matches),
		cmocka_unit_test(test_match_chain_changed_leaf_never_matches),
		cmocka_unit_test(test_match_chain_verifies_what_is_asked_for),
		cmocka_unit_test(test_match_chain_crowd_is_bounded),
		cmocka_unit_test(test_match_chain_long_path),
	};

	return cmocka_run_group_tests(tests, NULL, free_certificates);
}
