/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define LINE_MAX_BYTES 2000 /* a diagnostic line that no peer can make longer */

#define HELD_MAX (64 << 10)

static int current_level = 1;
static bool holding;
static struct buf held;
static void (*before_line)(void *arg);
static void *before_arg;

void log_set_level(int level)
{
	current_level = level;
}

void log_hold(void)
{
	if (!holding)
		buf_init(&held, HELD_MAX);
	holding = true;
}

void log_release(void)
{
	if (!holding)
		return;
	holding = false;
	fputs(buf_str(&held), stderr);
	buf_clear(&held);
}

void log_set_before(void (*fn)(void *arg), void *arg)
{
	before_line = fn;
	before_arg = arg;
}

static void write_line(const char *prefix, const char *safe)
{
	if (before_line)
		before_line(before_arg);
	fprintf(stderr, "daneprobe: %s%s\n", prefix, safe);
}

/* What shows nothing, or moves what is beside it: a text with it isn't what it looks. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x00ad, 0x00ad },   /* soft hyphen */
	{ 0x034f, 0x034f },   /* combining grapheme joiner */
	{ 0x061c, 0x061c },   /* Arabic letter mark */
	{ 0x115f, 0x1160 },   /* Hangul fillers */
	{ 0x17b4, 0x17b5 },   /* Khmer vowels that aren't seen */
	{ 0x180b, 0x180f },   /* Mongolian separators */
	{ 0x200b, 0x200f },   /* of no width; directions */
	{ 0x2028, 0x202e },   /* lines and paragraphs; directions */
	{ 0x2060, 0x206f },   /* word joiner, unseen operators, isolates */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xfe00, 0xfe0f },   /* variation selectors */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xffa0, 0xffa0 },   /* half-width Hangul filler */
	{ 0xfff0, 0xfffb },   /* interlinear annotation */
	{ 0xe0000, 0xe0fff }, /* tags */
};

static bool is_hidden(uint32_t c)
{
	size_t i;

	for (i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}

/* Of a well-formed sequence. */
static uint32_t decode_utf8(const unsigned char *p, size_t len)
{
	uint32_t c = p[0] & (0x7fu >> len);
	size_t i;

	for (i = 1; i < len; i++)
		c = c << 6 | (p[i] & 0x3f);
	return c;
}

/* Bytes of the well-formed, printable UTF-8 sequence at p, else 0. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
	size_t want = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	size_t i;

	if (p[0] < 0xc2 || p[0] > 0xf4 || want > left)
		return 0;
	for (i = 1; i < want; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	if (p[0] == 0xc2 && p[1] < 0xa0) /* C1 controls */
		return 0;
	return is_hidden(decode_utf8(p, want)) ? 0 : want;
}

char *log_escape(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	struct buf b;
	size_t n;

	buf_init(&b, 4 * len);
	while (len) {
		n = p[0] >= 0x20 && p[0] < 0x7f ? 1 : utf8_length(p, len);
		if (n)
			buf_add(&b, p, n);
		else
			buf_printf(&b, "\\x%02x", (unsigned)p[0]);
		n = n ? n : 1;
		p += n;
		len -= n;
	}
	return b.data ? b.data : mem_text("");
}

char *log_show_nul(const char *data, size_t len)
{
	struct buf b;
	size_t i;

	buf_init(&b, 4 * len);
	for (i = 0; i < len; i++)
		if (data[i])
			buf_add(&b, data + i, 1);
		else
			buf_text(&b, "\\x00");
	return b.data ? b.data : mem_text("");
}

static void write_message(int level, const char *prefix, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

static void write_message(int level, const char *prefix, const char *fmt, va_list ap)
{
	char line[LINE_MAX_BYTES];
	char *safe;

	if (level > current_level)
		return;
	vsnprintf(line, sizeof(line), fmt, ap);
	safe = log_escape(line, strlen(line));
	if (holding)
		buf_printf(&held, "daneprobe: %s%s\n", prefix, safe);
	else
		write_line(prefix, safe);
	free(safe);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_message(0, "", fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_message(1, "warning: ", fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_message(2, "", fmt, ap);
	va_end(ap);
}

void log_debug(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_message(3, "", fmt, ap);
	va_end(ap);
}
