/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/lineage_verb.h"
#include "setup/life/end.h"
#include "setup/life/outcome.h"
#include "setup/lineage/lineage.h"

static const struct opt opts[] = {
	{ "even-if-served", 0, OPT_FLAG,
	  offsetof(struct lineage_verb_values, even_if_served),
	  .help = "take out also the records of keys that a service still presents, "
		  "unless those of others would break it then, and of services that "
		  "nobody can look at" },
	{ "back", 0, OPT_FLAG, offsetof(struct lineage_verb_values, back),
	  .help = "it stays in service after all" },
	SETUP_OPTS(struct lineage_verb_values, setup),
	SETUP_DNS_OPTS(struct lineage_verb_values, dns),
	{ .long_name = NULL },
};

static int end_lineage(struct lineage *l, const struct lineage_verb_values *v,
		       struct outcome *r, struct why *why)
{
	int rc = v->back ? end_take_back(l, r, why)
			 : end_step(l, v->even_if_served, r, why);
	char *remarks = rc == 0 ? end_remarks(l) : NULL;

	if (remarks && !v->setup.quiet)
		fputs(remarks, stdout);
	free(remarks);
	return rc;
}

static int end_lineages(const void *values, const struct opt_list *args)
{
	static const struct lineage_verb verb = {
		.name = "end",
		.step = end_lineage,
	};

	return lineage_verb_work(&verb, values, args);
}

const struct cmd *verb_end(void)
{
	static const struct cmd cmd = {
		.name = "end",
		.synopsis = "[OPTIONS] NAME...",
		.summary = "take a lineage out of service, one safe step per run",
		.notes = "Its records leave DNS, but for those of keys that a service "
			 "still "
			 "presents; when none is left its folder is moved aside. No key "
			 "is deleted.\n" LINEAGE_VERB_EXITS,
		.opts = opts,
		.values_size = sizeof(struct lineage_verb_values),
		.check = lineage_verb_check,
		.work = end_lineages,
	};

	return &cmd;
}
