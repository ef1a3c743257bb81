/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rrtype.h"

#include <ldns/ldns.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Numbers and names are the ones that ldns has. */
static void test_rrtype_name(void **state)
{
	static const int types[] = { RRTYPE_A,	 RRTYPE_NS,   RRTYPE_CNAME, RRTYPE_SOA,
				     RRTYPE_MX,	 RRTYPE_AAAA, RRTYPE_SRV,   RRTYPE_DNAME,
				     RRTYPE_OPT, RRTYPE_DS,   RRTYPE_RRSIG, RRTYPE_DNSKEY,
				     RRTYPE_TLSA };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char *text = ldns_rr_type2str((ldns_rr_type)types[i]);

		assert_string_equal(rrtype_name(types[i]), text);
		free(text);
	}
	assert_string_equal(rrtype_name(65280), "record");
}

/* Every type that ldns knows by name. */
static void test_rrtype_is_type(void **state)
{
	static const char *const none[] = { "",	      "IN",    "TYPE", "TYPE123456",
					    "TYPE1x", "TLSAA", "TLS",  "3600" };
	size_t i;

	(void)state;
	for (i = 1; i < 65536; i++) {
		char *text = ldns_rr_type2str((ldns_rr_type)i);

		if (!rrtype_is_type(text))
			fail_msg("%s is none", text);
		free(text);
	}
	assert_true(rrtype_is_type("tlsa"));
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (rrtype_is_type(none[i]))
			fail_msg("%s is one", none[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rrtype_name),
		cmocka_unit_test(test_rrtype_is_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
