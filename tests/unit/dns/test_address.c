/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dns/rrtype.h"
#include "fake_resolver.h"
#include "verdict/facts.h"

#define A RRTYPE_A
#define AAAA RRTYPE_AAAA
#define CNAME RRTYPE_CNAME
#define DNAME RRTYPE_DNAME
#define SEC SECURITY_SECURE
#define INS SECURITY_INSECURE
#define BOG SECURITY_BOGUS
#define IND SECURITY_INDETERMINATE

#define FOUR "c0000201"			       /* 192.0.2.1 */
#define FOUR_B "c0000202"		       /* 192.0.2.2 */
#define SIX "20010db8000000000000000000000001" /* 2001:db8::1 */
#define BOTH_TEXT "192.0.2.1 2001:db8::1"
#define ASKED_BOTH "A h AAAA h"

enum { ONLY_4 = 1, ONLY_6 = 2, GIVEN = 4, LATE_4 = 8 };

struct row {
	const char *name;
	unsigned flags;
	enum address_status status;
	const char *addresses; /* wanted, blanks between them */
	const char *expanded;  /* wanted; NULL none */
	const char *asked;     /* wanted */
	int failed_type;       /* wanted */
	struct fake_answer script[6];
};

static const struct row rows[] = {
	{ "both secure",
	  0,
	  ADDRESS_SECURE,
	  BOTH_TEXT,
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "data", NULL, FOUR },
	    { "h", AAAA, SEC, "data", NULL, SIX } } },
	{ "IPv4 first, whatever the order asked",
	  0,
	  ADDRESS_SECURE,
	  "192.0.2.1 192.0.2.2 2001:db8::1",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", AAAA, SEC, "data", NULL, SIX },
	    { "h", A, SEC, "data", NULL, FOUR " " FOUR_B } } },
	{ "IPv4 first, whatever comes first",
	  LATE_4,
	  ADDRESS_SECURE,
	  "192.0.2.1 192.0.2.2 2001:db8::1",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "data", NULL, FOUR " " FOUR_B },
	    { "h", AAAA, SEC, "data", NULL, SIX } } },
	{ "duplicates count once",
	  ONLY_4,
	  ADDRESS_SECURE,
	  "192.0.2.1",
	  NULL,
	  "A h",
	  0,
	  { { "h", A, SEC, "data", NULL, FOUR " " FOUR } } },
	{ "data of a wrong length is left out",
	  ONLY_4,
	  ADDRESS_SECURE,
	  "192.0.2.1",
	  NULL,
	  "A h",
	  0,
	  { { "h", A, SEC, "data", NULL, "c00002 " FOUR } } },
	{ "no AAAA, securely",
	  0,
	  ADDRESS_SECURE,
	  "192.0.2.1",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "data", NULL, FOUR },
	    { "h", AAAA, SEC, "nodata", NULL, NULL } } },
	{ "no A, securely",
	  0,
	  ADDRESS_SECURE,
	  "2001:db8::1",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "nodata", NULL, NULL },
	    { "h", AAAA, SEC, "data", NULL, SIX } } },
	{ "-6 asks for AAAA alone",
	  ONLY_6,
	  ADDRESS_SECURE,
	  "2001:db8::1",
	  NULL,
	  "AAAA h",
	  0,
	  { { "h", AAAA, SEC, "data", NULL, SIX } } },
	{ "the denial of the other family is insecure",
	  0,
	  ADDRESS_SECURE,
	  "192.0.2.1",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "data", NULL, FOUR },
	    { "h", AAAA, INS, "nodata", NULL, NULL } } },
	{ "R2: one RRset insecure",
	  0,
	  ADDRESS_INSECURE,
	  BOTH_TEXT,
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "data", NULL, FOUR },
	    { "h", AAAA, INS, "data", NULL, SIX } } },
	{ "R2: the first RRset insecure",
	  0,
	  ADDRESS_INSECURE,
	  BOTH_TEXT,
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, INS, "data", NULL, FOUR },
	    { "h", AAAA, SEC, "data", NULL, SIX } } },
	{ "R2: both insecure",
	  0,
	  ADDRESS_INSECURE,
	  BOTH_TEXT,
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, INS, "data", NULL, FOUR },
	    { "h", AAAA, INS, "data", NULL, SIX } } },
	{ "R8: A bogus, AAAA fine",
	  0,
	  ADDRESS_BOGUS,
	  "2001:db8::1",
	  NULL,
	  ASKED_BOTH,
	  A,
	  { { "h", A, BOG, "failed", NULL, NULL },
	    { "h", AAAA, SEC, "data", NULL, SIX } } },
	{ "R8: A failed, AAAA fine",
	  0,
	  ADDRESS_FAILED,
	  "2001:db8::1",
	  NULL,
	  ASKED_BOTH,
	  A,
	  { { "h", A, IND, "failed", NULL, NULL },
	    { "h", AAAA, SEC, "data", NULL, SIX } } },
	{ "R8: AAAA failed, A fine",
	  0,
	  ADDRESS_FAILED,
	  "192.0.2.1",
	  NULL,
	  ASKED_BOTH,
	  AAAA,
	  { { "h", A, SEC, "data", NULL, FOUR },
	    { "h", AAAA, IND, "failed", NULL, NULL } } },
	{ "R8: one bogus, one failed",
	  0,
	  ADDRESS_BOGUS,
	  "",
	  NULL,
	  ASKED_BOTH,
	  AAAA,
	  { { "h", A, IND, "failed", NULL, NULL },
	    { "h", AAAA, BOG, "failed", NULL, NULL } } },
	{ "R8: AAAA failed, but only A is asked for",
	  ONLY_4,
	  ADDRESS_SECURE,
	  "192.0.2.1",
	  NULL,
	  "A h",
	  0,
	  { { "h", A, SEC, "data", NULL, FOUR },
	    { "h", AAAA, IND, "failed", NULL, NULL } } },
	{ "no such name, securely",
	  0,
	  ADDRESS_NXDOMAIN,
	  "",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "nxdomain", NULL, NULL },
	    { "h", AAAA, SEC, "nxdomain", NULL, NULL } } },
	{ "no such name, insecurely",
	  0,
	  ADDRESS_NXDOMAIN,
	  "",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, INS, "nxdomain", NULL, NULL },
	    { "h", AAAA, INS, "nxdomain", NULL, NULL } } },
	{ "a name without addresses",
	  0,
	  ADDRESS_NONE,
	  "",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "nodata", NULL, NULL },
	    { "h", AAAA, SEC, "nodata", NULL, NULL } } },
	{ "without addresses of the family asked for",
	  ONLY_6,
	  ADDRESS_NONE,
	  "",
	  NULL,
	  "AAAA h",
	  0,
	  { { "h", A, SEC, "data", NULL, FOUR },
	    { "h", AAAA, SEC, "nodata", NULL, NULL } } },
	{ "an answer that denies nothing",
	  0,
	  ADDRESS_FAILED,
	  "",
	  NULL,
	  ASKED_BOTH,
	  AAAA,
	  { { "h", A, INS, "nodata", NULL, NULL },
	    { "h", AAAA, INS, "empty", NULL, NULL } } },
	{ "an answer that denies nothing, beside an address",
	  0,
	  ADDRESS_INSECURE,
	  "192.0.2.1",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, INS, "data", NULL, FOUR },
	    { "h", AAAA, INS, "empty", NULL, NULL } } },
	{ "unsigned, and denied by an SOA",
	  0,
	  ADDRESS_NONE,
	  "",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, INS, "nodata", NULL, NULL },
	    { "h", AAAA, INS, "nodata", NULL, NULL } } },
	/* --connect-to: having none is no failure, and the denial's security decides. */
	{ "elsewhere, none here",
	  GIVEN,
	  ADDRESS_SECURE,
	  "",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "nodata", NULL, NULL },
	    { "h", AAAA, SEC, "nodata", NULL, NULL } } },
	{ "elsewhere, none here, insecurely",
	  GIVEN,
	  ADDRESS_INSECURE,
	  "",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, INS, "nodata", NULL, NULL },
	    { "h", AAAA, INS, "nodata", NULL, NULL } } },
	{ "elsewhere, insecure addresses",
	  ONLY_4 | GIVEN,
	  ADDRESS_INSECURE,
	  "192.0.2.1",
	  NULL,
	  "A h",
	  0,
	  { { "h", A, INS, "data", NULL, FOUR } } },
	{ "elsewhere, but no such name",
	  GIVEN,
	  ADDRESS_NXDOMAIN,
	  "",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "nxdomain", NULL, NULL },
	    { "h", AAAA, SEC, "nxdomain", NULL, NULL } } },
	{ "elsewhere, but bogus",
	  ONLY_4 | GIVEN,
	  ADDRESS_BOGUS,
	  "",
	  NULL,
	  "A h",
	  A,
	  { { "h", A, BOG, "failed", NULL, NULL } } },
	/* Aliases: links are asked for only where the whole isn't secure. */
	{ "R1: secure aliases to the end",
	  ONLY_4,
	  ADDRESS_SECURE,
	  "192.0.2.1",
	  "c",
	  "A h",
	  0,
	  { { "h", A, SEC, "data", "b c", FOUR } } },
	{ "R2: a secure alias into an insecure zone",
	  ONLY_4,
	  ADDRESS_ALIAS_SECURE,
	  "192.0.2.1",
	  "b",
	  "A h CNAME h",
	  0,
	  { { "h", A, INS, "data", "b", FOUR },
	    { "h", CNAME, SEC, "data", NULL, NULL } } },
	{ "R2: secure, secure, insecure addresses",
	  ONLY_4,
	  ADDRESS_ALIAS_SECURE,
	  "192.0.2.1",
	  "c",
	  "A h CNAME h CNAME b",
	  0,
	  { { "h", A, INS, "data", "b c", FOUR },
	    { "h", CNAME, SEC, "data", NULL, NULL },
	    { "b", CNAME, SEC, "data", NULL, NULL } } },
	{ "R2: the second link is insecure, so the third isn't asked for",
	  ONLY_4,
	  ADDRESS_ALIAS_SECURE,
	  "192.0.2.1",
	  "d",
	  "A h CNAME h CNAME b",
	  0,
	  { { "h", A, INS, "data", "b c d", FOUR },
	    { "h", CNAME, SEC, "data", NULL, NULL },
	    { "b", CNAME, INS, "data", NULL, NULL },
	    { "c", CNAME, SEC, "data", NULL, NULL } } },
	{ "R2: the host's own alias is insecure",
	  ONLY_4,
	  ADDRESS_INSECURE,
	  "192.0.2.1",
	  "c",
	  "A h CNAME h",
	  0,
	  { { "h", A, INS, "data", "b c", FOUR },
	    { "h", CNAME, INS, "data", NULL, NULL },
	    { "b", CNAME, SEC, "data", NULL, NULL } } },
	{ "R8: the host's alias is bogus",
	  ONLY_4,
	  ADDRESS_BOGUS,
	  "192.0.2.1",
	  "b",
	  "A h CNAME h",
	  CNAME,
	  { { "h", A, INS, "data", "b", FOUR },
	    { "h", CNAME, BOG, "failed", NULL, NULL } } },
	{ "R8: the host's alias isn't answered",
	  ONLY_4,
	  ADDRESS_FAILED,
	  "192.0.2.1",
	  "b",
	  "A h CNAME h",
	  CNAME,
	  { { "h", A, INS, "data", "b", FOUR },
	    { "h", CNAME, IND, "failed", NULL, NULL } } },
	{ "R8: a later alias isn't answered: the host's own is secure all the same",
	  ONLY_4,
	  ADDRESS_ALIAS_SECURE,
	  "192.0.2.1",
	  "c",
	  "A h CNAME h CNAME b",
	  0,
	  { { "h", A, INS, "data", "b c", FOUR },
	    { "h", CNAME, SEC, "data", NULL, NULL },
	    { "b", CNAME, IND, "failed", NULL, NULL } } },
	{ "R2: a secure DNAME into an insecure zone: it is asked for, not its CNAME",
	  ONLY_4,
	  ADDRESS_ALIAS_SECURE,
	  "192.0.2.1",
	  "b.y",
	  "A h DNAME z",
	  0,
	  { { "h", A, INS, "data", "b.y/z", FOUR },
	    { "z", DNAME, SEC, "data", NULL, NULL } } },
	{ "R2: a secure alias to an insecure DNAME",
	  ONLY_4,
	  ADDRESS_ALIAS_SECURE,
	  "192.0.2.1",
	  "b.y",
	  "A h CNAME h DNAME z",
	  0,
	  { { "h", A, INS, "data", "b.z b.y/z", FOUR },
	    { "h", CNAME, SEC, "data", NULL, NULL },
	    { "z", DNAME, INS, "data", NULL, NULL } } },
	{ "R8: the DNAME isn't answered",
	  ONLY_4,
	  ADDRESS_FAILED,
	  "192.0.2.1",
	  "b.y",
	  "A h DNAME z",
	  DNAME,
	  { { "h", A, INS, "data", "b.y/z", FOUR },
	    { "z", DNAME, IND, "failed", NULL, NULL } } },
	{ "R2: one family of the alias' target is insecure",
	  0,
	  ADDRESS_ALIAS_SECURE,
	  BOTH_TEXT,
	  "b",
	  ASKED_BOTH " CNAME h",
	  0,
	  { { "h", A, SEC, "data", "b", FOUR },
	    { "h", AAAA, INS, "data", "b", SIX },
	    { "h", CNAME, SEC, "data", NULL, NULL } } },
	{ "an alias to a name that isn't there",
	  0,
	  ADDRESS_NXDOMAIN,
	  "",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "nxdomain", "b", NULL },
	    { "h", AAAA, SEC, "nxdomain", "b", NULL } } },
	{ "an alias to a name without addresses",
	  0,
	  ADDRESS_NONE,
	  "",
	  NULL,
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "nodata", "b", NULL },
	    { "h", AAAA, SEC, "nodata", "b", NULL } } },
	{ "elsewhere, an alias without addresses",
	  GIVEN,
	  ADDRESS_SECURE,
	  "",
	  "b",
	  ASKED_BOTH,
	  0,
	  { { "h", A, SEC, "nodata", "b", NULL },
	    { "h", AAAA, SEC, "nodata", "b", NULL } } },
};

/* What the lookup came to. */
struct seen {
	struct address_lookup *lookup;
	struct address_result result;
	int calls;
	bool free_within;
};

static void on_result(void *arg, struct address_result *take_result)
{
	struct seen *s = arg;

	s->calls++;
	s->result = *take_result;
	if (s->free_within) {
		address_lookup_free(s->lookup);
		s->lookup = NULL;
	}
}

static char *joined(const struct address_result *r)
{
	struct buf b;
	size_t i;

	buf_init(&b, 10000);
	for (i = 0; i < r->count; i++)
		buf_printf(&b, "%s%s", i ? " " : "", r->address[i]);
	return b.data ? b.data : mem_text("");
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void check_row(const struct row *row, bool free_within)
{
	struct facts_target *facts = facts_target_new();
	struct seen s = { .free_within = free_within };
	struct loop *loop = loop_new();
	struct address_conf conf = { .facts = facts,
				     .host = "h",
				     .ipv4 = !(row->flags & ONLY_6),
				     .ipv6 = !(row->flags & ONLY_4),
				     .addresses_given = row->flags & GIVEN };
	char *addresses;

	fake_resolver_set(loop, row->script);
	fake_resolver_delay(row->flags & LATE_4 ? A : 0);
	s.lookup = address_lookup_new(&conf, on_result, &s);
	assert_int_equal(s.calls, 0);
	loop_run(loop);
	addresses = joined(&s.result);
	if (s.calls != 1 || s.result.status != row->status)
		fail_msg("%s: status %d, %d calls", row->name, s.result.status, s.calls);
	if (strcmp(addresses, row->addresses))
		fail_msg("%s: addresses %s", row->name, addresses);
	if (!same(s.result.expanded, row->expanded))
		fail_msg("%s: expanded %s", row->name, s.result.expanded);
	if (!same(fake_resolver_asked(), row->asked))
		fail_msg("%s: asked %s", row->name, fake_resolver_asked());
	if (s.result.failed_type != row->failed_type ||
	    (s.result.error != NULL) != (row->failed_type != 0))
		fail_msg("%s: failed type %d, error %s", row->name, s.result.failed_type,
			 s.result.error);
	free(addresses);
	address_result_clear(&s.result);
	address_lookup_free(s.lookup);
	assert_int_equal(fake_resolver_open(), 0);
	facts_target_free(facts);
	loop_free(loop);
}

static void test_address_lookup_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_row(&rows[i], false);
		check_row(&rows[i], true);
	}
}

/* So many addresses of 10.0.0.0/8 as rdata. */
static char *many(int count)
{
	struct buf b;
	int i;

	buf_init(&b, 10000);
	for (i = 0; i < count; i++)
		buf_printf(&b, "%s0a00%04x", i ? " " : "", i);
	return b.data;
}

static void check_many(int count, enum address_status status)
{
	char *rdata = many(count);
	struct fake_answer script[2] = { { "h", A, SEC, "data", NULL, rdata },
					 { .name = NULL } };
	struct facts_target *facts = facts_target_new();
	struct address_conf conf = { .facts = facts, .host = "h", .ipv4 = true };
	struct loop *loop = loop_new();
	struct seen s = { 0 };

	fake_resolver_set(loop, script);
	s.lookup = address_lookup_new(&conf, on_result, &s);
	loop_run(loop);
	assert_int_equal(s.result.status, status);
	if (status == ADDRESS_FAILED)
		assert_non_null(strstr(s.result.error, "h has more than 256 addresses"));
	else
		assert_int_equal(s.result.count, count);
	address_result_clear(&s.result);
	address_lookup_free(s.lookup);
	facts_target_free(facts);
	loop_free(loop);
	free(rdata);
}

static void test_address_lookup_refuses_more_than_the_limit(void **state)
{
	(void)state;
	check_many(ADDRESS_MAX, ADDRESS_SECURE);
	check_many(ADDRESS_MAX + 1, ADDRESS_FAILED);
}

static void test_address_lookup_free_ends_it_silently(void **state)
{
	static const struct fake_answer script[] = { { "h", A, SEC, "data", NULL, FOUR },
						     { .name = NULL } };
	struct facts_target *facts = facts_target_new();
	struct address_conf conf = { .facts = facts, .host = "h", .ipv4 = true };
	struct loop *loop = loop_new();
	struct seen s = { 0 };

	(void)state;
	fake_resolver_set(loop, script);
	s.lookup = address_lookup_new(&conf, on_result, &s);
	address_lookup_free(s.lookup);
	address_lookup_free(NULL);
	loop_run(loop);
	assert_int_equal(s.calls, 0);
	assert_int_equal(fake_resolver_open(), 0);
	facts_target_free(facts);
	loop_free(loop);
}

/* The lines of the lookup, for the text: each link once, with its own security. */
static void test_address_lookup_describes_each_link(void **state)
{
	static const struct fake_answer script[] = {
		{ "h", A, INS, "data", "b c", FOUR },
		{ "h", CNAME, SEC, "data", NULL, "016200" },
		{ "b", CNAME, INS, "data", NULL, "016300" },
		{ .name = NULL }
	};
	struct facts_target *t = facts_target_new();
	struct address_conf conf = { .facts = t, .host = "h", .ipv4 = true };
	struct loop *loop = loop_new();
	struct seen s = { 0 };

	(void)state;
	fake_resolver_set(loop, script);
	s.lookup = address_lookup_new(&conf, on_result, &s);
	loop_run(loop);
	assert_int_equal(t->lookup_count, 3);
	assert_string_equal(t->lookup[0].name, "c");
	assert_string_equal(t->lookup[0].type, "A");
	assert_int_equal(t->lookup[0].security, INS);
	assert_string_equal(t->lookup[1].name, "h");
	assert_string_equal(t->lookup[1].data, "b");
	assert_int_equal(t->lookup[1].security, SEC);
	assert_string_equal(t->lookup[2].name, "b");
	assert_string_equal(t->lookup[2].data, "c");
	assert_int_equal(t->lookup[2].security, INS);
	address_result_clear(&s.result);
	address_lookup_free(s.lookup);
	facts_target_free(t);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_lookup_rows),
		cmocka_unit_test(test_address_lookup_refuses_more_than_the_limit),
		cmocka_unit_test(test_address_lookup_free_ends_it_silently),
		cmocka_unit_test(test_address_lookup_describes_each_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
