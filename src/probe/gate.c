/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/gate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "base/mem.h"
#include "probe/quota.h"

/* how soon we see room that another process made */
#define LOOK_MS 25

struct gate_pass {
	struct gate *gate; /* borrowed; NULL: there is no gate */
	char *address;	   /* owned */
	int host;	   /* the most connections to its address */
	bool in;
	gate_fn *fn;
	void *arg;
	struct gate_pass *before, *next; /* linked while it waits */
};

struct gate {
	struct gate_conf conf;
	struct gate_pass *first, *last; /* those that wait */
	struct gate_pass *at;		/* the next one that let_in() comes to */
	struct loop_timer *timer;	/* owned; NULL: nobody waits */
	bool soon;			/* the timer is about to end */
};

static void drop_pass(struct gate *g, struct gate_pass *p)
{
	if (g->at == p)
		g->at = p->next;
	*(p->before ? &p->before->next : &g->first) = p->next;
	*(p->next ? &p->next->before : &g->last) = p->before;
}

static bool try_pass(struct gate_pass *p)
{
	const struct gate_conf *c = &p->gate->conf;

	p->in = quota_take(c->quota, c->lane, p->address, p->host, c->per_net);
	return p->in;
}

static void let_in(void *arg);

static void look_in(struct gate *g, int64_t ms)
{
	loop_timer_free(g->timer);
	g->timer = g->first ? loop_timer_new(g->conf.loop, ms, let_in, g) : NULL;
	g->soon = ms == 0;
}

/* fn may let others in, ask for more, or leave. */
static void let_in(void *arg)
{
	struct gate *g = arg;
	struct gate_pass *p;

	g->soon = false;
	g->at = g->first;
	while ((p = g->at)) {
		g->at = p->next;
		if (try_pass(p)) {
			drop_pass(g, p);
			p->fn(p->arg);
		}
	}
	if (!g->soon)
		look_in(g, LOOK_MS);
}

/* Nobody overtakes a pass that has waited longer for the same. */
static bool is_awaited(const struct gate *g, const char *address)
{
	const struct gate_pass *p;

	for (p = g->first; p; p = p->next)
		if (!strcmp(p->address, address))
			return true;
	return false;
}

struct gate *gate_new(const struct gate_conf *conf)
{
	struct gate *g = mem_zero(sizeof(*g));

	g->conf = *conf;
	return g;
}

void gate_free(struct gate *g)
{
	if (!g)
		return;
	loop_timer_free(g->timer);
	free(g);
}

struct gate_pass *gate_enter(struct gate *g, const char *address, bool starttls,
			     gate_fn *fn, void *arg, bool *ret_in)
{
	struct gate_pass *p = mem_zero(sizeof(*p));

	*p = (struct gate_pass){ .gate = g, .fn = fn, .arg = arg };
	*ret_in = true;
	if (!g)
		return p;
	p->address = mem_text(address);
	p->host = starttls ? g->conf.per_host_starttls : g->conf.per_host_tls;
	if (!is_awaited(g, address) && try_pass(p))
		return p;
	*ret_in = false;
	p->before = g->last;
	*(g->last ? &g->last->next : &g->first) = p;
	g->last = p;
	if (!g->timer)
		look_in(g, LOOK_MS);
	return p;
}

void gate_leave(struct gate_pass *p)
{
	struct gate *g = p ? p->gate : NULL;

	if (g && p->in) {
		quota_give(g->conf.quota, g->conf.lane, p->address);
		if (g->first && !g->soon)
			look_in(g, 0);
	} else if (g) {
		drop_pass(g, p);
	}
	if (p)
		free(p->address);
	free(p);
}
