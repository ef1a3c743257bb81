/* SPDX-License-Identifier: BSD-2-Clause */
/* How many questions are under way to the same name servers: those that would be too many
 * wait for one of them to be answered. Whose servers they are is a key of the caller's.
 */
#ifndef DNS_CROWD_H
#define DNS_CROWD_H

#include <stdbool.h>
#include <stdint.h>

struct crowd;
struct crowd_place;
struct loop;

/* limit: under way at once, for each key. */
struct crowd *crowd_new(struct loop *loop, int limit);
void crowd_free(struct crowd *crowd); /* after each place; NULL is fine */
/* The question may go where in is true; else room is called once, from the loop, when it
 * may. That is after CROWD_HELD_MS at the latest, since servers that don't answer must
 * not hold up others' questions for long. To be left in any case, also from room. */
#define CROWD_HELD_MS 1000
typedef void crowd_fn(void *arg);
struct crowd_place *crowd_enter(struct crowd *crowd, uint64_t key, crowd_fn *room,
				void *arg, bool *ret_in);
void crowd_leave(struct crowd_place *place); /* NULL is fine */

#endif
