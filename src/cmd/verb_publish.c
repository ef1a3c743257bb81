/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/why.h"
#include "cmd/lineage_verb.h"
#include "cmd/record_print.h"
#include "dane/tlsa.h"
#include "setup/key/record.h"
#include "setup/life/outcome.h"
#include "setup/life/prune.h"
#include "setup/life/publication.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/publish.h"
#include "setup/publish/publish_owner.h"
#include "setup/publish/wanted.h"

static const struct opt opts[] = {
	{ "dry-run", 0, OPT_FLAG, offsetof(struct lineage_verb_values, dry_run),
	  .help = "only print the difference from what is published; for print and exec "
		  "the records to add and those of ours to remove" },
	{ "prune", 0, OPT_FLAG, offsetof(struct lineage_verb_values, prune),
	  .help = "take out the lineage's own records at services that lineage.conf no "
		  "longer has, and nothing else" },
	{ "even-if-insecure", 0, OPT_FLAG,
	  offsetof(struct lineage_verb_values, even_if_insecure),
	  .help = "go on where a zone isn't signed or has no DS at its parent" },
	{ "format", 0, OPT_CHOICE, offsetof(struct lineage_verb_values, format),
	  .fallback = "zone", .argument = RECORD_FORMATS,
	  .help = "of the records that are printed, as in record" },
	{ "zone", 0, OPT_TEXT, offsetof(struct lineage_verb_values, zone),
	  .argument = "NAME", .help = "the zone of the records, for form and nsupdate" },
	SETUP_OPTS(struct lineage_verb_values, setup),
	SETUP_DNS_OPTS(struct lineage_verb_values, dns),
	{ .long_name = NULL },
};

static int print_wanted(const struct wanted *w, const struct lineage_verb_values *v,
			struct why *why)
{
	struct record_print print;
	size_t i;
	int rc = record_print_begin(&print, (enum record_format)v->format, v->zone, why);

	for (i = 0; rc == 0 && i < w->want_count; i++)
		rc = record_print_one(&print, &w->want[i], why);
	record_print_end(&print, rc == 0);
	return rc;
}

/* There is no format for records that go, so they are printed as a remark. */
static void print_dead(const struct wanted *w)
{
	char *text;
	size_t i;

	for (i = 0; i < w->dead_count; i++) {
		text = record_zone_line(&w->dead[i]);
		printf("; remove: %s\n", text);
		free(text);
	}
	for (i = 0; i < w->endpoints.others_count; i++)
		printf("; %s is not yours: ask its operator\n", w->endpoints.others[i]);
}

static void print_change(char sign, const struct publish_owner *o, const struct tlsa *rr)
{
	char *text = tlsa_to_text(rr);

	printf("%c %s. %lu IN TLSA %s\n", sign, o->zone->owner, (unsigned long)o->ttl,
	       text);
	free(text);
}

static void tell_change(void *arg, const struct publish_owner *o,
			const struct publish_change *change)
{
	size_t i;

	(void)arg;
	for (i = 0; i < change->add_count; i++)
		print_change('+', o, &change->add[i]);
	for (i = 0; i < change->remove_count; i++)
		print_change('-', o, &change->remove[i]);
	if (!change->add_count && !change->remove_count)
		printf("= %s. is as wanted\n", o->zone->owner);
	if (change->foreign)
		printf("; %zu of others at %s. stay\n", change->foreign, o->zone->owner);
}

/* For who wants to know what a DNS provider would be asked, or to report that it takes it
 * amiss. */
static void tell_request(void *arg, const char *method, const char *url, const char *body)
{
	char *shown = log_escape(body ? body : "", body ? strlen(body) : 0);

	(void)arg;
	printf("> %s %s\n", method, url);
	if (*shown)
		printf("> %s\n", shown);
	free(shown);
}

/* The difference, where the way can look into the zone, else what is wanted. */
static int dry_run(struct lineage *l, const struct lineage_verb_values *v,
		   const struct wanted *w, struct why *why)
{
	const struct publish_watch watch = { .tell = tell_change,
					     .tell_request = v->setup.verbose
								     ? tell_request
								     : NULL };
	enum publish_result result = PUBLISH_BY_HAND;
	int rc = publish_preview(l, w, &watch, &result, why);

	if (rc < 0 || result == PUBLISH_DONE)
		return rc;
	rc = print_wanted(w, v, why);
	if (rc == 0)
		print_dead(w);
	return rc;
}

/* Some of the records may be held back now. */
static int print_all(struct lineage *l, const struct lineage_verb_values *v,
		     struct why *why)
{
	struct wanted w = { 0 };
	int rc = wanted_make(l, l->state.held, &w, why);

	if (rc == 0)
		rc = print_wanted(&w, v, why);
	if (rc == 0)
		print_dead(&w);
	wanted_clear(&w);
	return rc;
}

/* What can't be known without asking isn't told: print works without DNS. */
static int preview_records(struct lineage *l, const struct lineage_verb_values *v,
			   struct why *why)
{
	struct wanted w = { 0 };
	struct why inner;
	char *held = NULL;
	int rc;

	if (publication_preview(l, &held, &inner) < 0)
		log_warn("%s", inner.text);
	if (held)
		log_warn("%s", held);
	rc = wanted_make(l, l->state.held, &w, why);
	if (rc == 0 && w.want_count)
		rc = dry_run(l, v, &w, why);
	wanted_clear(&w);
	free(held);
	return rc;
}

static int print_pruned(struct lineage *l, const struct wanted *w, struct why *why)
{
	const struct publish_watch watch = { .tell = tell_change };
	enum publish_result result = PUBLISH_BY_HAND;
	int rc = w->dead_count ? publish_preview(l, w, &watch, &result, why) : 0;

	if (rc == 0 && result == PUBLISH_BY_HAND)
		print_dead(w);
	return rc;
}

static int prune_step(struct lineage *l, const struct lineage_verb_values *v,
		      struct outcome *r, struct why *why)
{
	struct wanted w = { 0 };
	char *stays = NULL;
	int rc = prune_find(l, &w, &stays, why);

	if (rc == 0 && (v->dry_run || publish_is_by_hand(l)))
		rc = print_pruned(l, &w, why);
	if (rc == 0 && !v->dry_run)
		rc = prune_give(l, &w, stays, r, why);
	else if (rc == 0 && stays)
		log_warn("%s", stays);
	wanted_clear(&w);
	free(stays);
	return rc;
}

static int publish_step(struct lineage *l, const struct lineage_verb_values *v,
			struct outcome *r, struct why *why)
{
	int rc;

	*r = (struct outcome){ .kind = OUTCOME_NOTHING };
	if (v->prune)
		return prune_step(l, v, r, why);
	if (v->dry_run)
		return preview_records(l, v, why);
	rc = lineage_verb_check_secure(l->env, &l->conf, v->even_if_insecure, why);
	if (rc == 0)
		rc = rollover_publish(l, r, why);
	if (rc == 0 && publish_is_by_hand(l) && r->kind != OUTCOME_REFUSED)
		rc = print_all(l, v, why);
	return rc;
}

static int publish_lineages(const void *values, const struct opt_list *args)
{
	static const struct lineage_verb verb = {
		.name = "publish",
		.step = publish_step,
		.looks_back = true,
	};

	return lineage_verb_work(&verb, values, args);
}

const struct cmd *verb_publish(void)
{
	static const struct cmd cmd = {
		.name = "publish",
		.synopsis = "[OPTIONS] NAME...",
		.summary = "publish the records of the current and the next key in DNS",
		.notes = "How is said by publish in lineage.conf: print, rfc2136, "
			 "powerdns, exec, or a DNS provider (lineage.conf(5)). "
			 "Records that aren't the lineage's own stay as they "
			 "are.\n" LINEAGE_VERB_EXITS,
		.opts = opts,
		.values_size = sizeof(struct lineage_verb_values),
		.check = lineage_verb_check,
		.work = publish_lineages,
	};

	return &cmd;
}
