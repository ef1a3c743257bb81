/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/why.h"
#include "dns/rrtype.h"
#include "packet.h"

#define SIG "www.example. 300 IN RRSIG A 13 2 600 "
#define SIG_END " 12345 example. AAAA\n"

static const struct {
	const char *name;
	int rcode;
	const char *records;
	enum answer_kind kind;
	size_t rr_count, alias_count;
	const char *owner;
	int64_t ttl;
	time_t expires;
} rows[] = {
	{ "one record", 0, "www.example. 60 IN A 192.0.2.1\n", ANSWER_DATA, 1, 0,
	  "www.example", 60, -1 },
	{ "the smallest TTL", 0,
	  "www.example. 60 IN A 192.0.2.1\nwww.example. 30 IN A 192.0.2.2\n", ANSWER_DATA,
	  2, 0, "www.example", 30, -1 },
	{ "owner in another case", 0, "WWW.Example. 60 IN A 192.0.2.1\n", ANSWER_DATA, 1,
	  0, "www.example", 60, -1 },
	{ "another owner's record", 0, "xxx.example. 60 IN A 192.0.2.1\n", ANSWER_ABSENT,
	  0, 0, "www.example", -1, -1 },
	{ "another type", 0, "www.example. 60 IN AAAA ::1\n", ANSWER_ABSENT, 0, 0,
	  "www.example", -1, -1 },
	{ "no such type", 0, "", ANSWER_ABSENT, 0, 0, "www.example", -1, -1 },
	{ "no such name", 3, "", ANSWER_ABSENT, 0, 0, "www.example", -1, -1 },
	{ "no such name, and a record all the same", 3,
	  "www.example. 60 IN A 192.0.2.1\n", ANSWER_ABSENT, 1, 0, "www.example", 60,
	  -1 },
	{ "SERVFAIL", 2, "", ANSWER_FAILED, 0, 0, "www.example", -1, -1 },
	{ "REFUSED, and a record", 5, "www.example. 60 IN A 192.0.2.1\n", ANSWER_FAILED,
	  1, 0, "www.example", 60, -1 },
	{ "NOTIMP", 4, "", ANSWER_FAILED, 0, 0, "www.example", -1, -1 },
	{ "an alias", 0,
	  "www.example. 60 IN CNAME b.example.\nb.example. 30 IN A 192.0.2.1\n",
	  ANSWER_DATA, 1, 1, "b.example", 30, -1 },
	{ "aliases out of order", 0,
	  "c.example. 30 IN A 192.0.2.1\nb.example. 60 IN CNAME C.example.\n"
	  "www.example. 60 IN CNAME b.example.\n",
	  ANSWER_DATA, 1, 2, "c.example", 30, -1 },
	{ "an alias without a record", 0, "www.example. 60 IN CNAME b.example.\n",
	  ANSWER_ABSENT, 0, 1, "b.example", -1, -1 },
	{ "a record at the alias itself", 0,
	  "www.example. 60 IN CNAME b.example.\nwww.example. 60 IN A 192.0.2.1\n",
	  ANSWER_ABSENT, 0, 1, "b.example", -1, -1 },
	{ "of one algorithm the signature that ends last", 0,
	  "www.example. 60 IN A 192.0.2.1\n" SIG
	  "20261224000000 20261123000000" SIG_END SIG
	  "20270101000000 20261101000000" SIG_END SIG
	  "20261222000000 20261123000000" SIG_END,
	  ANSWER_DATA, 1, 0, "www.example", 60, 1798761600 },
	{ "of two algorithms the one that ends first", 0,
	  "www.example. 60 IN A 192.0.2.1\n" SIG "20270101000000 20261101000000" SIG_END
	  "www.example. 60 IN RRSIG A 8 2 600 20261224000000 20261101000000 1 "
	  "example. AAAA\n",
	  ANSWER_DATA, 1, 0, "www.example", 60, 1798070400 },
	{ "a signature past 2038", 0,
	  "www.example. 60 IN A 192.0.2.1\n" SIG "20400101000000 20261101000000" SIG_END,
	  ANSWER_DATA, 1, 0, "www.example", 60, 2208988800 },
	{ "the signature over another type", 0,
	  "www.example. 60 IN A 192.0.2.1\n"
	  "www.example. 60 IN RRSIG AAAA 13 2 600 20261224000000 20261101000000 1 "
	  "example. AAAA\n",
	  ANSWER_DATA, 1, 0, "www.example", 60, -1 },
};

static void check_row(size_t i)
{
	struct answer a;
	size_t len;
	uint8_t *packet = packet_make("www.example", RRTYPE_A, rows[i].rcode, 0,
				      rows[i].records, NULL, &len);
	int rc = answer_from_packet(packet, len, "www.example", RRTYPE_A, &a, NULL);

	free(packet);
	if (rc != 0)
		fail_msg("%s: returned %d", rows[i].name, rc);
	if (a.kind != rows[i].kind || a.nxdomain != (rows[i].rcode == 3))
		fail_msg("%s: kind %d", rows[i].name, a.kind);
	if (a.rr_count != rows[i].rr_count || a.alias_count != rows[i].alias_count)
		fail_msg("%s: %zu records, %zu aliases", rows[i].name, a.rr_count,
			 a.alias_count);
	if (strcmp(answer_owner(&a, "www.example"), rows[i].owner))
		fail_msg("%s: of %s", rows[i].name, answer_owner(&a, "www.example"));
	if (a.ttl != rows[i].ttl || a.rrsig.expires != rows[i].expires)
		fail_msg("%s: TTL %lld, expires %lld", rows[i].name, (long long)a.ttl,
			 (long long)a.rrsig.expires);
	if ((a.kind == ANSWER_FAILED) != (a.error != NULL))
		fail_msg("%s: error %s", rows[i].name, a.error);
	assert_int_equal(a.security, SECURITY_INDETERMINATE);
	answer_clear(&a);
}

static void test_answer_from_packet_rows(void **state)
{
	size_t i;

	(void)state;
	clock_fix(1795392000); /* 2026-11-23 */
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
	clock_fix(0);
}

/* RFC 9824: NOERROR, and NXNAME among the types of the name's own NSEC. */
static void test_answer_from_packet_reads_compact_denials(void **state)
{
	static const struct {
		const char *name, *records;
		bool nxdomain;
	} cases[] = {
		{ "no such name",
		  "--\nwww.example. 300 IN NSEC \\000.www.example. RRSIG NSEC TYPE128\n",
		  true },
		{ "no such type",
		  "--\nwww.example. 300 IN NSEC \\000.www.example. TXT RRSIG NSEC\n",
		  false },
		{ "types of another window",
		  "--\nwww.example. 300 IN NSEC \\000.www.example. NSEC TYPE384\n",
		  false },
		{ "of another name",
		  "--\nexample. 300 IN NSEC \\000.example. RRSIG NSEC TYPE128\n", false },
		{ "where an alias leads",
		  "www.example. 60 IN CNAME b.example.\n--\n"
		  "b.example. 300 IN NSEC \\000.b.example. RRSIG NSEC TYPE128\n",
		  true },
		{ "beside records, which are there",
		  "www.example. 60 IN A 192.0.2.1\n--\n"
		  "www.example. 300 IN NSEC \\000.www.example. A TYPE128\n",
		  false },
	};
	struct answer a;
	size_t i, len;
	uint8_t *packet;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		packet = packet_make("www.example", RRTYPE_A, 0, 0, cases[i].records,
				     NULL, &len);
		assert_int_equal(answer_from_packet(packet, len, "www.example", RRTYPE_A,
						    &a, NULL),
				 0);
		if (a.nxdomain != cases[i].nxdomain)
			fail_msg("%s: %d", cases[i].name, a.nxdomain);
		answer_clear(&a);
		free(packet);
	}
}

static void test_answer_from_packet_keeps_the_original_ttl(void **state)
{
	struct answer a;
	size_t len;
	uint8_t *packet = packet_make("www.example", RRTYPE_A, 0, 0,
				      "www.example. 60 IN A 192.0.2.1\n" SIG
				      "20261224000000 20261123000000" SIG_END,
				      NULL, &len);

	(void)state;
	clock_fix(1795392000);
	assert_int_equal(
		answer_from_packet(packet, len, "www.example", RRTYPE_A, &a, NULL), 0);
	clock_fix(0);
	assert_int_equal(a.rrsig.original_ttl, 600);
	assert_int_equal(a.rrsig.inception, 1795392000);
	assert_int_equal(a.rr[0].len, 4);
	assert_memory_equal(a.rr[0].rdata, "\xc0\0\2\1", 4);
	answer_clear(&a);
	free(packet);
}

/* RFC 4034 section 3.1.3: fewer labels than the owner has mean that a wildcard's record
 * was expanded; the label of a wildcard itself doesn't count. */
static void test_answer_from_packet_sees_a_wildcard(void **state)
{
	static const struct {
		const char *owner, *records;
		bool wildcard;
	} cases[] = {
		{ "a.www.example",
		  "a.www.example. 60 IN A 192.0.2.1\na.www.example. 60 IN RRSIG A 13 3 "
		  "600 "
		  "20261224000000 20261123000000 1 example. AAAA\n",
		  false },
		{ "a.www.example",
		  "a.www.example. 60 IN A 192.0.2.1\na.www.example. 60 IN RRSIG A 13 2 "
		  "600 "
		  "20261224000000 20261123000000 1 example. AAAA\n",
		  true },
		{ "*.www.example",
		  "*.www.example. 60 IN A 192.0.2.1\n*.www.example. 60 IN RRSIG A 13 2 "
		  "600 "
		  "20261224000000 20261123000000 1 example. AAAA\n",
		  false },
		{ "a.www.example", "a.www.example. 60 IN A 192.0.2.1\n", false },
	};
	struct answer a;
	uint8_t *packet;
	size_t len, i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		packet = packet_make(cases[i].owner, RRTYPE_A, 0, 0, cases[i].records,
				     NULL, &len);
		assert_int_equal(answer_from_packet(packet, len, cases[i].owner, RRTYPE_A,
						    &a, NULL),
				 0);
		if (a.wildcard != cases[i].wildcard)
			fail_msg("case %zu: %d", i, a.wildcard);
		answer_clear(&a);
		free(packet);
	}
}

/* The records themselves are the real ones of another name. */
static void test_answer_from_packet_sees_a_wildcard_alias(void **state)
{
	static const struct {
		const char *labels;
		bool wildcard;
	} cases[] = { { "4", false }, { "3", true } };
	char records[400];
	struct answer a;
	uint8_t *packet;
	size_t len, i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(records, sizeof(records),
			 "_25._tcp.www.example. 60 IN CNAME dane.example.\n"
			 "_25._tcp.www.example. 60 IN RRSIG CNAME 13 %s 600 "
			 "20261224000000 20261123000000 1 example. AAAA\n"
			 "dane.example. 60 IN A 192.0.2.1\n",
			 cases[i].labels);
		packet = packet_make("_25._tcp.www.example", RRTYPE_A, 0, 0, records,
				     NULL, &len);
		assert_int_equal(answer_from_packet(packet, len, "_25._tcp.www.example",
						    RRTYPE_A, &a, NULL),
				 0);
		assert_int_equal(a.alias_count, 1);
		assert_int_equal(a.alias[0].wildcard, cases[i].wildcard);
		assert_false(a.wildcard);
		answer_clear(&a);
		free(packet);
	}
}

/* Reads an answer of so many links of one chain, or records of one RRset. */
static int read_many(int count, bool links, struct why *why)
{
	struct answer a;
	struct buf b;
	uint8_t *packet;
	size_t len;
	int i, rc;

	buf_init(&b, 1 << 20);
	for (i = 0; i < count; i++)
		if (links)
			buf_printf(&b, "%d.example. 60 IN CNAME %d.example.\n", i, i + 1);
		else
			buf_printf(&b, "0.example. 60 IN TYPE1 \\# 4 %08x\n", i);
	packet = packet_make("0.example", RRTYPE_A, 0, 0, buf_str(&b), NULL, &len);
	buf_clear(&b);
	rc = answer_from_packet(packet, len, "0.example", RRTYPE_A, &a, why);
	free(packet);
	if (rc == 0)
		answer_clear(&a);
	return rc;
}

#define SOA(ttl, minimum)                                                                \
	"--\nexample. " ttl " IN SOA ns.example. h.example. 1 7200 3600 86400 " minimum  \
	"\n"

/* RFC 2308 section 3: "the TTL of this record is set from the minimum of the MINIMUM
 * field of the SOA record and the TTL of the SOA itself" */
static void test_answer_from_packet_reads_the_negative_ttl(void **state)
{
	static const struct {
		const char *name, *records;
		int rcode;
		int64_t wanted;
	} cases[] = {
		{ "MINIMUM is smaller", SOA("900", "300"), 0, 300 },
		{ "the SOA's TTL is smaller", SOA("60", "300"), 3, 60 },
		{ "no SOA", "", 0, -1 },
		{ "there are records", "www.example. 60 IN A 192.0.2.1\n" SOA("9", "9"),
		  0, -1 },
	};
	struct answer a;
	struct why why;
	uint8_t *packet;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		packet = packet_make("www.example", RRTYPE_A, cases[i].rcode, 0,
				     cases[i].records, NULL, &len);
		assert_int_equal(answer_from_packet(packet, len, "www.example", RRTYPE_A,
						    &a, &why),
				 0);
		if (a.negative_ttl != cases[i].wanted)
			fail_msg("%s: %lld", cases[i].name, (long long)a.negative_ttl);
		answer_clear(&a);
		free(packet);
	}
}

static void test_answer_from_packet_limits(void **state)
{
	struct why why = { "" };

	(void)state;
	assert_int_equal(read_many(ANSWER_ALIAS_MAX, true, &why), 0);
	assert_int_equal(read_many(ANSWER_ALIAS_MAX + 1, true, &why), DP_ELIMIT);
	assert_non_null(strstr(why.text, "CNAME"));
	assert_int_equal(read_many(ANSWER_RR_MAX, false, &why), 0);
	assert_int_equal(read_many(ANSWER_RR_MAX + 1, false, &why), DP_ELIMIT);
}

static void test_answer_from_packet_refuses_what_is_none(void **state)
{
	struct why why = { "" };
	struct answer a;

	(void)state;
	assert_int_equal(answer_from_packet((const uint8_t *)"abc", 3, "www.example",
					    RRTYPE_A, &a, &why),
			 DP_EFORMAT);
	assert_non_null(strstr(why.text, "www.example"));
	assert_int_equal(
		answer_from_packet((const uint8_t *)"abc", 3, "a..b", RRTYPE_A, &a, &why),
		DP_EINVAL);
}

/* RFC 2308 section 2.2: an SOA makes it a denial. */
static void test_answer_from_packet_tells_referrals(void **state)
{
	static const struct {
		const char *name, *records, *referral;
	} cases[] = {
		{ "downwards", "--\nwww.example. 300 IN NS a.nic.example.\n",
		  "www.example" },
		{ "upwards", "--\n. 300 IN NS a.root-servers.net.\n", "" },
		{ "a denial with an NS",
		  "--\nexample. 300 IN NS a.nic.example.\nexample. 300 IN SOA a. b. 1 2 "
		  "3 4 "
		  "5\n",
		  NULL },
		{ "an answer with an NS",
		  "www.example. 60 IN A 192.0.2.1\n--\nexample. 300 IN NS "
		  "a.nic.example.\n",
		  NULL },
		{ "nothing at all", "", NULL },
	};
	struct answer a;
	uint8_t *packet;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		packet = packet_make("www.example", RRTYPE_A, 0, 0, cases[i].records,
				     NULL, &len);
		assert_int_equal(answer_from_packet(packet, len, "www.example", RRTYPE_A,
						    &a, NULL),
				 0);
		free(packet);
		if (!a.referral != !cases[i].referral ||
		    (a.referral && strcmp(a.referral, cases[i].referral)))
			fail_msg("%s: %s", cases[i].name, a.referral);
		answer_clear(&a);
	}
}

/* RFC 5155 section 3.2; the other sections' prove nothing. */
static void test_answer_from_packet_takes_iterations(void **state)
{
	static const char records[] =
		"--\n0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. 300 IN NSEC3 1 0 200 - "
		"2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG\n"
		"2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. 300 IN NSEC3 1 0 12 - "
		"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A RRSIG\n";
	struct answer a;
	size_t len;
	uint8_t *packet = packet_make("www.example", RRTYPE_A, 0, 0, records, NULL, &len);

	(void)state;
	assert_int_equal(
		answer_from_packet(packet, len, "www.example", RRTYPE_A, &a, NULL), 0);
	free(packet);
	assert_int_equal(a.nsec3_iterations, 200);
	answer_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer_from_packet_takes_iterations),
		cmocka_unit_test(test_answer_from_packet_tells_referrals),
		cmocka_unit_test(test_answer_from_packet_rows),
		cmocka_unit_test(test_answer_from_packet_reads_compact_denials),
		cmocka_unit_test(test_answer_from_packet_keeps_the_original_ttl),
		cmocka_unit_test(test_answer_from_packet_sees_a_wildcard),
		cmocka_unit_test(test_answer_from_packet_sees_a_wildcard_alias),
		cmocka_unit_test(test_answer_from_packet_reads_the_negative_ttl),
		cmocka_unit_test(test_answer_from_packet_limits),
		cmocka_unit_test(test_answer_from_packet_refuses_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
