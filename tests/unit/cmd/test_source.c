/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/source.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop.h"
#include "base/why.h"
#include "probe/run.h"

static char file[] = "/tmp/test_source.XXXXXX";

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

static void write_file(const char *data, size_t len)
{
	FILE *f = fopen(file, "w");

	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
}

/* The next item has this line, text and fate; says NULL: it is good. */
static void expect(struct source *s, long line, const char *text, const char *says)
{
	struct run_item item = { 0 };

	if (source_next(s, &item) != RUN_ITEM)
		fail_msg("'%s': the list has ended", text);
	if (strcmp(item.text, text) || item.line != line || item.good != !says)
		fail_msg("'%s': got '%s', line %ld, good %d", text, item.text, item.line,
			 item.good);
	if (says && !strstr(item.why.text, says))
		fail_msg("'%s': says '%s'", text, item.why.text);
	if (item.good)
		target_clear(&item.target);
	free(item.text);
}

static void expect_end(struct source *s)
{
	struct run_item item = { 0 };

	assert_int_equal(source_next(s, &item), RUN_END);
	assert_int_equal(source_next(s, &item), RUN_END);
}

static void test_source_arguments_come_before_lines(void **state)
{
	static const char *const args[] = { "a.example", "b example" };
	struct source *s;

	(void)state;
	write_file("c.example\n", 10);
	assert_int_equal(source_new(args, 2, file, &s, NULL), 0);
	expect(s, 0, "a.example", NULL);
	expect(s, 0, "b example", "blank");
	expect(s, 1, "c.example", NULL);
	expect_end(s);
	source_free(s);
	assert_int_equal(source_new(args, 1, NULL, &s, NULL), 0);
	expect(s, 0, "a.example", NULL);
	expect_end(s);
	source_free(s);
	source_free(NULL);
}

static void test_source_lines(void **state)
{
	static const char text[] = "# comment\n\n \t \n\ta.example \r\n  # indented\n"
				   "b example # x\nc.example\0.evil\n\0\nd.example\n"
				   "e.example \t# why # not\nf.example#part";
	struct source *s;

	(void)state;
	write_file(text, sizeof(text) - 1);
	assert_int_equal(source_new(NULL, 0, file, &s, NULL), 0);
	expect(s, 4, "a.example", NULL);
	expect(s, 6, "b example", "blank");
	expect(s, 7, "c.example\1.evil", "");
	expect(s, 8, "\1", "");
	expect(s, 9, "d.example", NULL);
	expect(s, 10, "e.example", NULL);
	expect(s, 11, "f.example#part", NULL);
	expect_end(s);
	/* And once more, for --wait. */
	assert_int_equal(source_rewind(s, NULL), 0);
	expect(s, 4, "a.example", NULL);
	source_free(s);
}

/* As editors elsewhere leave it, the last with half of what may end a line. */
static void test_source_lines_of_other_systems(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf# my list\r\n a.example\r\n\r\nmx://b.example\r"
		"c.example\xc2\x85"
		"d.example\xc2";
	struct why why;
	struct source *s;

	(void)state;
	write_file(text, sizeof(text) - 1);
	assert_int_equal(source_new(NULL, 0, file, &s, NULL), 0);
	expect(s, 2, "a.example", NULL);
	expect(s, 4, "mx://b.example", NULL);
	expect(s, 5, "c.example", NULL);
	expect(s, 6, "d.example\xc2", "");
	expect_end(s);
	assert_int_equal(source_rewind(s, &why), 0);
	expect(s, 2, "a.example", NULL);
	source_free(s);
}

static void test_source_names_utf16(void **state)
{
	static const char text[] = "\xff\xfe"
				   "a\0.\0b\0\n\0c\0.\0d\0\n";
	struct source *s;

	(void)state;
	write_file(text, sizeof(text));
	assert_int_equal(source_new(NULL, 0, file, &s, NULL), 0);
	expect(s, 1, file, "UTF-16");
	expect_end(s);
	assert_false(source_ended(s));
	source_free(s);
}

static void test_source_keeps_no_more_of_a_line_than_fits(void **state)
{
	struct run_item item = { 0 };
	struct source *s;
	char *text = malloc(1 << 20);

	(void)state;
	memset(text, 'a', 1 << 20);
	memcpy(text + (1 << 20) - 11, "\nb.example\n", 11);
	write_file(text, 1 << 20);
	free(text);
	assert_int_equal(source_new(NULL, 0, file, &s, NULL), 0);
	assert_int_equal(source_next(s, &item), RUN_ITEM);
	assert_false(item.good);
	assert_true(strlen(item.text) <= TARGET_TEXT_MAX + 1);
	free(item.text);
	expect(s, 2, "b.example", NULL);
	expect_end(s);
	source_free(s);
}

static void test_source_takes_every_kind_of_scheme(void **state)
{
	static const char *const args[] = { "smtp://a.example", "mx://a.example",
					    "srv://_imap._tcp.a.example",
					    "srv://_imaps._tcp.a.example" };
	struct source *s;

	(void)state;
	assert_int_equal(source_new(args, 4, NULL, &s, NULL), 0);
	expect(s, 0, "smtp://a.example", NULL);
	expect(s, 0, "mx://a.example", NULL);
	expect(s, 0, "srv://_imap._tcp.a.example", NULL);
	expect(s, 0, "srv://_imaps._tcp.a.example", NULL);
	expect_end(s);
	source_free(s);
}

static void test_source_refusals(void **state)
{
	struct why why = { "" };
	struct source *s;

	(void)state;
	assert_int_equal(source_new(NULL, 0, "/nonexistent/list", &s, &why), DP_ENOENT);
	assert_non_null(strstr(why.text, "/nonexistent/list"));
	/* Can be opened, but not read: the list isn't over, it failed. */
	assert_int_equal(source_new(NULL, 0, "/tmp", &s, NULL), 0);
	expect(s, 1, "/tmp", "can't read /tmp");
	expect_end(s);
	source_free(s);
}

static void test_source_rewind_refuses_a_pipe(void **state)
{
	struct why why = { "" };
	struct source *s;
	char name[32];
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd[0]);
	if (access(name, R_OK) < 0)
		skip();
	assert_int_equal(source_new(NULL, 0, name, &s, NULL), 0);
	assert_int_equal(source_rewind(s, &why), DP_EIO);
	assert_non_null(strstr(why.text, name));
	source_free(s);
	close(fd[0]);
	close(fd[1]);
}

static void on_ready(void *arg)
{
	++*(int *)arg;
}

/* Lines come in any pieces; where nothing is there yet, nobody waits. */
static void test_source_never_waits_for_a_pipe(void **state)
{
	struct run_item item = { 0 };
	struct loop *loop = loop_new();
	struct source *s;
	char name[32];
	int fd[2], ready = 0;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd[0]);
	if (access(name, R_OK) < 0)
		skip();
	assert_int_equal(source_new(NULL, 0, name, &s, NULL), 0);
	source_watch(s, loop, on_ready, &ready);
	assert_int_equal(source_next(s, &item), RUN_LATER);
	assert_int_equal(source_next(s, &item), RUN_LATER);
	assert_true(source_share(s) < 0);
	assert_int_equal(write(fd[1], "# c\n a.exa", 10), 10);
	source_wait(s);
	loop_run(loop); /* ends by itself: fn is called once */
	assert_int_equal(ready, 1);
	assert_int_equal(source_next(s, &item), RUN_LATER);
	assert_int_equal(write(fd[1], "mple\n\nb.example", 15), 15);
	expect(s, 2, "a.example", NULL);
	assert_int_equal(source_next(s, &item), RUN_LATER);
	assert_false(source_ended(s));
	close(fd[1]);
	loop_run(loop);
	assert_int_equal(ready, 2);
	expect(s, 4, "b.example", NULL);
	expect_end(s);
	assert_true(source_ended(s));
	source_watch(s, NULL, NULL, NULL);
	source_free(s);
	close(fd[0]);
	loop_free(loop);
}

/* A named pipe that nobody writes into yet: opening it doesn't wait either. */
static void test_source_opens_a_pipe_without_a_writer(void **state)
{
	char name[] = "/tmp/test_source_fifo.XXXXXX", *folder = mkdtemp(name);
	char path[64];
	struct run_item item = { 0 };
	struct source *s;
	int fd;

	(void)state;
	assert_non_null(folder);
	snprintf(path, sizeof(path), "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(source_new(NULL, 0, path, &s, NULL), 0);
	assert_int_equal(source_next(s, &item), RUN_LATER);
	fd = open(path, O_WRONLY);
	assert_int_equal(source_next(s, &item), RUN_LATER);
	assert_int_equal(write(fd, "a.example\n", 10), 10);
	expect(s, 1, "a.example", NULL);
	close(fd);
	expect_end(s);
	source_free(s);
	unlink(path);
	rmdir(folder);
}

static bool begins_with_b(void *arg, const struct run_item *item)
{
	++*(int *)arg;
	return item->text[0] == 'b';
}

static void test_source_want_passes_the_others_over(void **state)
{
	static const char *const args[] = { "a.example", "b.example", "a b", "b a" };
	struct source *s;
	int asked = 0;

	(void)state;
	assert_int_equal(source_new(args, 4, "/tmp", &s, NULL), 0);
	source_want(s, begins_with_b, &asked);
	expect(s, 0, "b.example", NULL);
	expect(s, 0, "b a", "blank");
	expect(s, 1, "/tmp", "can't read /tmp"); /* whatever is wanted */
	expect_end(s);
	assert_int_equal(asked, 4);
	assert_false(source_ended(s));
	source_free(s);
}

static void test_source_share_grows_to_the_end(void **state)
{
	struct source *s;

	(void)state;
	write_file("a.example\nb.example\n# c\n", 24);
	assert_int_equal(source_new(NULL, 0, file, &s, NULL), 0);
	assert_true(source_share(s) == 0);
	expect(s, 1, "a.example", NULL);
	assert_true(source_share(s) > 0.4 && source_share(s) < 0.5);
	expect(s, 2, "b.example", NULL);
	assert_false(source_ended(s));
	expect_end(s);
	assert_true(source_share(s) == 1);
	assert_true(source_ended(s));
	assert_int_equal(source_rewind(s, NULL), 0);
	assert_false(source_ended(s));
	source_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_source_arguments_come_before_lines),
		cmocka_unit_test(test_source_lines),
		cmocka_unit_test(test_source_lines_of_other_systems),
		cmocka_unit_test(test_source_names_utf16),
		cmocka_unit_test(test_source_keeps_no_more_of_a_line_than_fits),
		cmocka_unit_test(test_source_takes_every_kind_of_scheme),
		cmocka_unit_test(test_source_want_passes_the_others_over),
		cmocka_unit_test(test_source_share_grows_to_the_end),
		cmocka_unit_test(test_source_refusals),
		cmocka_unit_test(test_source_never_waits_for_a_pipe),
		cmocka_unit_test(test_source_opens_a_pipe_without_a_writer),
		cmocka_unit_test(test_source_rewind_refuses_a_pipe),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
