/* SPDX-License-Identifier: BSD-2-Clause */
/* Results on their way out, to a reader that may be slow: the loop never waits for it. */
#ifndef CMD_OUTBOX_H
#define CMD_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

struct loop;
struct outbox;

struct outbox_conf {
	struct loop *loop; /* borrowed */
	int fd;		   /* borrowed; its mode stays as it is */
	/* All that was put is out; called each time, from the loop. */
	void (*drained)(void *arg);
	/* Nothing more gets out, with the errno why; called once, from the loop. */
	void (*failed)(void *arg, int error);
	void *arg;
};

struct outbox *outbox_new(const struct outbox_conf *conf);
/* data is copied. Written as one piece where fd takes that; never half of it unless fd
 * fails. */
void outbox_put(struct outbox *o, const void *data, size_t len);
/* Whether so much waits that nothing more should be put before the next drained. */
bool outbox_full(const struct outbox *o);
bool outbox_empty(const struct outbox *o);
void outbox_free(struct outbox *o); /* drops what waits */

#endif
