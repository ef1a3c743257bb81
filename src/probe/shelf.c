/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probe/contact.h"
#include "probe/talk.h"

/* Two that fall on the same place drop each other, but for one that is common. */
#define PLACES 256
#define OCTETS_MAX ((size_t)32 << 20)  /* of all chains */
#define LARGE_OCTETS ((size_t)1 << 20) /* no honest chain, and not kept */

struct shelf {
	struct talk *place[PLACES]; /* owned */
	size_t octets;		    /* of them all */
	void (*dropped)(struct talk *t);
};

struct shelf *shelf_new(void (*dropped)(struct talk *t))
{
	struct shelf *s = mem_zero(sizeof(*s));

	s->dropped = dropped;
	return s;
}

static void drop_kept(struct shelf *s, size_t place)
{
	struct talk *t = s->place[place];

	s->place[place] = NULL;
	if (!t)
		return;
	t->kept = false;
	s->octets -= talk_octets(t);
	s->dropped(t);
}

void shelf_free(struct shelf *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < PLACES; i++)
		drop_kept(s, i);
	free(s);
}

/* That there is none may pass sooner than a chain does. */
static bool has_expired(const struct talk *t)
{
	return talk_is_older(t, talk_result(t)->status == PEER_CHAIN ? CONTACT_OLD_MS
								     : CONTACT_RECENT_MS);
}

static void drop_expired(struct shelf *s)
{
	size_t i;

	for (i = 0; i < PLACES; i++)
		if (s->place[i] && has_expired(s->place[i]))
			drop_kept(s, i);
}

void shelf_put(struct shelf *s, struct talk *t)
{
	size_t place = t->hash % PLACES, octets = talk_octets(t);
	const struct talk *there = s->place[place];

	if (there && there->common && !t->common && !has_expired(there))
		return;
	drop_kept(s, place);
	if (s->octets + octets > OCTETS_MAX)
		drop_expired(s);
	if (octets > LARGE_OCTETS || s->octets + octets > OCTETS_MAX)
		return;
	s->octets += octets;
	t->kept = true;
	s->place[place] = t;
}

struct talk *shelf_find(const struct shelf *s, const char *key, uint64_t hash,
			bool recent)
{
	struct talk *t = s->place[hash % PLACES];

	if (t && t->hash == hash && !strcmp(t->key, key) && !has_expired(t) &&
	    !(recent && talk_is_older(t, CONTACT_RECENT_MS)))
		return t;
	return NULL;
}
