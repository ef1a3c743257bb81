/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/bounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "dane/der.h"
#include "pki.h"

/* One element with a length of three octets' form, short where that is due. */
static size_t put_element(uint8_t *to, uint8_t tag, const uint8_t *data, size_t len)
{
	size_t at = 0;

	to[at++] = tag;
	if (len < 0x80) {
		to[at++] = (uint8_t)len;
	} else if (len < 0x100) {
		to[at++] = 0x81;
		to[at++] = (uint8_t)len;
	} else if (len < 0x10000) {
		to[at++] = 0x82;
		to[at++] = (uint8_t)(len >> 8);
		to[at++] = (uint8_t)len;
	} else {
		to[at++] = 0x83;
		to[at++] = (uint8_t)(len >> 16);
		to[at++] = (uint8_t)(len >> 8);
		to[at++] = (uint8_t)len;
	}
	memmove(to + at, data, len);
	return at + len;
}

/* An INTEGER of so many bits, its last octet given. */
static size_t put_number(uint8_t *to, size_t bits, unsigned last)
{
	uint8_t *octets = mem_zero(bits / 8 + 2);
	size_t len = bits / 8 + 1, at;

	if (bits)
		octets[len - 1 - (bits - 1) / 8] |= (uint8_t)(1u << ((bits - 1) % 8));
	octets[len - 1] |= (uint8_t)last;
	if (len > 1 && !octets[0] && !(octets[1] & 0x80))
		memmove(octets, octets + 1, --len);
	at = put_element(to, 0x02, octets, len);
	free(octets);
	return at;
}

/* A key of RSA (1.2.840.113549.1.1.last), as its SubjectPublicKeyInfo; on the heap. */
static gnutls_datum_t make_rsa(uint8_t last, size_t n_bits, size_t e_bits,
			       unsigned e_last)
{
	const uint8_t algorithm[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
				      0x0d, 0x01, 0x01, last, 0x05, 0x00 };
	size_t room = (n_bits + e_bits) / 8 + 200, len;
	uint8_t *a = mem_zero(room), *b = mem_zero(room);
	gnutls_datum_t spki;

	len = put_number(a, n_bits, 1);
	len += put_number(a + len, e_bits, e_last);
	b[0] = 0; /* of the BIT STRING */
	len = 1 + put_element(b + 1, 0x30, a, len);
	room = put_element(a, 0x30, algorithm, sizeof(algorithm));
	len = room + put_element(a + room, 0x03, b, len);
	spki = der_view(b, put_element(b, 0x30, a, len));
	free(a);
	return spki;
}

static void test_bounds_hold_of_rsa(void **state)
{
	static const struct {
		const char *name;
		size_t n, e;
		unsigned last;
		const char *reason; /* NULL: it holds */
	} rows[] = {
		{ "usual", 2048, 17, 1, NULL },
		{ "3", 2048, 2, 3, NULL },
		{ "largest", 16384, 64, 1, NULL },
		{ "one bit more of n", 16385, 17, 1, "16385 bits; 16384 are the most" },
		{ "one bit more of e", 2048, 65, 1,
		  "exponent of 65 bits; 64 are the most" },
		{ "e of 2,000,000 bits", 2048, 2000000, 1, "exponent of 2000000 bits" },
		{ "1", 2048, 1, 1, "below 3" },
		{ "0", 2048, 0, 0, "below 3" },
		{ "2", 2048, 2, 2, "even" },
		{ "65536", 2048, 17, 0, "even" },
		{ "small n", 8, 2, 3, NULL },
	};
	char reason[BOUNDS_REASON_SIZE];
	gnutls_datum_t spki;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (k = 0; k < 2; k++) { /* rsaEncryption, RSASSA-PSS */
			spki = make_rsa(k ? 10 : 1, rows[i].n, rows[i].e, rows[i].last);
			reason[0] = '\0';
			if (bounds_hold(&spki, reason) != !rows[i].reason)
				fail_msg("%s: %s", rows[i].name, reason);
			if (rows[i].reason && !strstr(reason, rows[i].reason))
				fail_msg("%s: '%s'", rows[i].name, reason);
			assert_int_equal(bounds_hold(&spki, NULL), !rows[i].reason);
			free(spki.data);
		}
}

/* An INTEGER whose first bit is set is negative. */
static void test_bounds_hold_of_no_negative_exponent(void **state)
{
	gnutls_datum_t spki = make_rsa(1, 2048, 8, 1);
	char reason[BOUNDS_REASON_SIZE];

	(void)state;
	assert_true(bounds_hold(&spki, reason)); /* 02 02 00 81 */
	spki.data[spki.size - 4] = 0x02;
	spki.data[spki.size - 3] = 0x02;
	spki.data[spki.size - 2] = 0x80;
	assert_false(bounds_hold(&spki, reason));
	assert_non_null(strstr(reason, "negative"));
	free(spki.data);
}

/* A key of DSA whose p has so many bits; on the heap. */
static gnutls_datum_t make_dsa(size_t bits)
{
	const uint8_t oid[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01 };
	const uint8_t key[] = { 0x00, 0x02, 0x01, 0x05 };
	uint8_t *a = mem_zero(4096), *b = mem_zero(4096);
	gnutls_datum_t spki;
	size_t len;

	len = put_number(a, bits, 1);
	memcpy(b, oid, sizeof(oid));
	len = sizeof(oid) + put_element(b + sizeof(oid), 0x30, a, len);
	len = put_element(a, 0x30, b, len);
	len += put_element(a + len, 0x03, key, sizeof(key));
	spki = der_view(b, put_element(b, 0x30, a, len));
	free(a);
	return spki;
}

static void test_bounds_hold_of_dsa(void **state)
{
	char reason[BOUNDS_REASON_SIZE];
	gnutls_datum_t spki;
	size_t bits;

	(void)state;
	for (bits = BOUNDS_DSA_BITS; bits <= BOUNDS_DSA_BITS + 1; bits++) {
		spki = make_dsa(bits);
		assert_int_equal(bounds_hold(&spki, reason), bits == BOUNDS_DSA_BITS);
		free(spki.data);
	}
	assert_string_equal(reason, "is DSA with 10001 bits; 10000 are the most");
}

static void test_bounds_hold_of_other_keys(void **state)
{
	static const char *const names[] = { "leaf",	     "rsa-root",   "pss-root",
					     "ed25519-leaf", "ed448-leaf", "p384-leaf" };
	uint8_t big[BOUNDS_KEY_OCTETS + 16] = { 0 }, whole[sizeof(big) + 32] = { 0 };
	const uint8_t algorithm[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
	gnutls_datum_t junk = { whole, 3 };
	size_t i, head, len;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(bounds_hold(&pki_get(names[i])->spki, NULL));
		assert_true(bounds_hold_cert(&pki_get(names[i])->der, NULL));
	}
	assert_false(bounds_hold_cert(&pki_get("leaf-huge")->der, NULL));
	assert_true(bounds_hold(&junk, NULL)); /* no key: nobody verifies by it */
	for (i = 0; i < 2; i++) {	       /* as large as may be, and an octet more */
		head = put_element(whole, 0x30, algorithm, sizeof(algorithm));
		len = BOUNDS_KEY_OCTETS + i - 4 - head - 4;
		len = head + put_element(whole + head, 0x03, big, len);
		memcpy(big, whole, len);
		len = put_element(whole, 0x30, big, len);
		memset(big, 0, sizeof(big));
		junk = der_view(whole, len);
		assert_int_equal(len, BOUNDS_KEY_OCTETS + i);
		assert_true(der_is_spki(whole, len));
		assert_int_equal(bounds_hold(&junk, NULL), !i);
	}
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
		cmocka_unit_test(test_bounds_hold_of_rsa),
		cmocka_unit_test(test_bounds_hold_of_no_negative_exponent),
		cmocka_unit_test(test_bounds_hold_of_dsa),
		cmocka_unit_test(test_bounds_hold_of_other_keys),
	};

	return cmocka_run_group_tests(tests, NULL, free_certificates);
}
