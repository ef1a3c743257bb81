/* SPDX-License-Identifier: BSD-2-Clause */
/* One address of an endpoint, asked for one kind of keys: connection, chain, match and
 * fetch, with the facts' peer of the same index filled in. */
#ifndef PROBE_SLOT_H
#define PROBE_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verdict/facts.h"

struct chain;
struct probe_conf;
struct service;
struct slot;
struct turns;

/* What all slots of an endpoint share; borrowed while they live. */
struct slot_conf {
	const struct probe_conf *shared;
	const struct service *service;
	struct facts_target *facts;
	size_t endpoint;	 /* its index in facts */
	const char *host, *path; /* path NULL: none asked for */
	int port;
	/* names that a certificate may have instead of the TLSA base domain */
	const char *const *name;
	size_t name_count;
	const char *domain;  /* that the service is for: the host's name, unless MX or SRV
				records led to it */
	struct turns *turns; /* borrowed; of the target's connections */
	/* How long it is to the target's deadline, which stands still while a slot waits.
	 */
	int64_t (*left_ms)(void *arg);
	/* A slot waits for room at a busy address, and then again no longer. */
	void (*waits)(void *arg, bool waits);
	void *arg;
};

/* Nothing is left to do for the slot. */
typedef void slot_fn(void *arg);

/* address (copied) and port are where to connect to. Nothing starts yet. */
struct slot *slot_new(const struct slot_conf *conf, const char *address, int port,
		      enum facts_keys keys, slot_fn *fn, void *arg);
void slot_free(struct slot *s);
/* Begins, or begins anew with these keys; index is that of the facts' peer, which says
 * nothing yet. fn is called once for each start, from the loop. */
void slot_start(struct slot *s, size_t index, enum facts_keys keys);
/* The facts' peer has another index now; nothing of the slot is under way. */
void slot_move(struct slot *s, size_t index);
/* The deadline has passed: unless it's done the peer is marked so; fn isn't called. */
void slot_time_out(struct slot *s);
/* Closes what is open. */
void slot_stop(struct slot *s);

/* Nothing is done for it but waiting for the address to accept a connection. */
bool slot_is_connecting(const struct slot *s);

const char *slot_address(const struct slot *s); /* borrowed */
int slot_port(const struct slot *s);
enum facts_keys slot_keys(const struct slot *s);
/* Whether raw public keys count for the records that there are. */
bool slot_takes_raw_keys(const struct slot *s);
/* The server ended the handshake by an alert, which may only mean: no key of that kind.
 */
bool slot_refused(const struct slot *s);
/* The same, or it hung up where an alert was due. */
bool slot_turned_away(const struct slot *s);
/* FACTS_KEYS_RAW: the server has no raw key. */
bool slot_lacks_raw_key(const struct slot *s);
/* What the server showed, empty when it didn't come to that; borrowed. */
const struct chain *slot_chain(const struct slot *s);

#endif
