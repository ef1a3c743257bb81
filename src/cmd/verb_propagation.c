/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/lineage_verb.h"
#include "dane/tlsa.h"
#include "dns/authority.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/mark.h"
#include "setup/world/env.h"

static const struct opt opts[] = {
	SETUP_OPTS(struct lineage_verb_values, setup),
	SETUP_DNS_OPTS(struct lineage_verb_values, dns),
	{ .long_name = NULL },
};

/* Of one owner. */
struct shown {
	struct mark_sets sets;
	char *owner; /* owned; with its final dot */
};

static void show_line(const char *text, const char *word)
{
	printf("      %s  %s\n", text, word);
}

/* One that was mistyped is shown in full, with the one that was meant. */
static void show_wrong(const struct tlsa *rr, const struct tlsa *meant)
{
	char *text = tlsa_to_text(rr), *other = tlsa_to_text(meant);
	char *line = mark_difference(rr, meant);

	show_line(text, mark_word(MARK_WRONG));
	show_line(other, "is meant");
	printf("      %s\n", line);
	free(text);
	free(other);
	free(line);
}

static void show_record(const struct shown *shown, const struct tlsa *rr)
{
	const struct tlsa *meant = NULL;
	enum mark mark = mark_of(&shown->sets, shown->owner, rr, &meant);
	char *text;

	if (meant) {
		show_wrong(rr, meant);
		return;
	}
	text = tlsa_to_short_text(rr);
	show_line(text, mark_word(mark));
	free(text);
}

static void show_missing(const struct shown *shown, const struct authority_server *s)
{
	const struct record *want = shown->sets.want;
	char *text;
	size_t i;

	for (i = 0; i < shown->sets.want_count; i++) {
		if (strcmp(want[i].owner, shown->owner) != 0 ||
		    tlsa_is_among(&want[i].rr, s->record, s->record_count))
			continue;
		text = tlsa_to_short_text(&want[i].rr);
		show_line(text, "missing");
		free(text);
	}
}

static void show_answer(const struct shown *shown, const struct authority_server *s)
{
	char date[32];
	size_t i;

	fputs("      ", stdout);
	if (s->serial >= 0)
		printf("serial %lld, ", (long long)s->serial);
	printf("%sTTL %lld", s->absent ? "no record, " : "", (long long)s->ttl);
	if (s->rrsig_expires != -1)
		printf(", RRSIG to %s", clock_date(s->rrsig_expires, date));
	putchar('\n');
	for (i = 0; i < s->record_count; i++)
		show_record(shown, &s->record[i]);
	show_missing(shown, s);
}

static void show_server(const struct shown *shown, const struct authority_server *s)
{
	char *error;

	printf("    %s%s%s\n", s->name, s->address ? " " : "",
	       s->address ? s->address : "");
	if (!s->error) {
		show_answer(shown, s);
		return;
	}
	error = log_escape(s->error, strlen(s->error));
	printf("      %s%s\n", error, s->excused ? " (no route from here)" : "");
	free(error);
}

/* Shows every server, and what it said. */
static void show_servers(const struct env_question *q, const char *owner,
			 const struct authority_report *report)
{
	const struct shown shown = {
		.sets = { q->want, q->dead, q->want_count, q->dead_count },
		.owner = mem_printf("%s.", owner),
	};
	size_t i;

	printf("  %s%s in zone %s\n", report->zone.owner,
	       report->zone.is_alias ? " (the real owner, behind an alias)" : "",
	       *report->zone.apex ? report->zone.apex : ".");
	for (i = 0; i < report->server_count; i++)
		show_server(&shown, &report->server[i]);
	free(shown.owner);
}

static int propagation_step(struct lineage *l, const struct lineage_verb_values *v,
			    struct outcome *ret_result, struct why *why)
{
	(void)v;
	return rollover_propagation(l, ret_result, why);
}

static int watch_lineages(const void *values, const struct opt_list *args)
{
	static const struct lineage_verb verb = {
		.name = "propagation",
		.step = propagation_step,
		.looks_back = true,
		.show = show_servers,
	};

	return lineage_verb_work(&verb, values, args);
}

const struct cmd *verb_propagation(void)
{
	static const struct cmd cmd = {
		.name = "propagation",
		.synopsis = "[OPTIONS] NAME...",
		.summary =
			"show which name servers have the records, and when it is safe",
		.notes = "It is safe when all agree and twice the largest TTL has passed "
			 "since.\nEach record is wanted, wrong (a wanted one with other "
			 "digits, which are marked), too many (the lineage's own, of a "
			 "key that is out of use), foreign, or "
			 "missing.\n" LINEAGE_VERB_EXITS,
		.opts = opts,
		.values_size = sizeof(struct lineage_verb_values),
		.check = lineage_verb_check,
		.work = watch_lineages,
	};

	return &cmd;
}
