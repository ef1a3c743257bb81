/* SPDX-License-Identifier: BSD-2-Clause */
/* The page that the blocks of the text form are written to. */
#ifndef RENDER_PAGE_H
#define RENDER_PAGE_H

#include <stddef.h>

#include "verdict/state.h"

struct buf;
struct facts_target;
struct render_conf;

#define PAGE_MAX (32 << 20) /* octets: forty whole certificates as records, with -v */

struct page {
	struct buf *out;
	const struct render_conf *conf;
	const struct facts_target *t;
	size_t cell_width; /* one for all blocks */
	size_t mark_width; /* of the block at hand */
};

/* A label, a name, a word and text, in the page's columns. */
void page_row(const struct page *g, const char *label, const char *cell, const char *mark,
	      const char *text);
/* The same, where the word stands for that state. */
void page_state_row(const struct page *g, const char *label, const char *cell,
		    const char *mark, enum state state, const char *text);
/* A label that stands for that state, with text that takes the whole line. */
void page_state_remark(const struct page *g, const char *label, enum state state,
		       const char *text);
/* How wide lines are. */
size_t page_columns(const struct page *g);
/* A label with text that takes the whole line. */
void page_remark(const struct page *g, const char *label, const char *text);
/* Appends text, after ", " where there is some. */
void page_list(struct buf *b, const char *text);

#endif
