/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/turns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/loop.h"

struct queue {
	struct loop *loop;
	struct turns *all;
	int came[8], count;
};

struct place {
	struct queue *queue;
	struct turn *turn;
	int number;
};

static void on_turn(void *arg)
{
	struct place *p = arg;

	p->queue->came[p->queue->count++] = p->number;
}

static enum turn_status take(struct queue *q, struct place *p, int number)
{
	*p = (struct place){ .queue = q, .number = number };
	return turns_take(q->all, on_turn, p, &p->turn);
}

static void test_turn_take_in_order(void **state)
{
	struct queue q = { .loop = loop_new() };
	struct place p[5];
	int i;

	(void)state;
	q.all = turns_new(q.loop, 2);
	assert_int_equal(take(&q, &p[0], 0), TURN_NOW);
	assert_int_equal(take(&q, &p[1], 1), TURN_NOW);
	for (i = 2; i < 5; i++)
		assert_int_equal(take(&q, &p[i], i), TURN_LATER);
	loop_run(q.loop);
	assert_int_equal(q.count, 0);
	turns_end(p[3].turn); /* no longer wanted */
	turns_end(p[1].turn);
	assert_int_equal(q.count, 0); /* not from within */
	loop_run(q.loop);
	assert_int_equal(q.count, 1);
	assert_int_equal(q.came[0], 2);
	turns_end(p[0].turn);
	turns_end(p[2].turn);
	loop_run(q.loop);
	assert_int_equal(q.count, 2);
	assert_int_equal(q.came[1], 4);
	turns_end(p[4].turn);
	turns_end(NULL);
	turns_free(q.all);
	turns_free(NULL);
	loop_free(q.loop);
}

static void test_turn_take_no_more_than_so_many(void **state)
{
	struct queue q = { .loop = loop_new() };
	struct place p;
	int i;

	(void)state;
	q.all = turns_new(q.loop, 1);
	for (i = 0; i < TURNS_IN_ALL; i++) {
		assert_int_equal(take(&q, &p, i), TURN_NOW);
		turns_end(p.turn);
	}
	assert_int_equal(take(&q, &p, i), TURN_NEVER);
	assert_null(p.turn);
	turns_free(q.all);
	loop_free(q.loop);
}

static void test_turn_keep_bounds_what_is_kept(void **state)
{
	struct queue q = { .loop = loop_new() };

	(void)state;
	q.all = turns_new(q.loop, 2);
	assert_true(turns_keep(q.all, TURNS_KEPT - 10));
	assert_false(turns_keep(q.all, 11));
	assert_false(turns_keep(q.all, SIZE_MAX));
	assert_true(turns_keep(q.all, 10));
	assert_false(turns_keep(q.all, 1));
	turns_free(q.all);
	loop_free(q.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turn_take_in_order),
		cmocka_unit_test(test_turn_take_no_more_than_so_many),
		cmocka_unit_test(test_turn_keep_bounds_what_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
