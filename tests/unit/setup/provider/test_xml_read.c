/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/xml_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/why.h"

static bool write_element(const struct xml_element *e, void *arg)
{
	buf_printf(arg, "%zu %s=%s;", e->depth, e->name, e->text);
	return strcmp(e->name, "stop") != 0;
}

#define LONG "abcdefghij"
#define LONG_100 LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG
#define LONG_400 LONG_100 LONG_100 LONG_100 LONG_100

static void test_xml_read_each_rows(void **state)
{
	static const struct {
		const char *body;
		int rc;
		const char *want;
	} rows[] = {
		{ "<?xml version=\"1.0\"?>\n<a xmlns=\"n\"><b>x &amp; y&#39;</b><c/></a>",
		  0, "2 b=x & y';2 c=;1 a=;" },
		{ "<a xmlns=\"n\"><b xmlns=\"m\">x</b></a>", 0, "1 a=;" },
		{ "<a xmlns=\"n\"><b>" LONG_400 "</b></a>", 0, "2 b=" LONG_400 ";1 a=;" },
		{ "<a xmlns=\"n\"><stop>1</stop><b>", 0, "2 stop=1;" },
		{ "<a xmlns=\"n\"><b>x</a>", DP_EFORMAT, NULL },
		{ "<a xmlns=\"n\"><b>x</b>", DP_EFORMAT, NULL },
		{ "<!DOCTYPE a [<!ENTITY e \"x\">]><a xmlns=\"n\">&e;</a>", DP_EFORMAT,
		  NULL },
		{ "", DP_EFORMAT, NULL },
		{ "{}", DP_EFORMAT, NULL },
	};
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&b, 10000);
		assert_int_equal(
			xml_read_each(rows[i].body, "n", write_element, &b, NULL),
			rows[i].rc);
		if (rows[i].want)
			assert_string_equal(buf_str(&b), rows[i].want);
		buf_clear(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_xml_read_each_rows) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
