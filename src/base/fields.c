/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fields.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static bool is_shown(char c)
{
	return c >= ' ' && c <= '~';
}

void fields_put_number(struct buf *b, int64_t number)
{
	buf_add(b, &number, sizeof(number));
}

void fields_put_octets(struct buf *b, const void *data, size_t len)
{
	fields_put_number(b, (int64_t)len);
	if (len)
		buf_add(b, data, len);
}

void fields_put_text(struct buf *b, const char *text)
{
	size_t len = text ? strlen(text) : 0, i;
	char c;

	fields_put_number(b, (int64_t)len);
	for (i = 0; i < len; i++) {
		c = is_shown(text[i]) ? text[i] : '?';
		buf_add(b, &c, 1);
	}
}

void fields_begin(struct fields *f, const struct buf *b)
{
	*f = (struct fields){ .at = buf_str(b), .len = b->len };
}

/* NULL where there are no more so many. */
static const char *take_octets(struct fields *f, size_t len)
{
	const char *at = f->at;

	if (f->bad || len > f->len) {
		f->bad = true;
		return NULL;
	}
	f->at += len;
	f->len -= len;
	return at;
}

int64_t fields_number(struct fields *f, int64_t min, int64_t max)
{
	int64_t number;
	const char *at = take_octets(f, sizeof(number));

	if (!at)
		return min;
	memcpy(&number, at, sizeof(number));
	if (number >= min && number <= max)
		return number;
	f->bad = true;
	return min;
}

const void *fields_octets(struct fields *f, size_t max, size_t *ret_len)
{
	size_t len = (size_t)fields_number(f, 0, max < INT32_MAX ? (int64_t)max : 0);
	const char *at = take_octets(f, len);

	*ret_len = at ? len : 0;
	return at ? at : "";
}

char *fields_text(struct fields *f, size_t max)
{
	size_t len, i;
	const char *text = fields_octets(f, max, &len);

	for (i = 0; i < len; i++)
		if (!is_shown(text[i]))
			f->bad = true;
	return mem_text_n(text, f->bad ? 0 : len);
}

bool fields_end(const struct fields *f)
{
	return !f->bad && !f->len;
}
