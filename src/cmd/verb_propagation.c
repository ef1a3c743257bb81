/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cmd/lineage_verb.h"
#include "dane/tlsa.h"
#include "dns/authority.h"
#include "setup/lineage/lineage.h"

static const struct opt opts[] = {
	SETUP_OPTS(struct lineage_verb_values, setup),
	SETUP_DNS_OPTS(struct lineage_verb_values, dns),
	{ .long_name = NULL },
};

static void show_answer(const struct authority_server *s)
{
	char date[32], *text;
	size_t i;

	fputs("      ", stdout);
	if (s->serial >= 0)
		printf("serial %lld, ", (long long)s->serial);
	printf("%sTTL %lld", s->absent ? "no record, " : "", (long long)s->ttl);
	if (s->rrsig_expires != -1)
		printf(", RRSIG to %s", clock_date(s->rrsig_expires, date));
	putchar('\n');
	for (i = 0; i < s->record_count; i++) {
		text = tlsa_to_short_text(&s->record[i]);
		printf("      %s\n", text);
		free(text);
	}
}

static void show_server(const struct authority_server *s)
{
	char *error;

	printf("    %s%s%s\n", s->name, s->address ? " " : "",
	       s->address ? s->address : "");
	if (!s->error) {
		show_answer(s);
		return;
	}
	error = log_escape(s->error, strlen(s->error));
	printf("      %s%s\n", error, s->excused ? " (no route from here)" : "");
	free(error);
}

/* Shows every server, and what it said. */
static void show_servers(const struct authority_report *report)
{
	size_t i;

	printf("  %s%s in zone %s\n", report->zone.owner,
	       report->zone.is_alias ? " (the real owner, behind an alias)" : "",
	       *report->zone.apex ? report->zone.apex : ".");
	for (i = 0; i < report->server_count; i++)
		show_server(&report->server[i]);
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
			"tell which name servers have the records, and when that is safe",
		.notes = "Safe is when all agree and twice the largest TTL has passed "
			 "since.\n" LINEAGE_VERB_EXITS,
		.opts = opts,
		.values_size = sizeof(struct lineage_verb_values),
		.check = lineage_verb_check,
		.work = watch_lineages,
	};

	return &cmd;
}
