/* SPDX-License-Identifier: BSD-2-Clause */
/* The connections of one target, so many at once and so many in all, whatever the owner
 * of its domain has put into DNS: the others wait for their turn, or have none. */
#ifndef PROBE_TURNS_H
#define PROBE_TURNS_H

#include <stdbool.h>
#include <stddef.h>

struct loop;
struct turn;
struct turns;

/* Where nobody wants another number: who owns a domain picks its addresses, and is not to
 * make a flood of connections. */
#define TURNS_AT_ONCE 64
#define TURNS_IN_ALL 512

/* Of what connections showed, so many octets may be kept: as sent, parsed they take more.
 */
#define TURNS_KEPT ((size_t)2 << 20)

struct turns *turns_new(struct loop *loop, size_t at_once);
void turns_free(struct turns *all); /* after its turns */

enum turn_status {
	TURN_NOW,
	TURN_LATER, /* fn is called once, from the loop; first come, first served */
	TURN_NEVER  /* TURNS_IN_ALL had theirs; *ret_turn is NULL */
};
typedef void turn_fn(void *arg);
enum turn_status turns_take(struct turns *all, turn_fn *fn, void *arg,
			    struct turn **ret_turn);
/* Over, or no longer wanted. Also from within fn; NULL: nothing. */
void turns_end(struct turn *turn);
/* False, and nothing is counted, where there is no room for so many octets more. */
bool turns_keep(struct turns *all, size_t octets);

#endif
