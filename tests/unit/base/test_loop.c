/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/loop.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

struct seen {
	struct loop *loop;
	struct loop_timer *timer, *other;
	struct loop_io *io;
	int fd, calls;
	bool readable, writable;
	uint32_t owner, pulse_owner;
	struct loop_pulse pulse;
};

static void count(void *arg)
{
	((struct seen *)arg)->calls++;
}

/* What a SIGSTOP, or a long computation, is for the loop. */
static void stand_still(void *arg)
{
	struct seen *s = arg;

	s->calls++;
	poll(NULL, 0, 1500);
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

/* A deadline in 800 ms has at least 300 ms left after a stop of 1500 ms. */
static void test_loop_timer_leaves_out_that_the_loop_stood_still(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct loop_timer *still = loop_timer_new(s.loop, 0, stand_still, &s);
	struct timespec before, after;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	s.timer = loop_timer_new(s.loop, 800, stop, &s);
	loop_run(s.loop);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_int_equal(s.calls, 2);
	assert_true((after.tv_sec - before.tv_sec) * 1000 +
			    (after.tv_nsec - before.tv_nsec) / 1000000 >=
		    1750);
	assert_true(clock_stood_still_ms() >= 950);
	loop_timer_free(still);
	loop_timer_free(s.timer);
	loop_free(s.loop);
}

static void note_owner(void *arg)
{
	struct seen *s = arg;

	s->owner = loop_owner(s->loop);
	s->other = loop_timer_new(s->loop, 0, stop, s);
	s->pulse_owner = s->pulse.owner;
}

static void test_loop_owner_is_handed_down_and_shown(void **state)
{
	struct seen s = { .loop = loop_new(), .pulse.owner = LOOP_NOBODY };

	(void)state;
	loop_set_pulse(s.loop, &s.pulse);
	assert_int_equal(loop_set_owner(s.loop, 7), LOOP_NOBODY);
	s.timer = loop_timer_new(s.loop, 450, note_owner, &s);
	assert_int_equal(loop_set_owner(s.loop, LOOP_NOBODY), 7);
	loop_run(s.loop);
	assert_int_equal(s.owner, 7);
	assert_int_equal(s.pulse_owner, 7);
	assert_int_equal(s.pulse.owner, LOOP_NOBODY);
	assert_in_range(s.pulse.turns, 1, 3);
	loop_timer_free(s.timer);
	loop_timer_free(s.other);
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
		cmocka_unit_test(test_loop_timer_leaves_out_that_the_loop_stood_still),
		cmocka_unit_test(test_loop_owner_is_handed_down_and_shown),
		cmocka_unit_test(test_loop_timer_free_cancels_also_from_within),
		cmocka_unit_test(test_loop_stop_leaves_the_rest_for_later),
		cmocka_unit_test(test_loop_io_calls_for_what_is_wanted),
		cmocka_unit_test(test_loop_io_free_from_within),
		cmocka_unit_test(test_loop_signal_calls_also_for_what_came_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
