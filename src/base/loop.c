/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/loop.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/mem.h"

struct loop {
	struct event_base *base; /* owned */
};

struct loop_io {
	struct event_base *base; /* borrowed from the loop */
	struct event *event;	 /* owned; NULL while nothing is wanted */
	int fd;			 /* borrowed from the caller */
	bool read, write;
	loop_io_fn *fn;
	void *arg;
};

struct loop_timer {
	struct event *event; /* owned */
	loop_fn *fn;
	void *arg;
};

struct loop_signal {
	struct event *event; /* owned */
	loop_fn *fn;
	void *arg;
};

struct loop *loop_new(void)
{
	struct event_base *base = event_base_new();
	struct loop *loop;

	if (!base)
		return NULL;
	loop = mem_zero(sizeof(*loop));
	loop->base = base;
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	event_base_free(loop->base);
	free(loop);
}

void loop_run(struct loop *loop)
{
	event_base_dispatch(loop->base);
}

void loop_stop(struct loop *loop)
{
	event_base_loopbreak(loop->base);
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

static void on_io(evutil_socket_t fd, short what, void *arg)
{
	struct loop_io *io = arg;

	(void)fd;
	io->fn(io->arg, what & EV_READ, what & EV_WRITE);
}

struct loop_io *loop_io_new(struct loop *loop, int fd, loop_io_fn *fn, void *arg)
{
	struct loop_io *io = mem_zero(sizeof(*io));

	*io = (struct loop_io){ .base = loop->base, .fd = fd, .fn = fn, .arg = arg };
	return io;
}

void loop_io_want(struct loop_io *io, bool read, bool write)
{
	short what = (short)(EV_PERSIST | (read ? EV_READ : 0) | (write ? EV_WRITE : 0));

	if (read == io->read && write == io->write)
		return;
	if (io->event)
		event_free(io->event);
	io->event = NULL;
	io->read = read;
	io->write = write;
	if (!read && !write)
		return;
	io->event = event_new(io->base, io->fd, what, on_io, io);
	if (!io->event || event_add(io->event, NULL) < 0)
		mem_exhausted();
}

void loop_io_free(struct loop_io *io)
{
	if (!io)
		return;
	if (io->event)
		event_free(io->event);
	free(io);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *timer = arg;

	(void)fd;
	(void)what;
	timer->fn(timer->arg);
}

struct loop_timer *loop_timer_new(struct loop *loop, int64_t delay_ms, loop_fn *fn,
				  void *arg)
{
	struct loop_timer *timer = mem_zero(sizeof(*timer));
	struct timeval tv;

	if (delay_ms < 0)
		delay_ms = 0;
	tv.tv_sec = (time_t)(delay_ms / 1000);
	tv.tv_usec = (suseconds_t)(delay_ms % 1000 * 1000);
	timer->fn = fn;
	timer->arg = arg;
	timer->event = event_new(loop->base, -1, 0, on_timer, timer);
	if (!timer->event || event_add(timer->event, &tv) < 0)
		mem_exhausted();
	return timer;
}

void loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return;
	event_free(timer->event);
	free(timer);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct loop_signal *sig = arg;

	(void)number;
	(void)what;
	sig->fn(sig->arg);
}

struct loop_signal *loop_signal_new(struct loop *loop, int number, loop_fn *fn, void *arg)
{
	struct loop_signal *sig = mem_zero(sizeof(*sig));

	sig->fn = fn;
	sig->arg = arg;
	sig->event =
		event_new(loop->base, number, EV_SIGNAL | EV_PERSIST, on_signal, sig);
	if (!sig->event || event_add(sig->event, NULL) < 0)
		mem_exhausted();
	return sig;
}

void loop_signal_free(struct loop_signal *sig)
{
	if (!sig)
		return;
	event_free(sig->event);
	free(sig);
}
