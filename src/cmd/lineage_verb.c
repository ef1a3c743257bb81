/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/lineage_verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "cmd/cmd.h"
#include "cmd/world.h"
#include "setup/key/key.h"
#include "setup/life/by_hand.h"
#include "setup/life/outcome.h"
#include "setup/life/preflight.h"
#include "setup/life/prune.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/lineage_open.h"
#include "setup/publish/secure.h"

int lineage_verb_check(const void *values, const struct opts_rest *rest, struct why *why)
{
	const struct lineage_verb_values *v = values;

	if (v->all && v->discard_next)
		return why_set(why, DP_EINVAL,
			       "--discard-next and --all: name the one "
			       "whose next key is lost");
	if (!v->assume_since != !v->why)
		return why_set(why, DP_EINVAL,
			       "--assume-published-since and --why need each other");
	if (v->assume_since && (v->all || rest->args.count != 1))
		return why_set(why, DP_EINVAL,
			       "--assume-published-since is about one lineage: name it");
	if (v->all && rest->args.count)
		return why_set(why, DP_EINVAL, "give --all or a NAME, not both");
	if (v->all || rest->args.count)
		return 0;
	return why_set(why, DP_EINVAL,
		       "no NAME of a lineage; daneprobe status lists them");
}

/* The exit status as cron and timers want it: 0 where all goes as planned. */
static int status_of(enum outcome_kind outcome)
{
	switch (outcome) {
	case OUTCOME_NOTHING:
	case OUTCOME_MOVED:
	case OUTCOME_WAITING:
		return 0;
	case OUTCOME_LATE:
		return 1;
	case OUTCOME_REFUSED:
		return 2;
	}
	return 2;
}

int lineage_verb_tell(const struct lineage *l, bool quiet, const struct outcome *r)
{
	char *text = r->text ? log_escape(r->text, strlen(r->text)) : mem_text("done");
	bool planned = status_of(r->kind) == 0;

	if (!planned)
		log_error("%s: %s", l->name, text);
	else if (!quiet)
		printf("%s  %s: %s\n", l->name, lineage_state_stage_name(l->state.stage),
		       text);
	free(text);
	return status_of(r->kind);
}

void lineage_verb_show_other(const char *text, const char *problem)
{
	char *shown = problem ? log_escape(problem, strlen(problem)) : NULL;

	printf("%s  run by others%s%s\n", text, shown ? ", ask its operator: " : ": good",
	       shown ? shown : "");
	free(shown);
}

int lineage_verb_failure(int rc)
{
	return rc == DP_EIO || rc == DP_ECRYPTO || rc == DP_EDNS || rc == DP_EEXIST ||
			       rc == DP_EBUSY
		       ? CMD_NO
		       : CMD_USAGE;
}

static int worse_status(int a, int b)
{
	return a > b ? a : b;
}

/* What a later step would fail at is known today. */
static int look_ahead(struct lineage *l, bool to_person)
{
	char *say = NULL, *text;
	struct why why;

	if (preflight_review(l, to_person, &say, &why) < 0)
		return cmd_fail(&why, CMD_NO);
	if (!say)
		return 0;
	text = log_escape(say, strlen(say));
	log_warn("%s: the next step would fail: %s", l->name, text);
	free(text);
	free(say);
	return 1;
}

/* The step that waits for a person is printed even where all else is silent. */
static int ask_person(struct lineage *l, bool to_person)
{
	char *text = NULL;
	struct why why;

	if (by_hand_review(l, to_person, &text, &why) < 0)
		return cmd_fail(&why, CMD_NO);
	if (text)
		printf("%s  %s\n", l->name, text);
	free(text);
	return 0;
}

/* Once, then daily, and to a person each time. */
static int look_back(struct lineage *l, bool to_person)
{
	char *say = NULL, *text;
	struct why why;

	if (prune_review(l, to_person, &say, &why) < 0)
		return cmd_fail(&why, CMD_NO);
	if (!say)
		return 0;
	text = log_escape(say, strlen(say));
	log_warn("%s: %s", l->name, text);
	free(text);
	free(say);
	return 1;
}

static int step_one(const struct lineage_verb *verb, const struct lineage_verb_values *v,
		    const char *name)
{
	struct outcome result = { 0 };
	struct world world;
	struct env env;
	struct lineage l;
	struct why why;
	int rc, status;

	world_init(&world, &v->dns, &env);
	world.show = v->setup.quiet ? NULL : verb->show;
	world.show_other = v->setup.quiet ? NULL : lineage_verb_show_other;
	rc = lineage_open(&env, setup_opts_dir(&v->setup), name, verb->name,
			  LINEAGE_WRITE, &l, &why);
	if (rc == DP_EBUSY && v->all && v->setup.quiet) /* the run of before is at it */
		return 0;
	if (rc < 0)
		return cmd_fail(&why, lineage_verb_failure(rc));
	if (!v->all) /* a person asks, and may have removed the cause */
		lineage_state_end_pause(&l.state);
	rc = verb->step(&l, v, &result, &why);
	status = rc < 0 ? cmd_fail(&why, lineage_verb_failure(rc))
			: lineage_verb_tell(&l, v->setup.quiet, &result);
	world.show = NULL; /* what follows is no step of the verb */
	if (rc == 0 && verb->looks_ahead && !status) /* else there is enough to do */
		status = look_ahead(&l, !v->all);
	if (rc == 0 && verb->asks_person)
		status = worse_status(status, ask_person(&l, !v->all && !v->setup.quiet));
	if (rc == 0 && verb->looks_back && !v->dry_run && !v->prune)
		status = worse_status(status, look_back(&l, !v->all));
	outcome_clear(&result);
	lineage_close(&l);
	return status;
}

static int step_all(const struct lineage_verb *verb, const struct lineage_verb_values *v)
{
	char **names = NULL;
	size_t count = 0, i;
	int status = 0;
	struct why why;

	if (lineage_list(setup_opts_dir(&v->setup), &names, &count, &why) < 0)
		return cmd_fail(&why, CMD_USAGE);
	for (i = 0; i < count; i++) {
		status = worse_status(status, step_one(verb, v, names[i]));
		free(names[i]);
	}
	free(names);
	return status;
}

static void show_missing(void *arg, const char *what)
{
	const bool *go_on = arg;

	if (*go_on)
		log_warn("%s", what);
	else
		log_error("%s", what);
}

int lineage_verb_check_secure(struct env *env, const struct lineage_conf *conf,
			      bool go_on, struct why *why)
{
	if (!secure_find_missing(env, conf, show_missing, &go_on) || go_on)
		return 0;
	return why_set(why, DP_EDNS,
		       "DANE needs signed zones; nothing was done (--even-if-insecure "
		       "goes on)");
}

int lineage_verb_work(const struct lineage_verb *verb,
		      const struct lineage_verb_values *v, const struct opt_list *args)
{
	int status = 0;
	size_t i;

	key_protect();
	if (v->all)
		status = step_all(verb, v);
	for (i = 0; i < args->count; i++)
		status = worse_status(status, step_one(verb, v, args->item[i]));
	return cmd_finish(status);
}
