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

/* Octets that do something to a terminal, or that nobody sees. */
static const struct {
	const char *name, *octets;
} unseen[] = {
	{ "NEL", "\xc2\x85" },
	{ "CSI", "\xc2\x9b" },
	{ "soft hyphen", "\xc2\xad" },
	{ "grapheme joiner", "\xcd\x8f" },
	{ "Arabic letter mark", "\xd8\x9c" },
	{ "Hangul filler", "\xe1\x85\x9f" },
	{ "zero width space", "\xe2\x80\x8b" },
	{ "right-to-left mark", "\xe2\x80\x8f" },
	{ "line separator", "\xe2\x80\xa8" },
	{ "paragraph separator", "\xe2\x80\xa9" },
	{ "right-to-left override", "\xe2\x80\xae" },
	{ "word joiner", "\xe2\x81\xa0" },
	{ "isolate", "\xe2\x81\xa7" },
	{ "variation selector", "\xef\xb8\x8f" },
	{ "byte order mark", "\xef\xbb\xbf" },
	{ "tag", "\xf3\xa0\x81\x81" },
	{ "ESC", "\x1b" },
	{ "DEL", "\x7f" },
	{ "BEL", "\a" },
	{ "backspace", "\b" },
	{ "tabulator", "\t" },
	{ "CR", "\r" },
	{ "half of a character", "\xe2\x80" },
	{ "surrogate", "\xed\xa0\x80" },
	{ "longer than need be", "\xc0\xae" },
	{ "beyond Unicode", "\xf4\x90\x80\x80" },
};

static void put(char **text, const char *octets)
{
	free(*text);
	*text = mem_printf("seen%sunseen", octets);
}

/* In each text that comes from a server, a name server or the user's own list. */
static struct facts_target *put_everywhere(const char *octets,
					   struct verdict_conf *verdict)
{
	struct facts_target *t = NULL;
	struct facts_peer *peer;
	size_t i, k;

	for (i = 0; !t || !t->endpoint_count || !t->endpoint[0].peer[0].chain_count ||
		    !t->endpoint[0].peer[0].error;
	     i++) {
		facts_target_free(t);
		assert_non_null(sample_name(i));
		t = sample_make(i, verdict);
	}
	peer = &t->endpoint[0].peer[0];
	put(&t->target, octets);
	put(&t->normalized, octets);
	put(&t->summary, octets);
	put(&peer->error, octets);
	put(&peer->chain[0].subject, octets);
	put(&peer->chain[0].issuer, octets);
	put(&peer->chain[0].common_name, octets);
	put(&peer->tls.alpn, octets);
	for (k = 0; k < peer->chain[0].san_count; k++)
		put(&peer->chain[0].san[k], octets);
	facts_add_san(&peer->chain[0], mem_printf("seen%sunseen", octets));
	for (k = 0; k < t->findings.count; k++)
		put(&t->findings.item[k].text, octets);
	put(&t->endpoint[0].story, octets);
	return t;
}

static char *printed_with(const char *octets, size_t format)
{
	struct verdict_conf verdict;
	struct render_conf conf = { .verbosity = formats[format].verbosity,
				    .now = SAMPLE_NOW,
				    .verdict = &verdict,
				    .single = true };
	const struct renderer *r = render_find(formats[format].renderer);
	struct facts_target *t;
	struct render_state *s;
	char *text = NULL;
	size_t len = 0;

	verdict_conf_init(&verdict);
	conf.out = open_memstream(&text, &len);
	t = put_everywhere(octets, &verdict);
	s = r->begin(&conf);
	r->target(s, t);
	r->end(s);
	fclose(conf.out);
	facts_target_free(t);
	if (strlen(text) != len)
		fail_msg("%s: a NUL", formats[format].extension);
	return text;
}

static void test_render_shows_what_cannot_be_seen(void **state)
{
	size_t i, k;
	char *text;

	(void)state;
	for (i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		for (k = 0; k < FORMAT_COUNT; k++) {
			text = printed_with(unseen[i].octets, k);
			if (strstr(text, unseen[i].octets))
				fail_msg("%s in %s", unseen[i].name,
					 formats[k].extension);
			if (formats[k].verbosity >= 0 && !strstr(text, "seen"))
				fail_msg("%s: nothing is shown", formats[k].extension);
			free(text);
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
		cmocka_unit_test(test_render_shows_what_cannot_be_seen),
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
