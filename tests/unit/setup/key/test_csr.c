/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/csr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/why.h"
#include "setup/key/key.h"

static char folder[] = "/tmp/test_csr.XXXXXX";

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

static void test_csr_add_name_converts_and_drops_doubles(void **state)
{
	struct csr_names names = { 0 };
	struct why why;

	(void)state;
	assert_int_equal(csr_add_name(&names, "Example.COM.", &why), 0);
	assert_int_equal(csr_add_name(&names, "example.com", &why), 0);
	assert_int_equal(csr_add_name(&names, "*.m\xc3\xbcnchen.example", &why), 0);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.item[0], "example.com");
	assert_string_equal(names.item[1], "*.xn--mnchen-3ya.example");
	assert_int_equal(csr_add_name(&names, "192.0.2.1", &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "192.0.2.1"));
	assert_int_equal(csr_add_name(&names, "www.*.example", &why), DP_EINVAL);
	assert_int_equal(names.count, 2);
	csr_names_clear(&names);
}

/* The name at index i of the SAN; false when there is none. */
static bool san_at(gnutls_x509_crq_t crq, unsigned i, char *name, size_t size)
{
	unsigned type, critical;

	memset(name, 0, size);
	size--;
	return gnutls_x509_crq_get_subject_alt_name(crq, i, name, &size, &type,
						    &critical) >= 0 &&
	       type == GNUTLS_SAN_DNSNAME;
}

static void check_made(const gnutls_datum_t *csr, bool der, bool must_staple)
{
	gnutls_x509_crq_t crq;
	char name[100];
	size_t size = sizeof(name);
	unsigned critical;

	assert_int_equal(gnutls_x509_crq_init(&crq), 0);
	assert_int_equal(
		gnutls_x509_crq_import(crq, csr,
				       der ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM),
		0);
	assert_true(gnutls_x509_crq_verify(crq, 0) >= 0);
	assert_int_equal(gnutls_x509_crq_get_dn(crq, name, &size),
			 GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE);
	assert_true(san_at(crq, 0, name, sizeof(name)));
	assert_string_equal(name, "example.com");
	assert_true(san_at(crq, 1, name, sizeof(name)));
	assert_string_equal(name, "*.example.com");
	assert_false(san_at(crq, 2, name, sizeof(name)));
	size = sizeof(name);
	assert_int_equal(gnutls_x509_crq_get_extension_by_oid(crq, "1.3.6.1.5.5.7.1.24",
							      0, name, &size,
							      &critical) == 0,
			 must_staple);
	gnutls_x509_crq_deinit(crq);
}

static void test_csr_make_has_what_was_asked_for(void **state)
{
	static const enum key_type types[] = { KEY_ECDSA_P256, KEY_ECDSA_P384,
					       KEY_RSA_2048, KEY_ED25519 };
	struct csr_names names = { 0 };
	gnutls_datum_t csr = { 0 };
	struct key *key;
	struct why why;
	size_t i;

	(void)state;
	assert_int_equal(csr_add_name(&names, "example.com", &why), 0);
	assert_int_equal(csr_add_name(&names, "*.example.com", &why), 0);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(key_generate(types[i], &key, &why), 0);
		if (csr_make(key, &names, i & 1, i & 2, &csr, &why) < 0)
			fail_msg("type %zu: %s", i, why.text);
		check_made(&csr, i & 2, i & 1);
		gnutls_free(csr.data);
		key_free(key);
	}
	csr_names_clear(&names);
}

static void test_csr_load_gives_the_key_and_checks_the_signature(void **state)
{
	gnutls_datum_t csr = { 0 }, der = { 0 }, public = { 0 }, of_key = { 0 };
	struct csr_names names = { 0 };
	struct key *key;
	struct why why;

	(void)state;
	assert_int_equal(csr_add_name(&names, "example.com", &why), 0);
	assert_int_equal(key_generate(KEY_ECDSA_P256, &key, &why), 0);
	assert_int_equal(key_public(key, &of_key, &why), 0);
	assert_int_equal(csr_make(key, &names, false, true, &csr, &why), 0);
	assert_int_equal(
		file_create(NULL, "csr", FILE_ACCESS(0644), csr.data, csr.size, &why), 0);
	assert_int_equal(csr_load("csr", &der, &public, &why), 0);
	assert_int_equal(public.size, of_key.size);
	assert_memory_equal(public.data, of_key.data, public.size);
	assert_int_equal(der.size, csr.size);
	gnutls_free(der.data);
	gnutls_free(public.data);
	unlink("csr");
	csr.data[csr.size - 1] ^= 1; /* its signature */
	assert_int_equal(
		file_create(NULL, "csr", FILE_ACCESS(0644), csr.data, csr.size, &why), 0);
	assert_int_equal(csr_load("csr", &der, &public, &why), DP_EFORMAT);
	unlink("csr");
	assert_int_equal(csr_load("csr", &der, &public, &why), DP_ENOENT);
	gnutls_free(csr.data);
	gnutls_free(of_key.data);
	key_free(key);
	csr_names_clear(&names);
}

/* More of them than are remembered, so that the first has to be read anew. */
static void test_csr_load_gives_each_file_its_own_key(void **state)
{
	enum { MANY = 12 };
	gnutls_datum_t csr = { 0 }, der = { 0 }, public = { 0 }, of_key = { 0 };
	struct csr_names names = { 0 };
	struct key *key[MANY];
	char path[MANY][16];
	struct why why;
	size_t i;

	(void)state;
	assert_int_equal(csr_add_name(&names, "example.com", &why), 0);
	for (i = 0; i < MANY; i++) {
		(void)snprintf(path[i], sizeof(path[i]), "csr-%zu", i);
		assert_int_equal(key_generate(KEY_ECDSA_P256, &key[i], &why), 0);
		assert_int_equal(csr_make(key[i], &names, false, false, &csr, &why), 0);
		assert_int_equal(file_create(NULL, path[i], FILE_ACCESS(0644), csr.data,
					     csr.size, &why),
				 0);
		gnutls_free(csr.data);
	}
	for (i = 0; i < 3 * MANY; i++) {
		/* the first, each once, and each twice */
		size_t n = i < MANY ? 0 : i < 2 * MANY ? i - MANY : (i - 2 * MANY) / 2;

		assert_int_equal(csr_load(path[n], &der, &public, &why), 0);
		assert_int_equal(key_public(key[n], &of_key, &why), 0);
		assert_int_equal(public.size, of_key.size);
		assert_memory_equal(public.data, of_key.data, public.size);
		assert_true(der.size > public.size);
		gnutls_free(der.data);
		gnutls_free(public.data);
		gnutls_free(of_key.data);
	}
	for (i = 0; i < MANY; i++) {
		unlink(path[i]);
		key_free(key[i]);
	}
	csr_names_clear(&names);
}

static void test_csr_read_names_gives_what_was_asked_for(void **state)
{
	struct csr_names asked = { 0 }, read = { 0 };
	gnutls_datum_t csr = { 0 };
	struct key *key = NULL;
	struct why why;

	(void)state;
	assert_int_equal(csr_add_name(&asked, "b.example", &why), 0);
	assert_int_equal(csr_add_name(&asked, "*.a.example", &why), 0);
	assert_int_equal(key_generate(KEY_ECDSA_P256, &key, &why), 0);
	assert_int_equal(csr_make(key, &asked, false, false, &csr, &why), 0);
	assert_int_equal(
		file_create(NULL, "csr", FILE_ACCESS(0644), csr.data, csr.size, &why), 0);
	assert_int_equal(csr_read_names("csr", &read, &why), 0);
	assert_int_equal(read.count, 2);
	assert_true(csr_same_names(&asked, &read));
	csr_names_clear(&read);
	unlink("csr");
	assert_int_equal(csr_read_names("csr", &read, &why), DP_ENOENT);
	gnutls_free(csr.data);
	key_free(key);
	csr_names_clear(&asked);
}

static void test_csr_same_names_minds_no_order(void **state)
{
	struct csr_names a = { 0 }, b = { 0 };

	(void)state;
	assert_true(csr_same_names(&a, &b));
	assert_int_equal(csr_add_name(&a, "a.example", NULL), 0);
	assert_false(csr_same_names(&a, &b));
	assert_false(csr_same_names(&b, &a));
	assert_int_equal(csr_add_name(&a, "b.example", NULL), 0);
	assert_int_equal(csr_add_name(&b, "b.example", NULL), 0);
	assert_int_equal(csr_add_name(&b, "a.example", NULL), 0);
	assert_true(csr_same_names(&a, &b));
	assert_int_equal(csr_add_name(&b, "c.example", NULL), 0);
	assert_false(csr_same_names(&a, &b));
	assert_int_equal(csr_add_name(&a, "d.example", NULL), 0);
	assert_false(csr_same_names(&a, &b));
	csr_names_clear(&a);
	csr_names_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csr_add_name_converts_and_drops_doubles),
		cmocka_unit_test(test_csr_make_has_what_was_asked_for),
		cmocka_unit_test(test_csr_load_gives_the_key_and_checks_the_signature),
		cmocka_unit_test(test_csr_load_gives_each_file_its_own_key),
		cmocka_unit_test(test_csr_read_names_gives_what_was_asked_for),
		cmocka_unit_test(test_csr_same_names_minds_no_order),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
