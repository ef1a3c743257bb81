/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/mem.h"

#define CHUNK 65536

struct channel {
	struct channel_conf conf;
	struct loop_io *io; /* owned */
	struct buf in, out; /* frames: a length, then so many bytes */
	size_t sent;	    /* of out */
	bool paused, failed;
};

static void want_events(struct channel *c)
{
	loop_io_want(c->io, !c->paused, c->failed || c->sent < c->out.len);
}

/* A failure is handled when the loop comes by. */
static void flush_sent(struct channel *c)
{
	ssize_t n;

	while (c->sent < c->out.len && !c->failed) {
		n = send(c->conf.fd, c->out.data + c->sent, c->out.len - c->sent,
			 MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0 && errno != EINTR)
			c->failed = true;
		if (n > 0)
			c->sent += (size_t)n;
	}
	if (c->sent == c->out.len || c->sent >= CHUNK) {
		buf_drop(&c->out, c->sent);
		c->sent = 0;
	}
	want_events(c);
}

/* Delivers every whole frame; false where one is too long or makes no sense. */
static bool deliver_frames(struct channel *c)
{
	size_t at = 0;
	uint32_t len;
	bool good = true;
	void *message;

	while (good && c->in.len - at >= sizeof(len)) {
		memcpy(&len, c->in.data + at, sizeof(len));
		if (len > CHANNEL_MESSAGE_MAX)
			return false;
		if (c->in.len - at - sizeof(len) < len)
			break;
		message = mem_copy(c->in.data + at + sizeof(len), len);
		good = c->conf.message(c->conf.arg, message, len);
		free(message);
		at += sizeof(len) + len;
	}
	buf_drop(&c->in, at);
	return good;
}

/* Reads what has come; false where the other end has gone. */
static bool receive_chunk(struct channel *c)
{
	char chunk[CHUNK];
	ssize_t n = recv(c->conf.fd, chunk, sizeof(chunk), 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	return n > 0 && buf_add(&c->in, chunk, (size_t)n) && deliver_frames(c);
}

static void on_io(void *arg, bool readable, bool writable)
{
	struct channel *c = arg;
	bool good = !readable || receive_chunk(c);

	if (good && writable)
		flush_sent(c);
	if (good && !c->failed)
		return;
	loop_io_want(c->io, false, false);
	c->conf.closed(c->conf.arg);
}

struct channel *channel_new(const struct channel_conf *conf)
{
	struct channel *c = mem_zero(sizeof(*c));

	c->conf = *conf;
	(void)fcntl(conf->fd, F_SETFL, fcntl(conf->fd, F_GETFL) | O_NONBLOCK);
	buf_init(&c->in, CHANNEL_MESSAGE_MAX + 2 * CHUNK);
	buf_init(&c->out, SIZE_MAX);
	c->io = loop_io_new(conf->loop, conf->fd, on_io, c);
	want_events(c);
	return c;
}

void channel_send(struct channel *c, const void *data, size_t len)
{
	uint32_t head = (uint32_t)len;

	buf_add(&c->out, &head, sizeof(head));
	buf_add(&c->out, data, len);
	flush_sent(c);
}

void channel_pause(struct channel *c, bool pause)
{
	c->paused = pause;
	want_events(c);
}

int channel_fd(const struct channel *c)
{
	return c->conf.fd;
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	loop_io_free(c->io);
	close(c->conf.fd);
	buf_clear(&c->in);
	buf_clear(&c->out);
	free(c);
}
