/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/line.h"

#include <string.h>

#define END_MAX 2 /* CRLF */

void line_init(struct line *line, size_t max)
{
	*line = (struct line){ .max = max };
	buf_init(&line->held, max + END_MAX);
}

void line_clear(struct line *line)
{
	buf_clear(&line->held);
}

enum line_status line_take(struct line *line, struct line_source *from)
{
	const uint8_t *end = from->len ? memchr(from->at, '\n', from->len) : NULL;
	size_t len = end ? (size_t)(end - from->at) + 1 : from->len;
	const char *text;

	if (line->whole)
		buf_reset(&line->held);
	line->whole = false;
	if (!buf_add(&line->held, from->at, len))
		return LINE_LONG;
	from->at += len;
	from->len -= len;
	if (!end)
		return LINE_MORE;
	text = buf_str(&line->held);
	line->len = line->held.len - 1;
	if (line->len && text[line->len - 1] == '\r')
		line->len--;
	line->held.data[line->len] = '\0';
	line->whole = true;
	return line->len > line->max ? LINE_LONG : LINE_WHOLE;
}

const char *line_text(const struct line *line, size_t *ret_len)
{
	*ret_len = line->len;
	return buf_str(&line->held);
}

bool line_begun(const struct line *line)
{
	return !line->whole && line->held.len > 0;
}
