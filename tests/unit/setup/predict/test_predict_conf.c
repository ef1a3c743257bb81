/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/predict_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HEAD "version = 2.1.0\ncert = /x/cert.pem\n\n[renewalparams]\naccount = a\n"

static const struct row {
	const char *name, *renewal, *cli;
	enum predict_key want;
} rows[] = {
	{ "nothing said", HEAD, NULL, PREDICT_NEW_KEY },
	{ "reuse_key", HEAD "reuse_key = True\n", NULL, PREDICT_SAME_KEY },
	{ "reuse_key, no newline", HEAD "reuse_key = True", NULL, PREDICT_SAME_KEY },
	{ "reuse_key = False", HEAD "reuse_key = False\n", NULL, PREDICT_NEW_KEY },
	{ "no blanks", HEAD "reuse_key=true\r\n", NULL, PREDICT_SAME_KEY },
	{ "a comment", HEAD "# reuse_key = True\n", NULL, PREDICT_NEW_KEY },
	{ "the last counts", HEAD "reuse_key = True\nreuse_key = False\n", NULL,
	  PREDICT_NEW_KEY },
	{ "outside the section", "reuse_key = True\n" HEAD, NULL, PREDICT_NEW_KEY },
	{ "in a section behind", HEAD "[[webroot_map]]\nreuse_key = True\n", NULL,
	  PREDICT_NEW_KEY },
	{ "a longer name", HEAD "reuse_key_not = True\n", NULL, PREDICT_NEW_KEY },
	{ "cli.ini says so", HEAD, "rsa-key-size = 4096\nreuse-key = True\n",
	  PREDICT_SAME_KEY },
	{ "cli.ini, the flag alone", HEAD, "reuse-key\n", PREDICT_SAME_KEY },
	{ "cli.ini goes first", HEAD "reuse_key = True\n", "no-reuse-key = true\n",
	  PREDICT_NEW_KEY },
	{ "cli.ini wants new keys", HEAD "reuse_key = True\n", "new-key = True",
	  PREDICT_NEW_KEY },
	{ "cli.ini wants none", HEAD "reuse_key = True\n", "new-key = False",
	  PREDICT_SAME_KEY },
	{ "empty", "", "", PREDICT_NEW_KEY },
};

static void test_predict_conf_certbot_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (predict_conf_certbot(rows[i].renewal, rows[i].cli) != rows[i].want)
			fail_msg("%s", rows[i].name);
}

static void test_predict_conf_certbot_makes_tells_the_type(void **state)
{
	(void)state;
	assert_true(predict_conf_certbot_makes(HEAD, "rsa"));
	assert_true(predict_conf_certbot_makes(HEAD "key_type = rsa\n", "rsa"));
	assert_true(predict_conf_certbot_makes(HEAD "key_type = rsa\r\n", "rsa"));
	assert_false(predict_conf_certbot_makes(HEAD "key_type = rsa\n", "ecdsa"));
	assert_false(predict_conf_certbot_makes(HEAD "key_type = ecdsax\n", "ecdsa"));
	assert_true(predict_conf_certbot_makes("key_type = rsa\n" HEAD, "ecdsa"));
}

static void test_predict_conf_acme_sh_rows(void **state)
{
	(void)state;
	assert_int_equal(predict_conf_acme_sh("Le_Domain='a'\n"), PREDICT_SAME_KEY);
	assert_int_equal(
		predict_conf_acme_sh("Le_Domain='a'\nLe_ForceNewDomainKey='1'\n"),
		PREDICT_NEW_KEY);
	assert_int_equal(predict_conf_acme_sh("Le_Domain='a'\nLe_ForceNewDomainKey=''\n"),
			 PREDICT_SAME_KEY);
	assert_int_equal(
		predict_conf_acme_sh("Le_Domain='a'\nLe_ForceNewDomainKey='0'\n"),
		PREDICT_SAME_KEY);
}

static void test_predict_conf_knows_its_files(void **state)
{
	(void)state;
	assert_true(predict_conf_is_certbot(HEAD));
	assert_false(predict_conf_is_certbot("[section]\n"));
	assert_true(predict_conf_is_acme_sh("Le_Domain='a'\n"));
	assert_true(predict_conf_is_acme_sh("#\nLe_Domain='a'\n"));
	assert_false(predict_conf_is_acme_sh("XLe_Domain='a'\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_predict_conf_certbot_rows),
		cmocka_unit_test(test_predict_conf_certbot_makes_tells_the_type),
		cmocka_unit_test(test_predict_conf_acme_sh_rows),
		cmocka_unit_test(test_predict_conf_knows_its_files),
	};

	return cmocka_run_group_tests_name("setup/predict_conf", tests, NULL, NULL);
}
