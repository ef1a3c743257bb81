/* SPDX-License-Identifier: BSD-2-Clause */
/* The block of the text form on the addresses of an endpoint. */
#ifndef RENDER_PEERS_H
#define RENDER_PEERS_H

#include <stdint.h>

struct facts_endpoint;
struct facts_peer;
struct page;

void peers_block(const struct page *g, const struct facts_endpoint *e);
/* From the connection's beginning to the handshake's end; -1 unknown. */
int64_t peers_spent_ms(const struct facts_peer *p);

#endif
