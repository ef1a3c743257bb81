/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
	const char *name, *text, *safe;
} rows[] = {
	{ "plain", "abc ~", "abc ~" },
	{ "empty", "", "" },
	{ "controls", "a\n\t\x1b[31m\x7f", "a\\x0a\\x09\\x1b[31m\\x7f" },
	{ "UTF-8",
	  "b\xc3\xbc"
	  "cher \xe2\x82\xac \xf0\x9f\x94\x92",
	  "b\xc3\xbc"
	  "cher \xe2\x82\xac \xf0\x9f\x94\x92" },
	{ "C1 control",
	  "\xc2\x9b"
	  "31m",
	  "\\xc2\\x9b31m" },
	{ "Latin-1",
	  "b\xfc"
	  "c",
	  "b\\xfcc" },
	{ "cut off", "\xe2\x82", "\\xe2\\x82" },
	{ "overlong slash", "\xc0\xaf", "\\xc0\\xaf" },
	{ "overlong in three", "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
	{ "overlong in four", "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
	{ "surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "past the last", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
	{ "stray continuation", "\x80", "\\x80" },
	{ "right to left override",
	  "a\xe2\x80\xae"
	  "b",
	  "a\\xe2\\x80\\xaeb" },
	{ "isolate", "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },
	{ "line separator", "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },
	{ "zero width space", "\xe2\x80\x8b", "\\xe2\\x80\\x8b" },
	{ "soft hyphen", "a\xc2\xad", "a\\xc2\\xad" },
	{ "Arabic letter mark", "\xd8\x9c", "\\xd8\\x9c" },
	{ "word joiner", "\xe2\x81\xa0", "\\xe2\\x81\\xa0" },
	{ "byte order mark", "\xef\xbb\xbf", "\\xef\\xbb\\xbf" },
	{ "tag", "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" },
	{ "Hangul filler", "\xe3\x85\xa4", "\\xe3\\x85\\xa4" },
	{ "dash beside them", "\xe2\x80\x93", "\xe2\x80\x93" },
};

static void test_log_escape_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *safe = log_escape(rows[i].text, strlen(rows[i].text));

		if (strcmp(safe, rows[i].safe))
			fail_msg("%s: came to %s", rows[i].name, safe);
		free(safe);
	}
}

static void test_log_escape_nul(void **state)
{
	char *safe = log_escape("a\0b", 3);

	(void)state;
	assert_string_equal(safe, "a\\x00b");
	free(safe);
}

static void test_log_show_nul_hides_nothing(void **state)
{
	char *shown = log_show_nul("a.x\0.evil\x1b", 10);

	(void)state;
	assert_string_equal(shown, "a.x\\x00.evil\x1b");
	free(shown);
	shown = log_show_nul("", 0);
	assert_string_equal(shown, "");
	free(shown);
}

/* What the calls wrote to standard error, which goes into a file meanwhile. */
static char *captured(void (*speak)(void))
{
	FILE *file = tmpfile();
	int kept;
	char *text = calloc(1, 8192);

	fflush(stderr);
	kept = dup(2);
	dup2(fileno(file), 2);
	speak();
	fflush(stderr);
	dup2(kept, 2);
	close(kept);
	rewind(file);
	(void)!fread(text, 1, 8191, file);
	fclose(file);
	return text;
}

static void speak_at_1(void)
{
	log_set_level(1);
	log_error("e %s", "x\ny");
	log_warn("w");
	log_info("i");
	log_debug("d");
}

static void speak_at_3(void)
{
	log_set_level(3);
	log_info("i");
	log_debug("d");
}

static void speak_at_0(void)
{
	log_set_level(0);
	log_error("e");
	log_warn("w");
	log_set_level(-1);
	log_error("never");
}

static void speak_long(void)
{
	char text[5000];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_set_level(1);
	log_error("%s", text);
}

static void test_log_levels(void **state)
{
	char *text = captured(speak_at_1);

	(void)state;
	assert_string_equal(text, "daneprobe: e x\\x0ay\ndaneprobe: warning: w\n");
	free(text);
	text = captured(speak_at_3);
	assert_string_equal(text, "daneprobe: i\ndaneprobe: d\n");
	free(text);
	text = captured(speak_at_0);
	assert_string_equal(text, "daneprobe: e\n");
	free(text);
}

static void speak_held(void)
{
	log_set_level(1);
	log_hold();
	log_hold();
	log_error("first");
	log_warn("second");
	fputs("between\n", stderr);
	log_release();
	log_release();
	log_error("third");
}

static void test_log_hold_keeps_lines_until_the_release(void **state)
{
	char *text = captured(speak_held);

	(void)state;
	assert_string_equal(text, "between\ndaneprobe: first\ndaneprobe: warning: "
				  "second\ndaneprobe: third\n");
	free(text);
}

static void say_before(void *arg)
{
	fputs(arg, stderr);
}

static void speak_after_something(void)
{
	char text[] = "before ";

	log_set_level(1);
	log_set_before(say_before, text);
	log_warn("a");
	log_info("b");
	log_set_before(NULL, NULL);
	log_warn("c");
}

static void test_log_set_before_is_called_for_what_is_said(void **state)
{
	char *text = captured(speak_after_something);

	(void)state;
	assert_string_equal(text,
			    "before daneprobe: warning: a\ndaneprobe: warning: c\n");
	free(text);
}

static void test_log_error_is_one_line_of_bounded_length(void **state)
{
	char *text = captured(speak_long);

	(void)state;
	assert_in_range(strlen(text), 1000, 2100);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_escape_rows),
		cmocka_unit_test(test_log_escape_nul),
		cmocka_unit_test(test_log_show_nul_hides_nothing),
		cmocka_unit_test(test_log_levels),
		cmocka_unit_test(test_log_hold_keeps_lines_until_the_release),
		cmocka_unit_test(test_log_set_before_is_called_for_what_is_said),
		cmocka_unit_test(test_log_error_is_one_line_of_bounded_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
