/* SPDX-License-Identifier: BSD-2-Clause */
/* Conversations that have ended and are remembered for a time, as many as there is room
 * for. */
#ifndef PROBE_SHELF_H
#define PROBE_SHELF_H

#include <stdbool.h>
#include <stdint.h>

struct shelf;
struct talk;

/* dropped: the shelf has let go of it, which then isn't kept. */
struct shelf *shelf_new(void (*dropped)(struct talk *t));
void shelf_free(struct shelf *shelf);
/* Takes it, which then is kept, where there is room. One that is common isn't given up
 * for one that isn't. */
void shelf_put(struct shelf *shelf, struct talk *t);
/* The conversation with that key and its hash, borrowed. recent: no older than
 * CONTACT_RECENT_MS. NULL: there is none, or it is too old. */
struct talk *shelf_find(const struct shelf *shelf, const char *key, uint64_t hash,
			bool recent);

#endif
