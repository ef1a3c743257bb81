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
		cmocka_unit_test(test_anchor_set_load_missing),
		cmocka_unit_test(test_anchor_set_load_default),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
