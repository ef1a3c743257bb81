/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/why.h"

static char folder[] = "/tmp/test_key.XXXXXX";

static int enter_folder(void **state)
{
	(void)state;
	return !mkdtemp(folder) || chdir(folder) < 0;
}

static int leave_folder(void **state)
{
	(void)state;
	return chdir("/") < 0 || rmdir(folder) < 0;
}

/* RSA 4096 is slow and adds nothing here; the flow test makes one. */
static const struct {
	const char *name;
	enum key_type type;
} types[] = {
	{ "ecdsa-p256", KEY_ECDSA_P256 },
	{ "ecdsa-p384", KEY_ECDSA_P384 },
	{ "rsa-2048", KEY_RSA_2048 },
	{ "ed25519", KEY_ED25519 },
};

static void check_round_trip(const char *name, enum key_type type)
{
	gnutls_datum_t before = { 0 }, after = { 0 };
	struct key *key = NULL, *again = NULL;
	struct why why = { "" };
	struct stat st;

	if (key_generate(type, &key, &why) < 0 || key_save(key, "key.pem", &why) < 0 ||
	    key_load("key.pem", &again, &why) < 0 || key_public(key, &before, &why) < 0 ||
	    key_public(again, &after, &why) < 0)
		fail_msg("%s: %s", name, why.text);
	if (before.size != after.size || memcmp(before.data, after.data, before.size))
		fail_msg("%s: another public key", name);
	assert_int_equal(stat("key.pem", &st), 0);
	if ((st.st_mode & 07777) != 0600)
		fail_msg("%s: mode %o", name, (unsigned)st.st_mode);
	assert_int_equal(unlink("key.pem"), 0);
	gnutls_free(before.data);
	gnutls_free(after.data);
	key_free(key);
	key_free(again);
}

static void test_key_save_and_load_keep_the_key(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		check_round_trip(types[i].name, types[i].type);
}

static void test_key_save_never_overwrites(void **state)
{
	struct key *key = NULL;
	struct why why = { "" };
	char *data;
	size_t len;

	(void)state;
	assert_int_equal(file_create(NULL, "key.pem", FILE_ACCESS(0644), "mine", 4, &why),
			 0);
	assert_int_equal(key_generate(KEY_ECDSA_P256, &key, &why), 0);
	assert_int_equal(key_save(key, "key.pem", &why), DP_EEXIST);
	assert_non_null(strstr(why.text, "key.pem"));
	assert_int_equal(file_read("key.pem", 100, &data, &len, NULL), 0);
	assert_string_equal(data, "mine");
	free(data);
	key_free(key);
	assert_int_equal(unlink("key.pem"), 0);
}

static const struct {
	const char *name, *content, *word;
} refused[] = {
	{ "empty", "", "key.pem is empty, not a private key" },
	{ "junk", "junk\n", "holds no private key" },
	{ "certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	  "is a certificate" },
	{ "request", "-----BEGIN CERTIFICATE REQUEST-----\nAA\n", "signing request" },
	{ "public key", "-----BEGIN PUBLIC KEY-----\nAAAA\n", "is a public key" },
	{ "PKCS#8 encrypted", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n",
	  "encrypted" },
	{ "PEM encrypted", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
	  "encrypted" },
	{ "broken", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	  "can't be read" },
};

static void test_key_load_says_what_a_file_is_instead(void **state)
{
	struct key *key = NULL;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		why.text[0] = '\0';
		assert_int_equal(file_create(NULL, "key.pem", FILE_ACCESS(0600),
					     refused[i].content,
					     strlen(refused[i].content), NULL),
				 0);
		if (key_load("key.pem", &key, &why) != DP_EFORMAT)
			fail_msg("%s: not refused", refused[i].name);
		if (!strstr(why.text, refused[i].word) || strstr(why.text, "AAAA"))
			fail_msg("%s: %s", refused[i].name, why.text);
		assert_int_equal(unlink("key.pem"), 0);
	}
	assert_int_equal(key_load("nowhere.pem", &key, &why), DP_ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_save_and_load_keep_the_key),
		cmocka_unit_test(test_key_save_never_overwrites),
		cmocka_unit_test(test_key_load_says_what_a_file_is_instead),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
