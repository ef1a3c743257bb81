/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/install/deploy.h"

#include <stdlib.h>

#include "base/why.h"
#include "setup/lineage/lineage.h"
#include "setup/world/command.h"

#define DEPLOY_TIMEOUT_MS (10 * 60 * 1000)

#define PATHS 4

static int run_one(struct lineage *l, const char *text, struct why *why)
{
	static const char *const names[PATHS] = { "privkey", "cert", "chain",
						  "fullchain" };
	struct env_command command = { .timeout_ms = DEPLOY_TIMEOUT_MS };
	struct command_word words[PATHS + 1];
	const char *value[PATHS];
	char *path[PATHS], *filled;
	int i, rc;

	for (i = 0; i < PATHS; i++) {
		path[i] = lineage_path(l, "live/%s.pem", names[i]);
		value[i] = path[i];
		words[i] = (struct command_word){ names[i], &value[i], 1 };
	}
	words[PATHS] = (struct command_word){ "domains",
					      (const char *const *)l->conf.domains.item,
					      l->conf.domains.count };
	filled = command_fill(text, words, PATHS + 1);
	command.text = filled;
	rc = filled ? env_run(l->env, &command, why)
		    : why_set(why, DP_ELIMIT, "the deploy command is too long");
	free(filled);
	for (i = 0; i < PATHS; i++)
		free(path[i]);
	return rc;
}

int deploy_run(struct lineage *l, bool backwards, struct why *why)
{
	size_t count = l->conf.deploy.count, i;
	int rc = 0, failed;

	for (i = 0; i < count && (rc == 0 || backwards); i++) {
		failed = run_one(l, l->conf.deploy.item[backwards ? count - 1 - i : i],
				 why);
		rc = failed < 0 ? failed : rc;
	}
	return rc;
}
