/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/opts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

struct values {
	bool flag;
	int count, jobs, choice;
	const char *text;
	struct opt_list list;
	int64_t timeout_ms, wait_ms;
	char own[8];
};

static int parse_own(const char *text, void *field, struct why *why)
{
	if (!text)
		text = "none";
	if (strlen(text) > 7)
		return why_set(why, DP_EINVAL, "'%s' is too long", text);
	snprintf(field, 8, "%s", text);
	return 0;
}

#define AT(field) offsetof(struct values, field)

static const struct opt table[] = {
	{ "flag", 'f', OPT_FLAG, AT(flag), 0, 0, NULL, NULL, "a flag", NULL },
	{ "verbose", 'v', OPT_COUNT, AT(count), 0, 0, NULL, NULL, "more", NULL },
	{ "jobs", 'j', OPT_INT, AT(jobs), 1, 100, "16", "N", "so many at once", NULL },
	{ "auth", 0, OPT_CHOICE, AT(choice), 0, 0, "auto", "auto|both|rsa", "which",
	  NULL },
	{ "text", 't', OPT_TEXT, AT(text), 0, 0, NULL, "TEXT", "a text", NULL },
	{ "list", 0, OPT_LIST, AT(list), 0, 0, NULL, "ITEM", "an item", NULL },
	{ "timeout", 0, OPT_SECONDS, AT(timeout_ms), 100, 60000, "10", "SECONDS",
	  "bounds one attempt at one target, every handshake and the fetch included, so "
	  "that "
	  "nothing may outlast it whatever the peer does",
	  NULL },
	{ "wait", 0, OPT_TIME, AT(wait_ms), 0, 3600000, NULL, "TIME", "wait", NULL },
	{ "own", 0, OPT_OWN, AT(own), 0, 0, NULL, "WORD", "own", parse_own },
	{ "free", 0, OPT_OWN, AT(own), 0, 0, NULL, "[=WORD]",
	  "its value may be left away", parse_own },
	{ .long_name = NULL },
};

/* Splits line at blanks and parses it. */
static int parse(const char *line, struct values *v, struct opts_rest *rest,
		 struct why *why)
{
	static char copy[200];
	char *argv[40], *p, *next = NULL;
	int argc = 0;

	snprintf(copy, sizeof(copy), "verb %s", line);
	for (p = strtok_r(copy, " ", &next); p; p = strtok_r(NULL, " ", &next))
		argv[argc++] = p;
	argv[argc] = NULL;
	memset(v, 0, sizeof(*v));
	opts_init(table, v);
	return opts_parse(table, argc, argv, v, rest, why);
}

static void test_opts_parse_reads_every_kind(void **state)
{
	struct opts_rest rest;
	struct values v;
	struct why why;

	(void)state;
	assert_int_equal(parse("a -fvv --jobs=7 b --auth rsa -t x --list 1 --list 2 "
			       "--timeout 2.5 --wait 3m --own abc -- -c",
			       &v, &rest, &why),
			 0);
	assert_true(v.flag);
	assert_int_equal(v.count, 2);
	assert_int_equal(v.jobs, 7);
	assert_int_equal(v.choice, 2);
	assert_string_equal(v.text, "x");
	assert_int_equal(v.list.count, 2);
	assert_string_equal(v.list.item[1], "2");
	assert_int_equal(v.timeout_ms, 2500);
	assert_int_equal(v.wait_ms, 180000);
	assert_string_equal(v.own, "abc");
	assert_int_equal(rest.args.count, 3);
	assert_string_equal(rest.args.item[0], "a");
	assert_string_equal(rest.args.item[2], "-c");
	opts_clear(table, &v, &rest);
}

static void test_opts_parse_takes_an_optional_value_only_behind_its_name(void **state)
{
	struct opts_rest rest;
	struct values v;

	(void)state;
	assert_int_equal(parse("--free abc", &v, &rest, NULL), 0);
	assert_string_equal(v.own, "none");
	assert_int_equal(rest.args.count, 1);
	opts_clear(table, &v, &rest);
	assert_int_equal(parse("--free=abc", &v, &rest, NULL), 0);
	assert_string_equal(v.own, "abc");
	assert_int_equal(rest.args.count, 0);
	opts_clear(table, &v, &rest);
}

static void test_opts_parse_keeps_defaults(void **state)
{
	struct opts_rest rest;
	struct values v;

	(void)state;
	assert_int_equal(parse("-", &v, &rest, NULL), 0);
	assert_int_equal(v.jobs, 16);
	assert_int_equal(v.timeout_ms, 10000);
	assert_int_equal(v.choice, 0);
	assert_null(v.text);
	assert_int_equal(rest.args.count, 1);
	opts_clear(table, &v, &rest);
}

static void test_opts_parse_ignores_posixly_correct(void **state)
{
	struct opts_rest rest;
	struct values v;

	(void)state;
	setenv("POSIXLY_CORRECT", "1", 1);
	assert_int_equal(parse("a -f", &v, &rest, NULL), 0);
	unsetenv("POSIXLY_CORRECT");
	assert_true(v.flag);
	assert_int_equal(rest.args.count, 1);
	opts_clear(table, &v, &rest);
}

static void test_opts_parse_sees_help(void **state)
{
	struct opts_rest rest;
	struct values v;

	(void)state;
	assert_int_equal(parse("a --help --nonsense", &v, &rest, NULL), 0);
	assert_true(rest.help);
	opts_clear(table, &v, &rest);
	assert_int_equal(parse("-h", &v, &rest, NULL), 0);
	assert_true(rest.help);
	opts_clear(table, &v, &rest);
}

static const struct {
	const char *line, *message;
} errors[] = {
	{ "--jobs 0", "--jobs: 0 is not between 1 and 100" },
	{ "--jobs 101", "--jobs: 101 is not between 1 and 100" },
	{ "-j x", "--jobs: 'x' is not a number" },
	{ "-j -1", "--jobs: '-1' is not a number" },
	{ "-j 99999999999999999999",
	  "--jobs: 99999999999999999999 is not between 1 and 100" },
	{ "--auth dsa", "--auth: 'dsa' is none of auto|both|rsa" },
	{ "--auth both|rsa", "--auth: 'both|rsa' is none of auto|both|rsa" },
	{ "--timeout 60.1", "--timeout: 60.1 is not between 0.1 and 60 seconds" },
	{ "--wait 61m", "--wait: 61m is not between 0 and 3600 seconds" },
	{ "--timeout 0", "--timeout: 0 is not between 0.1 and 60 seconds" },
	{ "--timeout abc", "--timeout: 'abc' is not a time like 90s, 5m or 250ms" },
	{ "--timeout 5x", "--timeout: unit 'x' is none of ms, s, m, h, d" },
	{ "--timeout .5", "--timeout: '.5' is not a time like 90s, 5m or 250ms" },
	{ "--wait 5", "--wait: '5' has no unit: write 5s, or ms, m, h, d" },
	{ "--own 12345678", "--own: '12345678' is too long" },
	{ "--wiat 5s", "unknown option --wiat: did you mean --wait?" },
	{ "--zzzzzzzz", "unknown option --zzzzzzzz" },
	{ "--t 5", "--t is the beginning of several options" },
	{ "--flag=1", "--flag takes no value" },
	{ "-x", "unknown option -x" },
	{ "-fx", "unknown option -x" },
	{ "--text", "--text needs a value: --text TEXT" },
	{ "-t", "-t needs a value: -t TEXT" },
	{ "--list", "--list needs a value: --list ITEM" },
};

static void test_opts_parse_names_option_value_and_remedy(void **state)
{
	struct opts_rest rest;
	struct values v;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		why.text[0] = '\0';
		if (parse(errors[i].line, &v, &rest, &why) == 0)
			fail_msg("%s: taken", errors[i].line);
		if (strcmp(why.text, errors[i].message))
			fail_msg("%s: %s", errors[i].line, why.text);
		opts_clear(table, &v, &rest);
	}
}

static void test_opts_help_fits_80_columns(void **state)
{
	char *text = NULL, *line, *rest = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	opts_help(table, out);
	fclose(out);
	assert_non_null(
		strstr(text, "  -j, --jobs N            so many at once (default 16)\n"));
	assert_non_null(strstr(
		text, "      --auth auto|both|rsa\n                          which"));
	assert_non_null(strstr(text, "  -h, --help "));
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strlen(line) > 80)
			fail_msg("%s", line);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opts_parse_reads_every_kind),
		cmocka_unit_test(
			test_opts_parse_takes_an_optional_value_only_behind_its_name),
		cmocka_unit_test(test_opts_parse_keeps_defaults),
		cmocka_unit_test(test_opts_parse_ignores_posixly_correct),
		cmocka_unit_test(test_opts_parse_sees_help),
		cmocka_unit_test(test_opts_parse_names_option_value_and_remedy),
		cmocka_unit_test(test_opts_help_fits_80_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
