/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file_kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *name, *data;
	size_t len;
	const char *says; /* NULL: nothing is recognized */
} rows[] = {
	{ "empty", TEXT(""), "empty, not a THING" },
	{ "PKCS#12", TEXT("\x30\x82\x09\x00\x02\x01\x03\x30\x82\x08"),
	  "PKCS#12 (.p12, .pfx), not a THING: openssl pkcs12 -in x.p12 -nokeys" },
	{ "PKCS#12 of indefinite length", TEXT("\x30\x80\x02\x01\x03\x30\x80"),
	  "PKCS#12" },
	{ "PKCS#7 in DER",
	  TEXT("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0"),
	  "PKCS#7 (.p7b), not a THING: openssl pkcs7 -inform DER -in x.p12" },
	{ "PKCS#7 in PEM", TEXT("-----BEGIN PKCS7-----\nMII"),
	  "openssl pkcs7 -in x.p12" },
	{ "a trusted certificate", TEXT("x\n-----BEGIN TRUSTED CERTIFICATE-----\nMII"),
	  "OpenSSL's TRUSTED CERTIFICATE, not a THING: openssl x509 -in x.p12" },
	{ "a key of OpenSSH", TEXT("-----BEGIN OPENSSH PRIVATE KEY-----\n"),
	  "ssh-keygen" },
	{ "a certificate", TEXT("-----BEGIN CERTIFICATE-----\n"),
	  "a certificate, not a THING" },
	{ "one in DER", TEXT("\x30\x82\x01\x00\x30\x81\xf0\xa0\x03\x02\x01\x02"),
	  "a certificate, not a THING" },
	{ "a request in DER", TEXT("\x30\x82\x01\x00\x30\x81\xf0\x02\x01\x00\x30\x00"),
	  "a certificate signing request" },
	{ "a request", TEXT("-----BEGIN NEW CERTIFICATE REQUEST-----\n"),
	  "a certificate signing request" },
	{ "a private key in DER", TEXT("\x30\x81\x87\x02\x01\x00\x30\x13"),
	  "a private key" },
	{ "one of SEC 1", TEXT("\x30\x77\x02\x01\x01\x04\x20"), "a private key" },
	{ "a private key", TEXT("-----BEGIN RSA PRIVATE KEY-----\n"), "a private key" },
	{ "a TSIG key", TEXT("key \"x\" {\n\talgorithm hmac-sha256;\n"),
	  "a TSIG key, as BIND" },
	{ "keymgr's", TEXT("key:\n  - id: x\n    algorithm: hmac-sha256\n"),
	  "as keymgr" },
	{ "IANA's", TEXT("<?xml version=\"1.0\"?>\n<TrustAnchor id=\"x\""),
	  "IANA's root-anchors.xml, not a THING: awk" },
	{ "bind.keys", TEXT("# x\ntrust-anchors {\n"), "bind.keys" },
	{ "a web page", TEXT("\n<!DOCTYPE html><html>"), "a web page" },
	{ "a Java keystore", TEXT("\xfe\xed\xfe\xed\0\0\0\2"), "keytool" },
	{ "UTF-16", TEXT("\xff\xfe-\0-\0"), "UTF-16" },
	{ "a text", TEXT("hello\n"), NULL },
	{ "a SEQUENCE cut short", TEXT("\x30\x82"), NULL },
	{ "one octet", TEXT("\x30"), NULL },
	{ "a length of 127 octets", TEXT("\x30\xff\x02\x01\x03\x30"), NULL },
	{ "one of another kind", TEXT("\x30\x03\x02\x01\x05"), NULL },
};

static void test_file_kind_explain_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *got =
			file_kind_explain(rows[i].data, rows[i].len, "a THING", "x.p12");

		if ((got != NULL) != (rows[i].says != NULL) ||
		    (got && !strstr(got, rows[i].says)))
			fail_msg("%s: %s", rows[i].name, got ? got : "NULL");
		free(got);
	}
}

static void test_file_kind_explain_without_a_path(void **state)
{
	char *got = file_kind_explain(TEXT("-----BEGIN PKCS7-----"), "a THING", NULL);

	(void)state;
	assert_string_equal(got, "PKCS#7 (.p7b), not a THING: openssl pkcs7 -in FILE "
				 "-print_certs -out chain.pem");
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_kind_explain_rows),
		cmocka_unit_test(test_file_kind_explain_without_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
