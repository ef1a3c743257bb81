/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "dane/match.h"
#include "dane/tlsa.h"
#include "pki.h"

/* R3: RFC 6698 section 4.1, RFC 7672 section 3.1.3 */
static void test_policy_record_usable_by_value(void **state)
{
	static const struct {
		const char *record;
		bool mta;
		const char *reason; /* NULL: usable */
	} rows[] = {
		{ "0 0 1 leaf", false, NULL },
		{ "1 1 2 leaf", false, NULL },
		{ "2 0 0 sub", false, NULL },
		{ "2 1 0 sub", true, NULL },
		{ "3 1 1 leaf", true, NULL },
		{ "0 0 1 leaf", true, "usage 0 does not count for mail relay" },
		{ "1 1 1 leaf", true, "usage 1 does not count for mail relay" },
		{ "4 1 1 leaf", false, "usage 4 is unknown" },
		{ "255 1 1 leaf", false, "usage 255 is for private use" },
		{ "3 2 1 junk", false, "selector 2 is unknown" },
		{ "3 255 1 junk", false, "selector 255 is for private use" },
		{ "3 1 3 junk", false, "matching type 3 is unknown" },
		{ "3 1 255 junk", false, "matching type 255 is for private use" },
		{ "3 1 1 none", false, "holds no data" },
		{ "3 1 0 none", false, "holds no data" },
		{ "3 1 1 hex:00", false, "1 octet; a SHA2-256 digest has 32" },
		{ "3 1 2 hex:0011", false, "2 octets; a SHA2-512 digest has 64" },
		{ "3 0 0 junk", false, "not a certificate" },
		{ "2 1 0 junk", false, "not a public key" },
		{ "3 0 0 hex:3003020100", false, "not a certificate" },
	};
	char reason[POLICY_REASON_SIZE];
	struct tlsa *rr;
	size_t i, count;
	bool usable;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		count = pki_records(rows[i].record, &rr);
		reason[0] = '\0';
		usable = policy_record_usable(rr, rows[i].mta, reason);
		pki_records_free(rr, count);
		if (usable != !rows[i].reason)
			fail_msg("%s: %s", rows[i].record, reason);
		if (!usable && !strstr(reason, rows[i].reason))
			fail_msg("%s: '%s'", rows[i].record, reason);
	}
}

static void test_policy_raw_key_will_do(void **state)
{
	static const struct {
		const char *records;
		bool mta, wanted;
	} rows[] = {
		{ "3 1 1 leaf", false, true },
		{ "3 1 0 leaf, 3 1 1 leaf, 3 1 2 leaf", false, true },
		{ "3 1 1 leaf, 3 0 1 leaf", false, false },
		{ "3 1 1 leaf, 2 1 1 sub", false, false },
		{ "2 1 1 sub", false, false },
		{ "1 1 1 leaf", false, false },
		/* what isn't usable doesn't count, and alone it isn't enough */
		{ "3 1 1 leaf, 1 1 1 leaf", true, true },
		{ "3 1 1 leaf, 1 1 1 leaf", false, false },
		{ "3 1 1 leaf, 3 0 255 junk", false, true },
		{ "3 1 255 junk", false, false },
	};
	struct tlsa *rr;
	size_t i, count;

	(void)state;
	assert_false(policy_raw_key_will_do(NULL, 0, false));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		count = pki_records(rows[i].records, &rr);
		if (policy_raw_key_will_do(rr, count, rows[i].mta) != rows[i].wanted)
			fail_msg("%s", rows[i].records);
		pki_records_free(rr, count);
	}
}

/* A key where a certificate should be, one octet too many, one too few. */
static void test_policy_record_usable_needs_exact_data(void **state)
{
	const struct pki_cert *leaf = pki_get("leaf");
	char reason[POLICY_REASON_SIZE];
	uint8_t data[4096] = { 0 };
	uint8_t s;

	(void)state;
	for (s = 0; s < 2; s++) {
		const gnutls_datum_t *own = s ? &leaf->spki : &leaf->der;
		const gnutls_datum_t *other = s ? &leaf->der : &leaf->spki;
		struct tlsa rr = { 3, s, 0, data, own->size };

		memcpy(data, own->data, own->size);
		assert_true(policy_record_usable(&rr, false, reason));
		rr.len++;
		assert_false(policy_record_usable(&rr, false, reason));
		rr.len -= 2;
		assert_false(policy_record_usable(&rr, false, reason));
		memcpy(data, other->data, other->size);
		rr.len = other->size;
		assert_false(policy_record_usable(&rr, false, reason));
	}
}

/* R4: RFC 7671 section 9 */
static void test_policy_record_superseded_by_stronger_digest(void **state)
{
	static const struct {
		const char *name, *records;
		bool mta, superseded; /* the first record */
	} rows[] = {
		{ "alone", "3 1 1 leaf", false, false },
		{ "beside SHA2-512", "3 1 1 leaf, 3 1 2 leaf", false, true },
		{ "other usage", "3 1 1 leaf, 2 1 2 leaf", false, false },
		{ "other selector", "3 1 1 leaf, 3 0 2 leaf", false, false },
		{ "unusable SHA2-512", "3 1 1 leaf, 3 1 2 hex:00", false, false },
		{ "SHA2-512 itself", "3 1 2 leaf, 3 1 1 leaf", false, false },
		{ "beside full", "3 1 1 leaf, 3 1 0 leaf", false, false },
		{ "full beside SHA2-512", "3 1 0 leaf, 3 1 2 leaf", false, false },
		{ "same digest", "3 1 1 leaf, 3 1 1 sub", false, false },
		{ "usage 1 on MTA", "1 1 1 leaf, 1 1 2 leaf", true, false },
	};
	struct tlsa *rr;
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		count = pki_records(rows[i].records, &rr);
		if (policy_record_superseded(rr, count, 0, rows[i].mta) !=
		    rows[i].superseded)
			fail_msg("%s", rows[i].name);
		pki_records_free(rr, count);
	}
}

static void test_policy_needs_trust_for_usable_pkix(void **state)
{
	static const struct {
		const char *records;
		bool mta, needs;
	} rows[] = {
		{ "", false, false },
		{ "3 1 1 leaf, 2 0 1 sub", false, false },
		{ "3 1 1 leaf, 1 1 1 leaf", false, true },
		{ "0 0 1 sub", false, true },
		{ "0 0 1 sub", true, false },
		{ "0 0 1 none", false, false },
	};
	struct tlsa *rr;
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		count = pki_records(rows[i].records, &rr);
		if (policy_needs_trust(rr, count, rows[i].mta) != rows[i].needs)
			fail_msg("'%s'", rows[i].records);
		pki_records_free(rr, count);
	}
}

/* R13: RFC 7671 section 8 */
static void test_policy_stale_combinations_beside_a_match(void **state)
{
	static const struct {
		const char *name, *records;
		size_t count, index[3];
	} rows[] = {
		{ "one match", "3 1 1 leaf", 0, { 0 } },
		{ "two of one combination", "3 1 1 junk, 3 1 1 leaf", 0, { 0 } },
		{ "two match", "3 1 1 leaf, 2 0 1 sub", 0, { 0 } },
		{ "stale 2 0 1", "3 1 1 leaf, 2 0 1 junk", 1, { 1 } },
		{ "stale twice in one", "2 0 1 junk, 3 1 1 leaf, 2 0 1 junk", 1, { 0 } },
		{ "stale 3 0 2", "3 1 1 leaf, 3 0 2 leaf-renewed", 1, { 1 } },
		/* "each published combination ... must match", and a client that
		 * doesn't support SHA2-512 has the other one only */
		{ "superseded 3 0 1", "3 0 1 junk, 3 0 2 leaf", 1, { 0 } },
		{ "superseded 3 0 1 that matches", "3 0 1 leaf, 3 0 2 leaf", 0, { 0 } },
		{ "superseded 2 1 1 beside its 2 1 2",
		  "2 1 1 junk, 2 1 2 sub",
		  1,
		  { 0 } },
		{ "superseded, one of two is right",
		  "3 1 1 junk, 3 1 1 leaf, 3 1 2 leaf",
		  0,
		  { 0 } },
		{ "unusable", "3 1 1 leaf, 3 0 2 hex:00", 0, { 0 } },
		{ "stale full", "3 1 1 leaf, 3 1 0 sub", 1, { 1 } },
		{ "nothing matches", "3 1 1 junk, 2 0 1 junk", 0, { 0 } },
		{ "three stale",
		  "3 0 1 junk, 2 0 1 junk, 2 1 1 junk, 3 1 1 leaf",
		  3,
		  { 0, 1, 2 } },
	};
	static const char *const www[] = { "www.example.com" };
	struct match_input in = { .names = www, .name_count = 1, .now = PKI_NOW };
	struct chain chain;
	struct match match;
	size_t i, k, found, index[3];
	struct tlsa *rr;

	(void)state;
	pki_chain("leaf sub", &chain);
	in.chain = &chain;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		in.rr_count = pki_records(rows[i].records, &rr);
		in.rr = rr;
		match_chain(&in, &match);
		found = policy_stale_combinations(rr, &match, index, 3);
		if (found != rows[i].count)
			fail_msg("%s: %zu", rows[i].name, found);
		for (k = 0; k < found; k++)
			if (index[k] != rows[i].index[k])
				fail_msg("%s: index %zu", rows[i].name, index[k]);
		/* no more than there is room for, yet all are counted */
		index[2] = 77;
		assert_int_equal(policy_stale_combinations(rr, &match, index, 2), found);
		assert_int_equal(index[2], 77);
		match_clear(&match);
		pki_records_free(rr, in.rr_count);
	}
	chain_clear(&chain);
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
		cmocka_unit_test(test_policy_record_usable_by_value),
		cmocka_unit_test(test_policy_record_usable_needs_exact_data),
		cmocka_unit_test(test_policy_raw_key_will_do),
		cmocka_unit_test(test_policy_record_superseded_by_stronger_digest),
		cmocka_unit_test(test_policy_needs_trust_for_usable_pkix),
		cmocka_unit_test(test_policy_stale_combinations_beside_a_match),
	};

	return cmocka_run_group_tests(tests, NULL, free_certificates);
}
