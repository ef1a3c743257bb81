/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines out of bytes that come split anyhow, with a bound. No I/O. */
#ifndef NET_LINE_H
#define NET_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Bytes that nobody took yet; borrowed. */
struct line_source {
	const uint8_t *at;
	size_t len;
};

struct line {
	struct buf held; /* the line so far */
	size_t len;	 /* of the whole line, without its end */
	size_t max;	 /* of a line */
	bool whole;	 /* the next byte begins a new line */
};

enum line_status {
	LINE_MORE,  /* the source is empty and the line isn't whole */
	LINE_WHOLE, /* line_text() is it */
	LINE_LONG   /* beyond max; nothing more can be read */
};

void line_init(struct line *line, size_t max);
void line_clear(struct line *line);
/* Takes from the source up to a line's end (LF or CRLF), and no byte behind it. */
enum line_status line_take(struct line *line, struct line_source *from);
/* After LINE_WHOLE: the line without its end, *ret_len bytes (any, NUL too) and a NUL;
 * borrowed until the next line_take(). */
const char *line_text(const struct line *line, size_t *ret_len);
/* Whether a line has begun and isn't whole yet. */
bool line_begun(const struct line *line);

#endif
