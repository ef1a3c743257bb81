/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish_owner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/wanted.h"
#include "setup/world/env.h"

/* The owners of a change. By aliases several of them may be one. */
struct walk {
	struct lineage *lineage; /* borrowed */
	const struct wanted *wanted;
	struct env_zone *zone; /* owned; of each record: the wanted, then the dead */
	bool *done;	       /* owned; as many */
	size_t count;
};

static const struct record *record_at(const struct walk *w, size_t index)
{
	return index < w->wanted->want_count
		       ? &w->wanted->want[index]
		       : &w->wanted->dead[index - w->wanted->want_count];
}

static int look_up(struct walk *w, struct why *why)
{
	struct lineage *l = w->lineage;
	const char *owner;
	size_t i;
	int rc = 0;

	if (!l->env->zone)
		return why_set(why, DP_EDNS, "the zone of a record can't be looked up");
	for (i = 0; i < w->count && rc == 0; i++) {
		owner = record_at(w, i)->owner;
		rc = l->env->zone(l->env->arg, owner, &w->zone[i], why);
		if (rc == 0 && w->zone[i].is_alias)
			rc = lineage_note(l, why, "alias", "name", owner, "to",
					  w->zone[i].owner, NULL);
	}
	return rc;
}

/* Calls fn with all records of the owner that record number first has. */
static int give_owner(struct walk *w, size_t first, publish_owner_fn *fn, void *arg,
		      struct why *why)
{
	struct publish_owner o = { .zone = &w->zone[first] };
	const struct record *record;
	size_t i;
	int rc;

	o.want = mem_array(w->count, sizeof(struct tlsa *));
	o.dead = mem_array(w->count, sizeof(struct tlsa *));
	for (i = first; i < w->count; i++) {
		if (strcmp(w->zone[i].owner, w->zone[first].owner) != 0)
			continue;
		record = record_at(w, i);
		w->done[i] = true;
		if (i < w->wanted->want_count)
			o.want[o.want_count++] = &record->rr;
		else
			o.dead[o.dead_count++] = &record->rr;
		if (record->ttl > o.ttl)
			o.ttl = record->ttl;
	}
	rc = fn(w->lineage, &o, arg, why);
	free(o.want);
	free(o.dead);
	return rc;
}

int publish_owner_each(struct lineage *lineage, const struct wanted *wanted,
		       publish_owner_fn *fn, void *arg, struct why *why)
{
	struct walk w = { .lineage = lineage,
			  .wanted = wanted,
			  .count = wanted->want_count + wanted->dead_count };
	size_t i;
	int rc;

	w.zone = mem_array(w.count, sizeof(*w.zone));
	w.done = mem_array(w.count, sizeof(*w.done));
	rc = look_up(&w, why);
	for (i = 0; i < w.count && rc == 0; i++)
		if (!w.done[i])
			rc = give_owner(&w, i, fn, arg, why);
	for (i = 0; i < w.count; i++)
		env_zone_clear(&w.zone[i]);
	free(w.zone);
	free(w.done);
	return rc;
}

static bool is_among(const struct tlsa *rr, const struct tlsa *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (tlsa_equal(list[i], rr))
			return true;
	return false;
}

bool publish_owner_wants(const struct publish_owner *o, const struct tlsa *rr)
{
	return is_among(rr, o->want, o->want_count);
}

bool publish_owner_drops(const struct publish_owner *o, const struct tlsa *rr)
{
	return is_among(rr, o->dead, o->dead_count);
}

int publish_owner_note_foreign(struct lineage *l, const struct publish_owner *o,
			       size_t count, struct why *why)
{
	char text[24];

	if (!count)
		return 0;
	(void)snprintf(text, sizeof(text), "%zu", count);
	return lineage_note(l, why, "kept", "name", o->zone->owner, "foreign", text,
			    NULL);
}

/* Several services that share an owner get one record of a key. */
static void add_once(struct tlsa **list, size_t *count, const struct tlsa *rr)
{
	if (tlsa_is_among(rr, *list, *count))
		return;
	*list = mem_grow(*list, *count, sizeof(**list));
	(*list)[(*count)++] = *rr;
}

void publish_owner_diff(const struct publish_owner *o, const struct tlsa *have,
			size_t have_count, struct publish_change *ret_change)
{
	struct publish_change c = { 0 };
	size_t i;

	for (i = 0; i < o->want_count; i++)
		if (!tlsa_is_among(o->want[i], have, have_count))
			add_once(&c.add, &c.add_count, o->want[i]);
	for (i = 0; i < have_count; i++) {
		if (publish_owner_wants(o, &have[i]))
			continue;
		if (publish_owner_drops(o, &have[i]))
			add_once(&c.remove, &c.remove_count, &have[i]);
		else
			c.foreign++;
	}
	*ret_change = c;
}

void publish_owner_clear(struct publish_change *change)
{
	free(change->add);
	free(change->remove);
	*change = (struct publish_change){ 0 };
}
