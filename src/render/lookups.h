/* SPDX-License-Identifier: BSD-2-Clause */
/* The blocks of the text form on DNS: discovery, lookups, blame. */
#ifndef RENDER_LOOKUPS_H
#define RENDER_LOOKUPS_H

struct facts_lookup;
struct page;

void lookups_block(const struct page *g);
/* "secure" and so on; "failed" where nothing usable came back. */
const char *lookups_status(const struct facts_lookup *l);

#endif
