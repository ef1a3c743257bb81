/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/describe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/answer.h"
#include "dns/rrtype.h"
#include "packet.h"

static struct answer read_answer(int type, int rcode, enum security security,
				 const char *records)
{
	struct answer a;
	size_t len;
	uint8_t *packet = packet_make("h", type, rcode, 0, records, NULL, &len);

	assert_int_equal(answer_from_packet(packet, len, "h", (uint16_t)type, &a, NULL),
			 0);
	a.security = security;
	free(packet);
	return a;
}

static const struct {
	const char *name;
	int type, rcode;
	enum security security;
	const char *records, *data;
	bool failed, absent, nxdomain;
} rows[] = {
	{ "addresses", RRTYPE_A, 0, SECURITY_SECURE,
	  "h. 60 IN A 192.0.2.1\nh. 60 IN A 192.0.2.2\n", "192.0.2.1, 192.0.2.2", false,
	  false, false },
	{ "IPv6", RRTYPE_AAAA, 0, SECURITY_INSECURE, "h. 60 IN AAAA 2001:db8::1\n",
	  "2001:db8::1", false, false, false },
	{ "an alias", RRTYPE_CNAME, 0, SECURITY_SECURE, "h. 60 IN CNAME Www.Example.\n",
	  "www.example", false, false, false },
	{ "records that are shown elsewhere", RRTYPE_TLSA, 0, SECURITY_SECURE,
	  "h. 60 IN TLSA 3 1 1 aabb\n", NULL, false, false, false },
	{ "no such type", RRTYPE_A, 0, SECURITY_SECURE, "", NULL, false, true, false },
	{ "no such name", RRTYPE_A, 3, SECURITY_INSECURE, "", NULL, false, true, true },
	{ "refused", RRTYPE_A, 5, SECURITY_INDETERMINATE, "", NULL, true, false, false },
};

static void test_describe_answer_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct facts_target *t = facts_target_new();
		struct answer a = read_answer(rows[i].type, rows[i].rcode,
					      rows[i].security, rows[i].records);
		const struct facts_lookup *l;

		describe_answer(t, "h", (uint16_t)rows[i].type, &a);
		l = t->lookup;
		if (t->lookup_count != 1 || strcmp(l->name, "h") ||
		    strcmp(l->type, rrtype_name(rows[i].type)) ||
		    l->security != rows[i].security)
			fail_msg("%s: name, type or security", rows[i].name);
		if ((l->data == NULL) != (rows[i].data == NULL) ||
		    (l->data && strcmp(l->data, rows[i].data)))
			fail_msg("%s: data %s", rows[i].name, l->data);
		if (l->failed != rows[i].failed || l->absent != rows[i].absent ||
		    l->nxdomain != rows[i].nxdomain ||
		    (l->error != NULL) != rows[i].failed)
			fail_msg("%s: fate", rows[i].name);
		answer_clear(&a);
		facts_target_free(t);
	}
}

static void test_describe_aliases(void **state)
{
	struct facts_target *t = facts_target_new();
	struct answer a = read_answer(
		RRTYPE_A, 0, SECURITY_SECURE,
		"h. 60 IN CNAME b.\nb. 60 IN CNAME c.\nc. 60 IN A 192.0.2.1\n"
		"b. 60 IN RRSIG CNAME 13 1 600 20261224000000 20261101000000 1 . AAAA\n");

	(void)state;
	describe_aliases(t, "h", &a);
	assert_int_equal(t->lookup_count, 2);
	assert_string_equal(t->lookup[0].name, "h");
	assert_string_equal(t->lookup[0].data, "b");
	assert_string_equal(t->lookup[1].name, "b");
	assert_string_equal(t->lookup[1].data, "c");
	assert_string_equal(t->lookup[1].type, "CNAME");
	assert_int_equal(t->lookup[0].rrsig_expires, -1);
	assert_int_equal(t->lookup[1].rrsig_expires, 1798070400);
	assert_int_equal(t->lookup[1].rrsig_inception, 1793491200);
	assert_int_equal(t->lookup[1].rrsig_original_ttl, 600);
	answer_clear(&a);
	facts_target_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_describe_answer_rows),
		cmocka_unit_test(test_describe_aliases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
