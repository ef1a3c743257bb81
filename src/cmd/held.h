/* SPDX-License-Identifier: BSD-2-Clause */
/* Items of the input that have no result yet, in lists, and found again by their tags. */
#ifndef CMD_HELD_H
#define CMD_HELD_H

#include <stddef.h>
#include <stdint.h>

#include "probe/run.h"

struct lane;

/* An item that a worker has, or is to have. */
struct held {
	struct run_item item; /* owned; its tag is the one given here */
	struct lane *lane; /* borrowed; where it is. NULL: it waits for a lone worker */
	int deaths;	   /* of workers that had begun it */
	struct held *before, *next;
};

/* Borrows what is in it. */
struct held_list {
	struct held *first, *last;
	size_t count;
};

void held_append(struct held_list *list, struct held *h);
void held_unlink(struct held_list *list, struct held *h);
struct held *held_take_first(struct held_list *list); /* NULL: it is empty */

/* All that there is, by its tag. */
struct held_table {
	struct held **slot; /* owned, as what is in it; NULL: free */
	uint32_t *unused;   /* owned; free slots */
	size_t slots, unused_count;
};

void held_table_init(struct held_table *table, size_t slots);
void held_table_clear(struct held_table *table);
/* There must be a free slot. */
struct held *held_new(struct held_table *table, struct run_item *take_item);
struct held *held_find(const struct held_table *table,
		       size_t tag);			  /* NULL: no such one */
void held_free(struct held_table *table, struct held *h); /* in no list any more */

#endif
