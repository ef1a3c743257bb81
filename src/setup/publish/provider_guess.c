/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/provider_guess.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage/lineage_conf.h"
#include "setup/lineage/publish_way.h"
#include "setup/provider/provider.h"
#include "setup/provider/providers.h"
#include "setup/world/env.h"

#define NAMES_MAX 300 /* octets of a sentence for the servers' names */

static int refuse_unknown(const struct env_zone *zone, struct why *why)
{
	struct buf b;
	size_t i;
	int rc;

	buf_init(&b, NAMES_MAX);
	for (i = 0; i < zone->name_count; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", zone->name[i]);
	rc = why_set(why, DP_EINVAL,
		     "--provider: the name servers of %s (%s) are of no provider that is "
		     "known; --set 'publish = ...' takes " PUBLISH_WAYS,
		     *zone->apex ? zone->apex : ".", buf_str(&b));
	buf_clear(&b);
	return rc;
}

/* A zone that two providers serve needs both of them told. */
static int judge_servers(const struct env_zone *zone, struct provider_guess *g,
			 struct why *why)
{
	const struct provider *p;
	size_t i;

	for (i = 0; i < zone->name_count; i++) {
		p = providers_of_server(zone->name[i]);
		if (!p)
			continue;
		if (g->provider && g->provider != p)
			return why_set(why, DP_EINVAL,
				       "--provider: %s is served by both %s (%s) and %s "
				       "(%s): say by --set 'publish = ...' which of them "
				       "gives the records to the other",
				       zone->apex, g->provider->title, g->server,
				       p->title, zone->name[i]);
		if (!g->provider)
			g->server = mem_text(zone->name[i]);
		g->provider = p;
	}
	return g->provider ? 0 : refuse_unknown(zone, why);
}

int provider_guess_find(struct env *env, const struct lineage_conf *conf,
			struct provider_guess *ret_guess, struct why *why)
{
	const char *domain = conf->domains.item[0];
	struct provider_guess g = { 0 };
	struct env_zone zone = { 0 };
	char *owner = mem_printf("_443._tcp.%s.",
				 !strncmp(domain, "*.", 2) ? domain + 2 : domain);
	int rc = env->zone ? env->zone(env->arg, owner, &zone, why)
			   : why_set(why, DP_EDNS, "the zone of %s can't be looked up",
				     domain);

	free(owner);
	if (rc < 0)
		return rc;
	rc = judge_servers(&zone, &g, why);
	g.zone = mem_text(zone.apex);
	env_zone_clear(&zone);
	if (rc < 0)
		provider_guess_clear(&g);
	else
		*ret_guess = g;
	return rc;
}

void provider_guess_clear(struct provider_guess *g)
{
	free(g->zone);
	free(g->server);
	*g = (struct provider_guess){ 0 };
}
