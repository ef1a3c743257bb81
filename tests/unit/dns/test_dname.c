/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/dname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

static void check_text(const char *wire, size_t len, const char *wanted)
{
	char *text = dname_text((const uint8_t *)wire, len);

	assert_string_equal(text, wanted);
	free(text);
}

static void test_dname_text(void **state)
{
	(void)state;
	check_text("\3wWw\7EXAMPLE\0", 13, "www.example");
	check_text("\0", 1, "");
	check_text("\3a.b\1c\0", 7, "a\\.b.c");
	check_text("\4a\0 \xff\0", 6, "a\\000\\032\\255");
	check_text("\1a\2bc", 5, "a.bc");
	check_text("\1a\3bc", 5, "a");
	check_text("", 0, "");
}

static const struct {
	const char *wire;
	size_t len;
	const char *text; /* NULL: DP_EFORMAT */
} wires[] = {
	{ "\0", 1, "" },      { "\3www\1X\0", 7, "www.x" }, { "", 0, NULL },
	{ "\3www", 4, NULL }, { "\3ww", 3, NULL },	    { "\1a\0b", 4, NULL },
	{ "\0\0", 2, NULL },  { "\300\0", 2, NULL },
};

static void test_dname_from_wire_rows(void **state)
{
	char *text;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(wires) / sizeof(wires[0]); i++) {
		rc = dname_from_wire((const uint8_t *)wires[i].wire, wires[i].len, &text,
				     NULL);
		if (rc != (wires[i].text ? 0 : DP_EFORMAT))
			fail_msg("row %zu: returned %d", i, rc);
		if (rc < 0)
			continue;
		assert_string_equal(text, wires[i].text);
		free(text);
	}
}

#define LABEL_63 "123456789012345678901234567890123456789012345678901234567890123"
#define LABELS_192 LABEL_63 "." LABEL_63 "." LABEL_63 "."

static const struct {
	const char *text, *wire;
	size_t len; /* 0: DP_EINVAL */
} names[] = {
	{ "", "\0", 1 },
	{ ".", "\0", 1 },
	{ "www.Example", "\3www\7Example\0", 13 },
	{ "www.example.", "\3www\7example\0", 13 },
	{ "a\\.b.c", "\3a.b\1c\0", 7 },
	{ "\\000\\255", "\2\0\xff\0", 4 },
	{ LABEL_63, NULL, 65 },
	{ LABELS_192 LABEL_63, NULL, 0 },
	{ LABELS_192 "1234567890123456789012345678901234567890123456789012345678901",
	  NULL, 255 },
	{ LABELS_192 "12345678901234567890123456789012345678901234567890123456789012",
	  NULL, 0 },
	{ LABEL_63 "4", NULL, 0 },
	{ "..", NULL, 0 },
	{ ".a", NULL, 0 },
	{ "a..b", NULL, 0 },
	{ "a..", NULL, 0 },
	{ "a\\", NULL, 0 },
	{ "a\\25", NULL, 0 },
	{ "a\\256", NULL, 0 },
};

static void test_dname_from_text_rows(void **state)
{
	struct dname name;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		rc = dname_from_text(names[i].text, &name, NULL);
		if (rc != (names[i].len ? 0 : DP_EINVAL))
			fail_msg("'%s': returned %d", names[i].text, rc);
		if (rc < 0)
			continue;
		if (name.len != names[i].len)
			fail_msg("'%s': %zu octets", names[i].text, name.len);
		if (names[i].wire)
			assert_memory_equal(name.octet, names[i].wire, name.len);
	}
}

static struct dname from_text(const char *text)
{
	struct dname name;

	assert_int_equal(dname_from_text(text, &name, NULL), 0);
	return name;
}

static void test_dname_equal_and_below(void **state)
{
	static const struct {
		const char *name, *parent;
		bool equal, below;
	} pairs[] = {
		{ "a.Example", "A.eXample", true, false },
		{ "a.example", "example", false, true },
		{ "b.a.EXAMPLE", "example", false, true },
		{ "example", "a.example", false, false },
		{ "aexample", "example", false, false },
		{ "a.example", "", false, true },
		{ "", "", true, false },
		{ "a.test", "example", false, false },
		{ "a\\007example", "example", false, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct dname a = from_text(pairs[i].name), b = from_text(pairs[i].parent);

		if (dname_equal(&a, &b) != pairs[i].equal ||
		    dname_is_below(&a, &b) != pairs[i].below)
			fail_msg("%s, %s", pairs[i].name, pairs[i].parent);
	}
}

static void test_dname_tlsa_owner(void **state)
{
	char *owner = dname_tlsa_owner("www.example", 8443, "tcp");

	(void)state;
	assert_string_equal(owner, "_8443._tcp.www.example");
	free(owner);
}

static void test_dname_parent(void **state)
{
	(void)state;
	assert_string_equal(dname_parent("a.b.c"), "b.c");
	assert_null(dname_parent("c"));
	assert_null(dname_parent(""));
	assert_null(dname_parent("c."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dname_text),
		cmocka_unit_test(test_dname_from_wire_rows),
		cmocka_unit_test(test_dname_from_text_rows),
		cmocka_unit_test(test_dname_equal_and_below),
		cmocka_unit_test(test_dname_tlsa_owner),
		cmocka_unit_test(test_dname_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
