/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish_exec.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/publish_owner.h"
#include "setup/world/command.h"

#define EXEC_TIMEOUT_MS (10 * 60 * 1000)

/* The records for one zone. */
struct batch {
	char *apex;	      /* owned */
	json_t *add, *remove; /* owned; arrays of records */
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
	return b;
}

static void clear_batches(struct batches *all)
{
	size_t i;

	for (i = 0; i < all->count; i++) {
		free(all->item[i].apex);
		json_decref(all->item[i].add);
		json_decref(all->item[i].remove);
	}
	free(all->item);
}

static void add_list(json_t *list, const struct publish_owner *o,
		     const struct tlsa *const *rr, size_t count)
{
	char *owner = mem_printf("%s.", o->zone->owner);
	struct record record = { .owner = owner, .ttl = o->ttl };
	size_t i;

	for (i = 0; i < count; i++) {
		record.rr = *rr[i];
		json_array_append_new(list, record_json_object(&record));
	}
	free(owner);
}

static int collect_batch(struct lineage *l, const struct publish_owner *o, void *arg,
			 struct why *why)
{
	struct batch *b = find_batch(arg, o->zone->apex);

	(void)l;
	(void)why;
	add_list(b->add, o, o->want, o->want_count);
	add_list(b->remove, o, o->dead, o->dead_count);
	return 0;
}

/* The command's input: one line of JSON. */
static char *input_for(const struct batch *batch)
{
	json_t *o = json_pack("{s:i, s:s, s:O, s:O}", "version", 1, "zone", batch->apex,
			      "add", batch->add, "remove", batch->remove);
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
