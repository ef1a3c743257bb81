/* SPDX-License-Identifier: BSD-2-Clause */
/* A presented chain, judged and turned into facts: the same for a live peer and for
 * "verify", which has the chain from a file. Pure. */
#ifndef PROBE_EXAMINE_H
#define PROBE_EXAMINE_H

#include <stdbool.h>
#include <stddef.h>

struct chain;
struct facts_endpoint;
struct facts_target;
struct match_input;

/* Judges chain against the records of e (in->rr is filled in here, the rest is the
 * caller's) and fills in peer number index of e: match, code, error, chain; and which of
 * the records are usable. e is one of t's, which bounds what is kept of all chains: of
 * one for which there is no room the leaf, without its names. */
void examine_chain(struct facts_target *t, struct facts_endpoint *e, size_t index,
		   const struct chain *chain, struct match_input *in);
/* Whether chain would match them, in likewise; nothing is filled in. */
bool examine_matches(const struct facts_endpoint *e, const struct chain *chain,
		     struct match_input *in);
/* Whether a certificate of chain is one of which GnuTLS's clients refuse the handshake
 * (defect.h): then peer number index gets tls-failed, the reason, and chain. */
bool examine_defect(struct facts_target *t, struct facts_endpoint *e, size_t index,
		    const struct chain *chain, struct match_input *in);
/* Whether such clients refuse the leaf for its keyUsage, which DANE-EE(3) leaves out of
 * account. */
bool examine_usage_is_odd(const struct chain *chain);
/* The likely mistake behind records that don't match this chain, as e's story, unless
 * there is one already; csr (DER or PEM, may be NULL) is a request to compare with. */
void examine_tell_story(struct facts_endpoint *e, const struct chain *chain,
			const void *csr, size_t csr_len);

#endif
