/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish_provider.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/lineage/lineage.h"
#include "setup/provider/provider.h"
#include "setup/provider/providers.h"
#include "setup/publish/publish_options.h"
#include "setup/publish/publish_owner.h"
#include "setup/world/env.h"

/* In case somebody else changes the records meanwhile, or an answer is lost. */
#define TRIES 4

/* The session of one run, for all owners. */
struct giving {
	struct provider_session session;
	struct provider_watch requests;
	const struct publish_watch *watch; /* borrowed; NULL: the change is made */
	char *apex;			   /* owned; of the zone that was found last */
};

/* What the provider has at one owner, and what of it is a TLSA record that can be read:
 * everything else is somebody else's. */
struct looked {
	struct provider_answer before;
	struct tlsa *have;
	size_t have_count;
	const struct tlsa **rr; /* of each record of before, one of have; NULL: it can't
				   be read */
};

static void look_over(struct looked *l)
{
	struct why why;
	size_t i;

	l->have = mem_array(l->before.count, sizeof(*l->have));
	l->rr = mem_array(l->before.count, sizeof(*l->rr));
	for (i = 0; i < l->before.count; i++)
		if (tlsa_parse(l->before.record[i].content, &l->have[l->have_count],
			       &why) == 0)
			l->rr[i] = &l->have[l->have_count++];
}

static void clear_looked(struct looked *l)
{
	size_t i;

	for (i = 0; i < l->have_count; i++)
		tlsa_clear(&l->have[i]);
	free(l->have);
	free(l->rr);
	provider_answer_clear(&l->before);
	*l = (struct looked){ 0 };
}

/* Whether record i is to go. */
static bool record_goes(const struct looked *l, size_t i, const struct publish_change *c)
{
	return l->rr[i] && tlsa_is_among(l->rr[i], c->remove, c->remove_count);
}

/* An RRset has one TTL: where others have records, theirs stays. */
static uint32_t choose_ttl(const struct provider_session *s, const struct looked *l,
			   const struct publish_owner *o, bool keep)
{
	const struct provider *p = s->provider;
	uint32_t min = s->zone.ttl_min ? s->zone.ttl_min : p->ttl_min;
	uint32_t ttl = keep && l->before.ttl ? l->before.ttl : o->ttl;

	if (keep && l->before.ttl)
		return ttl;
	if (ttl < min)
		ttl = min;
	return p->ttl_max && ttl > p->ttl_max ? p->ttl_max : ttl;
}

/* All at once: what is there, less what goes, and what comes. */
static int replace_all(struct provider_session *s, const struct publish_owner *o,
		       const struct looked *l, const struct publish_change *c,
		       struct why *why)
{
	const char **content =
		mem_array(l->before.count + c->add_count, sizeof(*content));
	char **made = mem_array(c->add_count, sizeof(*made));
	struct provider_records after = { .content = content };
	size_t i;
	int rc;

	for (i = 0; i < l->before.count; i++)
		if (!record_goes(l, i, c))
			content[after.count++] = l->before.record[i].content;
	for (i = 0; i < c->add_count; i++) {
		made[i] = tlsa_to_text(&c->add[i]);
		content[after.count++] = made[i];
	}
	after.ttl = choose_ttl(s, l, o, c->foreign != 0);
	rc = s->provider->replace(s, o->zone->owner, &l->before, &after, why);
	for (i = 0; i < c->add_count; i++)
		free(made[i]);
	free(made);
	free(content);
	return rc;
}

/* Adds only: what goes has to wait until a look has shown that all of these are there. */
static int add_each(struct provider_session *s, const struct publish_owner *o,
		    const struct looked *l, const struct publish_change *c,
		    struct why *why)
{
	uint32_t ttl = choose_ttl(s, l, o, l->before.count != 0);
	size_t i;
	char *text;
	int rc = 0;

	for (i = 0; i < c->add_count && rc == 0; i++) {
		text = tlsa_to_text(&c->add[i]);
		rc = s->provider->add(s, o->zone->owner, text, ttl, why);
		free(text);
	}
	return rc;
}

static int remove_each(struct provider_session *s, const struct publish_owner *o,
		       const struct looked *l, const struct publish_change *c,
		       struct why *why)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < l->before.count && rc == 0; i++)
		if (record_goes(l, i, c))
			rc = s->provider->remove(s, o->zone->owner, &l->before.record[i],
						 why);
	return rc;
}

static int send_change(struct giving *g, const struct publish_owner *o,
		       const struct looked *l, const struct publish_change *c,
		       struct why *why)
{
	struct provider_session *s = &g->session;
	int rc;

	if (s->provider->replace)
		return replace_all(s, o, l, c, why);
	rc = c->add_count ? add_each(s, o, l, c, why) : 0;
	/* a dry run shows all of it */
	if (rc == 0 && (!c->add_count || g->watch))
		rc = remove_each(s, o, l, c, why);
	return rc == 0 && s->provider->apply ? s->provider->apply(s, why) : rc;
}

/* All is as wanted. An earlier run may have ended before its changes were served. */
static int end_change(struct lineage *lineage, struct giving *g,
		      const struct publish_owner *o, size_t foreign, struct why *why)
{
	const struct provider *p = g->session.provider;
	int rc = p->apply ? p->apply(&g->session, why) : 0;

	return rc < 0 ? rc : publish_owner_note_foreign(lineage, o, foreign, why);
}

/* Looks once and changes once. *ret_done: nothing was left to change. */
static int try_change(struct lineage *lineage, struct giving *g,
		      const struct publish_owner *o, bool *ret_done, struct why *why)
{
	struct provider_session *s = &g->session;
	struct publish_change c;
	struct looked l = { 0 };
	int rc = s->provider->read(s, o->zone->owner, &l.before, why);

	if (rc < 0)
		return rc;
	look_over(&l);
	publish_owner_diff(o, l.have, l.have_count, &c);
	c.foreign += l.before.count - l.have_count;
	*ret_done = !c.add_count && !c.remove_count;
	if (g->watch)
		g->watch->tell(g->watch->arg, o, &c);
	if (!*ret_done)
		rc = send_change(g, o, &l, &c, why);
	else if (!g->watch)
		rc = end_change(lineage, g, o, c.foreign, why);
	*ret_done = *ret_done || g->watch;
	publish_owner_clear(&c);
	clear_looked(&l);
	return rc;
}

/* After these nobody knows what the provider did: it is looked at again, never told
 * again blindly. */
static bool is_unclear(int rc)
{
	return rc == DP_EBUSY || rc == DP_ELATER || rc == DP_EIO || rc == DP_EFORMAT;
}

static int enter_zone(struct giving *g, const struct publish_owner *o, struct why *why)
{
	struct provider_session *s = &g->session;
	const struct provider *p = s->provider;
	const char *apex = s->options.zone ? s->options.zone : o->zone->apex;
	int rc;

	if (g->apex && !strcmp(g->apex, o->zone->apex))
		return 0;
	provider_answer_clear(&s->zone);
	rc = p->find_zone(s, apex, o->zone->owner, why);
	if (rc == 0 && s->zone.is_signed == PROVIDER_UNSIGNED)
		rc = why_set(why, DP_EDNS,
			     "%s says that it doesn't sign %s (%s): clients use no TLSA "
			     "record of an unsigned zone; turn DNSSEC on first: %s",
			     p->title, s->zone.zone,
			     s->zone.sign_word ? s->zone.sign_word : "unsigned",
			     p->signing);
	if (rc == 0) {
		free(g->apex);
		g->apex = mem_text(o->zone->apex);
	}
	return rc;
}

static int change_owner(struct lineage *l, const struct publish_owner *o, void *arg,
			struct why *why)
{
	struct giving *g = arg;
	struct why last = { "" };
	bool done = false;
	int rc = enter_zone(g, o, why), i;

	for (i = 0; i < TRIES && rc == 0 && !done; i++) {
		rc = try_change(l, g, o, &done, why);
		if (!is_unclear(rc) || i == TRIES - 1)
			continue;
		last = *why;
		done = false;
		rc = 0;
	}
	if (rc == 0 && !done)
		rc = why_set(why, DP_EDNS,
			     "%s accepted the change of %s, but doesn't have it%s%s",
			     g->session.provider->title, o->zone->owner,
			     *last.text ? "; " : "", last.text);
	return rc;
}

static int open_session(const struct lineage *l, const char *name, const char *text,
			struct provider_session *ret_session, struct why *why)
{
	struct provider_options options = { 0 };
	const struct publish_option known[] = { { "url", &options.url },
						{ "key-file", &options.key_file },
						{ "zone", &options.zone },
						{ "project", &options.project },
						{ "profile", &options.profile } };
	int rc =
		publish_options_parse(text, known, sizeof(known) / sizeof(known[0]), why);

	return rc < 0 ? rc
		      : provider_open(ret_session, providers_find(name), l->env, &options,
				      why);
}

static void tell_request(void *arg, const char *method, const char *url, const char *body)
{
	const struct giving *g = arg;

	if (g->watch->tell_request)
		g->watch->tell_request(g->watch->arg, method, url, body);
}

int publish_provider_records(struct lineage *l, const char *name, const char *options,
			     const struct wanted *wanted,
			     const struct publish_watch *watch,
			     enum publish_result *ret_result, struct why *why)
{
	struct giving g = { .watch = watch };
	int rc = open_session(l, name, options, &g.session, why);

	if (rc == 0 && !l->env->fetch)
		rc = why_set(why, DP_EIO, "%s can't be asked", g.session.provider->title);
	if (rc == 0 && watch) {
		g.requests = (struct provider_watch){ tell_request, &g };
		g.session.watch = &g.requests;
	}
	if (rc == 0)
		rc = publish_owner_each(l, wanted, change_owner, &g, why);
	if (rc == 0)
		*ret_result = PUBLISH_DONE;
	provider_close(&g.session);
	free(g.apex);
	return rc;
}

int publish_provider_check(const struct lineage *l, const char *name, const char *options,
			   struct why *why)
{
	struct provider_session s = { 0 };
	int rc = open_session(l, name, options, &s, why);

	provider_close(&s);
	return rc;
}
