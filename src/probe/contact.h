/* SPDX-License-Identifier: BSD-2-Clause */
/* What an address has to say, asked once for all who want to know the same: those who ask
 * while it is under way, and for a time those who ask later, of other workers too. An
 * address that answers nobody is left alone for a while. What is shared is what was seen;
 * each target judges it by its own records and names. */
#ifndef PROBE_CONTACT_H
#define PROBE_CONTACT_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/peer.h"

struct contact;
struct contact_book;
struct gate;
struct ledger;

/* How old a chain may be that somebody else asked for; and how old whatever may be that
 * leads to no match. */
#define CONTACT_OLD_MS 600000
#define CONTACT_RECENT_MS 30000

struct contact_book_conf {
	struct loop *loop; /* borrowed, as gate */
	struct gate *gate; /* NULL: nobody waits */
	bool remember;	   /* false: each asks for itself */
	/* What other workers saw; NULL: nobody else is there. lane: of this process. */
	struct ledger *ledger;
	int lane;
};

struct contact_book *contact_book_new(const struct contact_book_conf *conf);
void contact_book_free(struct contact_book *all); /* after each contact */

struct contact_ask {
	/* Called once, when the result is there. */
	void (*done)(void *arg);
	/* Called with true when it has to wait for room at the gate, and with false
	 * when it no longer has to: a wait isn't the server's slowness. */
	void (*waits)(void *arg, bool waits);
	void *arg;
	bool recent; /* nothing older than CONTACT_RECENT_MS will do */
	bool common; /* a host that serves many domains, as MX and SRV records name it:
		      * other workers' targets are about to ask the same */
};

/* As peer_new(), with conf borrowed for the call only. all NULL: without any of this.
 * waits may be called from within. */
struct contact *contact_new(struct contact_book *all, const struct peer_conf *conf,
			    const struct contact_ask *ask);
/* Borrowed until contact_free(). */
const struct peer_result *contact_result(const struct contact *c);
/* How long before contact_new() the result was seen; -1: not before. */
int64_t contact_age_ms(const struct contact *c);
/* Whether the address wasn't asked at all, since it answered nobody before: to ask
 * again tells nothing. */
bool contact_is_known(const struct contact *c);
/* It waits for room at the gate. */
bool contact_is_waiting(const struct contact *c);
/* It waits for the address to accept a connection. */
bool contact_is_connecting(const struct contact *c);
/* The deadline has passed: what it waited for, on the heap. The address is remembered
 * where it didn't even accept the connection. */
char *contact_time_out(struct contact *c, int64_t timeout_ms);
void contact_free(struct contact *c); /* also from done */

#endif
