/* SPDX-License-Identifier: BSD-2-Clause */
/* The one event loop. Callbacks run from loop_run() only, never from inside the call that
 * asks for them. */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct loop;
struct loop_io;	    /* a watched file descriptor */
struct loop_timer;  /* fires once */
struct loop_signal; /* a watched signal */

/* What a loop lets another process see, in memory that both share. */
struct loop_pulse {
	volatile uint32_t turns; /* grows as long as the loop turns */
	volatile uint32_t owner; /* of the callback that is running */
};
#define LOOP_NOBODY UINT32_MAX

typedef void loop_fn(void *arg);
typedef void loop_io_fn(void *arg, bool readable, bool writable);

struct loop *loop_new(void); /* NULL: the system lacks something for it */
/* What that is, for a loop with a question and a connection: a sentence; NULL: nothing.
 */
const char *loop_lack(void);
void loop_free(struct loop *loop);
/* Runs until loop_stop() or until nothing is left to wait for. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* From now on the loop tells how it goes, also where it has nothing to wait for. */
void loop_set_pulse(struct loop *loop, struct loop_pulse *pulse);
/* For whom the running callback works: it is the owner of every watch and timer made
 * meanwhile, and so of their callbacks. loop_set_owner() returns the one before; between
 * callbacks it is LOOP_NOBODY. */
uint32_t loop_owner(const struct loop *loop);
uint32_t loop_set_owner(struct loop *loop, uint32_t owner);
/* For libunbound, which attaches itself; borrowed. */
struct event_base *loop_base(struct loop *loop);

/* fn is called each time fd is ready for what is asked for, until loop_io_free(). The fd
 * stays the caller's; free the watch before closing it. */
struct loop_io *loop_io_new(struct loop *loop, int fd, loop_io_fn *fn, void *arg);
void loop_io_want(struct loop_io *io, bool read, bool write);
void loop_io_free(struct loop_io *io);

/* Calls fn once, delay_ms from now by clock_ms() (0: as soon as the loop runs): time in
 * which the loop didn't turn is added. Freeing it (also from
 * within fn) cancels it; each one must be freed. */
struct loop_timer *loop_timer_new(struct loop *loop, int64_t delay_ms, loop_fn *fn,
				  void *arg);
void loop_timer_free(struct loop_timer *timer);

/* fn is called from loop_run() each time that the signal came, also where it came before;
 * until loop_signal_free() it does nothing else. */
struct loop_signal *loop_signal_new(struct loop *loop, int number, loop_fn *fn,
				    void *arg);
void loop_signal_free(struct loop_signal *sig);

#endif
