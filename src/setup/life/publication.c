/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/publication.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/agreement.h"
#include "setup/agree/hold.h"
#include "setup/agree/peak.h"
#include "setup/install/install.h"
#include "setup/key/record.h"
#include "setup/life/outcome.h"
#include "setup/life/rollover.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/owners.h"
#include "setup/publish/publish.h"
#include "setup/publish/wanted.h"
#include "setup/world/env.h"

/* The first record at a name hides from clients what a wildcard gave them there. */
static int refuse_wildcard(const struct env_dns *dns, struct why *why)
{
	return why_set(why, DP_EDNS,
		       "the TLSA records at %s come from a wildcard, and a record there "
		       "would hide them from the clients of today: put copies of them at "
		       "%s first",
		       dns->wildcard, dns->wildcard);
}

/* A record of ours is taken out only after every endpoint was just seen without its
 * key. Returns why not, on the heap, or NULL. Records that are lacking are published
 * all the same: that may be why an endpoint fails. */
static char *find_stay(struct lineage *l)
{
	char *problem = NULL, *text = NULL;
	struct why why = { "" };
	int rc = install_look(l, l->state.current, &problem, &why);

	if (rc < 0 || problem)
		text = mem_printf("the old record stays until every endpoint is seen "
				  "with the new key: %s",
				  rc < 0 ? why.text : problem);
	free(problem);
	return text;
}

/* What a publication is to heed. */
struct heed {
	struct env_dns dns; /* owned; what the servers had before */
	struct hold hold;   /* owned */
	char *stays;	    /* owned; why the old records stay; NULL: they may go */
};

static void heed_clear(struct heed *heed)
{
	env_dns_clear(&heed->dns);
	hold_clear(&heed->hold);
	free(heed->stays);
}

int publication_preview(struct lineage *l, char **ret_held, struct why *why)
{
	struct env_dns dns = { 0 };
	struct hold hold = { 0 };
	int rc;

	rc = agreement_before(l, &dns, why);
	if (rc == 0)
		rc = hold_decide(l, &dns, true, NULL, &hold, why);
	env_dns_clear(&dns);
	if (rc < 0)
		return rc;
	hold_keep(&l->state, &hold);
	*ret_held = hold.reason;
	return 0;
}

static void doubt_caches(struct lineage *l)
{
	struct lineage_state *s = &l->state;

	peak_note(s, -1, env_now(l->env));
	s->old_ttl_s = s->peak_ttl_s;
}

/* What the servers say before anything changes, and whether it may. */
static int prepare_change(struct lineage *l, bool asked_for, struct heed *heed,
			  struct why *why)
{
	struct lineage_state *s = &l->state;
	const struct env_dns *dns = &heed->dns;
	int rc = agreement_before(l, &heed->dns, why);

	if (rc == 0 && dns->wildcard)
		rc = refuse_wildcard(dns, why);
	if (rc == 0 && dns->may_have_dead)
		heed->stays = find_stay(l);
	if (rc == 0)
		rc = hold_decide(l, dns, asked_for,
				 s->intent == INTENT_PUBLISH ? s->held : NULL,
				 &heed->hold, why);
	if (rc == 0)
		hold_keep(s, &heed->hold);
	if (rc == 0 && heed->hold.unknown)
		doubt_caches(l);
	return rc;
}

bool publication_is_due(struct lineage *l)
{
	const struct lineage_state *s = &l->state;
	bool is_due = s->intent == INTENT_PUBLISH;
	struct wanted w = { 0 };
	size_t i;

	if (is_due || wanted_make(l, l->state.held, &w, NULL) < 0)
		return is_due;
	for (i = 0; i < w.want_count && !is_due; i++)
		is_due = !owners_has(s->given, w.want[i].owner);
	wanted_clear(&w);
	return is_due;
}

static void note_given(struct lineage_state *s, const struct wanted *w)
{
	size_t i;

	free(s->given);
	s->given = NULL;
	for (i = 0; i < w->want_count; i++)
		owners_add(&s->given, w->want[i].owner);
}

static void leave_old(struct wanted *w)
{
	while (w->dead_count)
		record_clear(&w->dead[--w->dead_count]);
}

/* Records are asked for; the way there is told before it is gone. */
static int give_records(struct lineage *l, const struct heed *heed,
			enum publish_result *ret_result, struct why *why)
{
	struct lineage_state *s = &l->state;
	struct wanted wanted = { 0 };
	int rc = wanted_make(l, l->state.held, &wanted, why);

	if (rc < 0)
		return rc;
	if (!wanted.want_count) {
		/* No server has anything of an earlier try: the key may go first. */
		*ret_result = PUBLISH_HELD;
		s->intent = INTENT_NONE;
		hold_forget(s);
		if (!s->view)
			s->published_at = 0;
		rc = lineage_save(l, why);
		goto out;
	}
	s->intent = INTENT_PUBLISH;
	s->agree_since = 0;
	agreement_remember(s, &wanted);
	note_given(s, &wanted);
	rc = lineage_save(l, why);
	if (rc == 0 && heed->stays)
		leave_old(&wanted);
	if (rc == 0)
		rc = publish_records(l, &wanted, &heed->dns, ret_result, why);
	if (rc < 0)
		goto out;
	s->intent = INTENT_NONE;
	if (!heed->stays)
		s->published_at = env_now(l->env);
	rc = lineage_save(l, why);
out:
	wanted_clear(&wanted);
	return rc;
}

/* Earlier failures no longer count, and a lineage that was stuck goes on. */
static int settle_failures(struct lineage *l, struct why *why)
{
	struct lineage_state *s = &l->state;

	if (lineage_state_stage(s) == STAGE_STAGED)
		return outcome_enter(l, STAGE_PUBLISHED, why);
	if (!s->failures && s->stage != STAGE_STUCK)
		return 0;
	s->failures = 0;
	s->retry_at = 0;
	s->stage = lineage_state_stage(s);
	lineage_state_reason(s, NULL, 0);
	return lineage_save(l, why);
}

static int tell_published(const struct lineage *l, enum publish_result result,
			  const char *held, struct outcome *r)
{
	char *what = result == PUBLISH_BY_HAND
			     ? mem_printf("the records are yours to publish: daneprobe "
					  "publish --dry-run %s prints them",
					  l->name)
			     : mem_text("the records are published in DNS");
	int rc = held ? outcome_tell(r, OUTCOME_LATE, 0,
				     "%s, but some are held back until their service "
				     "presents the key, and then published by the next "
				     "run: %s",
				     what, held)
		      : outcome_tell(r, OUTCOME_MOVED, 0, "%s", what);

	free(what);
	return rc;
}

/* What somebody asked for doesn't count as a failed try. Where no key of the lineage is
 * in use yet, the stage begins anew. */
static int tell_held(struct lineage *l, bool asked_for, const char *held,
		     struct outcome *r, struct why *why)
{
	int rc = 0;

	if (!l->state.view && lineage_state_stage(&l->state) != STAGE_STAGED)
		rc = outcome_enter(l, STAGE_STAGED, why);
	if (rc < 0 || !asked_for)
		return rc < 0 ? rc : outcome_failed(l, held, r, why);
	return outcome_tell(r, OUTCOME_REFUSED, 0,
			    "%s; bring the key to it first: daneprobe install %s", held,
			    l->name);
}

int publication_give(struct lineage *l, bool asked_for, struct outcome *r,
		     struct why *why)
{
	enum publish_result result = PUBLISH_DONE;
	struct heed heed = { 0 };
	struct why inner;
	int rc = prepare_change(l, asked_for, &heed, &inner);

	if (rc == 0)
		rc = give_records(l, &heed, &result, &inner);
	if (rc < 0) {
		rc = outcome_failed(l, inner.text, r, why);
	} else if (result == PUBLISH_HELD) {
		rc = tell_held(l, asked_for, heed.hold.reason, r, why);
	} else if (heed.stays) {
		rc = outcome_failed(l, heed.stays, r, why);
	} else {
		rc = settle_failures(l, why);
		if (rc == 0)
			rc = tell_published(l, result, heed.hold.reason, r);
	}
	heed_clear(&heed);
	return rc;
}
