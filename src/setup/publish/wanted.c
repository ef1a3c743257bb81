/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/wanted.h"

#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/owners.h"
#include "setup/lineage/salvage.h"
#include "target/target.h"

#define FORMER_MAX 16 /* generations whose records are still looked for */
#define EMERGENCY_TTL_S                                                                  \
	60 /* what caches get from now on is gone soon after its record                  \
	    */

void wanted_clear(struct wanted *w)
{
	while (w->want_count)
		record_clear(&w->want[--w->want_count]);
	while (w->dead_count)
		record_clear(&w->dead[--w->dead_count]);
	free(w->want);
	free(w->dead);
	endpoints_clear(&w->endpoints);
	*w = (struct wanted){ 0 };
}

/* Takes record; one that is there already is dropped. */
static void add_record(struct record **list, size_t *count, struct record *record)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (!strcmp((*list)[i].owner, record->owner) &&
		    tlsa_equal(&(*list)[i].rr, &record->rr)) {
			record_clear(record);
			return;
		}
	*list = mem_grow(*list, *count, sizeof(**list));
	(*list)[(*count)++] = *record;
}

/* A short TTL until the compromised key is out of use. */
static uint32_t ttl_of(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;
	bool hurry = s->emergency && s->goal && s->goal != s->current;

	return hurry && l->conf.ttl > EMERGENCY_TTL_S ? EMERGENCY_TTL_S : l->conf.ttl;
}

static int add_type(const struct lineage *l, const struct target *target,
		    int64_t generation, enum key_type type, struct record **list,
		    size_t *count, struct why *why)
{
	char *path = lineage_key_path(l, generation, type, "request.csr");
	struct record_source source = { 0 };
	struct record record = { 0 };
	int rc = record_source_csr(path, &source, why);

	if (rc == 0)
		rc = record_make(target, &source, TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA256,
				 ttl_of(l), &record, why);
	if (rc == 0)
		add_record(list, count, &record);
	record_source_clear(&source);
	free(path);
	return rc;
}

static int add_generation(const struct lineage *l, const struct target *target,
			  int64_t generation, struct record **list, size_t *count,
			  struct why *why)
{
	size_t i;
	int rc = 0;

	for (i = 0; generation && i < l->conf.key_types && rc == 0; i++)
		rc = add_type(l, target, generation, l->conf.key_type[i], list, count,
			      why);
	return rc;
}

/* A generation whose folder somebody deleted by hand is left out. */
static bool is_there(const struct lineage *l, int64_t generation)
{
	bool there = true;
	char *path;
	size_t i;

	for (i = 0; i < l->conf.key_types && there; i++) {
		path = lineage_key_path(l, generation, l->conf.key_type[i],
					"request.csr");
		there = access(path, F_OK) == 0;
		free(path);
	}
	return there;
}

/* Of a current key whose folder is lost nobody knows the record; the next one's is to be
 * there all the more. */
static int add_current(const struct lineage *l, const struct target *target,
		       struct wanted *w, struct why *why)
{
	int64_t current = l->state.current;

	return is_there(l, current)
		       ? add_generation(l, target, current, &w->want, &w->want_count, why)
		       : 0;
}

/* Adds the records of keys that are used nowhere any more: a name server that was away
 * while one was retired may come back with its record. While a new key is on its way,
 * the old one's records stay. */
static int add_former(const struct lineage *l, const struct target *target,
		      struct wanted *w, struct why *why)
{
	const struct lineage_state *s = &l->state;
	int64_t g = s->last, seen = 0;
	int rc = 0;

	if (s->goal && s->goal != s->current)
		return 0;
	for (; g > 0 && seen < FORMER_MAX && rc == 0; g--) {
		if (g == s->current || g == s->next || g == s->goal ||
		    g == s->view_generation || !is_there(l, g))
			continue;
		seen++;
		rc = add_generation(l, target, g, &w->dead, &w->dead_count, why);
	}
	return rc;
}

/* One that was declared compromised, which an old state doesn't know. */
static bool is_next_banned(const struct lineage *l)
{
	return l->state.next && salvage_is_marked(l, l->state.next);
}

static int add_next(const struct lineage *l, const struct target *target, bool is_held,
		    struct wanted *w, struct why *why)
{
	int64_t next = l->state.next;

	if (!is_there(l, next) && !is_there(l, l->state.current))
		return why_set(
			why, DP_ENOENT,
			"there is no record to publish: none of its keys is there");
	if (is_next_banned(l))
		return add_generation(l, target, next, &w->dead, &w->dead_count, why);
	return is_held ? 0
		       : add_generation(l, target, next, &w->want, &w->want_count, why);
}

static int add_endpoint(const struct lineage *l, const struct target *target,
			const char *held, struct wanted *w, struct why *why)
{
	char *owner = NULL;
	bool is_held;
	int rc = record_owner(target, &owner, why);

	if (rc < 0)
		return rc;
	is_held = owners_has(held, owner);
	free(owner);
	if (!is_held)
		rc = add_current(l, target, w, why);
	if (rc == 0)
		rc = add_next(l, target, is_held, w, why);
	return rc < 0 ? rc : add_former(l, target, w, why);
}

int wanted_ever(const struct lineage *l, const struct target *target, int64_t generation,
		struct record **list, size_t *count, struct why *why)
{
	return is_there(l, generation)
		       ? add_generation(l, target, generation, list, count, why)
		       : 0;
}

int wanted_make(const struct lineage *l, const char *held, struct wanted *ret_wanted,
		struct why *why)
{
	struct wanted w = { 0 };
	size_t i;
	int rc = endpoints_find(l, &w.endpoints, why);

	for (i = 0; rc == 0 && i < w.endpoints.count; i++)
		rc = add_endpoint(l, &w.endpoints.ours[i], held, &w, why);
	if (rc == 0 && !w.want_count && !held)
		rc = why_set(why, DP_EINVAL,
			     "no service of %s is within its domains (%s and others): "
			     "there is no record to publish",
			     l->name, l->conf.domains.item[0]);
	if (rc < 0)
		wanted_clear(&w);
	else
		*ret_wanted = w;
	return rc;
}
