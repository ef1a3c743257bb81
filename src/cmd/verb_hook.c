/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "cmd/lineage_verb.h"
#include "cmd/world.h"
#include "setup/cert/renew.h"
#include "setup/key/key.h"
#include "setup/life/hook.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/lineage_open.h"

#define CLIENT "certbot"
#define LOCK_TRIES                                                                       \
	240 /* half seconds: a run that is at work mostly ends within two minutes */
#define LOCK_PAUSE_NS 500000000L

struct values {
	struct setup_opts setup;
	struct setup_dns_opts dns;
	bool pre;
	const char *renewed; /* NULL: RENEWED_LINEAGE of the environment */
};

static const struct opt opts[] = {
	{ "pre", 0, OPT_FLAG, offsetof(struct values, pre),
	  .help = "before a renewal: only say what will become of it, and what to do" },
	{ "renewed", 0, OPT_TEXT, offsetof(struct values, renewed), .argument = "DIR",
	  .help = "certbot's folder of the certificate, DIR/live/NAME; default "
		  "RENEWED_LINEAGE of the environment, as certbot sets it" },
	SETUP_OPTS(struct values, setup),
	SETUP_DNS_OPTS(struct values, dns),
	{ .long_name = NULL },
};

static const char *renewed_folder(const struct values *v)
{
	const char *folder = v->renewed ? v->renewed : getenv("RENEWED_LINEAGE");

	return folder && *folder ? folder : NULL;
}

static int check_hook_args(const void *values, const struct opts_rest *rest,
			   struct why *why)
{
	const struct values *v = values;

	if (!rest->args.count || strcmp(rest->args.item[0], CLIENT) != 0)
		return why_set(why, DP_EINVAL,
			       "hook " CLIENT ": other clients renew by acme of "
			       "lineage.conf");
	if (v->pre && v->renewed)
		return why_set(why, DP_EINVAL,
			       "--pre is before a renewal: no --renewed with it");
	if (!v->pre && !renewed_folder(v))
		return why_set(why, DP_EINVAL,
			       "no certificate: certbot tells it in RENEWED_LINEAGE; by "
			       "hand, --renewed /etc/letsencrypt/live/NAME");
	return 0;
}

/* A run of renew or rollover may be at it just now, and certbot calls only once. */
static int open_patiently(struct env *env, const struct values *v, const char *name,
			  struct lineage *ret_lineage, struct why *why)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	int rc, tries;

	for (tries = 0;; tries++) {
		rc = lineage_open(env, setup_opts_dir(&v->setup), name, "hook",
				  v->pre ? LINEAGE_READ : LINEAGE_WRITE, ret_lineage,
				  why);
		if (rc != DP_EBUSY || tries == LOCK_TRIES)
			return rc;
		(void)nanosleep(&pause, NULL);
	}
}

static void print_remedy(const char *remedy)
{
	size_t len;

	if (!remedy)
		return;
	fputs("To do:\n", stderr);
	for (;; remedy += len + 1) {
		char *line;

		len = strcspn(remedy, "\n");
		line = log_escape(remedy, len);
		fprintf(stderr, "  %s\n", line);
		free(line);
		if (!remedy[len])
			return;
	}
}

static int work_on(const struct values *v, const char *name)
{
	struct hook_report report = { 0 };
	struct setup_dns_opts dns = v->dns;
	struct world world;
	struct lineage l;
	struct env env;
	struct why why;
	int rc, status;

	world_init(&world, &dns, &env);
	world.show_other = v->setup.quiet ? NULL : lineage_verb_show_other;
	rc = open_patiently(&env, v, name, &l, &why);
	if (rc < 0)
		return cmd_fail(&why, lineage_verb_failure(rc));
	rc = v->pre ? hook_predict(&l, &report, &why)
		    : hook_deploy(&l, renewed_folder(v), &report, &why);
	status = rc < 0 ? cmd_fail(&why, lineage_verb_failure(rc))
			: lineage_verb_tell(&l, v->setup.quiet, &report.result);
	print_remedy(report.remedy);
	hook_report_clear(&report);
	lineage_close(&l);
	return status;
}

/* Whether the hook is meant for the lineage; it has to be where the user named it. */
static bool is_meant(const struct values *v, const char *name, bool named,
		     int *ret_status)
{
	struct lineage l;
	struct env env;
	struct why why;
	bool by_hook, meant;

	env_init(&env);
	if (lineage_open(&env, setup_opts_dir(&v->setup), name, "hook", LINEAGE_READ, &l,
			 &why) < 0) {
		*ret_status = cmd_fail(&why, CMD_USAGE);
		return false;
	}
	by_hook = renew_is_by_hook(&l);
	meant = by_hook && (v->pre || hook_serves(&l, renewed_folder(v)));
	lineage_close(&l);
	if (named && !by_hook)
		why_set(&why, DP_EINVAL,
			"%s: acme = hook certbot in its lineage.conf leaves its renewals "
			"to certbot",
			name);
	else if (named && !meant)
		why_set(&why, DP_EINVAL, "%s: its acme line doesn't name %s", name,
			renewed_folder(v));
	if (named && !meant)
		*ret_status = cmd_fail(&why, CMD_USAGE);
	return meant;
}

static int worse_status(int a, int b)
{
	return a > b ? a : b;
}

static int work_all(const struct values *v, bool *ret_any)
{
	char **names = NULL;
	size_t count = 0, i;
	int status = 0, failed;
	struct why why;

	if (lineage_list(setup_opts_dir(&v->setup), &names, &count, &why) < 0)
		return cmd_fail(&why, CMD_USAGE);
	for (i = 0; i < count; i++) {
		failed = 0;
		if (is_meant(v, names[i], false, &failed)) {
			status = worse_status(status, work_on(v, names[i]));
			*ret_any = true;
		}
		status = worse_status(status, failed);
		free(names[i]);
	}
	free(names);
	return status;
}

static int run_hooks(const void *values, const struct opt_list *args)
{
	const struct values *v = values;
	int status = 0, failed;
	bool any = false;
	size_t i;

	key_protect();
	if (args->count == 1)
		status = work_all(v, &any);
	for (i = 1; i < args->count; i++) {
		failed = 0;
		if (is_meant(v, args->item[i], true, &failed))
			failed = work_on(v, args->item[i]);
		status = worse_status(status, failed);
	}
	/* certbot may have certificates of no lineage: that is no error of its run. */
	if (args->count == 1 && !any && !status && !v->setup.quiet)
		printf("no lineage of %s leaves %s to certbot (acme = hook certbot)\n",
		       setup_opts_dir(&v->setup),
		       v->pre ? "anything" : renewed_folder(v));
	return cmd_finish(status);
}

const struct cmd *verb_hook(void)
{
	static const struct cmd cmd = {
		.name = "hook",
		.synopsis = "certbot [OPTIONS] [NAME...]",
		.summary = "take over what certbot renewed, where certbot is in charge",
		.notes = "For certbot's --deploy-hook and, with --pre, its --pre-hook; "
			 "for "
			 "lineages with acme = hook certbot. A certificate for a key "
			 "whose record is safe is installed; any other is left "
			 "out, and the old one stays.\n"
			 "Exit status: 0 installed, or nothing of a lineage's; 1 a "
			 "renewal will be left out, or one service is bad as before; 2 "
			 "left out, not safe yet or gone back; 3 usage, configuration or "
			 "unreadable state.",
		.opts = opts,
		.values_size = sizeof(struct values),
		.check = check_hook_args,
		.work = run_hooks,
	};

	return &cmd;
}
