/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/by_hand.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/agree/agreement.h"
#include "setup/install/install.h"
#include "setup/key/record.h"
#include "setup/life/reminder.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/mark.h"
#include "setup/publish/publish.h"
#include "setup/publish/wanted.h"
#include "setup/world/env.h"

#define TEXT_MAX 32768 /* octets: of more owners than that a part is enough for a day */

/* Only where the records were the person's to give, and not all servers have them. */
static bool is_awaited(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	if (!publish_is_by_hand(l) || s->agree_since || !s->published_at)
		return false;
	switch (lineage_state_stage(s)) {
	case STAGE_PUBLISHED:
	case STAGE_RETIRING:
	case STAGE_IDLE:
		return true;
	case STAGE_STAGED:
	case STAGE_SAFE:
	case STAGE_INSTALLED:
	case STAGE_VERIFIED:
	case STAGE_STUCK:
		break;
	}
	return false;
}

static size_t count_sets(const struct env_dns *dns, const struct record *record,
			 bool with)
{
	size_t i, count = 0;

	for (i = 0; i < dns->set_count; i++)
		if (!strcmp(dns->set[i].owner, record->owner) &&
		    tlsa_is_among(&record->rr, dns->set[i].rr, dns->set[i].count) == with)
			count++;
	return count;
}

/* What one server has was done: the others get it without a person. */
static bool is_to_add(const struct env_dns *dns, const struct record *record)
{
	return !env_dns_has(dns, record->owner, &record->rr);
}

static bool is_to_remove(const struct env_dns *dns, const struct record *record)
{
	return count_sets(dns, record, true) && !count_sets(dns, record, false);
}

static void list_records(struct buf *b, const char *what, const struct record *record)
{
	char *line = record_zone_line(record);

	buf_printf(b, "  %-8s%s\n", what, line);
	free(line);
}

/* What is to be done; empty: nothing. */
static void list_changes(struct buf *b, const struct wanted *w, const struct env_dns *dns,
			 bool may_remove)
{
	size_t i;

	for (i = 0; i < w->want_count; i++)
		if (is_to_add(dns, &w->want[i]))
			list_records(b, "add", &w->want[i]);
	for (i = 0; i < w->dead_count && may_remove; i++)
		if (is_to_remove(dns, &w->dead[i]))
			list_records(b, "remove", &w->dead[i]);
}

static void show_record(struct buf *b, const struct mark_sets *sets, const char *owner,
			const struct tlsa *rr)
{
	const struct tlsa *meant = NULL;
	enum mark mark = mark_of(sets, owner, rr, &meant);
	char *text = tlsa_to_text(rr), *line;

	buf_printf(b, "          %s  %s\n", text, mark_word(mark));
	free(text);
	if (!meant)
		return;
	line = mark_difference(rr, meant);
	buf_printf(b, "          %s\n", line);
	free(line);
}

static void show_sets(struct buf *b, const struct wanted *w, const struct env_dns *dns)
{
	const struct mark_sets sets = { w->want, w->dead, w->want_count, w->dead_count };
	size_t i, k;

	for (i = 0; i < dns->set_count; i++) {
		buf_printf(b, "  now     %s has, at one server or more\n",
			   dns->set[i].owner);
		for (k = 0; k < dns->set[i].count; k++)
			show_record(b, &sets, dns->set[i].owner, &dns->set[i].rr[k]);
	}
	if (!dns->set_count)
		buf_printf(b, "  now     no server has any TLSA record there\n");
}

/* A record of ours goes only while every endpoint is seen without its key. */
static bool may_remove(struct lineage *l)
{
	char *problem = NULL;
	bool may = l->state.view &&
		   install_glance(l, l->state.view_generation, &problem, NULL) == 0 &&
		   !problem;

	free(problem);
	return may;
}

static char *word_changes(const struct lineage *l, const struct wanted *w,
			  const struct env_dns *dns, const char *changes)
{
	struct buf b;
	char *text;

	buf_init(&b, TEXT_MAX);
	buf_printf(&b, "waits for you: these records are yours to change\n%s", changes);
	show_sets(&b, w, dns);
	buf_printf(&b, "  see     daneprobe propagation %s", l->name);
	text = mem_text(buf_str(&b));
	buf_clear(&b);
	return text;
}

/* ret_changes is what is to be done, NULL: nothing; both on the heap. */
static int find_changes(struct lineage *l, char **ret_changes, char **ret_text,
			struct why *why)
{
	struct wanted w = { 0 };
	struct env_dns dns = { 0 };
	struct buf b;
	int rc = wanted_make(l, l->state.held, &w, why);

	buf_init(&b, TEXT_MAX);
	if (rc == 0)
		rc = agreement_ask(l, &dns, why);
	if (rc == 0) {
		list_changes(&b, &w, &dns, w.dead_count && may_remove(l));
		if (b.len) {
			*ret_changes = mem_text(buf_str(&b));
			*ret_text = word_changes(l, &w, &dns, *ret_changes);
		}
	}
	buf_clear(&b);
	env_dns_clear(&dns);
	wanted_clear(&w);
	return rc;
}

int by_hand_review(struct lineage *l, bool to_person, char **ret_text, struct why *why)
{
	struct lineage_state *s = &l->state;
	const struct reminder r = { &s->asked, &s->asked_at };
	char *changes = NULL, *text = NULL;
	bool say, changed = false;
	int rc = 0;

	*ret_text = NULL;
	/* Servers that don't answer are told by the step itself. */
	if (is_awaited(l) && find_changes(l, &changes, &text, NULL) < 0)
		return 0;
	say = reminder_say(&r, changes, to_person, env_now(l->env), &changed);
	if (changed)
		rc = lineage_save(l, why);
	if (say && rc == 0) {
		*ret_text = text;
		text = NULL;
	}
	free(changes);
	free(text);
	return rc;
}
