/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/reply.h"

#define CODE_LEN 3

void reply_init(struct reply *reply, size_t max)
{
	*reply = (struct reply){ 0 };
	buf_init(&reply->text, max);
}

void reply_clear(struct reply *reply)
{
	buf_clear(&reply->text);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads a code from 100 to 599, with a blank, a hyphen or nothing after it; 0: there is
 * none. */
static int read_code(const char *line, size_t len)
{
	if (len < CODE_LEN || line[0] < '1' || line[0] > '5' || !is_digit(line[1]) ||
	    !is_digit(line[2]))
		return 0;
	if (len > CODE_LEN && line[CODE_LEN] != ' ' && line[CODE_LEN] != '-')
		return 0;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

static bool add_text(struct reply *reply, bool first, const char *text, size_t len)
{
	return (first || buf_text(&reply->text, "\n")) &&
	       buf_add(&reply->text, text, len);
}

enum reply_status reply_take(struct reply *reply, enum reply_style style,
			     const char *line, size_t len)
{
	bool first = !reply->open, more = len > CODE_LEN && line[CODE_LEN] == '-';
	int code = read_code(line, len);
	size_t head = len > CODE_LEN ? CODE_LEN + 1 : len;

	if (first)
		buf_reset(&reply->text);
	else if (style == REPLY_FTP && (more || code != reply->code))
		return add_text(reply, first, line, len) ? REPLY_MORE : REPLY_BAD;
	if (!code || (more && style == REPLY_SINGLE))
		return REPLY_BAD;
	reply->code = code;
	reply->open = more;
	if (!add_text(reply, first, line + head, len - head))
		return REPLY_BAD;
	return more ? REPLY_MORE : REPLY_WHOLE;
}
