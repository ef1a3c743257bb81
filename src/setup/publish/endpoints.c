/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/endpoints.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage/lineage.h"
#include "target/service.h"
#include "target/target.h"

void endpoints_clear(struct endpoints *e)
{
	while (e->count)
		target_clear(&e->ours[--e->count]);
	while (e->others_count)
		free(e->others[--e->others_count]);
	free(e->ours);
	free(e->others);
	*e = (struct endpoints){ 0 };
}

bool endpoints_is_ours(const struct lineage_conf *conf, const char *host)
{
	const char *dot = strchr(host, '.'), *domain;
	size_t i;

	for (i = 0; i < conf->domains.count; i++) {
		domain = conf->domains.item[i];
		if (!strcmp(domain, host) ||
		    (!strncmp(domain, "*.", 2) && dot && !strcmp(dot, domain + 1)))
			return true;
	}
	return false;
}

static void add_other(struct endpoints *e, const char *text)
{
	size_t i;

	for (i = 0; i < e->others_count; i++)
		if (!strcmp(e->others[i], text))
			return;
	e->others = mem_grow(e->others, e->others_count, sizeof(*e->others));
	e->others[e->others_count++] = mem_text(text);
}

/* Takes target. */
static void add_target(const struct lineage *l, struct target *target,
		       struct endpoints *e)
{
	if (endpoints_is_ours(&l->conf, target->host)) {
		e->ours = mem_grow(e->ours, e->count, sizeof(*e->ours));
		e->ours[e->count++] = *target;
		return;
	}
	add_other(e, target->text);
	target_clear(target);
}

/* Takes service. */
static int add_hosts(const struct lineage *l, struct target *service, struct endpoints *e,
		     struct why *why)
{
	struct target *hosts = NULL;
	size_t count = 0, i;
	int rc;

	if (l->env->discover)
		rc = l->env->discover(l->env->arg, service, &hosts, &count, why);
	else
		rc = why_set(why, DP_EINVAL, "the hosts of %s can't be looked up",
			     service->text);
	for (i = 0; i < count; i++)
		add_target(l, &hosts[i], e);
	free(hosts);
	target_clear(service);
	return rc;
}

int endpoints_find(const struct lineage *l, struct endpoints *ret_endpoints,
		   struct why *why)
{
	struct endpoints e = { 0 };
	struct target target;
	size_t i;
	int rc = 0;

	for (i = 0; i < l->conf.services.count && rc == 0; i++) {
		target = (struct target){ 0 };
		rc = target_parse(l->conf.services.item[i], &target, why);
		if (rc == 0 && target.service->discovery == SERVICE_HOST)
			add_target(l, &target, &e);
		else if (rc == 0)
			rc = add_hosts(l, &target, &e, why);
	}
	if (rc < 0)
		endpoints_clear(&e);
	else
		*ret_endpoints = e;
	return rc;
}
