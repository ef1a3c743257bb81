/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "cmd/predict_print.h"
#include "cmd/setup_opts.h"
#include "cmd/world.h"
#include "dns/upstream.h"
#include "setup/key/key.h"
#include "setup/life/status.h"
#include "setup/lineage/lineage.h"
#include "setup/predict/compare.h"
#include "setup/world/env.h"

#define DAY_S 86400.0
#define COLUMNS 80
#define ROW_COLUMNS 23 /* from state to CERT, behind the name */

enum output { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_NAGIOS };

struct values {
	struct setup_opts setup;
	struct setup_dns_opts dns;
	int output;
	const char *predict;
	struct opt_list services;
	bool no_dns, check;
};

static const struct opt opts[] = {
	{ "output", 'o', OPT_CHOICE, offsetof(struct values, output), .fallback = "text",
	  .argument = "text|json|nagios",
	  .help = "nagios: a line for a monitoring system; what is stuck, late, left "
		  "alone or unreadable raises an alarm" },
	{ "predict", 0, OPT_TEXT, offsetof(struct values, predict), .argument = "DIR",
	  .help = "without a lineage: whether the next renewal of the certificates that "
		  "certbot, lego, acme.sh or uacme keeps in DIR leaves the published "
		  "records valid" },
	{ "service", 0, OPT_LIST, offsetof(struct values, services), .argument = "TARGET",
	  .help = "with --predict: check this service's records (repeatable); default: "
		  "the ports " COMPARE_PORTS " of each name" },
	{ "no-dns", 0, OPT_FLAG, offsetof(struct values, no_dns),
	  .help = "with --predict: ask nobody, and only report on the keys" },
	{ "check", 0, OPT_FLAG, offsetof(struct values, check),
	  .help = "check, without changing anything, whether the next steps would fail: "
		  "keys, programs, the right to publish, DNSSEC, each name server and "
		  "service" },
	SETUP_OPTS(struct values, setup),
	SETUP_DNS_OPTS(struct values, dns),
	{ .long_name = NULL },
};

static int check_status_args(const void *values, const struct opts_rest *rest,
			     struct why *why)
{
	const struct values *v = values;

	if (v->predict && rest->args.count)
		return why_set(why, DP_EINVAL,
			       "--predict looks into a folder: no lineage with it");
	if (v->predict && v->check)
		return why_set(why, DP_EINVAL,
			       "--check is of lineages, and --predict of none: one of "
			       "them");
	if (!v->predict && (v->no_dns || v->services.count))
		return why_set(why, DP_EINVAL, "--no-dns and --service are of --predict");
	if (v->no_dns && v->services.count)
		return why_set(why, DP_EINVAL, "--no-dns and --service: one of them");
	return 0;
}

/* "2026-12-24 03:00", "now", or nothing. */
static char *when_text(time_t at, time_t now, char *text)
{
	if (!at) {
		text[0] = '\0';
	} else if (at <= now) {
		(void)snprintf(text, 32, "now");
	} else {
		clock_rfc3339(at, text);
		text[10] = ' ';
		text[16] = '\0';
	}
	return text;
}

static char *days_text(const struct status *s, time_t now, char *text)
{
	if (!s->not_after)
		(void)snprintf(text, 32, "-");
	else
		(void)snprintf(text, 32, "%lld d",
			       (long long)((double)(s->not_after - now) / DAY_S));
	return text;
}

/* Whether "stuck" is still the worst to tell: something worse may have come. */
static bool tells_stuck(const struct status *s)
{
	return s->stage == STAGE_STUCK && s->level == STATUS_WARNING && s->reason;
}

/* What is told instead of an action: the trouble, and since when it is stuck; NULL:
 * none. */
static char *trouble_text(const struct status *s)
{
	char date[32];

	if (s->error)
		return mem_text(s->error);
	if (!tells_stuck(s))
		return mem_text(s->problem);
	return mem_printf("%s since %s", s->reason, clock_date(s->reason_since, date));
}

/* Prints from column on; what is too long for that comes on lines below, and so does what
 * must not stand in the way of the time of what comes next. */
static void print_news(const char *action, const char *when, const char *news,
		       bool needs_when, int column)
{
	const char *text = news ? news : action;
	bool fits =
		column + (int)strlen(text) <= COLUMNS && !(news && *when && needs_when);

	if (news && fits)
		printf("%s\n", news);
	else if (*when)
		printf("%-33s%s\n", action, when);
	else if (column + (int)strlen(action) <= COLUMNS)
		printf("%s\n", action);
	else
		printf("see below\n");
	if (!fits && (news || !*when))
		opts_wrap(stdout, text, 2, 0);
}

static void print_row(const struct status *s, int width, time_t now)
{
	char *text = trouble_text(s), *news = NULL, *action;
	char days[32], when[32];

	if (text)
		news = log_escape(text, strlen(text));
	if (s->error) {
		printf("%-*s%-11s%-6s%4s  ", width, s->name, "unreadable", "-", "-");
		print_news("see below", "", news, false, width + ROW_COLUMNS);
	} else {
		action = log_escape(s->action, strlen(s->action));
		printf("%-*s%-11s%s  %4s  ", width, s->name,
		       lineage_state_stage_name(s->stage),
		       lineage_number(s->current).text, days_text(s, now, days));
		print_news(action, when_text(s->action_at, now, when), news,
			   s->compromised != 0, width + ROW_COLUMNS);
		free(action);
	}
	free(news);
	free(text);
}

static void print_item(const struct preflight_item *item)
{
	char *text = item->problem ? log_escape(item->problem, strlen(item->problem))
				   : mem_text("good");

	printf("  %-14s", item->what);
	opts_wrap(stdout, text, 16, 16);
	free(text);
}

static void print_check(const struct preflight *check)
{
	size_t i;

	for (i = 0; i < check->count; i++)
		print_item(&check->item[i]);
}

static void print_text(const struct status *list, size_t count, const struct values *v,
		       time_t now)
{
	int width = 4;
	size_t i;

	for (i = 0; i < count; i++)
		if ((int)strlen(list[i].name) > width)
			width = (int)strlen(list[i].name);
	width += 3;
	if (!v->setup.quiet)
		printf("%-*sSTATE      KEY   CERT  %-33sWHEN (UTC)\n", width, "NAME",
		       "NEXT ACTION");
	for (i = 0; i < count; i++)
		if (!v->setup.quiet || list[i].level != STATUS_OK) {
			print_row(&list[i], width, now);
			print_check(&list[i].check);
		}
}

static enum status_level worst_level(const struct status *list, size_t count)
{
	/* CRITICAL over UNKNOWN over WARNING over OK. */
	static const int rank[] = { [STATUS_OK] = 0,
				    [STATUS_WARNING] = 1,
				    [STATUS_CRITICAL] = 3,
				    [STATUS_UNKNOWN] = 2 };
	enum status_level level = STATUS_OK;
	size_t i;

	for (i = 0; i < count; i++)
		if (rank[list[i].level] > rank[level])
			level = list[i].level;
	return level;
}

/* A '|' would begin the performance data. */
static void print_plain(const char *text)
{
	char *shown = log_escape(text, strlen(text)), *p;

	for (p = shown; *p; p++)
		if (*p == '|')
			*p = '/';
	fputs(shown, stdout);
	free(shown);
}

static void print_problem(const struct status *s, time_t now)
{
	printf("%s ", s->name);
	print_plain(s->error ? s->error : s->problem);
	if (tells_stuck(s))
		printf(" since %lld d",
		       (long long)((double)(now - s->reason_since) / DAY_S));
}

static void print_problems(const struct status *list, size_t count, time_t now)
{
	const char *separator = "";
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i].level == STATUS_OK)
			continue;
		fputs(separator, stdout);
		print_problem(&list[i], now);
		separator = "; ";
	}
}

static void print_nagios(const struct status *list, size_t count, time_t now)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	enum status_level level = worst_level(list, count);
	const char *bar = " |";
	size_t i;

	printf("DANE LINEAGE %s - ", words[level]);
	if (level == STATUS_OK && count == 1)
		printf("%s %s: next %s", list[0].name,
		       lineage_state_stage_name(list[0].stage), list[0].action);
	else if (level == STATUS_OK)
		printf("%zu lineages as planned", count);
	else
		print_problems(list, count, now);
	for (i = 0; i < count; i++) {
		double days = (double)(list[i].not_after - now) / DAY_S;

		if (list[i].error || !list[i].not_after)
			continue;
		if (count == 1)
			printf("%s cert_days=%.1f", bar, days);
		else
			printf("%s %s_cert_days=%.1f", bar, list[i].name, days);
		bar = "";
	}
	putchar('\n');
}

/* A monitoring system reads standard output only. */
static int print_unknown(const char *text)
{
	fputs("DANE LINEAGE UNKNOWN - ", stdout);
	print_plain(text);
	putchar('\n');
	return cmd_finish(CMD_USAGE);
}

/* A monitoring system was told to watch lineages, and there is none. */
static int print_none(const char *dir)
{
	char *text = mem_printf("there is no lineage in %s: daneprobe new makes one, "
				"--dir says where they are",
				dir);
	int status = print_unknown(text);

	free(text);
	return status;
}

static int names_of(const struct values *v, const struct opt_list *args,
		    char ***ret_names, size_t *ret_count, struct why *why)
{
	char **names;
	size_t i;

	if (!args->count)
		return lineage_list(setup_opts_dir(&v->setup), ret_names, ret_count, why);
	names = mem_array(args->count, sizeof(*names));
	for (i = 0; i < args->count; i++)
		names[i] = mem_text(args->item[i]);
	*ret_names = names;
	*ret_count = args->count;
	return 0;
}

static void print_statuses(const struct status *list, size_t count,
			   const struct values *v, time_t now)
{
	char *json;

	switch ((enum output)v->output) {
	case OUTPUT_TEXT:
		print_text(list, count, v, now);
		break;
	case OUTPUT_JSON:
		json = status_json(list, count);
		puts(json);
		free(json);
		break;
	case OUTPUT_NAGIOS:
		print_nagios(list, count, now);
		break;
	}
}

static int predict_only(const struct values *v)
{
	const struct upstream_conf upstream = {
		.given = v->dns.resolvers.item,
		.given_count = v->dns.resolvers.count,
		.recurse = v->dns.recurse || v->dns.root_hints,
		.root_hints = v->dns.root_hints,
		.trust_anchor = v->dns.trust_anchor,
	};
	const struct compare_conf compare = { .upstream = &upstream,
					      .timeout_ms = v->dns.timeout_ms,
					      .services = v->services.item,
					      .service_count = v->services.count };

	return predict_print(v->predict, v->no_dns ? NULL : &compare,
			     (enum predict_output)v->output);
}

static int show_lineages(const struct values *v, char **names, size_t count)
{
	struct status *list = mem_array(count, sizeof(*list));
	const char *dir = setup_opts_dir(&v->setup);
	struct world world;
	struct env env;
	int status;
	size_t i;

	key_protect();
	world_init(&world, &v->dns, &env);
	for (i = 0; i < count; i++)
		if (v->check)
			status_check(&env, dir, names[i], &list[i]);
		else
			status_read(&env, dir, names[i], &list[i]);
	print_statuses(list, count, v, env_now(&env));
	status = (int)worst_level(list, count);
	for (i = 0; i < count; i++)
		status_clear(&list[i]);
	free(list);
	return cmd_finish(status);
}

static int report_status(const void *values, const struct opt_list *args)
{
	const struct values *v = values;
	const char *dir = setup_opts_dir(&v->setup);
	bool nagios = v->output == OUTPUT_NAGIOS;
	size_t count = 0, i;
	char **names = NULL;
	struct why why;
	int status;

	if (v->predict)
		return predict_only(v);
	if (names_of(v, args, &names, &count, &why) < 0)
		return nagios ? print_unknown(why.text) : cmd_fail(&why, CMD_USAGE);
	if (!count && nagios)
		return print_none(dir);
	if (!count && !v->setup.quiet)
		log_warn("there is no lineage in %s", dir);
	status = show_lineages(v, names, count);
	for (i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return status;
}

const struct cmd *verb_status(void)
{
	static const struct cmd cmd = {
		.name = "status",
		.synopsis = "[OPTIONS] [NAME...]",
		.summary = "show where each lineage stands, and what happens next",
		.notes = "Without --check and --predict it asks nobody and shows what "
			 "the last run saw.\nExit status: 0 as planned; 1 stuck, late, "
			 "or nothing moves any more; 2 a certificate has expired; 3 "
			 "usage error or unreadable, with -o nagios also no lineage at "
			 "all; with --predict 1 where published records may break.",
		.opts = opts,
		.values_size = sizeof(struct values),
		.check = check_status_args,
		.work = report_status,
	};

	return &cmd;
}
