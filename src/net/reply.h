/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies of three digits and text, put together from their lines. No I/O. */
#ifndef NET_REPLY_H
#define NET_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum reply_style {
	REPLY_SMTP,  /* every line has a code, RFC 5321 section 4.2.1 */
	REPLY_FTP,   /* lines between the first and the last may be anything, RFC 959
			section 4.2 */
	REPLY_SINGLE /* one line */
};

enum reply_status {
	REPLY_MORE, /* a further line belongs to it */
	REPLY_WHOLE,
	REPLY_BAD /* not such a reply */
};

struct reply {
	int code;	 /* of the last line; 0: none yet */
	bool open;	 /* further lines are to come */
	struct buf text; /* what follows the codes, lines joined by LF */
};

void reply_init(struct reply *reply, size_t max);
void reply_clear(struct reply *reply);
/* Adds one line, without its end. After REPLY_WHOLE the next line begins a new reply. */
enum reply_status reply_take(struct reply *reply, enum reply_style style,
			     const char *line, size_t len);

#endif
