/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/prune.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/same.h"
#include "base/why.h"
#include "setup/agree/left.h"
#include "setup/install/install.h"
#include "setup/key/record.h"
#include "setup/life/outcome.h"
#include "setup/life/reminder.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/owners.h"
#include "setup/lineage/salvage.h"
#include "setup/publish/publish.h"
#include "setup/publish/wanted.h"

#define TEXT_MAX 16384 /* octets of what is left: some hundred records */

static bool is_compromised(const struct lineage *l, int64_t generation)
{
	return salvage_is_marked(l, generation);
}

static void word_item(const struct lineage *l, const struct left_item *item,
		      struct buf *b)
{
	char *rr = tlsa_to_text(&item->record.rr);

	buf_printf(b, "%s%s TLSA %s (key %s%s)", b->len ? ", " : "", item->record.owner,
		   rr, lineage_number(item->generation).text,
		   is_compromised(l, item->generation) ? ", compromised" : "");
	free(rr);
}

static bool find_exposed(const struct lineage *l, const struct left *left)
{
	bool exposed = false;
	size_t i;

	for (i = 0; i < left->count && !exposed; i++)
		exposed = is_compromised(l, left->item[i].generation);
	return exposed;
}

/* On the heap; NULL: nothing is left. */
static char *word_left(const struct lineage *l, const struct left *left, bool exposed)
{
	struct buf b;
	char *text;
	size_t i;

	if (!left->count)
		return NULL;
	buf_init(&b, TEXT_MAX);
	for (i = 0; i < left->count; i++)
		word_item(l, &left->item[i], &b);
	text = mem_printf(
		"left behind in DNS, of services that lineage.conf no longer has: %s: "
		"%s: `daneprobe publish --prune %s` takes them out, and a service that "
		"goes on belongs into lineage.conf",
		buf_str(&b),
		exposed ? "whoever has the compromised key can pass for what is there"
			: "the next rollover breaks what still serves there",
		l->name);
	buf_clear(&b);
	return text;
}

int prune_review(struct lineage *l, bool to_person, char **ret_say, struct why *why)
{
	struct lineage_state *s = &l->state;
	struct reminder r = { &s->left, &s->left_at };
	bool exposed, changed = false, news;
	struct left left = { 0 };
	char *text;
	int rc = 0;

	*ret_say = NULL;
	if (left_find(l, &left, NULL) < 0)
		return 0;
	exposed = find_exposed(l, &left);
	text = word_left(l, &left, exposed);
	news = !same_text(text, s->left);
	if (reminder_say(&r, text, to_person, env_now(l->env), &changed))
		*ret_say = mem_text(text);
	if (text && news)
		rc = lineage_note(l, why, "left", "why", text, NULL);
	changed = changed || left.gone;
	s->left_exposed = exposed;
	owners_remove(&s->once, left.gone);
	if (rc == 0 && changed)
		rc = lineage_save(l, why);
	left_clear(&left);
	free(text);
	return rc;
}

/* Beside the records of others the service would fail without ours then. */
static bool is_served(struct lineage *l, const struct left_item *item)
{
	return install_find_presence(l, item->service, item->generation) ==
	       INSTALL_PRESENTED;
}

static char *word_stays(const struct left_item *item)
{
	return mem_printf("the record of key %s at %s stays: %s presents that key, and "
			  "with the records of others alone its clients would fail: give "
			  "it another key first",
			  lineage_number(item->generation).text, item->record.owner,
			  item->service);
}

int prune_find(struct lineage *l, struct wanted *ret_wanted, char **ret_stays,
	       struct why *why)
{
	struct wanted w = { 0 };
	struct left left = { 0 };
	size_t i;
	int rc = left_find(l, &left, why);

	*ret_stays = NULL;
	for (i = 0; rc == 0 && i < left.count; i++) {
		struct left_item *item = &left.item[i];

		if (item->among_others && is_served(l, item)) {
			if (!*ret_stays)
				*ret_stays = word_stays(item);
			continue;
		}
		w.dead = mem_grow(w.dead, w.dead_count, sizeof(*w.dead));
		w.dead[w.dead_count++] = item->record;
		item->record = (struct record){ .owner = NULL };
	}
	if (rc == 0)
		*ret_wanted = w;
	left_clear(&left);
	return rc;
}

int prune_give(struct lineage *l, const struct wanted *w, const char *stays,
	       struct outcome *r, struct why *why)
{
	enum publish_result result = PUBLISH_DONE;
	struct why inner;
	int rc = w->dead_count ? publish_records(l, w, NULL, &result, &inner) : 0;

	(void)why;
	if (rc < 0)
		return outcome_tell(r, OUTCOME_REFUSED, 0, "%s", inner.text);
	if (stays)
		return outcome_tell(r, OUTCOME_REFUSED, 0, "%s", stays);
	if (!w->dead_count)
		return outcome_tell(r, OUTCOME_NOTHING, 0,
				    "nothing of former services is left behind in DNS");
	return outcome_tell(r, OUTCOME_MOVED, 0,
			    result == PUBLISH_BY_HAND
				    ? "the records of former services are yours to take "
				      "out"
				    : "the records of former services are taken out of "
				      "DNS");
}

char *prune_where(struct lineage *l, int64_t generation, bool *ret_former,
		  bool *ret_unsure)
{
	struct left left = { 0 };
	char *owners = NULL, *owner, *text = NULL, *longer;
	const char *at;
	size_t i;

	*ret_former = false;
	*ret_unsure = left_find_key(l, generation, &left, NULL) < 0 || left.unsure;
	for (i = 0; i < left.count; i++) {
		owners_add(&owners, left.item[i].record.owner);
		*ret_former = *ret_former || left.item[i].is_former;
	}
	at = owners;
	while ((owner = owners_next(&at))) {
		longer = mem_printf("%s%s%s", text ? text : "", text ? ", " : "", owner);
		free(text);
		free(owner);
		text = longer;
	}
	free(owners);
	left_clear(&left);
	return text;
}
