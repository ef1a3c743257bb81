/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/loop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

struct seen {
	struct loop *loop;
	struct loop_timer *timer, *other;
	struct loop_io *io;
	int fd, calls;
	bool readable, writable;
};

static void count(void *arg)
{
	((struct seen *)arg)->calls++;
}

static void free_both(void *arg)
{
	struct seen *s = arg;

	s->calls++;
	loop_timer_free(s->timer);
	loop_timer_free(s->other);
	s->timer = s->other = NULL;
}

static void stop(void *arg)
{
	struct seen *s = arg;

	s->calls++;
	loop_stop(s->loop);
}

static void test_loop_timer_never_fires_inside_its_making(void **state)
{
	struct seen s = { .loop = loop_new() };

	(void)state;
	s.timer = loop_timer_new(s.loop, 0, count, &s);
	assert_int_equal(s.calls, 0);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	loop_run(s.loop); /* once only, and nothing is left to wait for */
	assert_int_equal(s.calls, 1);
	loop_timer_free(s.timer);
	loop_timer_free(NULL);
	loop_free(s.loop);
	loop_free(NULL);
}

static void test_loop_timer_negative_delay_is_now(void **state)
{
	struct seen s = { .loop = loop_new() };

	(void)state;
	s.timer = loop_timer_new(s.loop, -5000, count, &s);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	loop_timer_free(s.timer);
	loop_free(s.loop);
}

static void test_loop_timer_waits(void **state)
{
	struct seen s = { .loop = loop_new() };
	int64_t before = clock_ms();

	(void)state;
	s.timer = loop_timer_new(s.loop, 30, count, &s);
	loop_run(s.loop);
	assert_true(clock_ms() - before >= 29);
	loop_timer_free(s.timer);
	loop_free(s.loop);
}

static void test_loop_timer_free_cancels_also_from_within(void **state)
{
	struct seen s = { .loop = loop_new() };

	(void)state;
	s.timer = loop_timer_new(s.loop, 0, free_both, &s);
	s.other = loop_timer_new(s.loop, 0, free_both, &s);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	loop_free(s.loop);
}

static void test_loop_stop_leaves_the_rest_for_later(void **state)
{
	struct seen s = { .loop = loop_new() };

	(void)state;
	s.timer = loop_timer_new(s.loop, 0, stop, &s);
	s.other = loop_timer_new(s.loop, 60000, count, &s);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	loop_timer_free(s.timer);
	loop_timer_free(s.other);
	loop_free(s.loop);
}

static void on_io(void *arg, bool readable, bool writable)
{
	struct seen *s = arg;
	char byte;

	s->calls++;
	s->readable |= readable;
	s->writable |= writable;
	if (readable && read(s->fd, &byte, 1) <= 0)
		loop_io_want(s->io, false, false);
	if (writable)
		loop_io_want(s->io, true, false);
}

static void test_loop_io_calls_for_what_is_wanted(void **state)
{
	struct seen s = { .loop = loop_new() };
	int fd[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	s.fd = fd[0];
	s.io = loop_io_new(s.loop, fd[0], on_io, &s);
	loop_run(s.loop); /* nothing is wanted yet */
	assert_int_equal(s.calls, 0);
	assert_int_equal(write(fd[1], "ab", 2), 2);
	shutdown(fd[1], SHUT_WR);
	loop_io_want(s.io, false, true);
	loop_io_want(s.io, false, true);
	loop_run(s.loop); /* writable, two bytes, the end */
	assert_int_equal(s.calls, 4);
	assert_true(s.readable && s.writable);
	loop_io_free(s.io);
	loop_io_free(NULL);
	close(fd[0]);
	close(fd[1]);
	loop_free(s.loop);
}

static void free_io(void *arg, bool readable, bool writable)
{
	struct seen *s = arg;

	(void)readable;
	(void)writable;
	s->calls++;
	loop_io_free(s->io);
}

static void test_loop_io_free_from_within(void **state)
{
	struct seen s = { .loop = loop_new() };
	int fd[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	s.io = loop_io_new(s.loop, fd[0], free_io, &s);
	loop_io_want(s.io, true, true);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	close(fd[0]);
	close(fd[1]);
	loop_free(s.loop);
}

static void on_signal(void *arg)
{
	struct seen *s = arg;

	s->calls++;
	loop_stop(s->loop);
}

static void test_loop_signal_calls_also_for_what_came_before(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct loop_signal *sig = loop_signal_new(s.loop, SIGTERM, on_signal, &s);

	(void)state;
	raise(SIGTERM);
	assert_int_equal(s.calls, 0);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	raise(SIGTERM);
	loop_run(s.loop);
	assert_int_equal(s.calls, 2);
	loop_signal_free(sig);
	loop_signal_free(NULL);
	loop_free(s.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loop_timer_never_fires_inside_its_making),
		cmocka_unit_test(test_loop_timer_negative_delay_is_now),
		cmocka_unit_test(test_loop_timer_waits),
		cmocka_unit_test(test_loop_timer_free_cancels_also_from_within),
		cmocka_unit_test(test_loop_stop_leaves_the_rest_for_later),
		cmocka_unit_test(test_loop_io_calls_for_what_is_wanted),
		cmocka_unit_test(test_loop_io_free_from_within),
		cmocka_unit_test(test_loop_signal_calls_also_for_what_came_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
