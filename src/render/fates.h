/* SPDX-License-Identifier: BSD-2-Clause */
/* The block of the text form on TLSA records: what became of each. */
#ifndef RENDER_FATES_H
#define RENDER_FATES_H

struct facts_endpoint;
struct page;

void fates_block(const struct page *g, const struct facts_endpoint *e);

#endif
