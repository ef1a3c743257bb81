/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates that were never meant for the name that was asked for: what software shows
 * when it has none for that name. Pure. */
#ifndef VERDICT_STRANGER_H
#define VERDICT_STRANGER_H

struct facts_cert;
struct facts_endpoint;

struct stranger {
	const char *label;  /* "Traefik's default certificate"; constant */
	const char *remedy; /* likewise; NULL: none of its own */
};

/* What the leaf that e presents is, instead of one for e's names. NULL where nothing
 * says so, or where the leaf has no name at all, or e's. Borrowed constant. */
const struct stranger *stranger_find(const struct facts_endpoint *e,
				     const struct facts_cert *leaf);

#endif
