/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/page.h"

#include "base/buf.h"
#include "render/layout.h"

void page_row(const struct page *g, const char *label, const char *cell, const char *mark,
	      const char *text)
{
	layout_row(g->out, &(struct layout_row){ .label = label,
						 .cell = cell,
						 .cell_width = g->cell_width,
						 .mark = mark,
						 .mark_width = g->mark_width,
						 .text = text });
}

void page_remark(const struct page *g, const char *label, const char *text)
{
	layout_row(g->out,
		   &(struct layout_row){ .label = label, .cell = "", .text = text });
}

void page_list(struct buf *b, const char *text)
{
	buf_text(b, b->len ? ", " : "");
	buf_text(b, text);
}
