/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/parting.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "net/farewell.h"
#include "net/handshake.h"

#define REPLY_MS 300
/* Before its greeting nothing may be said, and servers look up who we are first. */
#define GREETING_MS 1500
#define HEARD_SIZE 4096
#define PIECES_MAX 64 /* at once, so that no server holds up the others */

struct parting {
	struct parting_conf conf;
	struct farewell *farewell; /* owned */
	enum farewell_status status;
	struct loop_timer *timer; /* owned */
	parting_fn *fn;
	void *arg;
};

static void on_time(void *arg)
{
	struct parting *p = arg;

	p->fn(p->arg);
}

/* How long it may take. Half of what is left of the deadline, so that the peer's result
 * still counts. */
static int64_t patience_ms(const struct parting *p)
{
	int64_t left = (p->conf.deadline_ms - clock_ms()) / 2;
	int64_t wait = p->status == FAREWELL_GREETING ? GREETING_MS : REPLY_MS;

	wait += p->conf.patience_ms;
	if (p->status == FAREWELL_OVER && !handshake_asked_certificate(p->conf.handshake))
		return 0;
	return wait < left ? wait : left > 0 ? left : 0;
}

static void wait_on(struct parting *p)
{
	loop_timer_free(p->timer);
	p->timer = loop_timer_new(p->conf.loop, patience_ms(p), on_time, p);
}

struct parting *parting_new(const struct parting_conf *conf, parting_fn *fn, void *arg)
{
	struct parting *p = mem_zero(sizeof(*p));
	struct buf out;

	p->conf = *conf;
	p->fn = fn;
	p->arg = arg;
	p->farewell = farewell_new(conf->protocol, conf->after_starttls, conf->domain);
	buf_init(&out, FAREWELL_OUT_MAX);
	p->status = farewell_begin(p->farewell, &out);
	handshake_send(conf->handshake, out.data, out.len);
	buf_clear(&out);
	wait_on(p);
	return p;
}

/* Whether there may be more. */
static bool take_piece(struct parting *p)
{
	enum farewell_status before = p->status;
	uint8_t heard[HEARD_SIZE];
	struct buf out;
	size_t len;

	switch (handshake_hear(p->conf.handshake, heard, sizeof(heard), &len)) {
	case HANDSHAKE_HEARD_NOTHING:
		return false;
	case HANDSHAKE_HEARD_END:
		p->status = FAREWELL_OVER;
		on_time(p);
		return false;
	case HANDSHAKE_HEARD:
		break;
	}
	buf_init(&out, FAREWELL_OUT_MAX);
	p->status = farewell_take(p->farewell, heard, len, &out);
	handshake_send(p->conf.handshake, out.data, out.len);
	buf_clear(&out);
	if (p->status == FAREWELL_OVER) {
		on_time(p);
		return false;
	}
	if (p->status != before)
		wait_on(p);
	return true;
}

void parting_ready(struct parting *p)
{
	int i;

	for (i = 0; i < PIECES_MAX && take_piece(p); i++)
		;
}

void parting_free(struct parting *p)
{
	if (!p)
		return;
	farewell_free(p->farewell);
	loop_timer_free(p->timer);
	free(p);
}
