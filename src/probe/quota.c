/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/quota.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fnv.h"
#include "base/lock.h"
#include "base/mem.h"

/* A key is looked for in so many entries from its place on, used or not: entries need
 * never be moved, and a process may die between any two writes. */
#define REACH 32

enum kind { KIND_HOST = 1, KIND_NET };

struct key {
	uint8_t kind;
	uint8_t octets[16]; /* IPv4: mapped into IPv6 */
};

/* Free, and so another key's to take, while every count is 0. */
struct entry {
	struct key key;
};

struct quota {
	struct lock lock; /* a dead process leaves whole counts, to be forgotten */
	size_t whole;	  /* bytes of the mapping */
	size_t size;	  /* entries, a power of two */
	int lanes;
	uint16_t *count; /* those of all entries; the same address in every process */
	struct entry entry[];
};

static size_t table_size(size_t connections)
{
	size_t size = 1024;

	while (size < connections * 8) /* two keys each, and room between them */
		size *= 2;
	return size;
}

/* One for each lane. Found by the entry's place, so that what isn't used is never
 * touched: one check would fill a hundred kilobytes for the sake of two entries. */
static uint16_t *counts_of(const struct quota *q, const struct entry *e)
{
	return q->count + (size_t)(e - q->entry) * (size_t)q->lanes;
}

struct quota *quota_new(int lanes, size_t connections)
{
	size_t size = table_size(connections);
	size_t counts = size * (size_t)lanes * sizeof(uint16_t);
	size_t whole = sizeof(struct quota) + size * sizeof(struct entry) + counts;
	struct quota *q = mem_shared(whole);

	q->whole = whole;
	q->size = size;
	q->lanes = lanes;
	q->count = (uint16_t *)(void *)(q->entry + size);
	lock_init(&q->lock);
	return q;
}

void quota_free(struct quota *q)
{
	if (q)
		mem_shared_free(q, q->whole);
}

/* A text that is no address (it never connects) has a key, too. */
static struct key host_key(const char *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct key k = { .kind = KIND_HOST };

	if (inet_pton(AF_INET, address, k.octets + 12) == 1)
		memcpy(k.octets, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, address, k.octets) != 1)
		memcpy(k.octets, address, strnlen(address, sizeof(k.octets)));
	return k;
}

static struct key net_key(struct key host)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	size_t kept = memcmp(host.octets, mapped, sizeof(mapped)) ? 6 : 15;

	host.kind = KIND_NET;
	memset(host.octets + kept, 0, sizeof(host.octets) - kept);
	return host;
}

static size_t place_of(const struct quota *q, const struct key *k)
{
	_Static_assert(sizeof(*k) == 1 + sizeof(k->octets), "a key has no padding");

	return (size_t)fnv_octets(k, sizeof(*k)) & (q->size - 1);
}

static int sum_lanes(const struct quota *q, const struct entry *e)
{
	const uint16_t *count = counts_of(q, e);
	int i, n = 0;

	for (i = 0; i < q->lanes; i++)
		n += count[i];
	return n;
}

static bool has_key(const struct entry *e, const struct key *k)
{
	return e->key.kind == k->kind && !memcmp(e->key.octets, k->octets, 16);
}

/* Finds the key's entry, or makes one its own; NULL: none is free. */
static struct entry *entry_for(struct quota *q, const struct key *k)
{
	struct entry *unused = NULL, *e;
	size_t at = place_of(q, k), i;

	for (i = 0; i < REACH; i++) {
		e = &q->entry[(at + i) & (q->size - 1)];
		if (has_key(e, k))
			return e;
		if (!unused && !sum_lanes(q, e))
			unused = e;
	}
	if (unused)
		unused->key = *k;
	return unused;
}

bool quota_take(struct quota *q, int lane, const char *address, int host, int net)
{
	struct key host_is = host_key(address), net_is = net_key(host_is);
	struct entry *h, *n;
	bool taken;

	lock_take(&q->lock);
	h = entry_for(q, &host_is);
	if (h) /* marked at once, else the net might take the same free entry */
		counts_of(q, h)[lane]++;
	n = h ? entry_for(q, &net_is) : NULL;
	taken = n && (!host || sum_lanes(q, h) <= host) &&
		(!net || sum_lanes(q, n) < net);
	if (taken)
		counts_of(q, n)[lane]++;
	else if (h)
		counts_of(q, h)[lane]--;
	lock_give(&q->lock);
	return taken;
}

void quota_give(struct quota *q, int lane, const char *address)
{
	struct key host_is = host_key(address), net_is = net_key(host_is);
	struct entry *h, *n;

	lock_take(&q->lock);
	h = entry_for(q, &host_is);
	n = entry_for(q, &net_is);
	if (h && counts_of(q, h)[lane])
		counts_of(q, h)[lane]--;
	if (n && counts_of(q, n)[lane])
		counts_of(q, n)[lane]--;
	lock_give(&q->lock);
}

void quota_forget(struct quota *q, int lane)
{
	size_t i;

	lock_take(&q->lock);
	for (i = 0; i < q->size; i++)
		counts_of(q, &q->entry[i])[lane] = 0;
	lock_give(&q->lock);
}
