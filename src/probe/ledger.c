/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/ledger.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fnv.h"
#include "base/lock.h"
#include "base/mem.h"

/* A key may stand in so many places from its own on; of those the one that was used
 * longest ago makes room. */
#define PLACES 256
#define REACH 8
#define NOBODY 0 /* all is zero at first, so that what isn't used takes no memory */

struct entry {
	char key[LEDGER_KEY_MAX]; /* "": free */
	int finder;		  /* the lane that is to find out, plus 1; NOBODY */
	bool written;		  /* octets are whole */
	int64_t written_ms, used_ms;
	size_t len;
	uint8_t octets[LEDGER_ENTRY_MAX];
};

struct ledger {
	struct lock lock;
	struct entry entry[PLACES];
};

static struct entry *entry_at(struct ledger *all, const char *key, size_t step)
{
	return &all->entry[(fnv_text(key) + step) % PLACES];
}

static struct entry *find_entry(struct ledger *all, const char *key)
{
	struct entry *e;
	size_t i;

	for (i = 0; i < REACH; i++) {
		e = entry_at(all, key, i);
		if (!strcmp(e->key, key))
			return e;
	}
	return NULL;
}

/* NULL where others are about to fill every place that it may have. */
static struct entry *make_entry(struct ledger *all, const char *key)
{
	struct entry *oldest = NULL, *e;
	size_t i;

	for (i = 0; i < REACH; i++) {
		e = entry_at(all, key, i);
		if (e->finder == NOBODY && (!oldest || e->used_ms < oldest->used_ms))
			oldest = e;
	}
	if (!oldest)
		return NULL;
	oldest->written = false;
	memcpy(oldest->key, key, strlen(key) + 1);
	return oldest;
}

static enum ledger_status look_up(struct ledger *all, int lane, const char *key,
				  int64_t oldest_ms, struct buf *ret_octets,
				  int64_t *ret_written_ms)
{
	struct entry *e = find_entry(all, key);

	if (!e)
		e = make_entry(all, key);
	if (!e)
		return LEDGER_FULL;
	e->used_ms = clock_ms();
	if (e->written && e->written_ms >= oldest_ms) {
		buf_add(ret_octets, e->octets, e->len);
		*ret_written_ms = e->written_ms;
		return LEDGER_THERE;
	}
	if (e->finder != NOBODY && e->finder != lane + 1)
		return LEDGER_OTHERS;
	e->finder = lane + 1;
	return LEDGER_MINE;
}

enum ledger_status ledger_ask(struct ledger *all, int lane, const char *key,
			      int64_t oldest_ms, struct buf *ret_octets,
			      int64_t *ret_written_ms)
{
	enum ledger_status status;

	buf_reset(ret_octets);
	if (strlen(key) >= LEDGER_KEY_MAX)
		return LEDGER_FULL;
	lock_take(&all->lock);
	status = look_up(all, lane, key, oldest_ms, ret_octets, ret_written_ms);
	lock_give(&all->lock);
	return status;
}

/* The lane's own entry; NULL where it has none. */
static struct entry *own_entry(struct ledger *all, int lane, const char *key)
{
	struct entry *e = find_entry(all, key);

	return e && e->finder == lane + 1 ? e : NULL;
}

void ledger_write(struct ledger *all, int lane, const char *key, const void *octets,
		  size_t len)
{
	struct entry *e;

	lock_take(&all->lock);
	e = own_entry(all, lane, key);
	if (e && len <= LEDGER_ENTRY_MAX) {
		e->written = false;
		memcpy(e->octets, octets, len);
		e->len = len;
		e->written_ms = clock_ms();
		e->written = true;
	}
	if (e)
		e->finder = NOBODY;
	lock_give(&all->lock);
}

void ledger_drop(struct ledger *all, int lane, const char *key)
{
	struct entry *e;

	lock_take(&all->lock);
	e = own_entry(all, lane, key);
	if (e)
		e->finder = NOBODY;
	lock_give(&all->lock);
}

void ledger_forget(struct ledger *all, int lane)
{
	size_t i;

	lock_take(&all->lock);
	for (i = 0; i < PLACES; i++)
		if (all->entry[i].finder == lane + 1)
			all->entry[i].finder = NOBODY;
	lock_give(&all->lock);
}

struct ledger *ledger_new(void)
{
	struct ledger *all = mem_shared(sizeof(*all));

	lock_init(&all->lock);
	return all;
}

void ledger_free(struct ledger *all)
{
	mem_shared_free(all, sizeof(*all));
}
