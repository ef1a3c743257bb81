/* SPDX-License-Identifier: BSD-2-Clause */
/* A growing byte buffer with a hard limit; always has a NUL behind its last byte. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;	  /* owned; NULL while empty and never written */
	size_t len, size; /* bytes held; bytes allocated */
	size_t max;	  /* never holds more bytes than this */
	bool overflow;	  /* something was refused since the last buf_reset */
};

void buf_init(struct buf *b, size_t max);
void buf_clear(struct buf *b);
void buf_reset(struct buf *b); /* empty again, memory kept */
/* All or nothing: false (and overflow set) when it would pass max. */
bool buf_add(struct buf *b, const void *data, size_t len);
bool buf_text(struct buf *b, const char *text);
bool buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Drops the first n bytes (n <= len). */
void buf_drop(struct buf *b, size_t n);
/* The text, "" while empty; borrowed until the next change. */
const char *buf_str(const struct buf *b);

#endif
