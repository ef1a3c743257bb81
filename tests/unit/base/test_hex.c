/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

static const struct {
	const char *name, *text;
	int rc;
	const char *again; /* encoded once more; or what the message has */
} rows[] = {
	{ "lower case", "00ff10ab", 0, "00ff10ab" },
	{ "upper case", "ABCDEF", 0, "abcdef" },
	{ "blanks between", " ab cd\tef\n01 ", 0, "abcdef01" },
	{ "blank inside an octet", "a b", 0, "ab" },
	{ "empty", "", 0, "" },
	{ "blanks only", " \t ", 0, "" },
	{ "odd", "abc", DP_EFORMAT, "3 hexadecimal digits: an odd number" },
	{ "no digit", "abxg", DP_EFORMAT, "0x78" },
	{ "a high byte", "ab\xe9", DP_EFORMAT, "0xe9" },
	{ "prefix", "0xab", DP_EFORMAT, "0x78" },
	{ "separators", "ab:cd", DP_EFORMAT, "0x3a" },
};

static void test_hex_decode_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct why why = { "" };
		uint8_t *data = NULL;
		size_t len = 0;
		int rc = hex_decode(rows[i].text, &data, &len, &why);
		char *again = rc < 0 ? NULL : hex_encode(data, len);

		if (rc != rows[i].rc)
			fail_msg("%s: returned %d", rows[i].name, rc);
		if (rc < 0 && !strstr(why.text, rows[i].again))
			fail_msg("%s: says \"%s\"", rows[i].name, why.text);
		if (rc == 0 && strcmp(again, rows[i].again))
			fail_msg("%s: came to %s", rows[i].name, again);
		if (rc == 0 && (data == NULL) != (len == 0))
			fail_msg("%s: data without length, or the reverse", rows[i].name);
		free(again);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hex_decode_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
