/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/turns.h"

#include <stdlib.h>

#include "base/loop.h"
#include "base/mem.h"

struct turn {
	struct turns *all; /* borrowed */
	bool has_come;
	turn_fn *fn;
	void *arg;
	struct turn *before, *next; /* while it waits */
};

struct turns {
	struct loop *loop;	  /* borrowed */
	struct loop_timer *timer; /* owned; NULL: nobody has to be let in */
	size_t at_once, open, taken, kept_octets;
	struct turn *first, *last; /* that wait */
};

static void unlink_turn(struct turn *t)
{
	struct turns *all = t->all;

	*(t->before ? &t->before->next : &all->first) = t->next;
	*(t->next ? &t->next->before : &all->last) = t->before;
	t->before = t->next = NULL;
}

/* fn may end turns, and take new ones. */
static void let_in(void *arg)
{
	struct turns *all = arg;
	struct turn *t;

	loop_timer_free(all->timer);
	all->timer = NULL;
	while ((t = all->first) && all->open < all->at_once) {
		unlink_turn(t);
		t->has_come = true;
		all->open++;
		t->fn(t->arg);
	}
}

struct turns *turns_new(struct loop *loop, size_t at_once)
{
	struct turns *all = mem_zero(sizeof(*all));

	all->loop = loop;
	all->at_once = at_once;
	return all;
}

void turns_free(struct turns *all)
{
	if (!all)
		return;
	loop_timer_free(all->timer);
	free(all);
}

static void append_turn(struct turn *t)
{
	struct turns *all = t->all;

	t->before = all->last;
	*(all->last ? &all->last->next : &all->first) = t;
	all->last = t;
}

enum turn_status turns_take(struct turns *all, turn_fn *fn, void *arg,
			    struct turn **ret_turn)
{
	struct turn *t;

	*ret_turn = NULL;
	if (all->taken == TURNS_IN_ALL)
		return TURN_NEVER;
	all->taken++;
	t = mem_zero(sizeof(*t));
	*t = (struct turn){ .all = all, .fn = fn, .arg = arg };
	*ret_turn = t;
	if (all->first || all->open == all->at_once) {
		append_turn(t);
		return TURN_LATER;
	}
	t->has_come = true;
	all->open++;
	return TURN_NOW;
}

void turns_end(struct turn *t)
{
	struct turns *all = t ? t->all : NULL;

	if (!t)
		return;
	if (t->has_come)
		all->open--;
	else
		unlink_turn(t);
	if (all->first && !all->timer)
		all->timer = loop_timer_new(all->loop, 0, let_in, all);
	free(t);
}

bool turns_keep(struct turns *all, size_t octets)
{
	if (octets > TURNS_KEPT - all->kept_octets)
		return false;
	all->kept_octets += octets;
	return true;
}
