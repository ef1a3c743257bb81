/* SPDX-License-Identifier: BSD-2-Clause */
/* How many connections there are to an address, and to the network around it, by all
 * processes of a run: in memory that they share. Each process counts in a lane of its
 * own, so that one that dies can be forgotten. */
#ifndef PROBE_QUOTA_H
#define PROBE_QUOTA_H

#include <stdbool.h>
#include <stddef.h>

struct quota;

/* Connections that a target in flight may have: its addresses, for each kind of key. */
#define QUOTA_EACH 8

/* To be made before fork(2). connections is the most that there may be at once; where
 * there are more, further ones have to wait. */
struct quota *quota_new(int lanes, size_t connections);
void quota_free(struct quota *q);
/* One more connection to this address (its text), unless there are host of them already,
 * or net to its /24 or /48 (0: any number): then false. */
bool quota_take(struct quota *q, int lane, const char *address, int host, int net);
/* One that was taken in this lane has ended. */
void quota_give(struct quota *q, int lane, const char *address);
/* All of the lane's have: its process is dead. */
void quota_forget(struct quota *q, int lane);

#endif
