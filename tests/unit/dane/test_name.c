/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pki.h"

static void test_name_covers_names_and_wildcards(void **state)
{
	static const struct {
		const char *name, *presented, *reference;
		bool covers;
	} rows[] = {
		{ "same", "www.example.com", "www.example.com", true },
		{ "case", "WWW.Example.COM", "www.example.com", true },
		{ "case of the reference", "www.example.com", "WWW.example.com", true },
		{ "other", "www.example.com", "ww2.example.com", false },
		{ "shorter", "example.com", "www.example.com", false },
		{ "longer", "www.example.com", "example.com", false },
		{ "prefix", "www.example.co", "www.example.com", false },
		{ "suffix without a dot", "*.example.com", "wwwexample.com", false },
		{ "one label", "localhost", "localhost", true },
		{ "empty", "", "www.example.com", false },
		{ "both empty", "", "", false },
		{ "final dot", "www.example.com.", "www.example.com", false },
		{ "final dot in both", "www.example.com.", "www.example.com.", false },
		{ "leading dot", ".example.com", "www.example.com", false },
		{ "underscore", "_a.example.com", "_a.example.com", true },
		{ "A-label", "xn--bcher-kva.example", "xn--bcher-kva.example", true },
		{ "star", "*.example.com", "www.example.com", true },
		{ "star, case", "*.EXAMPLE.com", "www.example.com", true },
		{ "star, A-label", "*.example.com", "xn--bcher-kva.example.com", true },
		{ "star, and more behind", "*.example.com", "www.example.com.evil",
		  false },
		{ "star is one label", "*.example.com", "a.b.example.com", false },
		{ "star is a label", "*.example.com", "example.com", false },
		{ "star is not empty", "*.example.com", ".example.com", false },
		{ "star over one label", "*.com", "example.com", false },
		{ "star alone", "*", "localhost", false },
		{ "star and dot", "*.", "localhost", false },
		{ "star over everything", "*.*", "example.com", false },
		{ "two stars", "*.*.com", "www.example.com", false },
		{ "partial label, right", "w*.example.com", "www.example.com", false },
		{ "partial label, left", "*w.example.com", "www.example.com", false },
		{ "star not left-most", "www.*.com", "www.example.com", false },
		{ "star asked for", "*.example.com", "*.example.com", false },
		{ "star over an empty label", "*..com", "www..com", false },
		{ "blank", "www.example.com ", "www.example.com", false },
		{ "address", "192.0.2.1", "192.0.2.1", true },
		{ "octets past ASCII",
		  "b\xc3\xbc"
		  "cher.example",
		  "b\xc3\xbc"
		  "cher.example",
		  false },
		{ "slash", "www/example.com", "www/example.com", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (name_covers(rows[i].presented, strlen(rows[i].presented),
				rows[i].reference) != rows[i].covers)
			fail_msg("%s: '%s' and '%s'", rows[i].name, rows[i].presented,
				 rows[i].reference);
}

static void test_name_covers_no_embedded_nul(void **state)
{
	(void)state;
	assert_false(
		name_covers("www.example.com\0.evil.example", 29, "www.example.com"));
	assert_false(name_covers("www.example.com\0", 16, "www.example.com"));
	assert_false(name_covers("*.example.com\0", 14, "www.example.com"));
	assert_false(name_covers("\0", 1, ""));
}

static void test_name_covers_bounded_length(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[255] = '\0';
	assert_true(name_covers(name, 255, name));
	name[255] = 'a';
	name[256] = '\0';
	assert_false(name_covers(name, 256, name));
}

static void test_name_find_in_certificates(void **state)
{
	static const struct {
		const char *cert, *names[2];
		bool allow_cn;
		enum name_source source;
	} rows[] = {
		{ "leaf", { "www.example.com", NULL }, false, NAME_SAN },
		{ "leaf", { "mx.example.org", "www.example.com" }, false, NAME_SAN },
		{ "leaf", { "mx.example.org", NULL }, true, NAME_NONE },
		{ "leaf-wild", { "www.example.com", NULL }, false, NAME_SAN },
		{ "leaf-cn", { "www.example.com", NULL }, true, NAME_CN },
		{ "leaf-cn", { "www.example.com", NULL }, false, NAME_NONE },
		{ "leaf-cn", { "www.example.org", NULL }, true, NAME_NONE },
		{ "leaf-cn-email", { "www.example.com", NULL }, true, NAME_CN },
		{ "leaf-cn-san", { "www.example.com", NULL }, true, NAME_NONE },
		{ "leaf-cn-san", { "other.example.com", NULL }, true, NAME_SAN },
		{ "leaf-nameless", { "www.example.com", NULL }, true, NAME_NONE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (name_find(pki_get(rows[i].cert)->crt, rows[i].names,
			      rows[i].names[1] ? 2 : 1,
			      rows[i].allow_cn) != rows[i].source)
			fail_msg("row %zu: %s, %s", i, rows[i].cert, rows[i].names[0]);
	assert_int_equal(name_find(pki_get("leaf")->crt, NULL, 0, true), NAME_NONE);
}

/* A leaf with what set writes beside an otherwise ordinary certificate, as it comes over
 * the wire. */
static gnutls_x509_crt_t odd_cert(const char *name, void (*set)(gnutls_x509_crt_t crt))
{
	const struct pki_cert *sub = pki_get("sub");
	gnutls_datum_t der;
	gnutls_x509_crt_t crt;
	int rc;

	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, "\x01", 1);
	gnutls_x509_crt_set_activation_time(crt, PKI_NOW);
	gnutls_x509_crt_set_expiration_time(crt, PKI_NOW + 1);
	gnutls_x509_crt_set_key(crt, sub->key);
	set(crt);
	assert_int_equal(
		gnutls_x509_crt_sign2(crt, sub->crt, sub->key, GNUTLS_DIG_SHA256, 0), 0);
	assert_int_equal(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der), 0);
	gnutls_x509_crt_deinit(crt);
	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	rc = gnutls_x509_crt_import(crt, &der, GNUTLS_X509_FMT_DER);
	gnutls_free(der.data);
	if (rc < 0)
		fail_msg("%s: %s", name, gnutls_strerror(rc));
	return crt;
}

/* By hand: GnuTLS would end the name at the NUL. */
static void set_nul_in_san(gnutls_x509_crt_t crt)
{
	gnutls_x509_crt_set_extension_by_oid(
		crt, "2.5.29.17", "\x30\x1f\x82\x1dwww.example.com\0.evil.example", 33,
		0);
}

static void set_nul_in_cn(gnutls_x509_crt_t crt)
{
	gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0,
				      "www.example.com\0.evil.example", 29);
}

static void set_two_cns(gnutls_x509_crt_t crt)
{
	gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0,
				      "www.example.com", 15);
	gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0,
				      "mail.example.com", 16);
}

static void test_name_find_nothing_in_odd_certificates(void **state)
{
	static const struct {
		const char *name;
		void (*set)(gnutls_x509_crt_t crt);
	} rows[] = {
		{ "NUL in a SAN", set_nul_in_san },
		{ "NUL in the CN", set_nul_in_cn },
		{ "two CNs", set_two_cns },
	};
	static const char *const names[] = { "www.example.com" };
	gnutls_x509_crt_t crt;
	enum name_source source;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		crt = odd_cert(rows[i].name, rows[i].set);
		source = name_find(crt, names, 1, true);
		gnutls_x509_crt_deinit(crt);
		if (source != NAME_NONE)
			fail_msg("%s: %d", rows[i].name, (int)source);
	}
}

static int free_certificates(void **state)
{
	(void)state;
	pki_free_all();
	return 0;
}

static void test_name_hosts_leaves_out_what_is_no_host(void **state)
{
	const struct pki_def def = { .name = "hosts",
				     .dns = "WWW.example.com *.example.com a_b.example" };
	struct pki_cert *cert = pki_make(&def, NULL, NULL);
	size_t count = 0, i;
	char **names = name_hosts(cert->crt, 9, &count);

	(void)state;
	assert_int_equal(count, 2);
	assert_string_equal(names[0], "www.example.com");
	assert_string_equal(names[1], "a_b.example");
	for (i = 0; i < count; i++)
		free(names[i]);
	free(names);
	names = name_hosts(cert->crt, 1, &count);
	assert_int_equal(count, 1);
	free(names[0]);
	free(names);
	pki_free(cert);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_hosts_leaves_out_what_is_no_host),
		cmocka_unit_test(test_name_covers_names_and_wildcards),
		cmocka_unit_test(test_name_covers_no_embedded_nul),
		cmocka_unit_test(test_name_covers_bounded_length),
		cmocka_unit_test(test_name_find_in_certificates),
		cmocka_unit_test(test_name_find_nothing_in_odd_certificates),
	};

	return cmocka_run_group_tests(tests, NULL, free_certificates);
}
