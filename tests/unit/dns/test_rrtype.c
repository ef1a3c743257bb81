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
	static const int types[] = { RRTYPE_A,	  RRTYPE_NS,	RRTYPE_CNAME,
				     RRTYPE_AAAA, RRTYPE_DNAME, RRTYPE_DNSKEY,
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rrtype_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
