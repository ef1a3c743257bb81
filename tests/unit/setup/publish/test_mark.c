/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/mark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "dane/tlsa.h"
#include "setup/key/record.h"

#define OWNER "_443._tcp.www.example.com."
#define OTHER "_25._tcp.www.example.com."
#define A "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"
#define B "1111111111111111111111111111111111111111111111111111111111111111"
#define DEAD "2222222222222222222222222222222222222222222222222222222222222222"

static const struct row {
	const char *name, *owner, *record;
	enum mark mark;
	const char *meant; /* NULL: none */
	const char *line;
} rows[] = {
	{ "the wanted one", OWNER, "3 1 1 " A, MARK_WANTED, NULL, NULL },
	{ "wanted elsewhere", OTHER, "3 1 1 " A, MARK_FOREIGN, NULL, NULL },
	{ "one to go", OWNER, "3 1 1 " DEAD, MARK_TOO_MANY, NULL, NULL },
	{ "one digit", OWNER,
	  "3 1 1 8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa5",
	  MARK_WRONG, "3 1 1 " A,
	  "                                                                     ^" },
	{ "two digits", OWNER,
	  "3 1 1 ff434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327a04",
	  MARK_WRONG, "3 1 1 " A,
	  "      ^                                                             ^" },
	{ "another selector", OWNER, "3 0 1 " A, MARK_WRONG, "3 1 1 " A, "  ^" },
	{ "two digits are lost", OWNER,
	  "3 1 1 8f434346648f6b96df89dda901c5176b1a6d83961dd3c1ac88b59b2dc327aa",
	  MARK_WRONG, "3 1 1 " A, "                                       ^" },
	{ "cut", OWNER, "3 1 1 8f434346648f6b96df89dda901c5176b", MARK_WRONG, "3 1 1 " A,
	  "                                      ^" },
	{ "others'", OWNER,
	  "3 1 1 ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	  MARK_FOREIGN, NULL, NULL },
	{ "a short one of others", OWNER, "3 1 1 8f43", MARK_FOREIGN, NULL, NULL },
	{ "an empty one", OWNER, "3 1 1 ", MARK_FOREIGN, NULL, NULL },
	{ "a CA's", OWNER, "2 0 1 " B "", MARK_WRONG, "3 1 1 " B, "^ ^" },
};

static struct record record(const char *owner, const char *text)
{
	struct record r = { .owner = mem_text(owner) };

	assert_int_equal(tlsa_parse(text, &r.rr, NULL), 0);
	return r;
}

static void check(const struct row *row, const struct mark_sets *sets)
{
	const struct tlsa *meant = NULL;
	struct tlsa rr;
	enum mark mark;
	char *text;

	if (!row->record[6])
		rr = (struct tlsa){ 3, 1, 1, NULL, 0 };
	else
		assert_int_equal(tlsa_parse(row->record, &rr, NULL), 0);
	mark = mark_of(sets, row->owner, &rr, &meant);
	if (mark != row->mark || !meant != !row->meant)
		fail_msg("%s: %s", row->name, mark_word(mark));
	if (meant) {
		text = tlsa_to_text(meant);
		assert_string_equal(text, row->meant);
		free(text);
		text = mark_difference(&rr, meant);
		if (strcmp(text, row->line) != 0)
			fail_msg("%s:\n%s\n%s", row->name, row->record, text);
		free(text);
	}
	tlsa_clear(&rr);
}

static void test_mark_of_each_record(void **state)
{
	struct record want[] = { record(OWNER, "3 1 1 " A), record(OWNER, "3 1 1 " B),
				 record(OTHER, "3 1 1 " B) };
	struct record dead[] = { record(OWNER, "3 1 1 " DEAD) };
	const struct mark_sets sets = { want, dead, 3, 1 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i], &sets);
	for (i = 0; i < 3; i++)
		record_clear(&want[i]);
	record_clear(&dead[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mark_of_each_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
