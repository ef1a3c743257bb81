/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/crash.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/sandbox.h"

/* What a process that does that writes to its standard output; *ret_status is its end. */
static void end_by(void (*act)(void), char text[200], int *ret_status)
{
	int ends[2];
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		if (!freopen("/dev/null", "w", stderr))
			_exit(99);
		crash_guard();
		crash_set_results("by the sandbox\n", "by a fault\n");
		act();
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], text, 199);
	text[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, ret_status, 0), pid);
}

static void ends_with_3(void (*act)(void), const char *wanted)
{
	char text[200];
	int status;

	end_by(act, text, &status);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_string_equal(text, wanted);
}

static void call_what_is_forbidden(void)
{
	raise(SIGSYS);
}

static void be_out_of_place(void)
{
	raise(SIGSEGV);
}

static void give_up(void)
{
	abort();
}

static volatile int depth;

static int recurse_for_ever(int n)
{
	volatile char room[4096];

	room[n % 4096] = (char)n;
	if (depth >= 0)
		n = recurse_for_ever(n + 1);
	return n + room[0];
}

static void run_over_the_stack(void)
{
	depth = recurse_for_ever(0);
}

static void test_crash_guard_tells_its_end(void **state)
{
	(void)state;
	ends_with_3(call_what_is_forbidden, "by the sandbox\n");
	if (sandbox_built() == SANDBOX_WIDE)
		return; /* sanitizers tell the others */
	ends_with_3(be_out_of_place, "by a fault\n");
	ends_with_3(give_up, "by a fault\n");
	ends_with_3(run_over_the_stack, "by a fault\n");
}

static void be_out_of_place_and_keep_core(void)
{
	crash_keep_core();
	raise(SIGSEGV);
}

static void test_crash_keep_core_ends_by_the_signal(void **state)
{
	char text[200];
	int status;

	(void)state;
	if (sandbox_built() == SANDBOX_WIDE)
		return; /* sanitizers take it */
	end_by(be_out_of_place_and_keep_core, text, &status);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	assert_string_equal(text, "by a fault\n");
}

static void want_nothing_told(void)
{
	crash_set_results(NULL, NULL);
	raise(SIGSYS);
}

static void test_crash_set_results_takes_them_back(void **state)
{
	(void)state;
	ends_with_3(want_nothing_told, "");
}

static void have_child_that_crashes(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		raise(SIGSYS);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status) ||
	    WTERMSIG(status) != SIGSYS)
		_exit(98);
}

/* Its parent has a result of its own, and sees how the child ended. */
static void test_crash_guard_leaves_a_child_its_signal(void **state)
{
	char text[200];
	int status;

	(void)state;
	end_by(have_child_that_crashes, text, &status);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_guard_tells_its_end),
		cmocka_unit_test(test_crash_keep_core_ends_by_the_signal),
		cmocka_unit_test(test_crash_set_results_takes_them_back),
		cmocka_unit_test(test_crash_guard_leaves_a_child_its_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
