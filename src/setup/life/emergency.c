/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/emergency.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "setup/agree/safety.h"
#include "setup/life/outcome.h"
#include "setup/life/prune.h"
#include "setup/life/rollover.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/salvage.h"

/* The key in use is compromised, even one that has only just come: the next rollover
 * replaces it. A first key that is still on its way to the servers is used by nobody
 * yet. Declaring the emergency again while that rollover runs changes nothing. */
int emergency_declare(struct lineage *l, struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc;

	if (s->emergency && (s->compromised || !s->view))
		return emergency_mark(l, why);
	s->emergency = true;
	s->compromised = s->view || s->goal != s->current ? lineage_state_live(s) : 0;
	s->retry_at = 0;
	rc = lineage_note(l, why, "emergency", "generation",
			  s->compromised ? lineage_number(s->compromised).text : "none",
			  NULL);
	if (rc == 0)
		rc = lineage_save(l, why);
	return rc < 0 ? rc : emergency_mark(l, why);
}

int emergency_mark(struct lineage *l, struct why *why)
{
	const struct lineage_state *s = &l->state;

	return s->emergency && s->compromised ? salvage_mark(l, s->compromised, why) : 0;
}

static void add_sentence(struct outcome *r, char *take_text)
{
	char *before = r->text;

	r->text = mem_printf("%s; %s", before ? before : "", take_text);
	free(before);
	free(take_text);
}

static int64_t old_ttl_s(const struct lineage *l)
{
	int64_t ttl_s = l->state.old_ttl_s;

	if (ttl_s < 0)
		return SAFETY_UNKNOWN_S;
	return ttl_s > (int64_t)l->conf.ttl ? ttl_s : (int64_t)l->conf.ttl;
}

/* While the key is replaced. */
static char *word_danger(const struct lineage *l, int64_t compromised, const char *where)
{
	return mem_printf(
		"until its record is gone (from %s) and %lld s more, the holder "
		"of key %s can pass for the services",
		where ? where : "DNS", (long long)old_ttl_s(l),
		lineage_number(compromised).text);
}

static char *word_left(const struct lineage *l, int64_t compromised, const char *where,
		       bool former)
{
	return mem_printf(
		"key %s is still published at %s: until that is gone and %lld s "
		"more its holder can pass for what is there%s%s",
		lineage_number(compromised).text, where, (long long)old_ttl_s(l),
		former ? ": remove it with daneprobe publish --prune " : "",
		former ? l->name : "");
}

/* After it was replaced. */
static char *word_caches(const struct lineage *l, int64_t compromised, bool unsure)
{
	char when[32];

	if (unsure)
		return mem_printf(
			"not every name server says whether it still has the "
			"record of key %s: as long as one has, and %lld s more, "
			"its holder can pass for the services",
			lineage_number(compromised).text, (long long)old_ttl_s(l));
	return mem_printf("caches may hold the record of key %s until %s: until then its "
			  "holder can pass for the services",
			  lineage_number(compromised).text,
			  clock_rfc3339(env_now(l->env) + old_ttl_s(l), when));
}

/* What the holder of a compromised key can still do, behind what the step told. */
void emergency_tell_exposure(struct lineage *l, int64_t compromised, struct outcome *r)
{
	const struct lineage_state *s = &l->state;
	bool former, unsure;
	char *where = prune_where(l, compromised, &former, &unsure);

	if (s->emergency && s->goal == compromised)
		add_sentence(r,
			     mem_printf("key %s is replaced as soon as this rollover has "
					"ended",
					lineage_number(compromised).text));
	if (s->emergency)
		add_sentence(r, word_danger(l, compromised, where));
	if (s->emergency && former)
		add_sentence(r, mem_printf("daneprobe publish --prune %s removes those "
					   "of services that lineage.conf no longer has",
					   l->name));
	if (!s->emergency && where)
		add_sentence(r, word_left(l, compromised, where, former));
	if (!s->emergency && !where)
		add_sentence(r, word_caches(l, compromised, unsure));
	if (!s->emergency)
		add_sentence(r, mem_printf("have the CA revoke its certificates. Key %s "
					   "lay beside it: if that may be known too, do "
					   "this once more",
					   lineage_number(s->current).text));
	free(where);
}

/* Which key is compromised was assumed, so this says what to do if it was another one. */
void emergency_tell_remedy(const struct lineage *l, struct outcome *r)
{
	const struct lineage_state *s = &l->state;

	if (!s->emergency || !s->goal || s->goal == s->compromised)
		return;
	if (s->compromised)
		add_sentence(
			r, mem_printf("if it is key %s that is known, do this once more "
				      "when the rollover has ended",
				      lineage_number(s->goal).text));
	else
		add_sentence(
			r, mem_printf("no key of %s is installed yet; if it is key "
				      "%s that is known, take its record out of DNS, put "
				      "%s away and begin anew with daneprobe new",
				      l->name, lineage_number(s->goal).text, l->dir));
}
