/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stddef.h>

#include "cmd/lineage_verb.h"
#include "setup/cert/renew.h"
#include "setup/life/hook.h"
#include "setup/lineage/lineage.h"

static const struct opt opts[] = {
	{ "all", 0, OPT_FLAG, offsetof(struct lineage_verb_values, all),
	  .help = "every lineage of the folder" },
	{ "force", 0, OPT_FLAG, offsetof(struct lineage_verb_values, force),
	  .help = "now, even if it isn't due or the last try failed; accepts a "
		  "certificate that ends no later than the one in place" },
	{ "no-install", 0, OPT_FLAG, offsetof(struct lineage_verb_values, no_install),
	  .help = "only fetch the certificate" },
	SETUP_OPTS(struct lineage_verb_values, setup),
	SETUP_DNS_OPTS(struct lineage_verb_values, dns),
	{ .long_name = NULL },
};

static int renew_step(struct lineage *l, const struct lineage_verb_values *v,
		      struct outcome *ret_result, struct why *why)
{
	struct hook_report report = { 0 };
	int rc;

	if (!renew_is_by_hook(l))
		return rollover_renew(l, v->force, !v->no_install, ret_result, why);
	rc = hook_renew(l, v->force, !v->no_install, &report, why);
	*ret_result = report.result;
	report.result = (struct outcome){ 0 };
	hook_report_clear(&report);
	return rc;
}

static int renew_lineages(const void *values, const struct opt_list *args)
{
	static const struct lineage_verb verb = {
		.name = "renew",
		.step = renew_step,
		.looks_ahead = true,
		.looks_back = true,
	};

	return lineage_verb_work(&verb, values, args);
}

const struct cmd *verb_renew(void)
{
	static const struct cmd cmd = {
		.name = "renew",
		.synopsis = "[OPTIONS] NAME... | --all",
		.summary = "get a new certificate for the same key, when it is due",
		.notes = "The key never changes here, so its records stay true. Due at a "
			 "third of the lifetime, at half of it below ten days, or as "
			 "renew_at says.\n" LINEAGE_VERB_EXITS,
		.opts = opts,
		.values_size = sizeof(struct lineage_verb_values),
		.check = lineage_verb_check,
		.work = renew_lineages,
	};

	return &cmd;
}
