/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "setup/predict/reading.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../dane/pki.h"
#include "base/buf.h"
#include "base/fields.h"
#include "base/file.h"
#include "base/why.h"
#include "target/target.h"

#define FILE_MODE 0600
#define NAME "www.match.example"

/* Certificates that this process parsed itself. */
static size_t parsed_here;

int gnutls_x509_crt_import(gnutls_x509_crt_t crt, const gnutls_datum_t *data,
			   gnutls_x509_crt_fmt_t format)
{
	int (*import)(gnutls_x509_crt_t, const gnutls_datum_t *, gnutls_x509_crt_fmt_t);

	*(void **)&import = dlsym(RTLD_NEXT, "gnutls_x509_crt_import");
	parsed_here++;
	return import(crt, data, format);
}

static const struct pki_def leaf = { .name = "leaf",
				     .dns = "www.match.example *.match.example",
				     .from_days = -10,
				     .to_days = 3650 };

static void write_file(const char *path, const struct pki_cert *cert)
{
	gnutls_datum_t pem = { 0 };

	assert_int_equal(gnutls_x509_crt_export2(cert->crt, GNUTLS_X509_FMT_PEM, &pem),
			 0);
	assert_int_equal(file_replace(NULL, path, FILE_ACCESS(FILE_MODE), pem.data,
				      pem.size, NULL),
			 0);
	gnutls_free(pem.data);
}

static void test_reading_make_parses_nothing_here(void **state)
{
	struct pki_cert *cert = pki_make(&leaf, NULL, NULL);
	struct target targets[3] = { { 0 } };
	struct tlsa rr[3] = { { 0 } };
	const struct reading_records records = { rr, 3, NAME, PREDICT_SAME_KEY };
	enum outlook outlook[3];
	struct reading r = { 0 };
	struct tlsa key = { 0 };
	char path[] = "test_reading.pem";
	size_t i;

	(void)state;
	write_file(path, cert);
	assert_int_equal(target_parse("www.match.example", &targets[0], NULL), 0);
	assert_int_equal(target_parse("any.match.example", &targets[1], NULL), 0);
	assert_int_equal(target_parse("other.example", &targets[2], NULL), 0);
	parsed_here = 0;
	assert_int_equal(reading_make(path, targets, 3, &r, NULL), 0);
	assert_int_equal(r.hosts, 1);
	assert_string_equal(r.host[0], NAME);
	assert_true(r.names[0] && r.names[1] && !r.names[2]);
	assert_int_equal(r.not_after, gnutls_x509_crt_get_expiration_time(cert->crt));
	assert_int_equal(
		tlsa_from_octets(3, 1, 1, cert->spki.data, cert->spki.size, &key, NULL),
		0);
	assert_memory_equal(r.spki_sha256, key.data, 32);
	for (i = 0; i < 3; i++)
		assert_int_equal(
			tlsa_from_octets(3, i == 1 ? 0 : 1, 1,
					 i == 1 ? cert->der.data : cert->spki.data,
					 i == 1 ? cert->der.size : cert->spki.size,
					 &rr[i], NULL),
			0);
	rr[2].data[0] ^= 1;
	assert_int_equal(reading_judge(&r, &records, outlook, NULL), 0);
	assert_int_equal(outlook[0], OUTLOOK_STAYS);
	assert_int_equal(outlook[1], OUTLOOK_BREAKS);
	assert_int_equal(outlook[2], OUTLOOK_OTHER);
	assert_int_equal(parsed_here, 0);
	for (i = 0; i < 3; i++) {
		tlsa_clear(&rr[i]);
		target_clear(&targets[i]);
	}
	tlsa_clear(&key);
	reading_clear(&r);
	pki_free(cert);
	assert_int_equal(remove(path), 0);
}

static void test_reading_make_names_the_file_that_is_none(void **state)
{
	struct reading r = { 0 };
	struct why why = { "" };
	char path[] = "test_reading.txt";

	(void)state;
	assert_int_equal(reading_make("test_reading.none", NULL, 0, &r, &why), DP_ENOENT);
	assert_int_equal(file_replace(NULL, path, FILE_ACCESS(FILE_MODE), "no", 2, NULL),
			 0);
	assert_int_equal(reading_make(path, NULL, 0, &r, &why), DP_EFORMAT);
	assert_memory_equal(why.text, path, strlen(path));
	assert_int_equal(remove(path), 0);
}

/* What a reader says that was taken over. */
static const struct lie {
	const char *name, *issuer, *host;
	int64_t hosts, named;
	const char *more;
	bool good;
} lies[] = {
	{ "the truth", "CN=CA", NAME, 1, 1, "", true },
	{ "no issuer, no names", "", "", 0, 0, "", true },
	{ "one name more", "CN=CA", NAME, 2, 1, "", false },
	{ "one name less", "CN=CA", NAME, 0, 1, "", false },
	{ "more names than can be", "CN=CA", NAME, READING_HOSTS_MAX + 1, 1, "", false },
	{ "fewer than none", "CN=CA", NAME, -1, 1, "", false },
	{ "neither names it nor not", "CN=CA", NAME, 1, 2, "", false },
	{ "a terminal's words", "CN=CA", "\033[2J", 1, 1, "", false },
	{ "an option", "CN=CA", "www.match.example -o", 1, 1, "", false },
	{ "an empty name", "CN=CA", "", 1, 1, "", false },
	{ "more than that", "CN=CA", NAME, 1, 1, "x", false },
};

static void test_reading_take_believes_no_reader(void **state)
{
	struct reading r;
	struct buf facts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		r = (struct reading){ 0 };
		buf_init(&facts, 1000);
		fields_put_octets(&facts, lies[i].issuer, strlen(lies[i].issuer));
		fields_put_number(&facts, lies[i].hosts);
		if (lies[i].hosts || *lies[i].host)
			fields_put_octets(&facts, lies[i].host, strlen(lies[i].host));
		fields_put_number(&facts, lies[i].named);
		buf_text(&facts, lies[i].more);
		if (reading_take(&facts, 1, &r, NULL) != (lies[i].good ? 0 : DP_EFORMAT))
			fail_msg("%s", lies[i].name);
		reading_clear(&r);
		buf_clear(&facts);
	}
}

static void test_reading_take_outlooks_wants_one_for_each(void **state)
{
	static const int64_t said[] = { OUTLOOK_OTHER, OUTLOOK_STAYS, OUTLOOK_STAYS + 1,
					-1 };
	enum outlook outlook[3];
	struct buf facts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(said) / sizeof(*said); i++) {
		buf_init(&facts, 1000);
		fields_put_number(&facts, OUTLOOK_BREAKS);
		fields_put_number(&facts, said[i]);
		assert_int_equal(reading_take_outlooks(&facts, 2, outlook, NULL),
				 i < 2 ? 0 : DP_EFORMAT);
		assert_int_equal(reading_take_outlooks(&facts, 1, outlook, NULL),
				 DP_EFORMAT);
		assert_int_equal(reading_take_outlooks(&facts, 3, outlook, NULL),
				 DP_EFORMAT);
		buf_clear(&facts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading_make_parses_nothing_here),
		cmocka_unit_test(test_reading_make_names_the_file_that_is_none),
		cmocka_unit_test(test_reading_take_believes_no_reader),
		cmocka_unit_test(test_reading_take_outlooks_wants_one_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
