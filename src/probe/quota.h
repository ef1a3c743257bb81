/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts the connections to an address, and to the network around it, of all processes
 * of a run, in memory that they share. Each process counts in a lane of its own, so
 * that one that dies can be forgotten. */
#ifndef PROBE_QUOTA_H
#define PROBE_QUOTA_H

#include <stdbool.h>
#include <stddef.h>

struct quota;

/* Connections that a target in flight may have: its addresses, for each kind of key. */
#define QUOTA_EACH 8
/* ... and one that only waits for its addresses, mostly. */
#define QUOTA_PARKED 2

/* To be made before fork(2). connections is the most that there may be at once; where
 * there are more, further ones have to wait. */
struct quota *quota_new(int lanes, size_t connections);
void quota_free(struct quota *q);
/* Counts one more connection to this address (its text). False, and nothing is counted,
 * where there are host of them already, or net to its /24 or /48 (0: any number). */
bool quota_take(struct quota *q, int lane, const char *address, int host, int net);
/* A connection that was counted in this lane has ended. */
void quota_give(struct quota *q, int lane, const char *address);
/* All connections of the lane have ended, since its process is dead. */
void quota_forget(struct quota *q, int lane);

#endif
