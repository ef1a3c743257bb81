/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/outbox.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/mem.h"

#define FULL ((size_t)256 << 10)

struct outbox {
	struct outbox_conf conf;
	bool plain;		  /* a file, for which writing doesn't wait for anybody */
	struct buf waiting;	  /* to be written */
	size_t written;		  /* how much of it is written */
	struct loop_io *io;	  /* owned; NULL for a file */
	struct loop_timer *later; /* owned; what a file's callbacks come from */
	int error;
	bool told; /* the owner knows of the error */
};

static size_t bytes_left(const struct outbox *o)
{
	return o->waiting.len - o->written;
}

/* poll() promises room for PIPE_BUF bytes of a pipe, and no more: the mode of fd is not
 * ours to change, since other processes may share it. */
static bool has_room(const struct outbox *o)
{
	struct pollfd p = { .fd = o->conf.fd, .events = POLLOUT };

	return o->plain || poll(&p, 1, 0) > 0;
}

static void write_some(struct outbox *o)
{
	size_t piece;
	ssize_t n;

	while (bytes_left(o) && !o->error && has_room(o)) {
		piece = o->plain || bytes_left(o) < PIPE_BUF ? bytes_left(o) : PIPE_BUF;
		n = write(o->conf.fd, o->waiting.data + o->written, piece);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0 && errno != EINTR)
			o->error = errno;
		if (n > 0)
			o->written += (size_t)n;
	}
	if (!bytes_left(o) || o->written >= FULL) {
		buf_drop(&o->waiting, o->written);
		o->written = 0;
	}
}

static void tell_owner(struct outbox *o)
{
	if (o->error && !o->told) {
		o->told = true;
		o->conf.failed(o->conf.arg, o->error);
	} else if (!o->error && !bytes_left(o)) {
		o->conf.drained(o->conf.arg);
	}
}

static void on_later(void *arg)
{
	struct outbox *o = arg;

	loop_timer_free(o->later);
	o->later = NULL;
	tell_owner(o);
}

static void on_writable(void *arg, bool readable, bool writable)
{
	struct outbox *o = arg;

	(void)readable;
	(void)writable;
	write_some(o);
	if (o->error || !bytes_left(o))
		loop_io_want(o->io, false, false);
	tell_owner(o);
}

struct outbox *outbox_new(const struct outbox_conf *conf)
{
	struct outbox *o = mem_zero(sizeof(*o));
	struct stat st;

	o->conf = *conf;
	buf_init(&o->waiting, SIZE_MAX);
	/* what can't be watched never waits: files, and devices like /dev/null */
	o->plain = fstat(conf->fd, &st) < 0 ||
		   !(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || isatty(conf->fd));
	if (!o->plain)
		o->io = loop_io_new(conf->loop, conf->fd, on_writable, o);
	return o;
}

void outbox_put(struct outbox *o, const void *data, size_t len)
{
	if (o->error)
		return;
	buf_add(&o->waiting, data, len);
	if (o->waiting.len == len) /* else the loop is already writing */
		write_some(o);
	if (o->io && (bytes_left(o) || o->error))
		loop_io_want(o->io, false, true);
	else if (!o->later)
		o->later = loop_timer_new(o->conf.loop, 0, on_later, o);
}

bool outbox_full(const struct outbox *o)
{
	return bytes_left(o) >= FULL;
}

bool outbox_empty(const struct outbox *o)
{
	return !bytes_left(o);
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	loop_io_free(o->io);
	loop_timer_free(o->later);
	buf_clear(&o->waiting);
	free(o);
}
