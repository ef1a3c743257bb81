/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/tlsa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"

/* SHA-256 and SHA-512 of "abc" (FIPS 180-4). */
#define ABC_256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_512                                                                          \
	"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1" \
	"a8"                                                                             \
	"36ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static void test_tlsa_from_rdata_keeps_any_values(void **state)
{
	static const struct {
		const char *name;
		uint8_t rdata[5];
		size_t len;
		const char *text; /* NULL: refused */
	} rows[] = {
		{ "empty", { 0 }, 0, NULL },
		{ "one octet", { 3 }, 1, NULL },
		{ "two octets", { 3, 1 }, 2, NULL },
		{ "no data", { 3, 1, 1 }, 3, "3 1 1" },
		{ "one octet of data", { 3, 1, 1, 0xab }, 4, "3 1 1 ab" },
		{ "unknown values", { 255, 254, 253, 0, 1 }, 5, "255 254 253 0001" },
	};
	struct tlsa rr;
	struct why why;
	char *text;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rc = tlsa_from_rdata(rows[i].rdata, rows[i].len, &rr, &why);
		if ((rc == 0) != (rows[i].text != NULL))
			fail_msg("%s: %d", rows[i].name, rc);
		if (rc < 0) {
			assert_int_equal(rc, DP_EFORMAT);
			continue;
		}
		text = tlsa_to_text(&rr);
		if (strcmp(text, rows[i].text))
			fail_msg("%s: '%s'", rows[i].name, text);
		free(text);
		tlsa_clear(&rr);
	}
}

static void test_tlsa_from_rdata_has_a_limit(void **state)
{
	static uint8_t rdata[TLSA_DATA_MAX + 4];
	struct tlsa rr;

	(void)state;
	assert_int_equal(tlsa_from_rdata(rdata, sizeof(rdata), &rr, NULL), DP_ELIMIT);
	assert_int_equal(tlsa_from_rdata(rdata, sizeof(rdata) - 1, &rr, NULL), 0);
	assert_int_equal(rr.len, TLSA_DATA_MAX);
	tlsa_clear(&rr);
}

static void test_tlsa_parse_text(void **state)
{
	static const struct {
		const char *name, *text, *result; /* result NULL: why holds why */
		const char *why;
	} rows[] = {
		{ "plain", "3 1 1 0aff", "3 1 1 0aff", NULL },
		{ "upper case", "3 1 1 0AFF", "3 1 1 0aff", NULL },
		{ "blanks", " 3\t1  1 0a ff\n", "3 1 1 0aff", NULL },
		{ "largest values", "255 255 255 00", "255 255 255 00", NULL },
		{ "leading zeros", "003 01 1 00", "3 1 1 00", NULL },
		{ "empty", "", NULL, "no usage" },
		{ "blank", "  \n", NULL, "no usage" },
		{ "two fields", "3 1", NULL, "no matching type" },
		{ "no data", "3 1 1", NULL, "no data" },
		{ "no data but blanks", "3 1 1 ", NULL, "no data" },
		{ "too large", "256 1 1 00", NULL, "usage is 256" },
		{ "far too large", "99999999999 1 1 00", NULL, "usage is not" },
		{ "negative", "3 -1 1 00", NULL, "selector is not" },
		{ "a word", "3 1 sha256 00", NULL, "matching type is not" },
		{ "glued", "3 1 1x 00", NULL, "matching type is not" },
		{ "odd digits", "3 1 1 0af", NULL, "odd number" },
		{ "no digit", "3 1 1 0g", NULL, "0x67" },
		{ "0x", "3 1 1 0x00", NULL, "0x78" },
		{ "trailing word", "3 1 1 00 IN", NULL, "0x49" },
	};
	struct tlsa rr;
	struct why why;
	char *text;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rc = tlsa_parse(rows[i].text, &rr, &why);
		if ((rc == 0) != (rows[i].result != NULL))
			fail_msg("%s: %d", rows[i].name, rc);
		if (rc < 0) {
			if (rc != DP_EFORMAT || !strstr(why.text, rows[i].why))
				fail_msg("%s: %d '%s'", rows[i].name, rc, why.text);
			continue;
		}
		text = tlsa_to_text(&rr);
		if (strcmp(text, rows[i].result))
			fail_msg("%s: '%s'", rows[i].name, text);
		free(text);
		tlsa_clear(&rr);
	}
}

static void test_tlsa_parse_has_a_limit(void **state)
{
	size_t digits = 2 * (TLSA_DATA_MAX + 1);
	char *text = mem_zero(6 + digits + 1);
	struct tlsa rr;

	(void)state;
	memset(text, '0', 6 + digits);
	memcpy(text, "3 0 0 ", 6);
	assert_int_equal(tlsa_parse(text, &rr, NULL), DP_ELIMIT);
	free(text);
}

static void test_tlsa_from_octets_by_matching_type(void **state)
{
	static const struct {
		uint8_t mtype;
		const char *text;
	} rows[] = {
		{ TLSA_FULL, "2 0 0 616263" },
		{ TLSA_SHA256, "2 0 1 " ABC_256 },
		{ TLSA_SHA512, "2 0 2 " ABC_512 },
	};
	struct tlsa rr;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
			tlsa_from_octets(2, 0, rows[i].mtype, "abc", 3, &rr, NULL), 0);
		text = tlsa_to_text(&rr);
		assert_string_equal(text, rows[i].text);
		free(text);
		tlsa_clear(&rr);
	}
	assert_int_equal(tlsa_from_octets(2, 0, 3, "abc", 3, &rr, NULL), DP_EINVAL);
}

static void test_tlsa_to_short_text_cuts_long_data(void **state)
{
	static const struct {
		const char *text, *cut;
	} rows[] = {
		{ "3 1 1 " ABC_256, "3 1 1 ba7816bf8f01cfea...f20015ad" },
		{ "3 1 1 00112233445566778899aabbccddeeff",
		  "3 1 1 00112233445566778899aabbccddeeff" },
		{ "3 1 1 00112233445566778899aabbccddeeff00",
		  "3 1 1 0011223344556677...ddeeff00" },
	};
	struct tlsa rr;
	char *cut;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(tlsa_parse(rows[i].text, &rr, NULL), 0);
		cut = tlsa_to_short_text(&rr);
		assert_string_equal(cut, rows[i].cut);
		free(cut);
		tlsa_clear(&rr);
	}
}

static void test_tlsa_equal_compares_everything(void **state)
{
	static const char *const others[] = { "2 1 1 00", "3 0 1 00", "3 1 0 00",
					      "3 1 1 01", "3 1 1 0000" };
	struct tlsa rr, other;
	size_t i;

	(void)state;
	assert_int_equal(tlsa_parse("3 1 1 00", &rr, NULL), 0);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(tlsa_parse(others[i], &other, NULL), 0);
		if (tlsa_equal(&rr, &other))
			fail_msg("equal to %s", others[i]);
		tlsa_clear(&other);
	}
	assert_int_equal(tlsa_copy(&rr, &other), 0);
	assert_true(tlsa_equal(&rr, &other));
	assert_ptr_not_equal(rr.data, other.data);
	tlsa_clear(&other);
	tlsa_clear(&rr);
	assert_null(rr.data);
	assert_true(tlsa_equal(&rr, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tlsa_from_rdata_keeps_any_values),
		cmocka_unit_test(test_tlsa_from_rdata_has_a_limit),
		cmocka_unit_test(test_tlsa_parse_text),
		cmocka_unit_test(test_tlsa_parse_has_a_limit),
		cmocka_unit_test(test_tlsa_from_octets_by_matching_type),
		cmocka_unit_test(test_tlsa_to_short_text_cuts_long_data),
		cmocka_unit_test(test_tlsa_equal_compares_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
