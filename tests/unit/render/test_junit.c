/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "render/junit.h"
#include "render/render.h"
#include "sample.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

/* What is printed of these targets, which it frees. */
static char *printed(struct facts_target *const *take_targets, size_t count)
{
	struct verdict_conf verdict;
	char *text = NULL;
	size_t len = 0, i;
	struct render_conf conf = { .out = open_memstream(&text, &len),
				    .now = SAMPLE_NOW,
				    .verdict = &verdict };
	const struct renderer *r = junit_renderer();
	struct render_state *s = r->begin(&conf);

	verdict_conf_init(&verdict);
	for (i = 0; i < count; i++) {
		r->target(s, take_targets[i]);
		facts_target_free(take_targets[i]);
	}
	r->end(s);
	fclose(conf.out);
	return text;
}

static struct facts_target *sample(size_t i)
{
	struct verdict_conf conf;

	verdict_conf_init(&conf);
	return sample_make(i, &conf);
}

static void test_junit_escapes_what_is_no_xml(void **state)
{
	static const struct {
		const char *name, *raw, *wanted;
	} rows[] = {
		{ "markup", "a<b>&\"'", "a&lt;b&gt;&amp;&quot;&apos;" },
		{ "end of a section", "]]>", "]]&gt;" },
		{ "controls", "a\001\010\013\033\177b", "a\\x01\\x08\\x0b\\x1b\\x7fb" },
		{ "blanks in an attribute", "a\tb\r\nc", "a\\x09b\\x0d\\x0ac" },
		{ "no UTF-8", "\xc3(\xff", "\\xc3(\\xff" },
		{ "half of a surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "C1 controls", "\xc2\x85", "\\xc2\\x85" },
		{ "U+FFFE", "x\xef\xbf\xbey", "x\\xef\\xbf\\xbey" },
		{ "U+FFFF", "\xef\xbf\xbf", "\\xef\\xbf\\xbf" },
		{ "U+FFFD, which is one", "\xef\xbf\xbd", "\xef\xbf\xbd" },
		{ "other letters",
		  "b\xc3\xbc"
		  "cher \xf0\x9f\x94\x91",
		  "b\xc3\xbc"
		  "cher \xf0\x9f\x94\x91" },
	};
	struct facts_target *t;
	char *text, *wanted;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		t = sample(0);
		free(t->summary);
		t->summary = mem_text(rows[i].raw);
		text = printed(&t, 1);
		wanted = mem_printf("name=\"summary\" value=\"%s\"/>", rows[i].wanted);
		if (!strstr(text, wanted))
			fail_msg("%s: no %s in %s", rows[i].name, wanted, text);
		free(wanted);
		free(text);
	}
}

static void test_junit_has_a_suite_a_target(void **state)
{
	struct facts_target *t[] = { sample(0), sample(1) };
	char *text = printed(t, 2);

	(void)state;
	assert_non_null(strstr(text, "<testsuite name=\"https://www.example.com\" "
				     "tests=\"2\" failures=\"0\""));
	assert_non_null(strstr(text, "<testsuite name=\"smtp://mx1.example.com\" "
				     "tests=\"1\" failures=\"1\""));
	assert_string_equal(text + strlen(text) - 14, "</testsuites>\n");
	free(text);
}

static void test_junit_of_no_target_fails(void **state)
{
	char *text = printed(NULL, 0);

	(void)state;
	assert_non_null(strstr(text, "errors=\"1\""));
	assert_non_null(strstr(text, "<error type=\"no-target\""));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_junit_escapes_what_is_no_xml),
		cmocka_unit_test(test_junit_has_a_suite_a_target),
		cmocka_unit_test(test_junit_of_no_target_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
