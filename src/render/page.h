/* SPDX-License-Identifier: BSD-2-Clause */
/* The page that the blocks of the text form are written to. */
#ifndef RENDER_PAGE_H
#define RENDER_PAGE_H

#include <stddef.h>

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
/* A label with text that takes the whole line. */
void page_remark(const struct page *g, const char *label, const char *text);
/* Appends text, after ", " where there is some. */
void page_list(struct buf *b, const char *text);

#endif
