/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stddef.h>

#include "base/clock.h"
#include "cmd/lineage_verb.h"
#include "setup/lineage/lineage.h"

static int parse_since(const char *text, void *field, struct why *why)
{
	return clock_parse_rfc3339(text, field, why);
}

static const struct opt opts[] = {
	{ "all", 0, OPT_FLAG, offsetof(struct lineage_verb_values, all),
	  .help = "every lineage of the folder" },
	{ "force", 0, OPT_FLAG, offsetof(struct lineage_verb_values, force),
	  .help = "don't pause after a failed try; waits for caches are not shortened" },
	{ "again", 0, OPT_FLAG, offsetof(struct lineage_verb_values, again),
	  .help = "begin one less than a day after the last one ended" },
	{ "emergency", 0, OPT_FLAG, offsetof(struct lineage_verb_values, emergency),
	  .help = "the key is compromised: begin now, and wait for nothing that doesn't "
		  "protect the service" },
	{ "assume-published-since", 0, OPT_OWN,
	  offsetof(struct lineage_verb_values, assume_since), .argument = "TIME",
	  .parse = parse_since,
	  .help = "in an emergency, where you know that all name servers have had the "
		  "records since then: what caches got before isn't waited for any "
		  "more; 2026-11-29T10:00:00Z" },
	{ "why", 0, OPT_TEXT, offsetof(struct lineage_verb_values, why),
	  .argument = "TEXT", .help = "how you know that (written to the journal)" },
	{ "discard-next", 0, OPT_FLAG, offsetof(struct lineage_verb_values, discard_next),
	  .help = "make another next key because the present one is lost" },
	SETUP_OPTS(struct lineage_verb_values, setup),
	SETUP_DNS_OPTS(struct lineage_verb_values, dns),
	{ .long_name = NULL },
};

static int roll_step(struct lineage *l, const struct lineage_verb_values *v,
		     struct outcome *ret_result, struct why *why)
{
	struct rollover_how how = { .begin = !v->all,
				    .again = v->again,
				    .force = v->force,
				    .emergency = v->emergency,
				    .assume_since = v->assume_since,
				    .assume_reason = v->why };

	if (v->discard_next)
		return rollover_discard_next(l, ret_result, why);
	return rollover_step(l, &how, ret_result, why);
}

static int roll_lineages(const void *values, const struct opt_list *args)
{
	static const struct lineage_verb verb = {
		.name = "rollover",
		.step = roll_step,
		.looks_ahead = true,
		.asks_person = true,
		.looks_back = true,
	};

	return lineage_verb_work(&verb, values, args);
}

const struct cmd *verb_rollover(void)
{
	static const struct cmd cmd = {
		.name = "rollover",
		.synopsis = "[OPTIONS] NAME... | --all",
		.summary =
			"switch from the current key to the next, one safe step per run",
		.notes = "--all begins a rollover only where rollover_every has passed; "
			 "run it from cron or a timer.\n" LINEAGE_VERB_EXITS,
		.opts = opts,
		.values_size = sizeof(struct lineage_verb_values),
		.check = lineage_verb_check,
		.work = roll_lineages,
	};

	return &cmd;
}
