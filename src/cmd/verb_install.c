/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stddef.h>

#include "cmd/lineage_verb.h"
#include "setup/lineage/lineage.h"

static const struct opt opts[] = {
	SETUP_OPTS(struct lineage_verb_values, setup),
	SETUP_DNS_OPTS(struct lineage_verb_values, dns),
	{ .long_name = NULL },
};

static int install_step(struct lineage *l, const struct lineage_verb_values *v,
			struct outcome *ret_result, struct why *why)
{
	(void)v;
	return rollover_install(l, ret_result, why);
}

static int install_lineages(const void *values, const struct opt_list *args)
{
	static const struct lineage_verb verb = {
		.name = "install",
		.step = install_step,
		.looks_back = true,
	};

	return lineage_verb_work(&verb, values, args);
}

const struct cmd *verb_install(void)
{
	static const struct cmd cmd = {
		.name = "install",
		.synopsis = "[OPTIONS] NAME...",
		.summary = "install the next key, once its record is safe",
		.notes = "Switches live, runs deploy, checks every service, and rolls "
			 "back if one of them does not present the "
			 "key.\n" LINEAGE_VERB_EXITS,
		.opts = opts,
		.values_size = sizeof(struct lineage_verb_values),
		.check = lineage_verb_check,
		.work = install_lineages,
	};

	return &cmd;
}
