/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
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
	/* marks that reorder or hide text: U+200B..U+200F, U+2028..U+202E, U+2066..U+2069
	 */
	if (p[0] == 0xe2 && ((p[1] == 0x80 && ((p[2] >= 0x8b && p[2] <= 0x8f) ||
					       (p[2] >= 0xa8 && p[2] <= 0xae))) ||
			     (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)))
		return 0;
	return want;
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
