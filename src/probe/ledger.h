/* SPDX-License-Identifier: BSD-2-Clause */
/* What workers of one run tell one another: octets under a key, in memory that they
 * share. Who asks first for a key has it to find out; the others wait for that, and a
 * worker that dies is forgotten. Small, and of bounded age: what isn't there is found out
 * anew. */
#ifndef PROBE_LEDGER_H
#define PROBE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct ledger;

/* Longer keys and entries aren't kept. */
#define LEDGER_KEY_MAX 512
#define LEDGER_ENTRY_MAX 15000

/* To be made before fork(2). */
struct ledger *ledger_new(void);
void ledger_free(struct ledger *all);

enum ledger_status {
	LEDGER_MINE, /* it's the caller's to find out: ledger_write() or ledger_drop() */
	LEDGER_OTHERS, /* another worker is about to: ask again soon */
	LEDGER_THERE,  /* *ret_octets and *ret_written_ms (clock_ms()) are set */
	LEDGER_FULL    /* neither to be had nor to be kept */
};
/* What was written before oldest_ms doesn't count. ret_octets is emptied first. */
enum ledger_status ledger_ask(struct ledger *all, int lane, const char *key,
			      int64_t oldest_ms, struct buf *ret_octets,
			      int64_t *ret_written_ms);
/* What was found out. Too much of it is dropped. */
void ledger_write(struct ledger *all, int lane, const char *key, const void *octets,
		  size_t len);
/* Nothing that others could use was found out; also where nothing was asked. */
void ledger_drop(struct ledger *all, int lane, const char *key);
/* The lane's worker is dead: what it was to find out is another's. */
void ledger_forget(struct ledger *all, int lane);

#endif
