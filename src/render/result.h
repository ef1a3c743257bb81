/* SPDX-License-Identifier: BSD-2-Clause */
/* A result that an earlier run wrote with -o ndjson, read back. */
#ifndef RENDER_RESULT_H
#define RENDER_RESULT_H

#include <stdbool.h>

#include "verdict/code.h"
#include "verdict/state.h"

/* So much of a line is enough: what says whose result it is ends well before that. */
#define RESULT_HEAD_MAX 65536

struct result {
	char *key; /* owned; the normalized target, or the text of a bad one */
	enum state state;
	enum code code;
	bool lookup_only; /* no server was asked */
};

/* Reads the beginning of a line; false where it is no result. Undo with result_clear().
 */
bool result_from_head(const char *head, struct result *ret_result);
void result_clear(struct result *result);
/* The text as a key comes back: what isn't UTF-8 is written escaped. Heap. */
char *result_key(const char *raw);

#endif
