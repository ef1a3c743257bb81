/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "dane/der.h"
#include "dane/tlsa.h"
#include "pki.h"

#define KEY_PEM "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"

/* The public key of a certificate as PEM; the caller frees it. */
static char *public_pem(const char *name)
{
	gnutls_pubkey_t key;
	gnutls_datum_t pem;
	char *text;

	assert_int_equal(gnutls_pubkey_init(&key), 0);
	assert_int_equal(
		gnutls_pubkey_import(key, &pki_get(name)->spki, GNUTLS_X509_FMT_DER), 0);
	assert_int_equal(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_PEM, &pem), 0);
	text = mem_text_n((const char *)pem.data, pem.size);
	gnutls_free(pem.data);
	gnutls_pubkey_deinit(key);
	return text;
}

static void test_chain_from_ders_reads_certificates(void **state)
{
	const struct pki_cert *leaf = pki_get("leaf");
	struct chain chain;
	struct tlsa rr;

	(void)state;
	pki_chain("leaf sub", &chain);
	assert_int_equal(chain.count, 2);
	assert_false(chain.raw_key);
	assert_non_null(chain.cert[0].crt);
	assert_int_equal(chain.cert[0].not_before, PKI_NOW - 10 * 24 * 3600);
	assert_int_equal(chain.cert[0].not_after, PKI_NOW + 80 * 24 * 3600);
	assert_int_equal(
		tlsa_from_octets(3, 1, 1, leaf->spki.data, leaf->spki.size, &rr, NULL),
		0);
	assert_memory_equal(chain.cert[0].spki_sha256, rr.data, 32);
	tlsa_clear(&rr);
	assert_int_equal(
		tlsa_from_octets(3, 0, 1, leaf->der.data, leaf->der.size, &rr, NULL), 0);
	assert_memory_equal(chain.cert[0].cert_sha256, rr.data, 32);
	tlsa_clear(&rr);
	chain_clear(&chain);
	assert_null(chain.cert);
}

/* GnuTLS's own export of the key agrees with the octets taken from the certificate. */
static void test_chain_select_takes_the_octets(void **state)
{
	static const char *const names[] = { "leaf",	   "rsa-root",
					     "pss-root",   "ed25519-root",
					     "ed448-root", "p384-leaf",
					     "v1" };
	gnutls_datum_t selected, exported;
	gnutls_pubkey_t key;
	struct chain chain;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		pki_chain(names[i], &chain);
		selected = chain_select(&chain.cert[0], TLSA_SPKI);
		assert_int_equal(gnutls_pubkey_init(&key), 0);
		assert_int_equal(gnutls_pubkey_import_x509(key, chain.cert[0].crt, 0), 0);
		assert_int_equal(
			gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &exported), 0);
		if (selected.size != exported.size ||
		    memcmp(selected.data, exported.data, selected.size))
			fail_msg("%s: the keys differ", names[i]);
		gnutls_free(exported.data);
		gnutls_pubkey_deinit(key);
		selected = chain_select(&chain.cert[0], TLSA_CERT);
		assert_int_equal(selected.size, pki_get(names[i])->der.size);
		assert_null(chain_select(&chain.cert[0], 2).data);
		chain_clear(&chain);
	}
}

static void test_chain_from_ders_limits(void **state)
{
	gnutls_datum_t ders[CHAIN_MAX + 1];
	struct chain chain;
	size_t i;

	(void)state;
	for (i = 0; i <= CHAIN_MAX; i++)
		ders[i] = pki_get("leaf")->der;
	assert_int_equal(chain_from_ders(ders, 0, &chain, NULL), DP_EFORMAT);
	assert_int_equal(chain_from_ders(ders, CHAIN_MAX + 1, &chain, NULL), DP_ELIMIT);
	assert_int_equal(chain_from_ders(ders, CHAIN_MAX, &chain, NULL), 0);
	assert_int_equal(chain.count, CHAIN_MAX);
	chain_clear(&chain);
}

static void test_chain_from_ders_keeps_garbage_as_octets(void **state)
{
	gnutls_datum_t whole = pki_get("leaf")->der;
	uint8_t *longer = mem_zero(whole.size + 1);
	struct chain chain;
	unsigned len;

	(void)state;
	memcpy(longer, whole.data, whole.size);
	for (len = 0; len <= whole.size + 1; len++) {
		gnutls_datum_t der = { longer, len };

		assert_int_equal(chain_from_ders(&der, 1, &chain, NULL), 0);
		if ((chain.cert[0].crt != NULL) != (len == whole.size))
			fail_msg("%u of %u octets", len, whole.size);
		assert_int_equal(chain.cert[0].der.size, len);
		chain_clear(&chain);
	}
	free(longer);
}

static void test_chain_from_raw_key_takes_spki_only(void **state)
{
	const struct pki_cert *leaf = pki_get("leaf");
	gnutls_datum_t cut = leaf->spki;
	struct chain chain;

	(void)state;
	assert_int_equal(chain_from_raw_key(&leaf->spki, &chain, NULL), 0);
	assert_true(chain.raw_key);
	assert_null(chain.cert[0].crt);
	assert_null(chain_select(&chain.cert[0], TLSA_CERT).data);
	assert_int_equal(chain_select(&chain.cert[0], TLSA_SPKI).size, leaf->spki.size);
	chain_clear(&chain);
	assert_int_equal(chain_from_raw_key(&leaf->der, &chain, NULL), DP_EFORMAT);
	cut.size--;
	assert_int_equal(chain_from_raw_key(&cut, &chain, NULL), DP_EFORMAT);
	cut.size = 0;
	assert_int_equal(chain_from_raw_key(&cut, &chain, NULL), DP_EFORMAT);
}

/* Concatenates; the caller frees it. */
static char *join(const char *a, const char *b, const char *c)
{
	return mem_printf("%s%s%s", a, b, c);
}

static void test_chain_from_file_reads_pem(void **state)
{
	char *two = pki_pem("leaf sub"), *one = pki_pem("leaf"),
	     *key = public_pem("leaf");
	const struct {
		const char *name, *a, *b, *c;
		size_t count; /* 0: refused */
		bool raw;
		const char *why;
	} rows[] = {
		{ "two", two, "", "", 2, false, NULL },
		{ "text around", "Subject: x\n", one, "-----\nmore\n", 1, false, NULL },
		{ "a key first", KEY_PEM, one, "", 1, false, NULL },
		{ "a key last", one, KEY_PEM, "", 1, false, NULL },
		{ "public key", key, "", "", 1, true, NULL },
		{ "public key beside a certificate", key, one, "", 1, false, NULL },
		{ "private key alone", KEY_PEM, "", "", 0, false,
		  "it is a private key, not a certificate" },
		{ "no end", one, "-----BEGIN CERTIFICATE-----\nAAAA\n", "", 0, false,
		  "no end" },
		{ "bad base64", one,
		  "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "", 0,
		  false, "PEM block" },
		{ "not a certificate", one,
		  "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "", 0,
		  false, "certificate 2" },
		{ "not a key",
		  "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n", "", "",
		  0, false, "public key" },
		{ "text", "hello", "", "", 0, false, "neither PEM" },
		{ "long label",
		  "-----BEGIN "
		  "0123456789012345678901234567890123456789012345678901234567890123456789"
		  "-----\n",
		  one, "", 1, false, NULL },
	};
	struct chain chain;
	struct why why;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = join(rows[i].a, rows[i].b, rows[i].c);

		rc = chain_from_file(text, strlen(text), &chain, &why);
		free(text);
		if ((rc == 0) != (rows[i].count > 0))
			fail_msg("%s: %d %s", rows[i].name, rc, rc ? why.text : "");
		if (rc < 0) {
			if (rc != DP_EFORMAT || !strstr(why.text, rows[i].why))
				fail_msg("%s: %d '%s'", rows[i].name, rc, why.text);
			continue;
		}
		if (chain.count != rows[i].count || chain.raw_key != rows[i].raw)
			fail_msg("%s: %zu certificates", rows[i].name, chain.count);
		chain_clear(&chain);
	}
	free(two);
	free(one);
	free(key);
}

static void test_chain_from_file_reads_der(void **state)
{
	const struct pki_cert *leaf = pki_get("leaf");
	uint8_t *longer = mem_zero(leaf->der.size + 1);
	struct chain chain;
	struct why why;

	(void)state;
	memcpy(longer, leaf->der.data, leaf->der.size);
	assert_int_equal(chain_from_file(longer, leaf->der.size, &chain, NULL), 0);
	assert_int_equal(chain.count, 1);
	assert_false(chain.raw_key);
	chain_clear(&chain);
	assert_int_equal(chain_from_file(longer, leaf->der.size + 1, &chain, &why),
			 DP_EFORMAT);
	assert_int_equal(chain_from_file(longer, leaf->der.size - 1, &chain, &why),
			 DP_EFORMAT);
	assert_int_equal(chain_from_file(longer, 0, &chain, &why), DP_EFORMAT);
	assert_string_equal(why.text, "no certificate: empty");
	assert_int_equal(chain_from_file(leaf->spki.data, leaf->spki.size, &chain, NULL),
			 0);
	assert_true(chain.raw_key);
	chain_clear(&chain);
	free(longer);
}

static void test_chain_from_file_limits(void **state)
{
	char *one = pki_pem("leaf"), *many;
	size_t i, len = strlen(one);
	struct chain chain;

	(void)state;
	many = mem_zero((CHAIN_MAX + 1) * len);
	for (i = 0; i <= CHAIN_MAX; i++)
		memcpy(many + i * len, one, len);
	assert_int_equal(chain_from_file(many, (CHAIN_MAX + 1) * len, &chain, NULL),
			 DP_ELIMIT);
	assert_int_equal(chain_from_file(many, CHAIN_MAX * len, &chain, NULL), 0);
	assert_int_equal(chain.count, CHAIN_MAX);
	chain_clear(&chain);
	free(many);
	free(one);
}

static void test_chain_trust_from_pem_leaves_out_what_it_cannot_read(void **state)
{
	char *pem = pki_pem("root root2");
	char *text = join(
		pem,
		"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
		"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n" KEY_PEM,
		pem);
	struct trust trust;

	(void)state;
	assert_int_equal(chain_trust_from_pem(text, strlen(text), &trust, NULL), 0);
	assert_int_equal(trust.count, 4);
	chain_trust_clear(&trust);
	assert_int_equal(chain_trust_from_pem("", 0, &trust, NULL), 0);
	assert_int_equal(trust.count, 0);
	chain_trust_clear(&trust);
	assert_int_equal(chain_trust_from_pem(NULL, 0, &trust, NULL), 0);
	chain_trust_clear(&trust);
	free(text);
	free(pem);
}

/* Lengths that lie: none may read past the end (the sanitizers look on). */
static void test_der_read_cert_hostile_lengths(void **state)
{
	static const struct {
		const char *name;
		uint8_t der[8];
		unsigned len;
	} rows[] = {
		{ "no length", { 0x30 }, 1 },
		{ "indefinite", { 0x30, 0x80, 0, 0 }, 4 },
		{ "long form missing", { 0x30, 0x84 }, 2 },
		{ "four octets of length", { 0x30, 0x84, 1, 0, 0, 0 }, 6 },
		{ "length not minimal", { 0x30, 0x81, 0x01, 0 }, 4 },
		{ "leading zero", { 0x30, 0x82, 0x00, 0x01, 0 }, 5 },
		{ "past the end", { 0x30, 0x83, 0xff, 0xff, 0xff, 0 }, 6 },
		{ "empty sequence", { 0x30, 0x00 }, 2 },
		{ "empty TBS", { 0x30, 0x02, 0x30, 0x00 }, 4 },
		{ "long tag", { 0x30, 0x04, 0x30, 0x02, 0x1f, 0x00 }, 6 },
		{ "reserved length", { 0x30, 0xff, 0, 0 }, 4 },
	};
	struct der_cert parts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *copy = mem_copy(rows[i].der, rows[i].len);
		gnutls_datum_t der = { copy, rows[i].len };

		if (der_read_cert(&der, &parts, NULL) == 0 || der_is_spki(copy, der.size))
			fail_msg("%s", rows[i].name);
		free(copy);
	}
	assert_false(der_is_spki(NULL, 0));
}

static int free_certificates(void **state)
{
	(void)state;
	pki_free_all();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain_from_ders_reads_certificates),
		cmocka_unit_test(test_chain_select_takes_the_octets),
		cmocka_unit_test(test_chain_from_ders_limits),
		cmocka_unit_test(test_chain_from_ders_keeps_garbage_as_octets),
		cmocka_unit_test(test_chain_from_raw_key_takes_spki_only),
		cmocka_unit_test(test_chain_from_file_reads_pem),
		cmocka_unit_test(test_chain_from_file_reads_der),
		cmocka_unit_test(test_chain_from_file_limits),
		cmocka_unit_test(
			test_chain_trust_from_pem_leaves_out_what_it_cannot_read),
		cmocka_unit_test(test_der_read_cert_hostile_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, free_certificates);
}
