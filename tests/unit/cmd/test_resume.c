/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/resume.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/why.h"
#include "cmd/counts.h"

/* A result as -o ndjson writes it, cut in its middle. */
#define RESULT(target, normalized, state, code)                                          \
	"{\"version\":1,\"target\":\"" target "\",\"line\":1,\"normalized\":" normalized \
	",\"state\":\"" state "\",\"code\":\"" code                                      \
	"\",\"summary\":\"s\",\"findings\":[]}"
#define A RESULT("a.example", "\"https://a.example:443\"", "OK", "match")
#define B RESULT("b.example", "\"https://b.example:443\"", "CRITICAL", "bogus")
#define BAD RESULT("a \\\"summary\\\": \\u00e4", "null", "UNKNOWN", "bad-target")
#define LOOKED_UP                                                                        \
	"{\"version\":1,\"target\":\"a.example\",\"line\":1,\"normalized\":"             \
	"\"https://a.example:443\",\"state\":\"CRITICAL\",\"code\":\"no-tlsa\","         \
	"\"lookup_only\":true,\"summary\":\"s\",\"findings\":[]}"
#define STOPPED RESULT("a.example", "\"https://a.example:443\"", "UNKNOWN", "stopped")

static char path[] = "/tmp/test_resume.XXXXXX";

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

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
}

static const struct row {
	const char *name, *text;
	int rc;
	unsigned results;
	const char *key;
	int times; /* that the key is taken */
} rows[] = {
	{ "empty", "", 0, 0, "https://a.example:443", 0 },
	{ "one", A "\n" B "\n", 0, 2, "https://a.example:443", 1 },
	{ "another", A "\n", 0, 1, "https://b.example:443", 0 },
	{ "the normalized one counts", A "\n", 0, 1, "a.example", 0 },
	{ "twice", A "\n" B "\n" A "\n", 0, 3, "https://a.example:443", 2 },
	{ "bad by its text", BAD "\n", 0, 1, "a \"summary\": \xc3\xa4", 1 },
	{ "no UTF-8", RESULT("\\\\xff", "null", "UNKNOWN", "bad-target") "\n", 0, 1,
	  "\xff", 1 },
	{ "stopped is not done", STOPPED "\n", 0, 0, "https://a.example:443", 0 },
	{ "looked up only is not done", LOOKED_UP "\n" B "\n", 0, 1,
	  "https://a.example:443", 0 },
	{ "cut", A "\n{\"version\":1,\"tar", 0, 1, "https://a.example:443", 1 },
	{ "cut before its newline", B "\n" A, 0, 1, "https://a.example:443", 0 },
	{ "only a cut one", "{\"ver", 0, 0, "https://a.example:443", 0 },
	{ "garbled within", "{\"version\":1,\"tar" A "\n" A "\n", 0, 1,
	  "https://a.example:443", 1 },
	{ "blanks, as of other writers",
	  "{\"version\": 1, \"target\": \"x\", \"normalized\": null, \"state\": \"OK\", "
	  "\"code\": \"match\", \"summary\": \"\"}\n",
	  0, 1, "x", 1 },
	{ "no such code", A "\n" RESULT("x", "null", "OK", "perfect") "\n", 0, 1, "x",
	  0 },
	{ "no such state", A "\n" RESULT("x", "null", "GOOD", "match") "\n", 0, 1, "x",
	  0 },
	{ "a byte order mark", "\xef\xbb\xbf" A "\n" B "\n", 0, 2,
	  "https://a.example:443", 1 },
	{ "a mark before a cut one", "\xef\xbb\xbf{\"version\":1,\"tar", 0, 0,
	  "https://a.example:443", 0 },
	{ "CR LF", A "\r\n" B "\r\n", 0, 2, "https://b.example:443", 1 },
	{ "UTF-16", "\xff\xfe{", DP_EFORMAT, 0, NULL, 0 },
	{ "a list of targets", "a.example\nb.example\n", DP_EFORMAT, 0, NULL, 0 },
	{ "a word", "a.example", DP_EFORMAT, 0, NULL, 0 },
	{ "no object", "\"summary\":}\n", DP_EFORMAT, 0, NULL, 0 },
};

static void check_row(const struct row *row)
{
	struct counts counts = { 0 };
	struct resume *r = NULL;
	struct why why = { "" };
	int rc, times = 0;

	write_file(row->text);
	rc = resume_new(path, -1, true, &counts, &r, &why);
	if (rc != row->rc || (rc < 0 && !strstr(why.text, path)))
		fail_msg("%s: returned %d, says '%s'", row->name, rc, why.text);
	if (rc < 0)
		return;
	while (resume_take(r, row->key))
		times++;
	if (counts_total(&counts) != row->results || counts.resumed != row->results)
		fail_msg("%s: %u results", row->name, (unsigned)counts.resumed);
	if (times != row->times)
		fail_msg("%s: taken %d times", row->name, times);
	resume_free(r);
}

static void test_resume_new_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

/* Where no server is to be asked, either kind is done. */
static void test_resume_new_of_lookups_takes_both(void **state)
{
	struct counts counts = { 0 };
	struct resume *r = NULL;

	(void)state;
	write_file(LOOKED_UP "\n" B "\n");
	assert_int_equal(resume_new(path, -1, false, &counts, &r, NULL), 0);
	assert_int_equal(counts.resumed, 2);
	assert_true(resume_take(r, "https://a.example:443"));
	assert_true(resume_take(r, "https://b.example:443"));
	resume_free(r);
}

static void test_resume_new_needs_the_file(void **state)
{
	struct counts counts = { 0 };
	struct resume *r;
	struct why why = { "" };

	(void)state;
	assert_int_equal(resume_new("/nonexistent/f", -1, true, &counts, &r, &why),
			 DP_ENOENT);
	assert_non_null(strstr(why.text, "/nonexistent/f"));
	assert_true(resume_new("/tmp", -1, true, &counts, &r, &why) < 0);
	resume_free(NULL);
}

/* The size of A and a half line after a resume with stdout opened like that. */
static off_t size_after(const char *out, int flags)
{
	struct counts counts = { 0 };
	struct resume *r = NULL;
	struct stat st;
	int fd;

	write_file(A "\n{\"version\":1,");
	fd = open(out, flags);
	assert_int_equal(resume_new(path, fd, true, &counts, &r, NULL), 0);
	resume_free(r);
	close(fd);
	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static void test_resume_new_takes_a_half_line_away_from_where_it_goes_on(void **state)
{
	const off_t whole = sizeof(A), with_half = whole + 13;

	(void)state;
	assert_int_equal(size_after(path, O_WRONLY | O_APPEND), whole);
	assert_int_equal(size_after(path, O_WRONLY), with_half);
	assert_int_equal(size_after("/dev/null", O_WRONLY | O_APPEND), with_half);
}

static void test_resume_new_names_utf16(void **state)
{
	struct counts counts = { 0 };
	struct resume *r = NULL;
	struct why why = { "" };

	(void)state;
	write_file("\xff\xfe{");
	assert_int_equal(resume_new(path, -1, true, &counts, &r, &why), DP_EFORMAT);
	assert_non_null(strstr(why.text, "UTF-16"));
}

static void test_resume_take_of_many(void **state)
{
	struct counts counts = { 0 };
	struct resume *r = NULL;
	FILE *f = fopen(path, "w");
	char key[40];
	int i;

	(void)state;
	for (i = 0; i < 20000; i++)
		fprintf(f, RESULT("x", "\"https://d%d.example:443\"", "OK", "match") "\n",
			i);
	fclose(f);
	assert_int_equal(resume_new(path, -1, true, &counts, &r, NULL), 0);
	assert_int_equal(counts.resumed, 20000);
	for (i = 0; i < 40000; i++) {
		snprintf(key, sizeof(key), "https://d%d.example:443", i);
		assert_int_equal(resume_take(r, key), i < 20000);
		assert_false(resume_take(r, key));
	}
	resume_free(r);
}

static void test_resume_new_bounds_a_line(void **state)
{
	struct counts counts = { 0 };
	struct resume *r = NULL;
	FILE *f = fopen(path, "w");
	int i;

	(void)state;
	for (i = 0; i < 300000; i++)
		putc('a', f);
	fputs("\n" A "\n", f);
	fclose(f);
	assert_int_equal(resume_new(path, -1, true, &counts, &r, NULL), 0);
	assert_true(resume_take(r, "https://a.example:443"));
	resume_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resume_new_rows),
		cmocka_unit_test(test_resume_new_of_lookups_takes_both),
		cmocka_unit_test(test_resume_new_needs_the_file),
		cmocka_unit_test(
			test_resume_new_takes_a_half_line_away_from_where_it_goes_on),
		cmocka_unit_test(test_resume_new_names_utf16),
		cmocka_unit_test(test_resume_take_of_many),
		cmocka_unit_test(test_resume_new_bounds_a_line),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
