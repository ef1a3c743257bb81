/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages over a socket between two processes of one run, each whole or not at all. */
#ifndef CMD_CHANNEL_H
#define CMD_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct channel;
struct loop;

/* The most bytes of a message; a longer one is a failure of the other end. */
#define CHANNEL_MESSAGE_MAX (64u << 20)

struct channel_conf {
	struct loop *loop; /* borrowed */
	int fd;		   /* a stream socket; the channel's from then on */
	/* data is aligned for any type and borrowed. False: the other end talks nonsense,
	 * which closes the channel. */
	bool (*message)(void *arg, const void *data, size_t len);
	/* The other end has gone: the last call. The channel may be freed within. */
	void (*closed)(void *arg);
	void *arg;
};

/* Callbacks come from the loop, none from within the calls below. */
struct channel *channel_new(const struct channel_conf *conf);
/* Never waits: what the socket doesn't take yet is kept. */
void channel_send(struct channel *c, const void *data, size_t len);
/* Stops reading, though what is already here still comes; undone with false. */
void channel_pause(struct channel *c, bool pause);
int channel_fd(const struct channel *c);
void channel_free(struct channel *c); /* closes fd, and drops what isn't sent */

#endif
