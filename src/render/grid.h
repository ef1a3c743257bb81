/* SPDX-License-Identifier: BSD-2-Clause */
/* The matrix of a target as text: hosts, addresses and keys by records. */
#ifndef RENDER_GRID_H
#define RENDER_GRID_H

struct page;

/* Nothing where the target has no matrix. */
void grid_block(const struct page *g);

#endif
