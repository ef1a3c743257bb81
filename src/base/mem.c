/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *last_words;

void mem_set_last_words(const char *constant)
{
	last_words = constant;
}

void mem_exhausted(void)
{
	/* not by stdio, which may want memory itself */
	if (last_words && write(STDOUT_FILENO, last_words, strlen(last_words)) < 0)
		last_words = NULL;
	fputs("daneprobe: out of memory\n", stderr);
	exit(3);
}

bool mem_has_room(size_t size)
{
	void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	if (data == MAP_FAILED)
		return false;
	(void)munmap(data, size);
	return true;
}

static void *must_be(void *p)
{
	if (!p)
		mem_exhausted();
	return p;
}

void *mem_zero(size_t size)
{
	return mem_array(1, size);
}

void *mem_array(size_t count, size_t size)
{
	return must_be(calloc(count ? count : 1, size ? size : 1));
}

void *mem_shared(size_t size)
{
	void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);

	return must_be(data == MAP_FAILED ? NULL : data);
}

void mem_shared_free(void *data, size_t size)
{
	if (data)
		(void)munmap(data, size);
}

void *mem_copy(const void *data, size_t len)
{
	void *copy;

	if (!len)
		return NULL;
	copy = must_be(malloc(len));
	memcpy(copy, data, len);
	return copy;
}

char *mem_text(const char *text)
{
	return text ? mem_text_n(text, strlen(text)) : NULL;
}

char *mem_text_n(const char *text, size_t len)
{
	char *copy = must_be(malloc(len + 1));

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

/* In the middle of a character of UTF-8 */
static bool is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

char *mem_shorten(const char *text, size_t max)
{
	size_t len = strlen(text), head, tail;

	if (len <= max)
		return mem_text(text);
	head = max / 3;
	tail = len - (max - head - 3);
	while (head && is_inside(text[head]))
		head--;
	while (tail < len && is_inside(text[tail]))
		tail++;
	return mem_printf("%.*s...%s", (int)head, text, text + tail);
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	return text;
}

char *mem_vprintf(const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	text = must_be(malloc((size_t)(len < 0 ? 0 : len) + 1));
	text[0] = '\0';
	if (len >= 0)
		vsnprintf(text, (size_t)len + 1, fmt, again);
	va_end(again);
	return text;
}

void *mem_resize(void *data, size_t size)
{
	return must_be(realloc(data, size));
}

/* Capacities are 1, 2, 4 ..: the array is full just when count is a power of two. */
void *mem_grow(void *items, size_t count, size_t size)
{
	if (count & (count - 1))
		return items;
	if (count > SIZE_MAX / 2 / size)
		return must_be(NULL);
	return mem_resize(items, (count ? count * 2 : 1) * size);
}

void mem_wipe(void *data, size_t len)
{
	volatile unsigned char *p = data;

	while (len--)
		*p++ = 0;
}
