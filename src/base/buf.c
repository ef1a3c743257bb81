/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_clear(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->data)
		b->data[0] = '\0';
}

static void make_room(struct buf *b, size_t need)
{
	size_t size = b->size ? b->size : 64;

	while (size < need)
		size *= 2;
	if (size == b->size)
		return;
	b->data = mem_resize(b->data, size);
	b->size = size;
}

bool buf_add(struct buf *b, const void *data, size_t len)
{
	if (len > b->max - b->len) {
		b->overflow = true;
		return false;
	}
	make_room(b, b->len + len + 1);
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return true;
}

bool buf_text(struct buf *b, const char *text)
{
	return buf_add(b, text, strlen(text));
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	char *text;
	bool fits;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = mem_zero((size_t)(len < 0 ? 0 : len) + 1);
	if (len >= 0)
		vsnprintf(text, (size_t)len + 1, fmt, again);
	va_end(again);
	fits = buf_text(b, text);
	free(text);
	return fits;
}

void buf_drop(struct buf *b, size_t n)
{
	if (!n)
		return;
	memmove(b->data, b->data + n, b->len - n + 1);
	b->len -= n;
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}
