/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/crowd.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/loop.h"
#include "base/mem.h"

#define HEADS 1024

struct crowd_place {
	struct room *room; /* borrowed */
	crowd_fn *fn;
	void *arg;
	bool inside;
	struct loop_timer
		*timer; /* owned; while it waits: to when it goes anyway; NULL inside */
	struct crowd_place *before, *next; /* of those that wait */
};

/* All questions with one key; there is one only where there are questions. */
struct room {
	struct crowd *crowd; /* borrowed */
	uint64_t key;
	int inside, places;
	struct crowd_place *first, *last; /* that wait */
	struct room *next;
};

struct crowd {
	struct loop *loop; /* borrowed */
	int limit;
	struct room *head[HEADS]; /* owned */
};

struct crowd *crowd_new(struct loop *loop, int limit)
{
	struct crowd *c = mem_zero(sizeof(*c));

	c->loop = loop;
	c->limit = limit;
	return c;
}

void crowd_free(struct crowd *crowd)
{
	free(crowd);
}

static struct room *find_room(struct crowd *c, uint64_t key)
{
	struct room **head = &c->head[key % HEADS], *r;

	for (r = *head; r; r = r->next)
		if (r->key == key)
			return r;
	r = mem_zero(sizeof(*r));
	*r = (struct room){ .crowd = c, .key = key, .next = *head };
	*head = r;
	return r;
}

static void free_if_empty(struct room *r)
{
	struct room **at;

	if (r->places)
		return;
	for (at = &r->crowd->head[r->key % HEADS]; *at != r;)
		at = &(*at)->next;
	*at = r->next;
	free(r);
}

static void stop_waiting(struct crowd_place *p)
{
	struct room *r = p->room;

	*(p->before ? &p->before->next : &r->first) = p->next;
	*(p->next ? &p->next->before : &r->last) = p->before;
	p->before = p->next = NULL;
}

static void go_in(void *arg)
{
	struct crowd_place *p = arg;

	loop_timer_free(p->timer);
	p->timer = NULL;
	if (!p->inside) { /* it has waited long enough */
		stop_waiting(p);
		p->inside = true;
		p->room->inside++;
	}
	p->fn(p->arg);
}

/* Not from within what another one's answer does. */
static void let_next_in(struct room *r)
{
	struct crowd_place *p = r->first;

	if (!p || r->inside >= r->crowd->limit)
		return;
	stop_waiting(p);
	p->inside = true;
	r->inside++;
	loop_timer_free(p->timer);
	p->timer = loop_timer_new(r->crowd->loop, 0, go_in, p);
}

struct crowd_place *crowd_enter(struct crowd *crowd, uint64_t key, crowd_fn *room,
				void *arg, bool *ret_in)
{
	struct crowd_place *p = mem_zero(sizeof(*p));
	struct room *r = find_room(crowd, key);

	*p = (struct crowd_place){ .room = r, .fn = room, .arg = arg };
	r->places++;
	p->inside = !r->first && r->inside < crowd->limit;
	*ret_in = p->inside;
	if (p->inside) {
		r->inside++;
		return p;
	}
	p->before = r->last;
	*(r->last ? &r->last->next : &r->first) = p;
	r->last = p;
	p->timer = loop_timer_new(crowd->loop, CROWD_HELD_MS, go_in, p);
	return p;
}

void crowd_leave(struct crowd_place *p)
{
	struct room *r;

	if (!p)
		return;
	r = p->room;
	loop_timer_free(p->timer);
	if (p->inside)
		r->inside--;
	else
		stop_waiting(p);
	r->places--;
	free(p);
	let_next_in(r);
	free_if_empty(r);
}
