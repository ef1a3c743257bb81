/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/delivered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../dane/pki.h"
#include "base/why.h"
#include "dane/chain.h"
#include "setup/key/csr.h"

/* The same as reading it here. */
static void test_delivered_read_finds_what_is_there(void **state)
{
	const struct delivered_question q = { .is_new = true };
	struct delivered d = { 0 };
	struct chain chain = { 0 };
	char *pem = pki_pem("leaf sub root");
	size_t i;

	(void)state;
	pki_chain("leaf sub root", &chain);
	assert_int_equal(delivered_read(pem, strlen(pem), &q, &d, NULL), 0);
	assert_int_equal(d.count, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(d.cert[i].der_len, chain.cert[i].der.size);
		assert_memory_equal(d.cert[i].der, chain.cert[i].der.data,
				    d.cert[i].der_len);
		assert_int_equal(d.cert[i].spki_len, chain.cert[i].spki.size);
		assert_memory_equal(d.cert[i].spki, chain.cert[i].spki.data,
				    d.cert[i].spki_len);
	}
	assert_memory_equal(d.sha256, chain.cert[0].cert_sha256, 32);
	assert_memory_equal(d.spki_sha256, chain.cert[0].spki_sha256, 32);
	assert_true(d.not_before == chain.cert[0].not_before);
	assert_true(d.not_after == chain.cert[0].not_after);
	assert_true(d.is_parsed);
	assert_false(d.is_rsa);
	assert_null(d.defect);
	assert_int_equal(d.unlinked, 0);
	assert_true(d.serial.len > 0);
	delivered_clear(&d);
	chain_clear(&chain);
	free(pem);
}

static void test_delivered_read_finds_who_did_not_sign(void **state)
{
	static const struct {
		const char *chain;
		size_t unlinked;
	} rows[] = {
		{ "leaf", 0 },
		{ "leaf sub", 0 },
		{ "leaf root", 1 },
		{ "leaf sub leaf", 2 },
	};
	struct delivered_question q = { .is_new = true };
	struct delivered d = { 0 };
	char *pem;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		pem = pki_pem(rows[i].chain);
		q.is_new = true;
		assert_int_equal(delivered_read(pem, strlen(pem), &q, &d, NULL), 0);
		if (d.unlinked != rows[i].unlinked)
			fail_msg("%s: %zu", rows[i].chain, d.unlinked);
		delivered_clear(&d);
		q.is_new = false;
		assert_int_equal(delivered_read(pem, strlen(pem), &q, &d, NULL), 0);
		assert_int_equal(d.unlinked, 0);
		delivered_clear(&d);
		free(pem);
	}
}

static void test_delivered_read_finds_the_name_that_is_missing(void **state)
{
	char there[] = "www.example.com", other[] = "other.example.net",
	     third[] = "third.example.net";
	char *good[] = { there }, *bad[] = { there, other, third };
	struct csr_names names = { good, 1 };
	const struct delivered_question q = { .names = &names };
	struct delivered d = { 0 };
	char *pem = pki_pem("leaf");

	(void)state;
	assert_int_equal(delivered_read(pem, strlen(pem), &q, &d, NULL), 0);
	assert_int_equal(d.lacks, 1);
	delivered_clear(&d);
	names = (struct csr_names){ bad, 3 };
	assert_int_equal(delivered_read(pem, strlen(pem), &q, &d, NULL), 0);
	assert_int_equal(d.lacks, 1);
	delivered_clear(&d);
	names = (struct csr_names){ bad + 1, 2 };
	assert_int_equal(delivered_read(pem, strlen(pem), &q, &d, NULL), 0);
	assert_int_equal(d.lacks, 0);
	delivered_clear(&d);
	free(pem);
}

static void test_delivered_read_wants_a_certificate(void **state)
{
	static const char *const texts[] = {
		"",
		"<html>",
		"-----BEGIN CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	};
	const struct delivered_question q = { .is_new = true };
	const struct pki_cert *leaf = pki_get("leaf");
	struct delivered d = { 0 };
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		why = (struct why){ "" };
		if (delivered_read(texts[i], strlen(texts[i]), &q, &d, &why) == 0 ||
		    !*why.text)
			fail_msg("text %zu: %s", i, why.text);
		assert_int_equal(d.count, 0);
	}
	/* a bare key is none */
	assert_int_equal(delivered_read((const char *)leaf->spki.data, leaf->spki.size,
					&q, &d, NULL),
			 0);
	assert_false(d.is_parsed);
	assert_int_equal(d.cert[0].spki_len, 0);
	delivered_clear(&d);
}

static int end_pki(void **state)
{
	(void)state;
	pki_free_all();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delivered_read_finds_what_is_there),
		cmocka_unit_test(test_delivered_read_finds_who_did_not_sign),
		cmocka_unit_test(test_delivered_read_finds_the_name_that_is_missing),
		cmocka_unit_test(test_delivered_read_wants_a_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, end_pki);
}
