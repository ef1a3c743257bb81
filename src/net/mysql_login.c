/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/mysql_login.h"

#include "base/buf.h"

#define HEAD 4	      /* three octets of length, one of sequence */
#define ANSWERS_MAX 4 /* answers to ways of authentication that the server proposes */
#define OK 0x00
#define MORE_DATA 0x01
#define AUTH_SWITCH 0xfe

/* Behind an SSLRequest of sequence 1: length 56, sequence 2; the request's 32 octets once
 * more, with CLIENT_PLUGIN_AUTH; a user of no name, an answer of no octets, the name of
 * the oldest way to authenticate. */
#define LOGIN                                                                            \
	"\070\0\0\002\001\212\010\0\0\0\0\001\041"                                       \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                                 \
	"\0\0mysql_native_password\0"
#define QUIT "\001\0\0\0\001"

void mysql_login_begin(struct mysql_login *login, struct buf *out)
{
	*login = (struct mysql_login){ 0 };
	buf_add(out, LOGIN, sizeof(LOGIN) - 1);
}

/* Answers with nothing, since we know no secret. */
static bool answer_nothing(struct mysql_login *login, struct buf *out)
{
	uint8_t empty[HEAD] = { 0, 0, 0, (uint8_t)(login->head[3] + 1) };

	if (login->answers++ == ANSWERS_MAX)
		return true;
	buf_add(out, (const char *)empty, sizeof(empty));
	return false;
}

static bool end_packet(struct mysql_login *login, struct buf *out)
{
	uint8_t kind = login->head[4];

	login->head_len = 0;
	if (kind == AUTH_SWITCH || kind == MORE_DATA)
		return answer_nothing(login, out);
	if (kind == OK)
		buf_add(out, QUIT, sizeof(QUIT) - 1);
	return true;
}

bool mysql_login_take(struct mysql_login *login, const uint8_t *in, size_t len,
		      struct buf *out)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (login->head_len < sizeof(login->head)) {
			login->head[login->head_len++] = in[i];
			login->left = login->head[0] | (size_t)login->head[1] << 8 |
				      (size_t)login->head[2] << 16;
			if (login->head_len == HEAD && !login->left)
				return true;
			if (login->head_len < sizeof(login->head))
				continue;
		}
		if (!--login->left && end_packet(login, out))
			return true;
	}
	return false;
}
