/* SPDX-License-Identifier: BSD-2-Clause */
/* Recorded STARTTLS exchanges, played against the dialogues in every way in which a
 * network may cut them. */
#ifndef UNIT_NET_DIALOGUE_H
#define UNIT_NET_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "net/starttls.h"

struct dialogue_bytes {
	const char *at;
	size_t len;
};

/* A literal that may hold NULs. */
#define SAYS(text)                                                                       \
	{                                                                                \
		text, sizeof(text) - 1                                                   \
	}

#define DIALOGUE_TURNS 8

struct dialogue {
	const char *name;
	/* What the server sends at a time, and what we say to it. server NULL ends the
	 * table; the first one may be empty where we speak first. */
	struct {
		struct dialogue_bytes server, client;
	} turns[DIALOGUE_TURNS];
	enum starttls_status status; /* after the last; _MORE: the server then closes */
	enum starttls_status closed; /* in that case */
	const char *why[3];	     /* what the sentence must hold */
	bool whole;		     /* holds only where a turn comes in one piece */
};

/* Each exchange whole, split at every byte and byte by byte; then closed at each byte;
 * and with a byte behind the go-ahead, if it ends by one. Fails by assertion. */
void dialogue_play_all(enum service_start kind, const struct dialogue *table,
		       size_t count);
/* Bytes that are no such protocol: none may end in a go-ahead. */
void dialogue_play_garbage(enum service_start kind);

#endif
