/* SPDX-License-Identifier: BSD-2-Clause */
/* The block of the text form on the addresses of an endpoint. */
#ifndef RENDER_PEERS_H
#define RENDER_PEERS_H

struct facts_endpoint;
struct page;

void peers_block(const struct page *g, const struct facts_endpoint *e);

#endif
