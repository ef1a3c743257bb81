/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses and ports that didn't accept a connection, twice in a row: for a minute they
 * are left alone. */
#ifndef PROBE_SILENCE_H
#define PROBE_SILENCE_H

#include <stdbool.h>

#include "probe/peer.h"

struct silence_book;

struct silence_book *silence_book_new(void);
void silence_book_free(struct silence_book *all);
/* Whether the address is known to be silent. Then the status in which it was found and a
 * sentence that says when, on the heap. */
bool silence_find(struct silence_book *all, const char *address, int port,
		  enum peer_status *ret_status, char **ret_text);
/* It didn't accept; text says what happened. Whether the silence counts from now on. */
bool silence_note(struct silence_book *all, const char *address, int port,
		  enum peer_status status, const char *text);
/* It accepted a connection. */
void silence_end(struct silence_book *all, const char *address, int port);

#endif
