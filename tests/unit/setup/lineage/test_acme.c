/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/acme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

static const struct row {
	const char *name, *line;
	const char *part; /* of the command */
	const char *end;
} rows[] = {
	{ "a command of the user's", "exec  get {csr} >{cert}", "get {csr} >{cert}", "" },
	{ "certbot's options come first", "certbot --webroot -w /var/www",
	  "certonly --non-interactive --webroot -w /var/www --csr {csr}",
	  "--fullchain-path {fullchain}" },
	{ "a preset without options", "certbot", "certbot certonly", "{fullchain}" },
	{ "uacme takes a copy", "uacme -h /hook",
	  "uacme -h /hook issue {work}/request.csr", "{fullchain}" },
	{ "lego by its hook", "lego --http", "lego --http --csr {csr} run --run-hook",
	  "{fullchain}" },
	{ "acme.sh", "acme.sh -w /var/www",
	  "--signcsr --csr {csr} --cert-home {work} -w /var/www &&", "{fullchain}" },
	{ "dehydrated prints it", "dehydrated\t-f x", "dehydrated -f x --signcsr",
	  "--signcsr {csr} >{fullchain}" },
};

static void test_acme_command_follows_the_table(void **state)
{
	char *command;
	size_t i, end;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (acme_command(rows[i].line, &command, NULL) < 0)
			fail_msg("%s: refused", rows[i].name);
		end = strlen(rows[i].end);
		if (!strstr(command, rows[i].part) || strlen(command) < end ||
		    strcmp(command + strlen(command) - end, rows[i].end) != 0)
			fail_msg("%s: %s", rows[i].name, command);
		free(command);
	}
}

static void test_acme_command_names_the_presets(void **state)
{
	static const char *const bad[] = { "certbo", "certbots --webroot", "Certbot",
					   "execute x", "" };
	struct why why;
	char *command;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (acme_command(bad[i], &command, &why) != DP_EINVAL)
			fail_msg("%s", bad[i]);
		assert_non_null(strstr(why.text, ACME_PRESETS));
	}
	assert_int_equal(acme_command("exec ", &command, &why), DP_EINVAL);
	assert_string_equal(why.text, "acme = exec lacks its command");
}

static void test_acme_is_hook_tells_it_from_clients(void **state)
{
	const char *rest = NULL;
	struct why why;

	(void)state;
	assert_true(acme_is_hook("hook certbot", &rest));
	assert_string_equal(rest, "");
	assert_true(acme_is_hook("hook \tcertbot  a /b/c ", &rest));
	assert_string_equal(rest, "a /b/c ");
	assert_false(acme_is_hook("hook", &rest));
	assert_false(acme_is_hook("hook lego", &rest));
	assert_false(acme_is_hook("certbot hook", &rest));
	assert_false(acme_is_hook("hooks certbot", &rest));
	assert_false(acme_is_hook("hook certbots", &rest));
	assert_int_equal(acme_check("hook certbot x", &why), 0);
	assert_int_equal(acme_check("certbot --standalone", &why), 0);
	assert_int_equal(acme_check("hook lego", &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "hook certbot"));
	assert_int_equal(acme_command("hook certbot", &(char *){ NULL }, &why),
			 DP_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_acme_is_hook_tells_it_from_clients),
		cmocka_unit_test(test_acme_command_follows_the_table),
		cmocka_unit_test(test_acme_command_names_the_presets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
