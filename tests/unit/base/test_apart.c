/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "base/why.h"

#define OCTETS_MAX 100
#define PIPE STDIN_FILENO /* the child's end */

static const struct apart_bounds bounds = { .octets = OCTETS_MAX,
					    .cpu_s = 1,
					    .deadline_ms = 20 * 1000 };

static int find_text(const void *arg, struct buf *facts, struct why *why)
{
	(void)why;
	fields_put_text(facts, arg);
	return 0;
}

static void test_apart_run_gives_what_was_found(void **state)
{
	struct fields f;
	struct buf facts;
	struct why why = { "" };
	char *text;

	(void)state;
	assert_int_equal(apart_run(find_text, "found", &bounds, &facts, &why), 0);
	fields_begin(&f, &facts);
	text = fields_text(&f, OCTETS_MAX);
	assert_string_equal(text, "found");
	assert_true(fields_end(&f));
	free(text);
	buf_clear(&facts);
}

static int find_fault(const void *arg, struct buf *facts, struct why *why)
{
	(void)facts;
	return why_set(why, DP_EFORMAT, "%s", (const char *)arg);
}

static void test_apart_run_gives_what_is_wrong(void **state)
{
	struct buf facts;
	struct why why = { "" };

	(void)state;
	assert_int_equal(apart_run(find_fault, "no \033[2Jdate", &bounds, &facts, &why),
			 DP_EFORMAT);
	assert_string_equal(why.text, "no ?[2Jdate");
	buf_clear(&facts);
	assert_int_equal(apart_run(find_fault, "no date", &bounds, &facts, NULL),
			 DP_EFORMAT);
	buf_clear(&facts);
}

/* --- what takes a reader over ------------------------------------------------------- */

static void say(const void *data, size_t len)
{
	if (write(PIPE, data, len) < 0)
		_exit(9);
}

static void say_code(int64_t code)
{
	say(&code, sizeof(code));
}

static int fault(const void *arg, struct buf *facts, struct why *why)
{
	(void)arg;
	(void)facts;
	(void)why;
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	return 0;
}

static int give_up(const void *arg, struct buf *facts, struct why *why)
{
	(void)arg;
	(void)facts;
	(void)why;
	abort();
}

/* All is said that a success says, before it crashes. */
static int succeed_and_fault(const void *arg, struct buf *facts, struct why *why)
{
	say_code(0);
	return fault(arg, facts, why);
}

static int succeed_and_fail(const void *arg, struct buf *facts, struct why *why)
{
	(void)arg;
	(void)facts;
	(void)why;
	say_code(0);
	_exit(1);
}

static int spin(const void *arg, struct buf *facts, struct why *why)
{
	volatile int turns = 0;

	(void)arg;
	(void)facts;
	(void)why;
	while (turns < 2)
		turns = !turns;
	return 0;
}

static int find_too_much(const void *arg, struct buf *facts, struct why *why)
{
	static const char octets[OCTETS_MAX + 1];

	(void)arg;
	(void)why;
	buf_add(facts, octets, sizeof(octets));
	return 0;
}

static int flood(const void *arg, struct buf *facts, struct why *why)
{
	static const char octets[4096];

	(void)arg;
	(void)facts;
	(void)why;
	while (!octets[0])
		say(octets, sizeof(octets));
	return 0;
}

static int say_nothing(const void *arg, struct buf *facts, struct why *why)
{
	(void)arg;
	(void)facts;
	(void)why;
	_exit(0);
}

static int say_half_a_code(const void *arg, struct buf *facts, struct why *why)
{
	(void)arg;
	(void)facts;
	(void)why;
	say("\0\0\0", 4);
	_exit(0);
}

static int say_another_code(const void *arg, struct buf *facts, struct why *why)
{
	(void)facts;
	(void)why;
	say_code(*(const int64_t *)arg);
	_exit(0);
}

static int fail_without_words(const void *arg, struct buf *facts, struct why *why)
{
	(void)arg;
	(void)facts;
	(void)why;
	return DP_EFORMAT;
}

/* A sentence that is longer than it is. */
static int lie_about_words(const void *arg, struct buf *facts, struct why *why)
{
	(void)arg;
	(void)facts;
	(void)why;
	say_code(DP_EINVAL);
	say_code(400);
	say("short", 5);
	_exit(0);
}

static int say_other_words(const void *arg, struct buf *facts, struct why *why)
{
	(void)arg;
	(void)facts;
	(void)why;
	say_code(DP_EINVAL);
	say_code(4);
	say("\033[2J", 4);
	_exit(0);
}

static void test_apart_run_makes_no_success_of(void **state)
{
	static const int64_t one = 1, less = DP_ELATER - 1, much = INT64_C(1) << 32;
	static const struct {
		const char *name, *words;
		apart_fn *fn;
		const void *arg;
		int rc;
	} rows[] = {
		{ "a fault", "signal 11", fault, NULL, DP_EIO },
		{ "abort()", "signal 6", give_up, NULL, DP_EIO },
		{ "success, and a fault", "signal 11", succeed_and_fault, NULL, DP_EIO },
		{ "success, and a status", "failed", succeed_and_fail, NULL, DP_EIO },
		{ "endless work", "too long", spin, NULL, DP_EIO },
		{ "too much", "larger than is allowed", find_too_much, NULL, DP_ELIMIT },
		{ "endless words", "more than", flood, NULL, DP_ELIMIT },
		{ "silence", "no valid answer", say_nothing, NULL, DP_EIO },
		{ "half a code", "no valid answer", say_half_a_code, NULL, DP_EIO },
		{ "a positive code", "no valid answer", say_another_code, &one, DP_EIO },
		{ "an unknown code", "no valid answer", say_another_code, &less, DP_EIO },
		{ "a code past 32 bits", "no valid answer", say_another_code, &much,
		  DP_EIO },
		{ "an error without words", "no valid answer", fail_without_words, NULL,
		  DP_EIO },
		{ "a false length", "no valid answer", lie_about_words, NULL, DP_EIO },
		{ "a terminal's words", "no valid answer", say_other_words, NULL,
		  DP_EIO },
	};
	struct buf facts;
	struct why why;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		why = (struct why){ "" };
		rc = apart_run(rows[i].fn, rows[i].arg, &bounds, &facts, &why);
		if (rc != rows[i].rc || !strstr(why.text, rows[i].words))
			fail_msg("%s: %d, %s", rows[i].name, rc, why.text);
		assert_true(facts.len <= OCTETS_MAX + 1024);
		buf_clear(&facts);
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none is left */
	assert_int_equal(errno, ECHILD);
}

static void test_apart_run_ends_at_its_deadline(void **state)
{
	const struct apart_bounds soon = { .octets = OCTETS_MAX,
					   .cpu_s = 60,
					   .deadline_ms = 100 };
	struct buf facts;
	struct why why = { "" };

	(void)state;
	assert_int_equal(apart_run(spin, NULL, &soon, &facts, &why), DP_EIO);
	assert_non_null(strstr(why.text, "in time"));
	buf_clear(&facts);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static int take_memory(const void *arg, struct buf *facts, struct why *why)
{
	(void)arg;
	(void)facts;
	(void)why;
	free(mem_zero((size_t)3 << 30));
	return 0;
}

static void test_apart_run_bounds_memory(void **state)
{
	struct buf facts;
	struct why why = { "" };

	(void)state;
	if (sandbox_built() == SANDBOX_WIDE) /* sanitizers take more than any bound */
		return;
	assert_int_equal(apart_run(take_memory, NULL, &bounds, &facts, &why), DP_EIO);
	assert_non_null(strstr(why.text, "memory"));
	buf_clear(&facts);
}

/* What is open in the parent isn't there, and nothing can be opened: each bit is one that
 * could. */
static int reach_out(const void *arg, struct buf *facts, struct why *why)
{
	const int *fd = arg;
	int64_t got = 0;

	(void)why;
	got |= write(*fd, "x", 1) == 1;
	got |= (write(STDOUT_FILENO, "x", 1) == 1) << 1;
	if (sandbox_built() == SANDBOX_STRICT) {
		got |= (write(STDERR_FILENO, "x", 1) == 1) << 2;
		got |= (open("/etc/passwd", O_RDONLY) >= 0) << 3;
		got |= (socket(AF_INET, SOCK_STREAM, 0) >= 0) << 4;
		got |= (fork() >= 0) << 5;
	}
	fields_put_number(facts, got);
	return 0;
}

static void test_apart_run_leaves_a_pipe_and_nothing_else(void **state)
{
	int fd = open("/dev/null", O_WRONLY);
	struct fields f;
	struct buf facts;

	(void)state;
	assert_true(fd > STDERR_FILENO);
	assert_int_equal(apart_run(reach_out, &fd, &bounds, &facts, NULL), 0);
	fields_begin(&f, &facts);
	assert_int_equal(fields_number(&f, 0, INT64_MAX), 0);
	assert_true(fields_end(&f));
	buf_clear(&facts);
	close(fd);
}

static void test_apart_run_where_children_are_ignored(void **state)
{
	struct sigaction action;
	struct buf facts;

	(void)state;
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(apart_run(find_text, "x", &bounds, &facts, NULL), 0);
	assert_int_equal(sigaction(SIGCHLD, NULL, &action), 0);
	assert_true(action.sa_handler == SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	buf_clear(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apart_run_gives_what_was_found),
		cmocka_unit_test(test_apart_run_gives_what_is_wrong),
		cmocka_unit_test(test_apart_run_makes_no_success_of),
		cmocka_unit_test(test_apart_run_ends_at_its_deadline),
		cmocka_unit_test(test_apart_run_bounds_memory),
		cmocka_unit_test(test_apart_run_leaves_a_pipe_and_nothing_else),
		cmocka_unit_test(test_apart_run_where_children_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
