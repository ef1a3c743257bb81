/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether DANE can work at a name at all: its zone is signed, and the chain of trust from
 * the root reaches it. */
#ifndef DNS_SIGNED_H
#define DNS_SIGNED_H

#include <stdint.h>

struct upstream_conf;
struct why;

/* Waits for the answers, at most timeout_ms. DP_EDNS names what is missing: signatures,
 * the DS at the parent, or an answer. */
int signed_check(const struct upstream_conf *conf, const char *owner, int64_t timeout_ms,
		 struct why *why);

#endif
