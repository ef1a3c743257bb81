/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/held.h"

#include <stdlib.h>

#include "base/mem.h"

void held_append(struct held_list *list, struct held *h)
{
	h->before = list->last;
	h->next = NULL;
	if (list->last)
		list->last->next = h;
	else
		list->first = h;
	list->last = h;
	list->count++;
}

void held_unlink(struct held_list *list, struct held *h)
{
	if (h->before)
		h->before->next = h->next;
	else
		list->first = h->next;
	if (h->next)
		h->next->before = h->before;
	else
		list->last = h->before;
	list->count--;
}

struct held *held_take_first(struct held_list *list)
{
	struct held *h = list->first;

	if (!h)
		return NULL;
	list->first = h->next;
	if (list->first)
		list->first->before = NULL;
	else
		list->last = NULL;
	list->count--;
	return h;
}

void held_table_init(struct held_table *table, size_t slots)
{
	size_t i;

	table->slots = table->unused_count = slots;
	table->slot = mem_array(slots, sizeof(*table->slot));
	table->unused = mem_array(slots, sizeof(*table->unused));
	for (i = 0; i < slots; i++)
		table->unused[i] = (uint32_t)(slots - 1 - i);
}

void held_table_clear(struct held_table *table)
{
	size_t i;

	for (i = 0; i < table->slots; i++)
		if (table->slot[i])
			held_free(table, table->slot[i]);
	free(table->slot);
	free(table->unused);
}

struct held *held_new(struct held_table *table, struct run_item *take_item)
{
	struct held *h = mem_zero(sizeof(*h));

	h->item = *take_item;
	h->item.tag = table->unused[--table->unused_count];
	table->slot[h->item.tag] = h;
	return h;
}

struct held *held_find(const struct held_table *table, size_t tag)
{
	return tag < table->slots ? table->slot[tag] : NULL;
}

void held_free(struct held_table *table, struct held *h)
{
	table->slot[h->item.tag] = NULL;
	table->unused[table->unused_count++] = h->item.tag;
	run_item_clear(&h->item);
	free(h);
}
