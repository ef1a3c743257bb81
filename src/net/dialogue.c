/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/dialogue.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"
#include "net/starttls.h"

#define READ_MAX 4096

struct dialogue {
	int fd;			   /* borrowed */
	struct starttls *starttls; /* owned */
	struct buf out;
	enum starttls_status status;
};

struct dialogue *dialogue_new(int fd, const struct starttls_conf *conf)
{
	struct dialogue *d = mem_zero(sizeof(*d));

	d->fd = fd;
	d->starttls = starttls_new(conf);
	buf_init(&d->out, STARTTLS_OUT_MAX);
	d->status = starttls_begin(d->starttls, &d->out);
	return d;
}

void dialogue_free(struct dialogue *d)
{
	if (!d)
		return;
	starttls_free(d->starttls);
	buf_clear(&d->out);
	free(d);
}

const char *dialogue_awaits(const struct dialogue *d)
{
	return starttls_awaits(d->starttls);
}

/* Sends what waits; false where the socket takes no more for now. A server that went
 * away while we speak has perhaps said why, which reading on tells. */
static bool flush_out(struct dialogue *d)
{
	ssize_t n;

	while (d->out.len) {
		n = send(d->fd, d->out.data, d->out.len, MSG_NOSIGNAL);
		if (n >= 0)
			buf_drop(&d->out, (size_t)n);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return false;
		else if (errno != EINTR)
			buf_reset(&d->out);
	}
	return true;
}

/* Nothing of TLS can be there before our own first message. */
static bool anything_waits(const struct dialogue *d, struct why *why)
{
	uint8_t first;

	if (recv(d->fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1)
		return false;
	why_set(why, DP_EFORMAT,
		"data came after the server's go-ahead and before TLS: an injection");
	return true;
}

static enum dialogue_status end_dialogue(struct dialogue *d, struct why *why)
{
	(void)flush_out(d);
	switch (d->status) {
	case STARTTLS_GO:
		return anything_waits(d, why) ? DIALOGUE_REFUSED : DIALOGUE_GO;
	case STARTTLS_REFUSED:
		return DIALOGUE_REFUSED;
	case STARTTLS_LATER:
		return DIALOGUE_LATER;
	case STARTTLS_MORE:
	case STARTTLS_BROKEN:
		break;
	}
	return DIALOGUE_FAILED;
}

static enum dialogue_status fail_read(int failed, struct why *why)
{
	if (failed == EAGAIN || failed == EWOULDBLOCK || failed == EINTR)
		return DIALOGUE_WANT_READ;
	if (failed == ECONNRESET)
		why_set(why, DP_EIO, "the server reset the connection before TLS");
	else
		why_errno(why, failed, "the connection broke before TLS");
	return DIALOGUE_RESET;
}

/* Takes one chunk a call, so that a talkative server doesn't hold up the others. */
static enum dialogue_status take_chunk(struct dialogue *d, struct why *why)
{
	uint8_t chunk[READ_MAX];
	ssize_t n = recv(d->fd, chunk, sizeof(chunk), 0);

	if (n < 0 &&
	    errno == EPIPE) /* the server closed first, and reset what we sent then */
		n = 0;
	if (n < 0)
		return fail_read(errno, why);
	if (n > 0) {
		d->status = starttls_take(d->starttls, chunk, (size_t)n, &d->out, why);
	} else {
		d->status = starttls_closed(d->starttls, why);
	}
	if (n == 0 || (d->status != STARTTLS_MORE && d->status != STARTTLS_GO))
		return end_dialogue(d, why);
	if (!flush_out(d))
		return DIALOGUE_WANT_WRITE;
	return d->status == STARTTLS_GO ? end_dialogue(d, why) : DIALOGUE_WANT_READ;
}

enum dialogue_status dialogue_step(struct dialogue *d, struct why *why)
{
	if (d->out.len) {
		if (!flush_out(d))
			return DIALOGUE_WANT_WRITE;
		if (d->status == STARTTLS_MORE)
			return DIALOGUE_WANT_READ;
	}
	return d->status == STARTTLS_MORE ? take_chunk(d, why) : end_dialogue(d, why);
}
