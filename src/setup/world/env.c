/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/world/env.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/world/command.h"

static time_t real_now(void *arg)
{
	(void)arg;
	return clock_now();
}

static int64_t real_uptime(void *arg, char **ret_boot)
{
	(void)arg;
	return clock_uptime_s(ret_boot);
}

static int real_run(void *arg, const struct env_command *command, struct why *why)
{
	(void)arg;
	return command_run(command, why);
}

static bool real_has_program(void *arg, const char *program)
{
	(void)arg;
	return command_is_found(program);
}

static const char *real_variable(void *arg, const char *name)
{
	(void)arg;
	return getenv(name);
}

void env_init(struct env *env)
{
	*env = (struct env){ .now = real_now,
			     .uptime = real_uptime,
			     .files = { .is_ours = true },
			     .run = real_run,
			     .has_program = real_has_program,
			     .variable = real_variable };
}

time_t env_now(const struct env *env)
{
	return env->now(env->arg);
}

char *env_variable(const struct env *env, const char *name)
{
	const char *value = env->variable ? env->variable(env->arg, name) : NULL;

	return value && *value ? mem_text(value) : NULL;
}

static void clear_set(struct env_rrset *set)
{
	while (set->count)
		tlsa_clear(&set->rr[--set->count]);
	free(set->rr);
	free(set->owner);
}

void env_dns_clear(struct env_dns *dns)
{
	while (dns->set_count)
		clear_set(&dns->set[--dns->set_count]);
	free(dns->set);
	free(dns->absent);
	free(dns->unclear);
	free(dns->present);
	free(dns->answered);
	free(dns->silent);
	free(dns->who_lags);
	free(dns->who_fails);
	free(dns->wildcard);
	*dns = (struct env_dns){ 0 };
}

/* The order doesn't matter; a server gives no record twice. */
static bool is_same_set(const struct env_rrset *set, const char *owner,
			const struct tlsa *rr, size_t count)
{
	size_t i;

	if (set->count != count || strcmp(set->owner, owner) != 0)
		return false;
	for (i = 0; i < count; i++)
		if (!tlsa_is_among(&rr[i], set->rr, set->count))
			return false;
	return true;
}

void env_dns_add_set(struct env_dns *dns, const char *owner, const struct tlsa *rr,
		     size_t count)
{
	struct env_rrset set = { .owner = NULL };
	size_t i;

	for (i = 0; i < dns->set_count; i++)
		if (is_same_set(&dns->set[i], owner, rr, count))
			return;
	set.owner = mem_text(owner);
	set.rr = mem_array(count, sizeof(*set.rr));
	for (i = 0; i < count; i++)
		(void)tlsa_copy(&rr[i], &set.rr[set.count++]);
	dns->set = mem_grow(dns->set, dns->set_count, sizeof(*dns->set));
	dns->set[dns->set_count++] = set;
}

bool env_dns_has(const struct env_dns *dns, const char *owner, const struct tlsa *rr)
{
	size_t i;

	for (i = 0; i < dns->set_count; i++)
		if (!strcmp(dns->set[i].owner, owner) &&
		    tlsa_is_among(rr, dns->set[i].rr, dns->set[i].count))
			return true;
	return false;
}

void env_page_clear(struct env_page *page)
{
	free(page->text);
	*page = (struct env_page){ 0 };
}

void env_zone_clear(struct env_zone *zone)
{
	free(zone->owner);
	while (zone->name_count)
		free(zone->name[--zone->name_count]);
	free(zone->name);
	free(zone->apex);
	while (zone->server_count)
		free(zone->server[--zone->server_count]);
	*zone = (struct env_zone){ 0 };
}

void env_live_add(struct env_live *live, char *take_where, char *take_what)
{
	live->fault = mem_grow(live->fault, live->count, sizeof(*live->fault));
	live->fault[live->count++] = (struct env_fault){ take_where, take_what };
}

void env_live_clear(struct env_live *live)
{
	size_t i;

	for (i = 0; i < live->count; i++) {
		free(live->fault[i].where);
		free(live->fault[i].what);
	}
	free(live->fault);
	free(live->stranger);
	*live = (struct env_live){ 0 };
}

int env_run(struct env *env, const struct env_command *command, struct why *why)
{
	int failed =
		env->before_command ? env->before_command(env->arg, command->text) : 0;

	if (failed)
		return why_errno(why, failed, "can't run %s", command->text);
	return env->run(env->arg, command, why);
}
