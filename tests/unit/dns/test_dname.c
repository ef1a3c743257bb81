/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/dname.h"

#include <ldns/ldns.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void check_text(const char *wire, size_t len, const char *wanted)
{
	ldns_rdf *name = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, len, wire);
	char *text = dname_text(name);

	assert_string_equal(text, wanted);
	free(text);
	ldns_rdf_deep_free(name);
}

static void test_dname_text(void **state)
{
	(void)state;
	check_text("\3wWw\7EXAMPLE\0", 13, "www.example");
	check_text("\0", 1, "");
	check_text("\3a.b\1c\0", 7, "a\\.b.c");
	check_text("\4a\0 \xff\0", 6, "a\\000\\032\\255");
}

static void test_dname_tlsa_owner(void **state)
{
	char *owner = dname_tlsa_owner("www.example", 8443, "tcp");

	(void)state;
	assert_string_equal(owner, "_8443._tcp.www.example");
	free(owner);
}

static void test_dname_parent(void **state)
{
	(void)state;
	assert_string_equal(dname_parent("a.b.c"), "b.c");
	assert_null(dname_parent("c"));
	assert_null(dname_parent(""));
	assert_null(dname_parent("c."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dname_text),
		cmocka_unit_test(test_dname_tlsa_owner),
		cmocka_unit_test(test_dname_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
