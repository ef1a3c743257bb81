/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"

#define LABEL_WIDTH 9 /* two blanks, the label, and blanks up to here */

/* Counts the columns of len bytes of valid UTF-8, one for each character. */
static size_t count_columns(const char *text, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

size_t layout_width(const char *text)
{
	char *safe = log_escape(text, strlen(text));
	size_t width = count_columns(safe, strlen(safe));

	free(safe);
	return width;
}

static void add_blanks(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_text(out, " ");
}

/* The bytes of the word at p. A short number stays with what it counts: "2 ms", "(79
 * d)". */
static size_t word_length(const char *p)
{
	size_t len = strcspn(p, " ");
	size_t paren = *p == '(';
	size_t digits = strspn(p + paren, "0123456789");

	if (!digits || digits > 6 || paren + digits != len || p[len] != ' ' ||
	    p[len + 1] == ' ')
		return len;
	return len + 1 + strcspn(p + len + 1, " ");
}

/* Appends words from the given column on and ends the line. Blanks between words are
 * kept, but for those at a break. A word that fits on no line stays whole, to be copied.
 */
static void wrap_words(struct buf *out, size_t columns, size_t column, size_t indent,
		       const char *safe)
{
	size_t gap, len, width, limit = columns ? columns : LAYOUT_COLUMNS;
	const char *p = safe;
	int at_start = 1;

	for (;;) {
		gap = strspn(p, " ");
		p += gap;
		len = word_length(p);
		if (!len)
			break;
		width = count_columns(p, len);
		gap = at_start ? 0 : gap;
		if (column + gap + width > limit && column > indent) {
			buf_text(out, "\n");
			add_blanks(out, indent);
			column = indent;
			gap = 0;
		}
		add_blanks(out, gap);
		buf_add(out, p, len);
		column += gap + width;
		p += len;
		at_start = 0;
	}
	buf_text(out, "\n");
}

static void put_coloured(struct buf *out, const char *text, const char *colour)
{
	if (colour && *text)
		buf_printf(out, "\033[%sm%s\033[0m", colour, text);
	else
		buf_text(out, text);
}

static void put_label(struct buf *out, const char *label, const char *colour)
{
	size_t len = strlen(label);

	if (!len) {
		add_blanks(out, LABEL_WIDTH);
		return;
	}
	buf_text(out, "  ");
	put_coloured(out, label, colour);
	add_blanks(out, len + 2 < LABEL_WIDTH ? LABEL_WIDTH - 2 - len : 1);
}

void layout_row(struct buf *out, const struct layout_row *row)
{
	const char *mark = row->mark ? row->mark : "";
	char *cell = log_escape(row->cell, strlen(row->cell));
	char *text = log_escape(row->text, strlen(row->text));
	size_t width = count_columns(cell, strlen(cell));
	size_t start = LABEL_WIDTH + row->cell_width;
	size_t mark_width = row->mark ? row->mark_width : 0;
	size_t rest = mark_width + count_columns(text, strlen(text));
	size_t limit = row->columns ? row->columns : LAYOUT_COLUMNS;

	put_label(out, row->label, row->label_colour);
	buf_text(out, cell);
	if (!*mark && !*text) {
		buf_text(out, "\n");
	} else {
		if (!width || width < row->cell_width) {
			add_blanks(out, row->cell_width - width);
		} else if (LABEL_WIDTH + width + 1 + rest <= limit) {
			add_blanks(out, 1);
			start = LABEL_WIDTH + width + 1;
		} else {
			buf_text(out, "\n");
			add_blanks(out, start);
		}
		put_coloured(out, mark, row->mark_colour);
		if (*text && strlen(mark) < mark_width)
			add_blanks(out, mark_width - strlen(mark));
		wrap_words(out, limit, start + mark_width, start + mark_width, text);
	}
	free(cell);
	free(text);
}

void layout_paragraph(struct buf *out, size_t columns, const char *lead, size_t indent,
		      const char *text)
{
	char *safe = log_escape(text, strlen(text));

	buf_text(out, lead);
	wrap_words(out, columns, strlen(lead), indent, safe);
	free(safe);
}

void layout_whole(struct buf *out, const char *lead, const char *text)
{
	char *safe = log_escape(text, strlen(text));

	buf_printf(out, "%s%s\n", lead, safe);
	free(safe);
}
