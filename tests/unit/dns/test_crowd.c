/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/loop.h"

#define MANY 5

static struct world {
	struct loop *loop;
	struct crowd *crowd;
	struct crowd_place *place[MANY];
	bool in[MANY];
	int told[MANY], next;
} world;

static void on_room(void *arg)
{
	world.told[*(int *)arg] = ++world.next;
}

static int index_of[MANY] = { 0, 1, 2, 3, 4 };

static void enter(int i, uint64_t key)
{
	world.place[i] =
		crowd_enter(world.crowd, key, on_room, &index_of[i], &world.in[i]);
}

static void leave(int i)
{
	crowd_leave(world.place[i]);
	world.place[i] = NULL;
}

static void run_for(int64_t ms)
{
	struct loop_timer *timer =
		loop_timer_new(world.loop, ms, (loop_fn *)loop_stop, world.loop);

	loop_run(world.loop);
	loop_timer_free(timer);
}

static int set_up(void **state)
{
	(void)state;
	world = (struct world){ .loop = loop_new() };
	world.crowd = crowd_new(world.loop, 2);
	return 0;
}

static int tear_down(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < MANY; i++)
		leave(i);
	crowd_free(world.crowd);
	loop_free(world.loop);
	return 0;
}

/* In the order in which they came, from the loop, and each once. */
static void test_crowd_enter_lets_in_as_many_as_may(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		enter(i, 7);
		assert_int_equal(world.in[i], i < 2);
	}
	leave(1);
	assert_int_equal(world.told[2], 0);
	run_for(20);
	assert_int_equal(world.told[2], 1);
	assert_int_equal(world.told[3], 0);
	leave(2);
	leave(0);
	run_for(20);
	assert_int_equal(world.told[3], 2);
	assert_int_equal(world.told[4], 3);
	run_for(CROWD_HELD_MS + 50);
	assert_int_equal(world.next, 3);
}

static void test_crowd_enter_of_others_doesnt_wait(void **state)
{
	(void)state;
	enter(0, 7);
	enter(1, 7);
	enter(2, 7 + 1024); /* which lies beside it in the table */
	assert_true(world.in[2]);
	enter(3, 7);
	assert_false(world.in[3]);
}

/* Who waits may leave; then the next one's turn comes as if it hadn't been there. */
static void test_crowd_leave_of_one_that_waits(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		enter(i, 7);
	leave(2);
	leave(0);
	run_for(20);
	assert_int_equal(world.told[2], 0);
	assert_int_equal(world.told[3], 1);
	/* and one that was let in, but hasn't been told */
	enter(4, 7);
	enter(0, 7);
	leave(1);
	leave(4);
	run_for(20);
	assert_int_equal(world.told[4], 0);
	assert_int_equal(world.told[0], 2);
}

/* Servers that don't answer hold up nobody for longer than that. */
static void test_crowd_enter_waits_for_a_time(void **state)
{
	int64_t began = clock_ms();

	(void)state;
	enter(0, 7);
	enter(1, 7);
	enter(2, 7);
	run_for(CROWD_HELD_MS / 2);
	assert_int_equal(world.told[2], 0);
	run_for(CROWD_HELD_MS);
	assert_int_equal(world.told[2], 1);
	assert_true(clock_ms() - began >= CROWD_HELD_MS);
	/* it counts, so that nobody else comes in for it */
	enter(3, 7);
	leave(0);
	assert_false(world.in[3]);
	run_for(20);
	assert_int_equal(world.told[3], 0);
	leave(2);
	run_for(20);
	assert_int_equal(world.told[3], 2);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_crowd_enter_lets_in_as_many_as_may),
		ROW(test_crowd_enter_of_others_doesnt_wait),
		ROW(test_crowd_leave_of_one_that_waits),
		ROW(test_crowd_enter_waits_for_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
