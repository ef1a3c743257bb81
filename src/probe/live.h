/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server presents now, for making records from it. It is looked up and asked for
 * without any judgement: the caller says so to whoever uses it. */
#ifndef PROBE_LIVE_H
#define PROBE_LIVE_H

#include <stdint.h>

struct chain;
struct target;
struct upstream_conf;
struct why;

/* Asks every address of target and waits for all, timeout_ms at most (0: what the service
 * has by default). They must present
 * the same leaf, else the failure names two that don't. Runs a loop of its own. Undo with
 * chain_clear(). */
int live_chain(const struct target *target, const struct upstream_conf *dns,
	       int64_t timeout_ms, struct chain *ret_chain, struct why *why);

#endif
