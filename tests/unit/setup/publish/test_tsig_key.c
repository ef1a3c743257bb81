/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/tsig_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/why.h"

#define CLAUSE                                                                           \
	"key \"Update.Example.\" {\n\talgorithm hmac-sha256;\n\tsecret "                 \
	"\"c2VjcmV0\";\n};\n"

static void test_tsig_key_parse_forms(void **state)
{
	static const struct {
		const char *text, *name, *algorithm, *secret;
	} rows[] = {
		{ CLAUSE, "update.example", "hmac-sha256", "c2VjcmV0" },
		{ "key u { secret c2VjcmV0; algorithm hmac-sha512; };", "u",
		  "hmac-sha512", "c2VjcmV0" },
		{ "hmac-sha512:u:c2VjcmV0\n", "u", "hmac-sha512", "c2VjcmV0" },
		/* keymgr -t, whose first line is a comment */
		{ "# hmac-sha256:u:c2VjcmV0\nkey:\n  - id: u\n    algorithm: "
		  "hmac-sha256\n"
		  "    secret: c2VjcmV0\n",
		  "u", "hmac-sha256", "c2VjcmV0" },
		{ "key:\n- id: \"u.\" # ours\n  secret: \"c2VjcmV0\"\n  algorithm: "
		  "hmac-sha512",
		  "u", "hmac-sha512", "c2VjcmV0" },
		/* ddns-confgen */
		{ "# To activate this key, place the following in named.conf, "
		  "and\n" CLAUSE
		  "# Then\nupdate-policy {\n\tgrant key zonesub ANY;\n};\n# After the "
		  "keyfile\nnsupdate -k <keyfile>\n",
		  "update.example", "hmac-sha256", "c2VjcmV0" },
		{ "/* a key u { */ key u{algorithm hmac-sha256;// x;\nsecret "
		  "c2VjcmV0;};",
		  "u", "hmac-sha256", "c2VjcmV0" },
	};
	struct tsig_key key;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		key = (struct tsig_key){ 0 };
		if (tsig_key_parse(rows[i].text, &key, &why) < 0)
			fail_msg("%s: %s", rows[i].text, why.text);
		assert_string_equal(key.name, rows[i].name);
		assert_string_equal(key.algorithm, rows[i].algorithm);
		assert_string_equal(key.secret, rows[i].secret);
		tsig_key_clear(&key);
		assert_null(key.secret);
	}
}

static void test_tsig_key_parse_refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"key",
		"key u",
		"key u {",
		"key u { };",
		"key u { algorithm hmac-sha256; };",
		"key u { secret c2VjcmV0; };",
		"key u { algorithm hmac-md5; secret c2VjcmV0; };",
		"key u { algorithm hmac-sha256; secret \"no base64!\"; };",
		"key u { algorithm hmac-sha256; secret c2VjcmV0; secret c2VjcmV0; };",
		"key u { algorithm hmac-sha256; secret c2VjcmV0; }",
		"key u { algorithm hmac-sha256; secret c2VjcmV0; }; key v { };",
		CLAUSE CLAUSE,
		CLAUSE "update-policy { grant x; }; key \"v\" { };",
		"key:",
		"key:\n- id: u\n  secret: c2VjcmV0\n",
		"key:\n- id: u\n  algorithm: hmac-sha256\n",
		"key:\n- algorithm: hmac-sha256\n  secret: c2VjcmV0\n",
		"key:\n- id: u\n  algorithm: hmac-md5\n  secret: c2VjcmV0\n",
		"key:\n- id: u\n  algorithm: hmac-sha256\n  secret: c2VjcmV0\n- id: v\n",
		("key:\n- id: u\n  algorithm: hmac-sha256\n  secret: c2VjcmV0\n  "
		 "storage: "
		 "x\n"),
		"key:\n- id: u\n  algorithm: hmac-sha256\n  secret: c2VjcmV0\nacl:\n",
		"hmac-sha256:u:",
		"hmac-sha256:u",
		"hmac-md5:u:c2VjcmV0",
		"u:c2VjcmV0",
	};
	struct tsig_key key = { 0 };
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why.text[0] = '\0';
		if (tsig_key_parse(bad[i], &key, &why) == 0)
			fail_msg("taken: %s", bad[i]);
		assert_true(why.text[0] != '\0');
		assert_null(strstr(why.text, "c2VjcmV0"));
		assert_null(key.secret);
	}
}

static void write_key(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

/* A file of another system is read; one of another kind is named. */
static void test_tsig_key_load_rows(void **state)
{
	static const struct {
		const char *text, *says; /* NULL: taken */
	} rows[] = {
		{ "\xef\xbb\xbf" CLAUSE, NULL },
		{ "key \"u\" {\r\n\talgorithm hmac-sha256;\r\n\tsecret "
		  "\"c2VjcmV0\";\r\n};",
		  NULL },
		{ "hmac-sha256:u:c2VjcmV0\xc2\x85", NULL },
		{ "Private-key-format: v1.3\nAlgorithm: 157 (HMAC_MD5)\n",
		  "a private key for DNSSEC, not a TSIG key" },
		{ "-----BEGIN CERTIFICATE-----", "is a certificate, not a TSIG key" },
		{ "trust-anchors { };", "bind.keys" },
		{ "hello", "no TSIG key" },
		{ "", "empty" },
		{ "key u { algorithm hmac-sha256; };", "the secret is missing" },
	};
	char path[] = "test_tsig_key.XXXXXX";
	struct tsig_key key = { 0 };
	struct why why;
	size_t i;
	int rc;

	(void)state;
	assert_int_equal(close(mkstemp(path)), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		why.text[0] = '\0';
		write_key(path, rows[i].text);
		rc = tsig_key_load(path, &key, &why);
		if ((rc < 0) != (rows[i].says != NULL) ||
		    (rc < 0 && !strstr(why.text, rows[i].says)))
			fail_msg("%s: %d %s", rows[i].text, rc, why.text);
		tsig_key_clear(&key);
	}
	unlink(path);
}

static void test_tsig_key_load_refuses_what_all_may_read(void **state)
{
	char path[] = "test_tsig_key.XXXXXX";
	int fd = mkstemp(path);
	struct tsig_key key = { 0 };
	struct why why;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, CLAUSE, strlen(CLAUSE)), strlen(CLAUSE));
	close(fd);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(tsig_key_load(path, &key, &why), DP_EINVAL);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(tsig_key_load(path, &key, &why), 0);
	tsig_key_clear(&key);
	unlink(path);
	assert_true(tsig_key_load(path, &key, &why) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tsig_key_parse_forms),
		cmocka_unit_test(test_tsig_key_parse_refuses),
		cmocka_unit_test(test_tsig_key_load_rows),
		cmocka_unit_test(test_tsig_key_load_refuses_what_all_may_read),
	};

	return cmocka_run_group_tests_name("setup/tsig_key", tests, NULL, NULL);
}
