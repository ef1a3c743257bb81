/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/page.h"

#include "base/buf.h"
#include "render/layout.h"
#include "render/render.h"
#include "render/title.h"

size_t page_columns(const struct page *g)
{
	return g->conf->columns ? g->conf->columns : LAYOUT_COLUMNS;
}

static void put_row(const struct page *g, const char *label, const char *cell,
		    const char *mark, const char *colour, const char *text)
{
	layout_row(g->out, &(struct layout_row){ .label = label,
						 .cell = cell,
						 .cell_width = g->cell_width,
						 .mark = mark,
						 .mark_width = g->mark_width,
						 .text = text,
						 .columns = page_columns(g),
						 .mark_colour = colour });
}

void page_row(const struct page *g, const char *label, const char *cell, const char *mark,
	      const char *text)
{
	put_row(g, label, cell, mark, NULL, text);
}

void page_state_row(const struct page *g, const char *label, const char *cell,
		    const char *mark, enum state state, const char *text)
{
	put_row(g, label, cell, mark, g->conf->colour ? title_colour(state) : NULL, text);
}

void page_state_remark(const struct page *g, const char *label, enum state state,
		       const char *text)
{
	layout_row(g->out, &(struct layout_row){
				   .label = label,
				   .cell = "",
				   .text = text,
				   .columns = page_columns(g),
				   .label_colour = g->conf->colour ? title_colour(state)
								   : NULL });
}

void page_remark(const struct page *g, const char *label, const char *text)
{
	layout_row(g->out, &(struct layout_row){ .label = label,
						 .cell = "",
						 .text = text,
						 .columns = page_columns(g) });
}

void page_list(struct buf *b, const char *text)
{
	buf_text(b, b->len ? ", " : "");
	buf_text(b, text);
}
