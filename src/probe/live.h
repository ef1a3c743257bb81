/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server presents now, whatever DNS says about it. It is looked up and shown
 * without any judgement; the caller tells its user so. Connections are bounded as a
 * check's are (turns.h, gate.h). */
#ifndef PROBE_LIVE_H
#define PROBE_LIVE_H

#include <stdint.h>

#include "net/handshake.h"

struct chain;
struct chain_cert;
struct target;
struct upstream_conf;
struct why;

/* Asks every address of target and waits for all, timeout_ms at most (0: what the service
 * has by default). They must present the same leaf, else the failure names two that
 * don't. Runs a loop of its own. Undo with chain_clear(). */
int live_chain(const struct target *target, const struct upstream_conf *dns,
	       int64_t timeout_ms, struct chain *ret_chain, struct why *why);

/* One handshake; borrowed for the call. */
struct live_peer {
	const char *address;
	const struct chain_cert *leaf; /* NULL: the handshake failed */
	const char *error;	       /* why */
};
typedef void live_fn(void *arg, const struct live_peer *peer);

/* Four handshakes with every address: for what it shows by itself, for an RSA key, for an
 * ECDSA (or EdDSA) one, and for a raw public key. A kind that the server hasn't is left
 * out. */
int live_each(const struct target *target, const struct upstream_conf *dns,
	      int64_t timeout_ms, live_fn *fn, void *arg, struct why *why);

#endif
