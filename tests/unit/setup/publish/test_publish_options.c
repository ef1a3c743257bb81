/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

static const struct row {
	const char *text, *server, *key; /* both NULL with error */
	const char *error;
} rows[] = {
	{ "", NULL, NULL, NULL },
	{ "key=/etc/key", NULL, "/etc/key", NULL },
	{ "  server=192.0.2.1@53\tkey=a=b ", "192.0.2.1@53", "a=b", NULL },
	{ "key=a key=b", NULL, NULL, "key= stands there twice" },
	{ "key=", NULL, NULL, "key= is empty" },
	{ "server=1 keys=a", NULL, NULL, "'keys=a' is not understood" },
	{ "server=1 key", NULL, NULL, "'key' is not understood" },
};

static void test_publish_options_parse_rows(void **state)
{
	char *server = NULL, *key = NULL;
	const struct publish_option known[] = { { "server", &server }, { "key", &key } };
	struct why why;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		why.text[0] = '\0';
		rc = publish_options_parse(rows[i].text, known, 2, &why);
		assert_int_equal(rc, rows[i].error ? DP_EINVAL : 0);
		if (rows[i].error && !strstr(why.text, rows[i].error))
			fail_msg("'%s': %s", rows[i].text, why.text);
		if (rows[i].server)
			assert_string_equal(server, rows[i].server);
		else
			assert_null(server);
		if (rows[i].key)
			assert_string_equal(key, rows[i].key);
		else
			assert_null(key);
		free(server);
		free(key);
		server = key = NULL;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_publish_options_parse_rows),
	};

	return cmocka_run_group_tests_name("setup/publish_options", tests, NULL, NULL);
}
