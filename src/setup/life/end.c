/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/end.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/left.h"
#include "setup/cert/certbot.h"
#include "setup/install/install.h"
#include "setup/key/record.h"
#include "setup/life/outcome.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/publish.h"
#include "setup/publish/wanted.h"
#include "target/target.h"

#define ASIDE_MAX 100 /* lineages of one name that ended on one day */
#define TEXT_MAX 4096

/* Why it can't begin now; NULL: it can. */
static const char *find_obstacle(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	if (s->emergency)
		return "an emergency is going on: its new key has to come first, or the "
		       "compromised one stays in use";
	if (s->view && s->goal)
		return "a rollover is going on: let it end first (daneprobe rollover "
		       "--all "
		       "goes on with it)";
	return NULL;
}

static int begin_end(struct lineage *l, struct why *why)
{
	int rc;

	if (l->state.ending_at)
		return 0;
	rc = lineage_note(l, why, "ending", NULL);
	l->state.ending_at = env_now(l->env);
	return rc < 0 ? rc : lineage_save(l, why);
}

/* What is to be done with the records. */
struct sorting {
	bool even_if_served;
	struct wanted goes; /* owned, as the rest; its dead records */
	char *stays;	    /* the first reason why one stays; NULL: none does */
};

static char *word_stays(const struct left_item *item, enum install_presence presence,
			bool would_break)
{
	const char *number = lineage_number(item->generation).text;

	if (presence == INSTALL_UNKNOWN)
		return mem_printf("the record of key %s at %s stays: %s can't be looked "
				  "at; if it is gone for good: --even-if-served",
				  number, item->record.owner, item->service);
	return mem_printf("the record of key %s at %s stays: %s presents that key: %s",
			  number, item->record.owner, item->service,
			  would_break ? "beside the records of others its clients would "
					"fail without: give it another key first"
				      : "give it another key first, with its record "
					"published, or, if it is to go on without "
					"DANE: --even-if-served");
}

/* Takes its record, or leaves it. */
static void sort_item(struct lineage *l, struct left_item *item, struct sorting *sorting)
{
	enum install_presence presence =
		install_find_presence(l, item->service, item->generation);
	bool would_break = presence == INSTALL_PRESENTED && item->among_others;
	struct wanted *goes = &sorting->goes;

	if (would_break || (presence != INSTALL_ABSENT && !sorting->even_if_served)) {
		if (!sorting->stays)
			sorting->stays = word_stays(item, presence, would_break);
		return;
	}
	goes->dead = mem_grow(goes->dead, goes->dead_count, sizeof(*goes->dead));
	goes->dead[goes->dead_count++] = item->record;
	item->record = (struct record){ .owner = NULL };
}

static char *word_records(const struct wanted *w)
{
	struct buf b;
	char *rr, *text;
	size_t i;

	buf_init(&b, TEXT_MAX);
	for (i = 0; i < w->dead_count; i++) {
		rr = tlsa_to_text(&w->dead[i].rr);
		buf_printf(&b, "%s%s TLSA %s", i ? ", " : "", w->dead[i].owner, rr);
		free(rr);
	}
	text = mem_text(buf_str(&b));
	buf_clear(&b);
	return text;
}

static int tell_records(struct lineage *l, const struct sorting *sorting,
			enum publish_result result, struct outcome *r)
{
	const struct wanted *goes = &sorting->goes;
	char *records = word_records(goes);
	int rc;

	if (!goes->dead_count)
		rc = outcome_tell(r, OUTCOME_LATE, 0, "%s", sorting->stays);
	else if (sorting->stays)
		rc = outcome_tell(r, OUTCOME_LATE, 0, "%s; %zu others %s", sorting->stays,
				  goes->dead_count,
				  result == PUBLISH_BY_HAND ? "are yours to take out"
							    : "are taken out of DNS");
	else
		rc = outcome_tell(r, OUTCOME_MOVED, 0,
				  "%s: %s; when no name server has them any more, "
				  "daneprobe end %s moves the keys aside",
				  result == PUBLISH_BY_HAND ? "yours to take out of DNS"
							    : "taken out of DNS",
				  records, l->name);
	free(records);
	return rc;
}

static int take_out(struct lineage *l, struct left *left, bool even_if_served,
		    struct outcome *r)
{
	struct sorting sorting = { .even_if_served = even_if_served };
	enum publish_result result = PUBLISH_DONE;
	struct why inner;
	size_t i;
	int rc = 0;

	for (i = 0; i < left->count; i++)
		sort_item(l, &left->item[i], &sorting);
	if (sorting.goes.dead_count)
		rc = publish_records(l, &sorting.goes, NULL, &result, &inner);
	rc = rc < 0 ? outcome_tell(r, OUTCOME_REFUSED, 0, "%s", inner.text)
		    : tell_records(l, &sorting, result, r);
	wanted_clear(&sorting.goes);
	free(sorting.stays);
	return rc;
}

/* The service that still presents a key of the lineage, from its live/ mostly; NULL:
 * none, by what can be looked at. Borrowed from e. */
static const char *find_user(struct lineage *l, const struct endpoints *e,
			     bool even_if_unknown)
{
	enum install_presence presence;
	size_t i;

	for (i = 0; l->state.view && i < e->count; i++) {
		presence = install_find_presence(l, e->ours[i].text, 0);
		if (presence == INSTALL_PRESENTED ||
		    (presence == INSTALL_UNKNOWN && !even_if_unknown))
			return e->ours[i].text;
	}
	return NULL;
}

/* DIR/.NAME.ended-2026-11-29, or with a number where there is one already: a name that no
 * lineage may have. On the heap. */
static char *find_place(const struct lineage *l)
{
	char *path = NULL, date[32];
	int i;

	for (i = 1; i < ASIDE_MAX; i++) {
		free(path);
		path = mem_printf("%.*s.%s.ended-%s%s%.0d",
				  (int)(strlen(l->dir) - strlen(l->name)), l->dir,
				  l->name, clock_date(env_now(l->env), date),
				  i > 1 ? "." : "", i > 1 ? i : 0);
		if (access(path, F_OK) < 0)
			break;
	}
	return path;
}

static int move_aside(struct lineage *l, struct outcome *r, struct why *why)
{
	char *place = find_place(l);
	int rc = lineage_note(l, why, "ended", "to", place, NULL);

	if (rc == 0)
		rc = file_rename(&l->env->files, l->dir, place, why);
	if (rc < 0) {
		free(place);
		return rc;
	}
	free(l->dir);
	l->dir = place;
	return outcome_tell(r, OUTCOME_MOVED, 0,
			    "it is out of service; its keys and its journal are in %s",
			    place);
}

static int finish_end(struct lineage *l, bool even_if_served, struct outcome *r,
		      struct why *why)
{
	struct endpoints e = { 0 };
	const char *user;
	int rc = endpoints_find(l, &e, why);

	if (rc < 0)
		return rc;
	user = find_user(l, &e, even_if_served);
	if (user)
		rc = outcome_tell(
			r, OUTCOME_LATE, 0,
			"DNS has no record of it any more, but %s presents a key "
			"of it still, or can't be looked at: the folder stays, "
			"since a server that reads %s/live would fail without; "
			"give it another key, then daneprobe end %s",
			user, l->dir, l->name);
	else
		rc = move_aside(l, r, why);
	endpoints_clear(&e);
	return rc;
}

int end_step(struct lineage *l, bool even_if_served, struct outcome *r, struct why *why)
{
	const char *obstacle = find_obstacle(l);
	struct left left = { 0 };
	int rc;

	*r = (struct outcome){ 0 };
	if (obstacle)
		return outcome_tell(r, OUTCOME_REFUSED, 0, "%s", obstacle);
	rc = begin_end(l, why);
	if (rc == 0)
		rc = left_find_all(l, &left, why);
	if (rc < 0)
		return rc;
	if (left.count)
		rc = take_out(l, &left, even_if_served, r);
	else if (left.unsure)
		rc = outcome_tell(r, OUTCOME_LATE, 0,
				  "not every name server says whether it still has a "
				  "record of it: again when all do");
	else
		rc = finish_end(l, even_if_served, r, why);
	left_clear(&left);
	return rc;
}

int end_take_back(struct lineage *l, struct outcome *r, struct why *why)
{
	int rc;

	*r = (struct outcome){ 0 };
	if (!l->state.ending_at)
		return outcome_tell(r, OUTCOME_NOTHING, 0, "it is in service");
	l->state.ending_at = 0;
	free(l->state.given); /* so that the next run gives them at once */
	l->state.given = NULL;
	rc = lineage_note(l, why, "taken-back", NULL);
	if (rc == 0)
		rc = lineage_save(l, why);
	return rc < 0 ? rc
		      : outcome_tell(r, OUTCOME_MOVED, 0,
				     "it is in service again: the next run publishes its "
				     "records in DNS");
}

static bool note_folder(const struct lineage *l, const char *folder, void *arg)
{
	buf_printf(arg,
		   "certbot goes on renewing %s with its own key, and its hooks find no "
		   "lineage for it: if nobody needs that, certbot delete\n",
		   folder);
	(void)l;
	return false;
}

static void note_timer(const struct lineage *l, const char *base, struct buf *b)
{
	char **names = NULL;
	size_t count = 0, i;

	(void)l;
	if (lineage_list(base, &names, &count, NULL) < 0)
		return;
	if (count)
		buf_printf(b, "the timer goes on for %zu other%s in %s\n", count,
			   count > 1 ? "s" : "", base);
	else
		buf_printf(b,
			   "no lineage is left in %s: its timer has nothing to do "
			   "(systemctl "
			   "disable --now daneprobe.timer, or its line in the crontab)\n",
			   base);
	for (i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

char *end_remarks(const struct lineage *l)
{
	const char *name = strrchr(l->dir, '/');
	struct buf b;
	char *base, *text;

	if (!name || name[1] != '.')
		return NULL;
	base = mem_text_n(l->dir, (size_t)(name - l->dir));
	buf_init(&b, TEXT_MAX);
	buf_printf(&b,
		   "a server whose configuration names %s/%s/live/ fails at its next "
		   "start or reload\n",
		   base, l->name);
	(void)certbot_any_folder(l, note_folder, &b);
	note_timer(l, base, &b);
	text = mem_text(buf_str(&b));
	buf_clear(&b);
	free(base);
	return text;
}
