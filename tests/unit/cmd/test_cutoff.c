/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cutoff.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop.h"

static struct loop_pulse pulse;

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A process with a watch that does that; its end, and what it wrote. */
static int end_of(void (*act)(void), void (*meanwhile)(pid_t pid), bool owes,
		  char text[300])
{
	int ends[2], status = -1;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], owes ? STDOUT_FILENO : STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		pulse.owner = 17;
		cutoff_arm(owes);
		cutoff_watch(&pulse, "the target in line ");
		act();
		_exit(0);
	}
	close(ends[1]);
	if (meanwhile)
		meanwhile(pid);
	while (len < 299 && (n = read(ends[0], text + len, 299 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void compute(int64_t ms, bool turns)
{
	int64_t end = now_ms() + ms;

	while (now_ms() < end)
		pulse.turns = pulse.turns + turns;
}

static void stand_still(void)
{
	compute(20000, false);
}

static void test_cutoff_watch_ends_what_stands_still(void **state)
{
	int64_t began = now_ms();
	char text[300];

	(void)state;
	assert_int_equal(end_of(stand_still, NULL, true, text), 3);
	assert_in_range(now_ms() - began, 2000, 10000);
	assert_ptr_equal(strstr(text, "DANE UNKNOWN - the target in line 17 keeps"),
			 text);
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_int_equal(end_of(stand_still, NULL, false, text), 3);
	assert_ptr_equal(strstr(text, "daneprobe: the target in line 17 keeps"), text);
}

static void turn(void)
{
	compute(3500, true);
}

static void wait_for_a_reader(void)
{
	cutoff_watch(NULL, NULL);
	compute(3500, false);
	cutoff_watch(&pulse, "");
}

static void test_cutoff_watch_leaves_what_turns(void **state)
{
	char text[300];

	(void)state;
	assert_int_equal(end_of(turn, NULL, true, text), 0);
	assert_int_equal(end_of(wait_for_a_reader, NULL, true, text), 0);
	assert_string_equal(text, "");
}

/* The process is stopped for longer than a loop may stand still. */
static void stop_it(pid_t pid)
{
	poll(NULL, 0, 300);
	kill(pid, SIGSTOP);
	poll(NULL, 0, 3500);
	kill(pid, SIGCONT);
}

static void stand_still_shortly(void)
{
	compute(1000, false);
	compute(1, true);
}

static void test_cutoff_watch_does_not_count_a_stop(void **state)
{
	char text[300];

	(void)state;
	assert_int_equal(end_of(stand_still_shortly, stop_it, true, text), 0);
}

static void test_cutoff_watch_does_nothing_unarmed(void **state)
{
	(void)state;
	cutoff_watch(&pulse, ""); /* not armed: nothing */
	cutoff_limit(1, "");
	poll(NULL, 0, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cutoff_watch_ends_what_stands_still),
		cmocka_unit_test(test_cutoff_watch_leaves_what_turns),
		cmocka_unit_test(test_cutoff_watch_does_not_count_a_stop),
		cmocka_unit_test(test_cutoff_watch_does_nothing_unarmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
