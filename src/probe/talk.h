/* SPDX-License-Identifier: BSD-2-Clause */
/* A conversation with an address: what it depends on, how far it is, what it came to.
 * contact.c has it with the address, and shelf.c keeps it. */
#ifndef PROBE_TALK_H
#define PROBE_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/peer.h"

struct contact;
struct contact_book;
struct gate;
struct gate_pass;
struct loop_timer;

struct talk {
	struct contact_book *all; /* borrowed; NULL: it is one contact's alone */
	struct gate *gate;	  /* borrowed; NULL: nobody waits */
	char *key;		  /* owned; all that makes a conversation another one */
	uint64_t hash;		  /* of the key */
	struct peer_conf conf;
	char *address, *sni, *alpn, *helo, *domain; /* owned; what conf borrows */
	int64_t asked_ms, begun_ms, limit_ms;
	struct gate_pass *pass;	    /* owned; NULL: it has ended */
	struct loop_timer *limit;   /* owned; to its time, once it has room */
	struct peer *peer;	    /* owned; NULL while it waits for room */
	struct loop_timer *look;    /* owned; another worker is about to find it out */
	struct peer_result instead; /* in place of a peer's result */
	bool has_instead, is_packed /* and that is owned */, is_known, done, kept;
	bool common, promised; /* to the other workers */
	int64_t done_ms;
	struct contact *first;
	struct talk *before, *next; /* in flight */
};

/* All that makes a conversation another one, on the heap. */
char *talk_key(const struct peer_conf *conf);
/* With a copy of what conf borrows; key NULL: it is shared with nobody. */
struct talk *talk_new(const struct peer_conf *conf, char *take_key);
/* Borrowed; of a conversation that has begun, or has something instead. */
const struct peer_result *talk_result(const struct talk *t);
/* Whether it is worth keeping: only what the server itself said or showed; what failed on
 * the way may pass. */
bool talk_is_worth_keeping(const struct talk *t);
bool talk_is_older(const struct talk *t, int64_t ms);
/* What is kept in memory for its chain, about. */
size_t talk_octets(const struct talk *t);
/* Nobody waits for it any more, and it is in no list. */
void talk_free(struct talk *t);

#endif
