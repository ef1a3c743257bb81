/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of so many columns, 80 by default, with a label, a cell and text that wraps.
 * Everything given is escaped here, so it may be raw. */
#ifndef RENDER_LAYOUT_H
#define RENDER_LAYOUT_H

#include <stddef.h>

struct buf;

#define LAYOUT_COLUMNS 80

struct layout_row {
	const char *label; /* "dns"; "" on the rows that follow */
	const char *cell;
	size_t cell_width; /* column that the next part starts in, after the label */
	const char *mark;  /* a word of a column of its own; NULL none */
	size_t mark_width; /* likewise */
	const char *text;  /* wraps under itself; "" none */
	size_t columns;	   /* of a whole line; 0: LAYOUT_COLUMNS */
	/* Numbers of terminals' colours ("31") for label and mark; NULL none. */
	const char *label_colour, *mark_colour;
};

/* Columns that the text takes once escaped. */
size_t layout_width(const char *text);
/* One row; a cell too wide for its column pushes the rest to the next line where needed.
 */
void layout_row(struct buf *out, const struct layout_row *row);
/* A paragraph that starts behind lead, with later lines indented. lead isn't escaped;
 * columns as of a row. */
void layout_paragraph(struct buf *out, size_t columns, const char *lead, size_t indent,
		      const char *text);

/* A line that isn't wrapped, for pasting it. lead isn't escaped. */
void layout_whole(struct buf *out, const char *lead, const char *text);

#endif
