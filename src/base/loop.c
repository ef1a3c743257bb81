/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/loop.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define NEEDED_FILES 8
/* What libraries have in hand in a check of one target. They don't tell where they get
 * none, but end, or take it for somebody else's fault. */
#define NEEDED_OCTETS (8 * 1024 * 1024)
#define TICK_MS 200 /* of a loop that waits for a time, or has somebody who looks */
#define EARLY_MS 20 /* libevent's clock may be ahead of ours by so much */

struct loop {
	struct event_base *base; /* owned */
	struct event *tick;	 /* owned */
	size_t timers;		 /* that haven't fired */
	bool runs, ticks;
	struct loop_pulse *pulse; /* borrowed; NULL: nobody looks */
	uint32_t owner;		  /* of what is at work */
};

struct loop_io {
	struct event_base *base; /* borrowed from the loop */
	struct event *event;	 /* owned; NULL while nothing is wanted */
	int fd;			 /* borrowed from the caller */
	bool read, write;
	loop_io_fn *fn;
	void *arg;
	struct loop *loop; /* borrowed */
	uint32_t owner;
};

struct loop_timer {
	struct loop *loop;   /* borrowed */
	struct event *event; /* owned */
	int64_t due_ms;	     /* by clock_ms() */
	bool pending;
	uint32_t owner;
	loop_fn *fn;
	void *arg;
};

struct loop_signal {
	struct event *event; /* owned */
	loop_fn *fn;
	void *arg;
};

/*
 * Turns
 */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;

	(void)fd;
	(void)what;
	clock_turn();
	if (loop->pulse)
		loop->pulse->turns++;
}

/* A loop without a timer has no deadline: its time passes as it does. */
static void tick_as_needed(struct loop *loop)
{
	static const struct timeval every = { .tv_usec = TICK_MS * 1000L };
	bool needed = loop->runs && (loop->timers || loop->pulse);

	if (needed == loop->ticks)
		return;
	loop->ticks = needed;
	if (needed && event_add(loop->tick, &every) < 0)
		mem_exhausted();
	if (needed) {
		clock_turn();
	} else {
		event_del(loop->tick);
		clock_run_free();
	}
}

void loop_set_pulse(struct loop *loop, struct loop_pulse *pulse)
{
	loop->pulse = pulse;
	tick_as_needed(loop);
}

uint32_t loop_owner(const struct loop *loop)
{
	return loop->owner;
}

uint32_t loop_set_owner(struct loop *loop, uint32_t owner)
{
	uint32_t before = loop->owner;

	loop->owner = owner;
	if (loop->pulse)
		loop->pulse->owner = owner;
	return before;
}

/* Whether a loop, a question and a connection have the descriptors that they need:
 * libevent ends the process where it gets none, and libunbound takes it for a failure of
 * the name servers. */
static bool has_descriptors(void)
{
	int fd[NEEDED_FILES], count = 2;
	bool enough;

	if (pipe(fd) < 0) /* no file: there may be no /dev here */
		return false;
	while (count < NEEDED_FILES &&
	       (fd[count] = fcntl(fd[0], F_DUPFD_CLOEXEC, 0)) >= 0)
		count++;
	enough = count == NEEDED_FILES;
	while (count)
		close(fd[--count]);
	return enough;
}

const char *loop_lack(void)
{
	if (!mem_has_room(NEEDED_OCTETS))
		return "too little memory is left for a check (ulimit -v)";
	if (!has_descriptors())
		return "no file descriptors are left for a check (ulimit -n)";
	return NULL;
}

static void on_fatal(int error)
{
	(void)error;
	mem_exhausted();
}

/* The caller tells what failed. */
static void on_message(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

struct loop *loop_new(void)
{
	struct event_base *base;
	struct loop *loop;

	event_set_fatal_callback(on_fatal);
	event_set_log_callback(on_message);
	base = loop_lack() ? NULL : event_base_new();
	if (!base)
		return NULL;
	loop = mem_zero(sizeof(*loop));
	loop->base = base;
	loop->owner = LOOP_NOBODY;
	loop->tick = event_new(base, -1, EV_PERSIST, on_tick, loop);
	if (!loop->tick)
		mem_exhausted();
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	event_free(loop->tick);
	event_base_free(loop->base);
	free(loop);
}

void loop_run(struct loop *loop)
{
	loop->runs = true;
	tick_as_needed(loop);
	event_base_dispatch(loop->base);
	loop->runs = false;
	tick_as_needed(loop);
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
	struct loop *loop = io->loop; /* io may be freed within */

	(void)fd;
	loop_set_owner(loop, io->owner);
	io->fn(io->arg, what & EV_READ, what & EV_WRITE);
	loop_set_owner(loop, LOOP_NOBODY);
}

struct loop_io *loop_io_new(struct loop *loop, int fd, loop_io_fn *fn, void *arg)
{
	struct loop_io *io = mem_zero(sizeof(*io));

	*io = (struct loop_io){ .base = loop->base,
				.fd = fd,
				.fn = fn,
				.arg = arg,
				.loop = loop,
				.owner = loop->owner };
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

static void set_pending(struct loop_timer *timer, bool pending)
{
	if (timer->pending == pending)
		return;
	timer->pending = pending;
	timer->loop->timers += pending ? 1 : (size_t)-1;
	tick_as_needed(timer->loop);
}

static void sleep_on(struct loop_timer *timer, int64_t ms)
{
	struct timeval tv = { .tv_sec = (time_t)(ms / 1000),
			      .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	if (event_add(timer->event, &tv) < 0)
		mem_exhausted();
}

/* libevent counts the time that this process stood still, and for a timer that was made
 * late in a long callback that callback's. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *timer = arg;
	struct loop *loop = timer->loop; /* the timer may be freed within */
	int64_t left = timer->due_ms - clock_ms();

	(void)fd;
	(void)what;
	if (left > EARLY_MS) {
		sleep_on(timer, left);
		return;
	}
	set_pending(timer, false);
	loop_set_owner(loop, timer->owner);
	timer->fn(timer->arg);
	loop_set_owner(loop, LOOP_NOBODY);
}

struct loop_timer *loop_timer_new(struct loop *loop, int64_t delay_ms, loop_fn *fn,
				  void *arg)
{
	struct loop_timer *timer = mem_zero(sizeof(*timer));

	if (delay_ms < 0)
		delay_ms = 0;
	*timer = (struct loop_timer){ .loop = loop,
				      .due_ms = clock_ms() + delay_ms,
				      .owner = loop->owner,
				      .fn = fn,
				      .arg = arg };
	timer->event = event_new(loop->base, -1, 0, on_timer, timer);
	if (!timer->event)
		mem_exhausted();
	sleep_on(timer, delay_ms);
	set_pending(timer, true);
	return timer;
}

void loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return;
	event_free(timer->event);
	set_pending(timer, false);
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
