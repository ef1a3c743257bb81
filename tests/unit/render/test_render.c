/* SPDX-License-Identifier: BSD-2-Clause */
/* Every sample in every format against its golden file. "test_render NAME FORMAT" prints
 * one (for regen.sh). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "render/render.h"
#include "render/title.h"
#include "sample.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

static const struct {
	const char *extension, *renderer;
	int verbosity;
} formats[] = {
	{ "txt", "text", 0 },	     { "verbose.txt", "text", 1 },
	{ "quiet.txt", "text", -1 }, { "nagios", "nagios", 0 },
	{ "json", "json", 0 },	     { "ndjson", "ndjson", 0 },
	{ "junit.xml", "junit", 0 }, { "tap", "tap", 0 },
	{ "prom", "prometheus", 0 },
};
#define FORMAT_COUNT (sizeof(formats) / sizeof(*formats))

static void print(FILE *out, size_t sample, size_t format)
{
	struct verdict_conf verdict;
	struct render_conf conf = { .out = out,
				    .verbosity = formats[format].verbosity,
				    .now = SAMPLE_NOW,
				    .verdict = &verdict,
				    .single = true };
	const struct renderer *r = render_find(formats[format].renderer);
	struct render_state *s = r->begin(&conf);
	struct facts_target *t;

	verdict_conf_init(&verdict);
	t = sample_make(sample, &verdict);
	r->target(s, t);
	r->end(s);
	facts_target_free(t);
}

static char *printed(size_t sample, size_t format)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	print(out, sample, format);
	fclose(out);
	return text;
}

static char *golden(const char *name, const char *extension)
{
	const char *top = getenv("top_srcdir");
	char *path = mem_printf("%s/tests/unit/render/golden/%s.%s", top ? top : ".",
				name, extension);
	char *text = NULL;
	size_t len;

	file_read(path, 1 << 20, &text, &len, NULL);
	free(path);
	return text;
}

static void test_render_agrees_with_the_golden_files(void **state)
{
	size_t i, k, compared = 0, missing = 0;
	char *is, *wanted;

	(void)state;
	for (i = 0; sample_name(i); i++) {
		for (k = 0; k < FORMAT_COUNT; k++) {
			wanted = golden(sample_name(i), formats[k].extension);
			is = printed(i, k);
			if (wanted && strcmp(is, wanted))
				fail_msg("%s.%s differs; it is now:\n%s", sample_name(i),
					 formats[k].extension, is);
			compared += wanted != NULL;
			missing += !wanted && (k == 0 || k == 3 || k == 4 || k > 5);
			free(is);
			free(wanted);
		}
	}
	assert_int_equal(missing, 0);
	assert_true(compared >= 84);
}

/* Whether the line holds a word that fits on no line. */
static int has_long_word(const char *line, size_t len)
{
	size_t i, word = 0;

	for (i = 0; i < len; i++) {
		word = line[i] == ' ' ? 0 : word + 1;
		if (word > 50)
			return 1;
	}
	return 0;
}

static void test_render_text_keeps_to_80_columns(void **state)
{
	const char *p, *end;
	size_t i, v;
	char *text;

	(void)state;
	for (i = 0; sample_name(i); i++) {
		for (v = 0; v < 2; v++) {
			text = printed(i, v);
			for (p = text; (end = strchr(p, '\n')); p = end + 1) {
				size_t len = (size_t)(end - p);

				if (len > 80 && !has_long_word(p, len))
					fail_msg("%s: %zu columns: %.*s", sample_name(i),
						 len, (int)len, p);
				if (len && p[len - 1] == ' ')
					fail_msg("%s: blank at the end: %.*s",
						 sample_name(i), (int)len, p);
			}
			free(text);
		}
	}
}

static void test_render_lets_no_control_byte_through(void **state)
{
	size_t i, k;
	char *text;
	const unsigned char *p;

	(void)state;
	for (i = 0; sample_name(i); i++) {
		for (k = 0; k < FORMAT_COUNT; k++) {
			text = printed(i, k);
			for (p = (const unsigned char *)text; *p; p++)
				if ((*p < 0x20 && *p != '\n') || *p == 0x7f || *p >= 0x80)
					fail_msg("%s.%s: byte %02x", sample_name(i),
						 formats[k].extension, *p);
			free(text);
		}
	}
}

static void test_render_colours_the_state_alone(void **state)
{
	struct verdict_conf verdict;
	char *text = NULL;
	size_t len = 0;
	struct render_conf conf = { .verbosity = -1,
				    .colour = true,
				    .now = SAMPLE_NOW,
				    .verdict = &verdict,
				    .single = true };
	const struct renderer *r = render_find("text");
	struct facts_target *t;
	struct render_state *s;

	(void)state;
	verdict_conf_init(&verdict);
	conf.out = open_memstream(&text, &len);
	t = sample_make(0, &verdict);
	s = r->begin(&conf);
	r->target(s, t);
	r->end(s);
	fclose(conf.out);
	assert_string_equal(text, "\033[32mOK\033[0m  https://www.example.com  match\n");
	free(text);
	facts_target_free(t);
}

static void test_render_find_knows_every_name(void **state)
{
	(void)state;
	assert_non_null(render_find("text"));
	assert_non_null(render_find("nagios"));
	assert_non_null(render_find("json"));
	assert_non_null(render_find("ndjson"));
	assert_non_null(render_find("junit"));
	assert_non_null(render_find("tap"));
	assert_non_null(render_find("prometheus"));
	assert_null(render_find("xml"));
	assert_null(render_find(""));
}

static void test_title_of_tells_the_scheme(void **state)
{
	static const struct {
		const char *given, *normalized, *wanted;
	} rows[] = {
		{ "example.com:25", "smtp://example.com:25", "smtp://example.com:25" },
		{ "example.com", "https://example.com:443", "https://example.com" },
		{ "imaps://example.com", "imaps://example.com:993",
		  "imaps://example.com" },
		{ "exa mple", NULL, "exa mple" },
		{ "a\nb", NULL, "a\\x0ab" },
	};
	struct facts_target *t;
	char *name;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		t = facts_target_new();
		t->target = mem_text(rows[i].given);
		t->normalized = mem_text(rows[i].normalized);
		name = title_of(t);
		if (strcmp(name, rows[i].wanted))
			fail_msg("%s: %s", rows[i].given, name);
		free(name);
		facts_target_free(t);
	}
}

static int print_one(const char *name, const char *extension)
{
	size_t i, k;

	for (i = 0; sample_name(i); i++) {
		for (k = 0; k < FORMAT_COUNT; k++) {
			if (strcmp(sample_name(i), name) ||
			    strcmp(formats[k].extension, extension))
				continue;
			print(stdout, i, k);
			return 0;
		}
	}
	fputs("no such sample or format\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_render_agrees_with_the_golden_files),
		cmocka_unit_test(test_render_text_keeps_to_80_columns),
		cmocka_unit_test(test_render_lets_no_control_byte_through),
		cmocka_unit_test(test_render_colours_the_state_alone),
		cmocka_unit_test(test_render_find_knows_every_name),
		cmocka_unit_test(test_title_of_tells_the_scheme),
	};
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		for (i = 0; sample_name(i); i++)
			puts(sample_name(i));
		return 0;
	}
	if (argc == 3)
		return print_one(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
