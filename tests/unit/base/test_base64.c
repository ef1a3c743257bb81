/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

/* The test vectors of RFC 4648 section 10, and the last two digits. */
static const struct {
	const char *data, *text;
} rows[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xff\xff\xbe", "//++" },
};

static void test_base64_encode_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = base64_encode((const uint8_t *)rows[i].data,
					   strlen(rows[i].data));

		assert_string_equal(text, rows[i].text);
		free(text);
	}
}

static void test_base64_decode_rows(void **state)
{
	uint8_t *data;
	size_t i, len;

	(void)state;
	for (i = 1; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (base64_decode(rows[i].text, &data, &len, NULL) < 0)
			fail_msg("refuses %s", rows[i].text);
		assert_int_equal(len, strlen(rows[i].data));
		assert_memory_equal(data, rows[i].data, len);
		free(data);
	}
}

static void test_base64_decode_refuses(void **state)
{
	static const char *const bad[] = {
		"",	"Z",	    "Zg",	 "Zg=",	 "Zg===", "Zh==",  "Zm9=", "=g==",
		"Z===", "Zg==Zg==", "Zm9v Zm9v", "Zm9-", "====",  "Zm9v=", "Zg=a"
	};
	struct why why;
	uint8_t *data;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (base64_decode(bad[i], &data, &len, &why) != DP_EFORMAT)
			fail_msg("takes '%s'", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64_encode_rows),
		cmocka_unit_test(test_base64_decode_rows),
		cmocka_unit_test(test_base64_decode_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
