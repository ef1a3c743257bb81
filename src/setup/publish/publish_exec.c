/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish_exec.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/publish_owner.h"
#include "setup/world/command.h"
#include "setup/world/env.h"

#define EXEC_TIMEOUT_MS (10 * 60 * 1000)

/* The records for one zone. */
struct batch {
	char *apex;	      /* owned */
	json_t *add, *remove; /* owned; arrays of records */
	json_t *want; /* owned; all that the owners are to have; null where it isn't
			 known what others have there */
};

struct batches {
	struct batch *item; /* owned */
	size_t count;
};

static struct batch *find_batch(struct batches *all, const char *apex)
{
	struct batch *b;
	size_t i;

	for (i = 0; i < all->count; i++)
		if (!strcmp(all->item[i].apex, apex))
			return &all->item[i];
	all->item = mem_grow(all->item, all->count, sizeof(*all->item));
	b = &all->item[all->count++];
	b->apex = mem_text(apex);
	b->add = json_array();
	b->remove = json_array();
	b->want = json_array();
	return b;
}

static void clear_batches(struct batches *all)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		free(all->item[i].apex);
		json_decref(all->item[i].add);
		json_decref(all->item[i].remove);
		json_decref(all->item[i].want);
	}
	free(all->item);
}

static void add_one(json_t *list, const char *owner, uint32_t ttl, const struct tlsa *rr)
{
	char *name = mem_printf("%s.", owner);
	struct record record = { .owner = name, .ttl = ttl, .rr = *rr };

	json_array_append_new(list, record_json_object(&record));
	free(name);
}

static void add_list(json_t *list, const struct publish_owner *o,
		     const struct tlsa *const *rr, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		add_one(list, o->zone->owner, o->ttl, rr[i]);
}

/* Records of others that one of the name servers has: each once. */
static void add_foreign(json_t *list, const struct publish_owner *o,
			const struct env_dns *dns)
{
	struct tlsa *seen = NULL;
	size_t count = 0, i, j;
	const struct tlsa *rr;

	for (i = 0; i < dns->set_count; i++)
		for (j = 0; j < dns->set[i].count; j++) {
			rr = &dns->set[i].rr[j];
			if (publish_owner_wants(o, rr) || publish_owner_drops(o, rr) ||
			    tlsa_is_among(rr, seen, count))
				continue;
			seen = mem_grow(seen, count, sizeof(*seen));
			seen[count++] = *rr; /* its data is the set's */
			add_one(list, o->zone->owner, o->ttl, rr);
		}
	free(seen);
}

/* Many tools take whole RRsets only: what others have there has to be given to them, too.
 * Where no name server says it, nobody can tell what to give. */
static void add_whole(struct lineage *l, struct batch *b, const struct publish_owner *o)
{
	char *owner = mem_printf("%s.", o->zone->owner);
	struct record record = { .owner = owner, .ttl = o->ttl };
	const struct env_question question = { .want = &record, .want_count = 1 };
	struct env_dns dns = { 0 };
	struct why why;

	record.rr = o->want_count ? *o->want[0] : *o->dead[0];
	if (!l->env->ask || l->env->ask(l->env->arg, &question, &dns, &why) < 0 ||
	    !dns.answered) {
		json_decref(b->want);
		b->want = json_null();
	} else if (json_is_array(b->want)) {
		add_list(b->want, o, o->want, o->want_count);
		add_foreign(b->want, o, &dns);
	}
	env_dns_clear(&dns);
	free(owner);
}

static int collect_batch(struct lineage *l, const struct publish_owner *o, void *arg,
			 struct why *why)
{
	struct batch *b = find_batch(arg, o->zone->apex);

	(void)why;
	add_list(b->add, o, o->want, o->want_count);
	add_list(b->remove, o, o->dead, o->dead_count);
	add_whole(l, b, o);
	return 0;
}

/* The command's input: one line of JSON. */
static char *input_for(const struct batch *batch)
{
	json_t *o = json_pack("{s:i, s:s, s:O, s:O, s:O}", "version", 1, "zone",
			      batch->apex, "add", batch->add, "remove", batch->remove,
			      "want", batch->want);
	char *dump = json_dumps(o, JSON_COMPACT), *input = mem_printf("%s\n", dump);

	free(dump);
	json_decref(o);
	return input;
}

static int run_zone(struct lineage *l, const char *command, const struct batch *batch,
		    struct why *why)
{
	char *input = input_for(batch);
	struct env_command run = { .text = command,
				   .input = input,
				   .timeout_ms = EXEC_TIMEOUT_MS };
	int rc = env_run(l->env, &run, why);

	free(input);
	return rc;
}

int publish_exec_records(struct lineage *l, const char *options, const struct wanted *w,
			 const struct publish_watch *watch,
			 enum publish_result *ret_result, struct why *why)
{
	struct batches all = { 0 };
	size_t i;
	int rc;

	if (!*options)
		return why_set(why, DP_EINVAL, "publish = exec lacks its command");
	*ret_result = PUBLISH_BY_HAND; /* only the command knows what is there */
	if (watch)
		return 0;
	rc = publish_owner_each(l, w, collect_batch, &all, why);
	for (i = 0; i < all.count && rc == 0; i++)
		rc = run_zone(l, options, &all.item[i], why);
	if (rc == 0)
		*ret_result = PUBLISH_DONE;
	clear_batches(&all);
	return rc;
}

int publish_exec_check(const struct lineage *l, const char *options, struct why *why)
{
	if (!*options)
		return why_set(why, DP_EINVAL, "publish = exec lacks its command");
	return command_check(l->env, options, why);
}
