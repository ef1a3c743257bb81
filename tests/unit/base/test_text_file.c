/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/why.h"

#define MARK "\xef\xbb\xbf"
#define TEXT(literal) literal, sizeof(literal) - 1
#define MAX_LEN 100

static char path[] = "/tmp/test_text_file.XXXXXX";

static int make_file(void **state)
{
	(void)state;
	return close(mkstemp(path));
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static const struct {
	const char *name, *text;
	size_t len;
	const char *want;  /* NULL: refused */
	const char *fault; /* in what is said then */
} rows[] = {
	{ "nothing", TEXT(""), "", NULL },
	{ "plain", TEXT("a\nb\n"), "a\nb\n", NULL },
	{ "no end of the last line", TEXT("a\nb"), "a\nb", NULL },
	{ "UTF-8", TEXT("m\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x94\x92\n"),
	  "m\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x94\x92\n", NULL },
	{ "a mark", TEXT(MARK "a\n"), "a\n", NULL },
	{ "a mark alone", TEXT(MARK), "", NULL },
	{ "two marks", TEXT(MARK MARK "a"), MARK "a", NULL },
	{ "a mark later on", TEXT("a" MARK "b"), "a" MARK "b", NULL },
	{ "half a mark", TEXT("\xef\xbb"), "\xef\xbb", NULL },
	{ "half a mark, then text", TEXT("\xef\xbb\nx"), "\xef\xbb\nx", NULL },
	{ "CR LF", TEXT("a\r\nb\r\n\r\n"), "a\nb\n\n", NULL },
	{ "CR", TEXT("a\rb\r\rc"), "a\nb\n\nc", NULL },
	{ "CR at the end", TEXT("a\r"), "a\n", NULL },
	{ "LF CR", TEXT("a\n\rb"), "a\n\nb", NULL },
	{ "a mark and CR LF", TEXT(MARK "\r\na\r\n"), "\na\n", NULL },
	{ "NEL",
	  TEXT("a\xc2\x85"
	       "b\xc2\x85\xc2\x85"
	       "c"),
	  "a\nb\n\nc", NULL },
	{ "NEL behind half of one",
	  TEXT("a\xc2\xc2\x85"
	       "b"),
	  "a\xc2\nb", NULL },
	{ "half a NEL at the end", TEXT("a\xc2"), "a\xc2", NULL },
	{ "U+2028 and U+2029",
	  TEXT("a\xe2\x80\xa8\xe2\x80\xa9"
	       "b"),
	  "a\n\nb", NULL },
	{ "U+2027", TEXT("\xe2\x80\xa7"), "\xe2\x80\xa7", NULL },
	{ "half a separator", TEXT("\xe2\x80\n"), "\xe2\x80\n", NULL },
	{ "half a separator, then NEL", TEXT("\xe2\x80\xc2\x85"), "\xe2\x80\n", NULL },
	{ "UTF-16, little end first",
	  TEXT("\xff\xfe"
	       "a\0\n\0"),
	  NULL, "UTF-16" },
	{ "UTF-16, big end first", TEXT("\xfe\xff\0a\0\n"), NULL, "UTF-16" },
	{ "UTF-16 without its mark", TEXT("a\0b\0"), NULL, "UTF-16" },
	{ "the same, big end first", TEXT("\0a\0b"), NULL, "UTF-16" },
	{ "a NUL", TEXT("ab\r\nc\0d"), NULL, "line 2 has a NUL" },
	{ "no UTF-16",
	  TEXT("\xff"
	       "a\xfe"),
	  "\xff"
	  "a\xfe",
	  NULL },
};

static void write_file(const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void test_text_file_read_rows(void **state)
{
	struct why why;
	size_t i, len;
	char *text;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_file(rows[i].text, rows[i].len);
		text = NULL;
		why.text[0] = '\0';
		rc = text_file_read(path, MAX_LEN, &text, &len, &why);
		if (rc != (rows[i].want ? 0 : DP_EFORMAT))
			fail_msg("%s: %d, %s", rows[i].name, rc, why.text);
		if (rows[i].want &&
		    (strcmp(text, rows[i].want) || len != strlen(rows[i].want)))
			fail_msg("%s: %zu octets: %s", rows[i].name, len, text);
		if (!rows[i].want &&
		    (!strstr(why.text, rows[i].fault) || !strstr(why.text, path)))
			fail_msg("%s: %s", rows[i].name, why.text);
		free(text);
	}
}

/* A line must not be cut in two because its end came together with what was held. */
static void test_text_file_step_gives_a_line_end_last(void **state)
{
	size_t i, k, n, at;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text_file_filter f = { 0 };
		char out[TEXT_FILE_STEP_MAX];

		for (k = 0; k < rows[i].len; k++) {
			n = text_file_step(&f, rows[i].text[k], out);
			assert_true(n <= TEXT_FILE_STEP_MAX);
			for (at = 0; at + 1 < n; at++)
				if (out[at] == '\n')
					fail_msg("%s: octet %zu", rows[i].name, k);
		}
	}
}

static void test_text_file_read_passes_on_failures(void **state)
{
	char *text = NULL;
	struct why why;
	size_t len;

	(void)state;
	assert_int_equal(text_file_read("/nonexistent", 10, &text, &len, &why),
			 DP_ENOENT);
	write_file(TEXT("12345678901"));
	assert_int_equal(text_file_read(path, 10, &text, &len, &why), DP_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_file_read_rows),
		cmocka_unit_test(test_text_file_step_gives_a_line_end_last),
		cmocka_unit_test(test_text_file_read_passes_on_failures),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
