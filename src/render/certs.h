/* SPDX-License-Identifier: BSD-2-Clause */
/* The block of the text form on the chains that an endpoint's addresses present. */
#ifndef RENDER_CERTS_H
#define RENDER_CERTS_H

#include <stddef.h>

struct facts_cert;
struct facts_endpoint;
struct page;

#define CERTS_SHOWN 6 /* of one chain, without -v */

void certs_block(const struct page *g, const struct facts_endpoint *e);
/* "0 www.example.com": how the certificate at that depth is called; on the heap. */
char *certs_cell(const struct facts_endpoint *e, const struct facts_cert *c,
		 size_t depth);

#endif
