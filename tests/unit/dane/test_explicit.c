/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/explicit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asn1.h"
#include "dane/ext.h"

#define STEPS_MAX 4

/* One certificate: its policies ("a b *", anyPolicy is *), mappings ("ab": a to b), and
 * numbers; -1: absent. */
struct word {
	const char *policies, *mappings;
	int require, inhibit_mapping, inhibit_any;
	bool self_issued;
};

#define NONE -1, -1, -1, false
#define REQUIRE(n) n, -1, -1, false

static void put_oid(struct asn1 *to, char letter)
{
	const uint8_t oid[] = { 0x2a, 0x03, (uint8_t)letter };

	if (letter == '*')
		asn1_put(to, DER_OID, "\x55\x1d\x20\x00", 4);
	else
		asn1_put(to, DER_OID, oid, sizeof(oid));
}

static void put_policies(struct asn1 *to, const char *letters)
{
	struct asn1 one;

	for (; letters && *letters; letters++) {
		if (*letters == ' ')
			continue;
		one.len = 0;
		put_oid(&one, *letters);
		asn1_put(to, DER_SEQUENCE, one.data, one.len);
	}
}

static void put_mappings(struct asn1 *to, const char *pairs)
{
	struct asn1 one;

	for (; pairs && *pairs; pairs += 2 + (pairs[2] == ' ')) {
		one.len = 0;
		put_oid(&one, pairs[0]);
		put_oid(&one, pairs[1]);
		asn1_put(to, DER_SEQUENCE, one.data, one.len);
	}
}

struct row {
	const char *name;
	struct word step[STEPS_MAX]; /* [0] is the leaf */
	size_t count;
	size_t at;	 /* where it fails */
	const char *why; /* NULL: it holds */
};

static bool row_holds(const struct row *row, size_t *ret_at, const char **ret_why)
{
	static struct asn1 policies[STEPS_MAX], mappings[STEPS_MAX];
	struct explicit_step step[STEPS_MAX];
	struct ext ext[STEPS_MAX];
	size_t i;

	memset(ext, 0, sizeof(ext));
	for (i = 0; i < row->count; i++) {
		const struct word *w = &row->step[i];

		policies[i].len = mappings[i].len = 0;
		put_policies(&policies[i], w->policies);
		put_mappings(&mappings[i], w->mappings);
		ext[i].has_policies = w->policies != NULL;
		ext[i].policies = asn1_reader(&policies[i]);
		ext[i].mappings = asn1_reader(&mappings[i]);
		ext[i].require_policy = w->require;
		ext[i].inhibit_mapping = w->inhibit_mapping;
		ext[i].inhibit_any = w->inhibit_any;
		step[i] = (struct explicit_step){ &ext[i], w->self_issued };
	}
	return explicit_holds(step, row->count, ret_at, ret_why);
}

/* RFC 5280 sections 6.1.3 (d) to (f), 6.1.4 (a) to (j) and 6.1.5 (a), (b) */
static void test_explicit_holds_as_rfc_5280_says(void **state)
{
#define LACKS "has no policy that those above it have"
	static const struct row rows[] = {
		{ "nothing", { { NULL, NULL, NONE }, { NULL, NULL, NONE } }, 2, 0, NULL },
		{ "other policies, none demanded",
		  { { "b", NULL, NONE }, { "a", NULL, NONE } },
		  2,
		  0,
		  NULL },
		{ "demanded, none",
		  { { NULL, NULL, NONE }, { "a", NULL, REQUIRE(0) } },
		  2,
		  0,
		  LACKS },
		{ "demanded, the same",
		  { { "a", NULL, NONE }, { "a", NULL, REQUIRE(0) } },
		  2,
		  0,
		  NULL },
		{ "demanded, one of several",
		  { { "c b", NULL, NONE }, { "a b", NULL, REQUIRE(0) } },
		  2,
		  0,
		  NULL },
		{ "demanded, another",
		  { { "b", NULL, NONE }, { "a", NULL, REQUIRE(0) } },
		  2,
		  0,
		  LACKS },
		{ "demanded of the next but one",
		  { { NULL, NULL, NONE },
		    { "a", NULL, NONE },
		    { "a", NULL, REQUIRE(1) } },
		  3,
		  0,
		  LACKS },
		{ "demanded later than the path is long",
		  { { NULL, NULL, NONE },
		    { NULL, NULL, NONE },
		    { "a", NULL, REQUIRE(3) } },
		  3,
		  0,
		  NULL },
		{ "demanded where the path ends",
		  { { NULL, NULL, NONE },
		    { NULL, NULL, NONE },
		    { "a", NULL, REQUIRE(2) } },
		  3,
		  0,
		  LACKS },
		{ "the count ends at the leaf",
		  { { NULL, NULL, NONE }, { NULL, NULL, REQUIRE(1) } },
		  2,
		  0,
		  LACKS },
		{ "demanded, the middle has none",
		  { { "a", NULL, NONE },
		    { NULL, NULL, NONE },
		    { "a", NULL, REQUIRE(0) } },
		  3,
		  1,
		  LACKS },
		{ "a self-issued one doesn't count",
		  { { NULL, NULL, NONE },
		    { NULL, NULL, -1, -1, -1, true },
		    { "a", NULL, REQUIRE(2) } },
		  3,
		  0,
		  NULL },
		{ "the smaller number counts",
		  { { NULL, NULL, NONE },
		    { "a", NULL, REQUIRE(9) },
		    { "a", NULL, REQUIRE(1) } },
		  3,
		  0,
		  LACKS },
		{ "demanded by the leaf itself",
		  { { NULL, NULL, REQUIRE(0) } },
		  1,
		  0,
		  LACKS },
		{ "demanded by the leaf later",
		  { { NULL, NULL, REQUIRE(1) } },
		  1,
		  0,
		  NULL },
		{ "any above",
		  { { "b", NULL, NONE }, { "*", NULL, REQUIRE(0) } },
		  2,
		  0,
		  NULL },
		{ "any below",
		  { { "*", NULL, NONE }, { "a", NULL, REQUIRE(0) } },
		  2,
		  0,
		  NULL },
		{ "any of both",
		  { { "*", NULL, NONE }, { "*", NULL, REQUIRE(0) } },
		  2,
		  0,
		  NULL },
		{ "any inhibited for the leaf",
		  { { "*", NULL, NONE }, { "a", NULL, 0, -1, 0, false } },
		  2,
		  0,
		  LACKS },
		{ "any inhibited later",
		  { { "*", NULL, NONE }, { "a", NULL, 0, -1, 1, false } },
		  2,
		  0,
		  NULL },
		{ "any of a self-issued one though inhibited",
		  { { "a", NULL, NONE },
		    { "*", NULL, -1, -1, -1, true },
		    { "a", NULL, 0, -1, 0, false } },
		  3,
		  0,
		  NULL },
		{ "any passes on what was expected",
		  { { "b", NULL, NONE }, { "*", NULL, NONE }, { "a", NULL, REQUIRE(0) } },
		  3,
		  0,
		  LACKS },
		{ "mapped",
		  { { "b", NULL, NONE }, { "a", "ab", REQUIRE(0) } },
		  2,
		  0,
		  NULL },
		{ "mapped away",
		  { { "a", NULL, NONE }, { "a", "ab", REQUIRE(0) } },
		  2,
		  0,
		  LACKS },
		{ "mapped from any",
		  { { "b", NULL, NONE }, { "*", "ab", REQUIRE(0) } },
		  2,
		  0,
		  NULL },
		{ "mapped, what wasn't there",
		  { { "b", NULL, NONE }, { "a", "cb", REQUIRE(0) } },
		  2,
		  0,
		  LACKS },
		{ "mapping inhibited",
		  { { "b", NULL, NONE },
		    { "a", "ab", NONE },
		    { "a", NULL, 0, 0, -1, false } },
		  3,
		  0,
		  LACKS },
		{ "mapping not inhibited yet",
		  { { "b", NULL, NONE },
		    { "a", "ab", NONE },
		    { "a", NULL, 0, 1, -1, false } },
		  3,
		  0,
		  NULL },
		{ "maps any",
		  { { "b", NULL, NONE }, { "*", "*b", NONE } },
		  2,
		  1,
		  "maps anyPolicy" },
		{ "maps to any",
		  { { "b", NULL, NONE }, { "a", "a*", NONE } },
		  2,
		  1,
		  "maps anyPolicy" },
	};
	const char *why;
	size_t i, at, faults = 0;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool holds = row_holds(&rows[i], &at, &why);

		if (holds == !rows[i].why &&
		    (holds || (at == rows[i].at && strstr(why, rows[i].why))))
			continue;
		print_error("%s: %s at %zu\n", rows[i].name, holds ? "holds" : why, at);
		faults++;
	}
	assert_int_equal(faults, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explicit_holds_as_rfc_5280_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
