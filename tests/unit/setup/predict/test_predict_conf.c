/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/predict_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/why.h"

#define FILES                                                                            \
	"version = 2.1.0\ncert = /x/cert.pem\nprivkey = /x/k\nchain = /x/c\nfullchain "  \
	"= /x/f\n"
#define HEAD FILES "\n[renewalparams]\nauthenticator = webroot\n"

static const struct row {
	const char *name, *renewal, *cli;
	enum predict_key want;
} rows[] = {
	{ "nothing said", HEAD, NULL, PREDICT_NEW_KEY },
	{ "reuse_key", HEAD "reuse_key = True\n", NULL, PREDICT_SAME_KEY },
	{ "reuse_key, no newline", HEAD "reuse_key = True", NULL, PREDICT_SAME_KEY },
	{ "reuse_key = False", HEAD "reuse_key = False\n", NULL, PREDICT_NEW_KEY },
	{ "no blanks", HEAD "reuse_key=true\r\n", NULL, PREDICT_SAME_KEY },
	/* ConfigObj's lines */
	{ "a comment behind", HEAD "reuse_key = True # keep it\n", NULL,
	  PREDICT_SAME_KEY },
	{ "a comment without a blank", HEAD "reuse_key = False#True\n", NULL,
	  PREDICT_NEW_KEY },
	{ "quotes", HEAD "\"reuse_key\" = 'TRUE' # x\n", NULL, PREDICT_SAME_KEY },
	{ "indented", HEAD "\treuse_key = True\n", NULL, PREDICT_SAME_KEY },
	{ "three quotes", HEAD "reuse_key = \"\"\"True\"\"\" # x\n", NULL,
	  PREDICT_SAME_KEY },
	{ "in a long value", HEAD "x = '''\nreuse_key = True\n'''\n", NULL,
	  PREDICT_NEW_KEY },
	{ "behind a long value", HEAD "x = '''\n[y]\n'''\nreuse_key = True\n", NULL,
	  PREDICT_SAME_KEY },
	{ "a section with a comment",
	  FILES "[ renewalparams ] # x\nauthenticator = a\nreuse_key = True\n", NULL,
	  PREDICT_SAME_KEY },
	{ "a list elsewhere", HEAD "x = a, 'b, c', \nreuse_key = True\n", NULL,
	  PREDICT_SAME_KEY },
	{ "an empty list and an empty value", HEAD "x = ,\ny =\nreuse_key = True\n", NULL,
	  PREDICT_SAME_KEY },
	{ "a comment", HEAD "# reuse_key = True\n", NULL, PREDICT_NEW_KEY },
	{ "there twice", HEAD "reuse_key = True\nreuse_key = False\n", NULL,
	  PREDICT_NO_RENEWAL },
	{ "there twice, elsewhere", HEAD "x = 1\nx = 1\n", NULL, PREDICT_NO_RENEWAL },
	{ "the section twice", HEAD "[renewalparams]\n", NULL, PREDICT_NO_RENEWAL },
	{ "one inside of it twice", HEAD "[[a]]\nx = 1\n[[a]]\n", NULL,
	  PREDICT_NO_RENEWAL },
	{ "two with one inside", HEAD "[[a]]\n[[b]]\n[[[a]]]\n[c]\n[[a]]\n", NULL,
	  PREDICT_NEW_KEY },
	{ "a section too deep", HEAD "[[[a]]]\n", NULL, PREDICT_NO_RENEWAL },
	{ "a section half open", HEAD "[[a]\n", NULL, PREDICT_NO_RENEWAL },
	{ "neither true nor false", HEAD "reuse_key = 1\n", NULL, PREDICT_NO_RENEWAL },
	{ "a list of them", HEAD "reuse_key = True, True\n", NULL, PREDICT_NO_RENEWAL },
	{ "another that is no bool", HEAD "must_staple = x\n", NULL, PREDICT_NO_RENEWAL },
	{ "told not to", HEAD "autorenew = False\n", NULL, PREDICT_NO_RENEWAL },
	{ "neither section nor key", HEAD "reuse_key\n", NULL, PREDICT_NO_RENEWAL },
	{ "a quote without end", HEAD "x = \"a\n", NULL, PREDICT_NO_RENEWAL },
	{ "text behind quotes", HEAD "x = \"a\" b\n", NULL, PREDICT_NO_RENEWAL },
	{ "three quotes without end", HEAD "x = \"\"\"a\n", NULL, PREDICT_NO_RENEWAL },
	{ "an element missing", HEAD "x = a,,b\n", NULL, PREDICT_NO_RENEWAL },
	{ "no file",
	  "cert = a\nprivkey = b\nchain = c\n[renewalparams]\nauthenticator = d\n", NULL,
	  PREDICT_NO_RENEWAL },
	{ "no section", FILES, NULL, PREDICT_NO_RENEWAL },
	{ "no authenticator", FILES "[renewalparams]\n", NULL, PREDICT_NO_RENEWAL },
	{ "an authenticator elsewhere",
	  FILES "[renewalparams]\n[[x]]\nauthenticator = a\n", NULL, PREDICT_NO_RENEWAL },
	{ "cli.ini, a comment behind", HEAD, "reuse-key = True # keep it\n",
	  PREDICT_SAME_KEY },
	{ "cli.ini, a comment's mark in it", HEAD, "reuse-key = True#x\n",
	  PREDICT_NEW_KEY },
	{ "cli.ini, a colon", HEAD, "[x]\n reuse-key: yes ; x\n", PREDICT_SAME_KEY },
	{ "cli.ini, a blank", HEAD, "reuse-key false\nnew_key on", PREDICT_NEW_KEY },
	{ "cli.ini mends nothing", FILES, "reuse-key = True\n", PREDICT_NO_RENEWAL },
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
	{ "empty", "", "", PREDICT_NO_RENEWAL },
	{ "blanks", " \n\t\n", "", PREDICT_NO_RENEWAL },
};

static void test_predict_conf_certbot_rows(void **state)
{
	enum predict_key key;
	struct why why;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		key = PREDICT_NO_RENEWAL;
		why.text[0] = '\0';
		rc = predict_conf_certbot(rows[i].renewal, rows[i].cli, &key, &why);
		if (key != rows[i].want)
			fail_msg("%s: %d, %s", rows[i].name, (int)key, why.text);
		if (rc != (key == PREDICT_NO_RENEWAL ? DP_EFORMAT : 0) ||
		    (rc < 0 && !why.text[0]))
			fail_msg("%s: %d", rows[i].name, rc);
	}
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
	assert_true(predict_conf_certbot_makes(HEAD "key_type = \"rsa\" # x\n", "rsa"));
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
