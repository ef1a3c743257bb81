/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gnutls/crypto.h>

#include "base/hex.h"
#include "base/mem.h"
#include "dane/chain.h"
#include "dane/der.h"
#include "dane/tlsa.h"
#include "pki.h"

static void test_story_tell_which_fields_are_wrong(void **state)
{
	static const struct {
		const char *name, *made,
			*says; /* the record as made, then the fields as published */
		enum story_kind kind;
		size_t depth;
		const char *text;
	} rows[] = {
		{ "selector", "3 1 1 leaf", "3 0 1", STORY_OTHER_SELECTOR, 0,
		  "record 1 is the SHA2-256 of the public key of the leaf, but says 3 0 "
		  "1: "
		  "publish its data as 3 1 1" },
		{ "other selector", "3 0 1 leaf", "3 1 1", STORY_OTHER_SELECTOR, 0,
		  "as 3 0 1" },
		{ "matching type", "3 1 2 leaf", "3 1 1", STORY_OTHER_MTYPE, 0,
		  "as 3 1 2" },
		{ "full", "3 1 0 leaf", "3 1 1", STORY_OTHER_MTYPE, 0, "the whole of" },
		{ "unknown matching type", "3 1 1 leaf", "3 1 7", STORY_OTHER_MTYPE, 0,
		  "as 3 1 1" },
		{ "2 for the leaf", "3 1 1 leaf", "2 1 1", STORY_OTHER_USAGE, 0,
		  "as 3 1 1" },
		{ "0 for the leaf", "1 0 1 leaf", "0 0 1", STORY_OTHER_USAGE, 0,
		  "as 1 0 1" },
		{ "3 for the issuer", "2 1 1 sub", "3 1 1", STORY_OTHER_USAGE, 1,
		  "record 1 is the SHA2-256 of the public key of certificate 1, but says "
		  "3 1 1: "
		  "publish its data as 2 1 1" },
		{ "1 for the root", "0 0 2 root", "1 0 2", STORY_OTHER_USAGE, 2,
		  "as 0 0 2" },
		{ "unknown usage", "3 1 1 leaf", "4 1 1", STORY_OTHER_USAGE, 0,
		  "as 3 1 1" },
		{ "usage and selector", "3 1 1 leaf", "2 0 1", STORY_OTHER_BOTH, 0,
		  "as 3 1 1" },
		{ "selector and type", "3 1 2 leaf", "3 0 1", STORY_OTHER_BOTH, 0,
		  "as 3 1 2" },
	};
	struct tlsa *right, wrong;
	struct story story;
	struct chain chain;
	unsigned u, s, m;
	size_t i;

	(void)state;
	pki_chain("leaf sub root", &chain);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(pki_records(rows[i].made, &right), 1);
		assert_int_equal(sscanf(rows[i].says, "%u %u %u", &u, &s, &m), 3);
		wrong = *right;
		wrong.usage = (uint8_t)u;
		wrong.selector = (uint8_t)s;
		wrong.mtype = (uint8_t)m;
		if (story_tell(&wrong, 1, &chain, NULL, 0, &story, 1) != 1)
			fail_msg("%s: no story", rows[i].name);
		if (story.kind != rows[i].kind || story.depth != rows[i].depth ||
		    !strstr(story.text, rows[i].text))
			fail_msg("%s: kind %d depth %zu '%s'", rows[i].name,
				 (int)story.kind, story.depth, story.text);
		assert_int_equal(story.fix_usage, right->usage);
		assert_int_equal(story.fix_selector, right->selector);
		assert_int_equal(story.fix_mtype, right->mtype);
		/* and the record as it was made needs no story */
		assert_int_equal(story_tell(right, 1, &chain, NULL, 0, &story, 1), 0);
		pki_records_free(right, 1);
	}
	chain_clear(&chain);
}

/* Text forms, made here by other means than story.c's. */
static char *pem_of(const gnutls_datum_t *der, const char *label)
{
	gnutls_datum_t pem;
	char *text;

	assert_true(gnutls_pem_base64_encode2(label, der, &pem) >= 0);
	text = mem_text_n((const char *)pem.data, pem.size);
	gnutls_free(pem.data);
	return text;
}

static char *with_cr(const char *text)
{
	char *out = mem_zero(2 * strlen(text) + 1);
	size_t n = 0;

	for (; *text; text++) {
		if (*text == '\n')
			out[n++] = '\r';
		out[n++] = *text;
	}
	return out;
}

static char *chomp(char *text)
{
	size_t len = strlen(text);

	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		text[--len] = '\0';
	return text;
}

static char *body_of(const char *pem)
{
	char *copy = mem_text(strchr(pem, '\n') + 1);

	*strstr(copy, "-----END") = '\0';
	return copy;
}

/* A record 3 1 1 (or 3 1 2 for other lengths) of that digest of the octets. */
static void digest_record(gnutls_digest_algorithm_t hash, const void *octets, size_t len,
			  struct tlsa *ret_rr)
{
	uint8_t digest[64];

	assert_int_equal(gnutls_hash_fast(hash, octets, len, digest), 0);
	*ret_rr = (struct tlsa){ 3, 1, 1, NULL, gnutls_hash_get_len(hash) };
	ret_rr->data = mem_copy(digest, ret_rr->len);
}

static void expect(const char *name, struct tlsa *rr, const struct chain *chain,
		   const gnutls_datum_t *csr, enum story_kind kind, size_t depth,
		   const char *text)
{
	struct story story;

	if (story_tell(rr, 1, chain, csr->data, csr->size, &story, 1) != 1)
		fail_msg("%s: no story", name);
	if (story.kind != kind || story.depth != depth || !strstr(story.text, text) ||
	    strncmp(story.text, "record 1 ", 9) != 0)
		fail_msg("%s: kind %d depth %zu '%s'", name, (int)story.kind, story.depth,
			 story.text);
	tlsa_clear(rr);
}

static gnutls_datum_t make_csr(void)
{
	gnutls_x509_crq_t crq;
	gnutls_datum_t der;

	assert_int_equal(gnutls_x509_crq_init(&crq), 0);
	assert_int_equal(gnutls_x509_crq_set_version(crq, 1), 0);
	assert_int_equal(gnutls_x509_crq_set_key(crq, pki_get("leaf")->key), 0);
	assert_int_equal(
		gnutls_x509_crq_sign2(crq, pki_get("leaf")->key, GNUTLS_DIG_SHA256, 0),
		0);
	assert_int_equal(gnutls_x509_crq_export2(crq, GNUTLS_X509_FMT_DER, &der), 0);
	gnutls_x509_crq_deinit(crq);
	return der;
}

static void test_story_tell_digests_of_text(void **state)
{
	const struct pki_cert *leaf = pki_get("leaf"), *sub = pki_get("sub");
	gnutls_datum_t csr = make_csr();
	char *cert = pem_of(&leaf->der, "CERTIFICATE"),
	     *key = pem_of(&leaf->spki, "PUBLIC KEY");
	char *request = pem_of(&csr, "CERTIFICATE REQUEST");
	char *deeper = pem_of(&sub->der, "CERTIFICATE");
	char *hex = hex_encode(leaf->der.data, leaf->der.size);
	char *key_hex = hex_encode(leaf->spki.data, leaf->spki.size);
	const struct {
		const char *name;
		char *text; /* owned */
		enum story_kind kind;
		size_t depth;
		const char *says;
	} rows[] = {
		{ "PEM", mem_text(cert), STORY_PEM, 0,
		  "the SHA-256 of the PEM text of the leaf: hash the DER form" },
		{ "PEM without newline", chomp(mem_text(cert)), STORY_PEM, 0,
		  "PEM text of the leaf" },
		{ "PEM, CRLF", with_cr(cert), STORY_PEM, 0, "PEM text" },
		{ "PEM, CRLF, no newline", chomp(with_cr(cert)), STORY_PEM, 0,
		  "PEM text" },
		{ "public key PEM", mem_text(key), STORY_PEM, 0,
		  "PEM text of the public key of the leaf" },
		{ "public key PEM without newline", chomp(mem_text(key)), STORY_PEM, 0,
		  "PEM text" },
		{ "base64 lines", body_of(cert), STORY_PEM, 0, "PEM text" },
		{ "base64 lines of the key", chomp(body_of(key)), STORY_PEM, 0,
		  "PEM text" },
		{ "PEM of the issuer", mem_text(deeper), STORY_PEM, 1,
		  "PEM text of certificate 1" },
		{ "hexadecimal", mem_text(hex), STORY_HEX_TEXT, 0,
		  "hexadecimal text of the leaf" },
		{ "hexadecimal, newline", mem_printf("%s\n", hex), STORY_HEX_TEXT, 0,
		  "hexadecimal text" },
		{ "hexadecimal of the key", mem_text(key_hex), STORY_HEX_TEXT, 0,
		  "public key of the leaf" },
		{ "request PEM", mem_text(request), STORY_CSR, 0, "signing request" },
		{ "request PEM, no newline", chomp(mem_text(request)), STORY_CSR, 0,
		  "signing request" },
		{ "nothing", mem_text(""), STORY_EMPTY, 0, "the SHA-256 of nothing" },
		{ "a newline", mem_text("\n"), STORY_EMPTY, 0, "an empty line" },
	};
	struct chain chain;
	struct tlsa rr;
	size_t i;

	(void)state;
	pki_chain("leaf sub root", &chain);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		digest_record(GNUTLS_DIG_SHA256, rows[i].text, strlen(rows[i].text), &rr);
		expect(rows[i].name, &rr, &chain, &csr, rows[i].kind, rows[i].depth,
		       rows[i].says);
		digest_record(GNUTLS_DIG_SHA512, rows[i].text, strlen(rows[i].text), &rr);
		expect(rows[i].name, &rr, &chain, &csr, rows[i].kind, rows[i].depth,
		       "SHA-512");
		free(rows[i].text);
	}
	chain_clear(&chain);
	free(cert);
	free(key);
	free(request);
	free(deeper);
	free(hex);
	free(key_hex);
	gnutls_free(csr.data);
}

static void test_story_tell_digests_of_other_octets(void **state)
{
	const struct pki_cert *leaf = pki_get("leaf"), *sub = pki_get("sub");
	gnutls_datum_t csr = make_csr(), bits = der_key_bits(&leaf->spki, NULL);
	struct chain chain;
	uint8_t digest[64];
	struct tlsa rr;
	char *hex;

	(void)state;
	pki_chain("leaf sub root", &chain);
	digest_record(GNUTLS_DIG_SHA1, leaf->der.data, leaf->der.size, &rr);
	expect("SHA-1", &rr, &chain, &csr, STORY_WRONG_HASH, 0,
	       "the SHA-1 of the certificate of the leaf");
	digest_record(GNUTLS_DIG_MD5, leaf->spki.data, leaf->spki.size, &rr);
	expect("MD5", &rr, &chain, &csr, STORY_WRONG_HASH, 0,
	       "the MD5 of the public key");
	digest_record(GNUTLS_DIG_SHA384, sub->spki.data, sub->spki.size, &rr);
	expect("SHA-384", &rr, &chain, &csr, STORY_WRONG_HASH, 1, "certificate 1");
	digest_record(GNUTLS_DIG_SHA512, leaf->spki.data, leaf->spki.size, &rr);
	rr.len = 32;
	expect("cut", &rr, &chain, &csr, STORY_WRONG_HASH, 0,
	       "the first 32 octets of the SHA-512");
	digest_record(GNUTLS_DIG_SHA256, bits.data, bits.size, &rr);
	expect("key bits", &rr, &chain, &csr, STORY_KEY_BITS, 0,
	       "bare key bits of the leaf");
	digest_record(GNUTLS_DIG_SHA1, bits.data, bits.size, &rr);
	expect("key identifier", &rr, &chain, &csr, STORY_KEY_BITS, 0, "SHA-1");
	digest_record(GNUTLS_DIG_SHA256, csr.data, csr.size, &rr);
	expect("request", &rr, &chain, &csr, STORY_CSR, 0, "hash the certificate");
	assert_int_equal(gnutls_hash_fast(GNUTLS_DIG_SHA256, leaf->spki.data,
					  leaf->spki.size, digest),
			 0);
	hex = hex_encode(digest, 32);
	digest_record(GNUTLS_DIG_SHA256, hex, 64, &rr);
	expect("digest of a digest's text", &rr, &chain, &csr, STORY_HEX_TEXT, 0,
	       "a digest of the public key");
	digest_record(GNUTLS_DIG_SHA256, digest, 32, &rr);
	expect("digest of a digest", &rr, &chain, &csr, STORY_HEX_TEXT, 0, "once only");
	rr = (struct tlsa){ 3, 1, 2, (uint8_t *)hex, 64 };
	expect("a digest's text", &rr, &chain, &csr, STORY_HEX_TEXT, 0,
	       "hexadecimal text of the SHA-256");
	chain_clear(&chain);
	gnutls_free(csr.data);
}

/* The published digest of nothing that was seen in the field. */
static void test_story_tell_known_digest_of_nothing(void **state)
{
	struct chain chain;
	struct story story;
	struct tlsa rr;

	(void)state;
	pki_chain("leaf", &chain);
	assert_int_equal(
		tlsa_parse(
			"3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
			"7852b855",
			&rr, NULL),
		0);
	assert_int_equal(story_tell(&rr, 1, &chain, NULL, 0, &story, 1), 1);
	assert_int_equal(story.kind, STORY_EMPTY);
	tlsa_clear(&rr);
	chain_clear(&chain);
}

static void test_story_tell_several_records(void **state)
{
	struct story story[4];
	struct chain chain;
	struct tlsa *rr;
	size_t count;

	(void)state;
	pki_chain("leaf sub", &chain);
	count = pki_records("3 1 1 leaf, 2 1 1 leaf, 3 1 1 junk, 3 0 1 sub, 3 1 1 none",
			    &rr);
	assert_int_equal(story_tell(rr, count, &chain, NULL, 0, story, 4), 2);
	assert_int_equal(story[0].record, 1);
	assert_int_equal(story[1].record, 3);
	assert_non_null(strstr(story[1].text, "record 4"));
	assert_int_equal(story_tell(rr, count, &chain, NULL, 0, story, 1), 1);
	assert_int_equal(story_tell(rr, count, &chain, NULL, 0, story, 0), 0);
	pki_records_free(rr, count);
	chain_clear(&chain);
}

static void test_story_tell_about_a_raw_key(void **state)
{
	struct story story;
	struct chain chain;
	struct tlsa *rr;

	(void)state;
	assert_int_equal(chain_from_raw_key(&pki_get("leaf")->spki, &chain, NULL), 0);
	assert_int_equal(pki_records("2 1 1 leaf", &rr), 1);
	assert_int_equal(story_tell(rr, 1, &chain, NULL, 0, &story, 1), 1);
	assert_int_equal(story.kind, STORY_OTHER_USAGE);
	pki_records_free(rr, 1);
	assert_int_equal(pki_records("3 1 1 sub", &rr), 1);
	assert_int_equal(story_tell(rr, 1, &chain, NULL, 0, &story, 1), 0);
	pki_records_free(rr, 1);
	chain_clear(&chain);
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
		cmocka_unit_test(test_story_tell_which_fields_are_wrong),
		cmocka_unit_test(test_story_tell_digests_of_text),
		cmocka_unit_test(test_story_tell_digests_of_other_octets),
		cmocka_unit_test(test_story_tell_known_digest_of_nothing),
		cmocka_unit_test(test_story_tell_several_records),
		cmocka_unit_test(test_story_tell_about_a_raw_key),
	};

	return cmocka_run_group_tests(tests, NULL, free_certificates);
}
