/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/anchor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/why.h"

#define HASH "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
#define DS ". IN DS 20326 8 2 " HASH "\n"
#define KEY ". 172800 IN DNSKEY 257 3 13 AwEAAQ=="

#define KSK_2017                                                                         \
	"AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4R"                   \
	"gWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROx"                   \
	"VQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3"                   \
	"rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6"                   \
	"H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM"                   \
	"8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU="
#define KSK_2024                                                                         \
	"AwEAAa96jeuknZlaeSrvyAJj6ZHv28hhOKkx3rLGXVaC6rXTsDc449/cidlt"                   \
	"pkyGwCJNnOAlFNKF2jBosZBU5eeHspaQWOmOElZsjICMQMC3aeHbGiShvZsx"                   \
	"4wMYSjH8e7Vrhbu6irwCzVBApESjbUdpWWmEnhathWu1jo+siFUiRAAxm9qy"                   \
	"JNg/wOZqqzL/dL/q8PkcRU5oUKEpUge71M3ej2/7CPqpdVwuMoTvoB+ZOT4Y"                   \
	"eGyxMvHmbrxlFzGOHOijtzN+u1TQNatX2XBuzZNQ1K+s2CXkPIZo7s6JgZyv"                   \
	"aBevYtxPvYLw4z9mR7K2vaF18UYH9Z9GNUUeayffKC73PYc="
#define RFC_4034                                                                         \
	"AQOeiiR0GOMYkDshWoSKz9Xz fwJr1AYtsmx3TGkJaNXVbfi/ 2pHm822aJ5"                   \
	"iI9BMzNXxeYCmZ DRD99WYwYqUSdjMmmAphXdvx egXd/M5+X7OrzKBaMbCV"                   \
	"dFLU Uh6DhweJBjEVv5f2wwjM9Xzc nOf+EPbtG9DMBmADjFDc2w/r ljwvF"                   \
	"w=="

static char file[] = "/tmp/test_anchor.XXXXXX";

static int make_file(void **state)
{
	(void)state;
	return close(mkstemp(file));
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(file);
}

static const struct {
	const char *name, *text;
	size_t count; /* 0: DP_EFORMAT */
} rows[] = {
	{ "one DS", DS, 1 },
	{ "without a final newline", ". IN DS 20326 8 2 " HASH, 1 },
	{ "DS and DNSKEY", DS KEY "\n", 2 },
	{ "comments and blank lines", "; root\n\n" DS "\n", 1 },
	{ "an RFC 5011 file",
	  "; autotrust trust anchor file\n;;id: . 1\n" KEY
	  " ;{id = 1 (ksk), size = 24b} ;;state=2 [  VALID  ] ;;count=0\n" KEY
	  " ;;state=3 [ MISSING ]\n" KEY " ;;state=1 [ ADDPEND ]\n" KEY
	  " ;;state=4 [ REVOKED ]\n",
	  2 },
	{ "only keys not yet valid", KEY " ;;state=1 [ ADDPEND ]\n", 0 },
	{ "another zone's", "example. IN DS 20326 8 2 " HASH "\n", 0 },
	{ "another type", ". IN NS a.root-servers.net.\n", 0 },
	{ "class before TTL, a digest in pieces",
	  ". in 60 ds 20326 8 2 ( E06D44B80B8F1D39A95C0B0D7C65D084\t"
	  "58E880409BBC683457104237C7F8EC8D ) ; KSK-2017\r\n",
	  1 },
	{ "neither TTL nor class", ". DNSKEY 257 3 13 AwEAAQ==\n", 1 },
	{ "a digest that is too short", ". IN DS 20326 8 2 E06D44B8\n", 0 },
	{ "a digest of a type that we don't know", ". IN DS 1 8 9 E06D44B8\n", 1 },
	{ "a digest that is not hexadecimal", ". IN DS 1 8 9 E06X\n", 0 },
	{ "a digest of odd length", ". IN DS 1 8 9 E06\n", 0 },
	{ "no digest", ". IN DS 1 8 9\n", 0 },
	{ "a tag that is too large", ". IN DS 65536 8 2 " HASH "\n", 0 },
	{ "a key that is not base64", ". IN DNSKEY 257 3 13 AwEAA\n", 0 },
	{ "a key of another protocol", ". IN DNSKEY 257 2 13 AwEAAQ==\n", 0 },
	{ "the owner left out", " IN DS 20326 8 2 " HASH "\n", 0 },
	{ "another class", ". CH DS 20326 8 2 " HASH "\n", 0 },
	{ "no records", "hello\n", 0 },
	{ "empty", "", 0 },
};

static void test_anchor_set_load_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct anchor_set set = { 0 };
		struct why why = { "" };
		FILE *f = fopen(file, "w");
		int rc;

		fputs(rows[i].text, f);
		fclose(f);
		rc = anchor_set_load(file, &set, &why);
		if (rc != (rows[i].count ? 0 : DP_EFORMAT) || set.count != rows[i].count)
			fail_msg("%s: returned %d, %zu anchors", rows[i].name, rc,
				 set.count);
		if (rc < 0 && !strstr(why.text, file))
			fail_msg("%s: says %s", rows[i].name, why.text);
		if (rc == 0 && strcmp(set.source, file))
			fail_msg("%s: from %s", rows[i].name, set.source);
		anchor_set_clear(&set);
	}
}

/* The root's keys as IANA has them, and the example of RFC 4034 section 5.4. */
static void test_anchor_set_add_tags(void **state)
{
	static const struct {
		const char *line;
		uint16_t tag;
	} keys[] = {
		{ ". IN DNSKEY 257 3 8 " KSK_2017, 20326 },
		{ ". 172800 IN DNSKEY 257 3 8 " KSK_2024 " ; keytag 38696", 38696 },
		{ ". 86400 DNSKEY 256 3 5 ( " RFC_4034 ") ; key id = 60485", 60485 },
		{ DS, 20326 },
	};
	struct anchor_set set = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		anchor_set_add(&set, keys[i].line);
		assert_int_equal(set.count, i + 1);
		assert_int_equal(set.tag[i], keys[i].tag);
	}
	assert_string_equal(set.text[0], ". IN DNSKEY 257 3 8 " KSK_2017);
	anchor_set_clear(&set);
}

static void test_anchor_set_add_has_a_limit(void **state)
{
	struct anchor_set set = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		anchor_set_add(&set, DS);
	assert_int_equal(set.count, 32);
	anchor_set_clear(&set);
}

static void test_anchor_set_load_missing(void **state)
{
	struct anchor_set set = { 0 };

	(void)state;
	assert_int_equal(anchor_set_load("/nonexistent", &set, NULL), DP_ENOENT);
}

/* Whatever this system has, both keys of the root or its own are there. */
static void test_anchor_set_load_default(void **state)
{
	struct anchor_set set = { 0 };

	(void)state;
	assert_int_equal(anchor_set_load(NULL, &set, NULL), 0);
	assert_true(set.count >= 1);
	assert_non_null(set.source);
	if (!strcmp(set.source, "built in")) {
		assert_int_equal(set.count, 2);
		assert_non_null(strstr(set.text[0], " 20326 8 2 "));
		assert_non_null(strstr(set.text[1], " 38696 8 2 "));
	}
	anchor_set_clear(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anchor_set_load_rows),
		cmocka_unit_test(test_anchor_set_add_tags),
		cmocka_unit_test(test_anchor_set_add_has_a_limit),
		cmocka_unit_test(test_anchor_set_load_missing),
		cmocka_unit_test(test_anchor_set_load_default),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
