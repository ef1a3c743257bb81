/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/world.h"

#include <stdio.h>

#include "cmd/setup_opts.h"
#include "cmd/version.h"
#include "cmd/world_dns.h"
#include "cmd/world_live.h"
#include "dns/signed.h"
#include "dns/upstream.h"
#include "net/web.h"

static struct upstream_conf dns_conf(const struct world *w)
{
	return (struct upstream_conf){ .given = w->dns->resolvers.item,
				       .given_count = w->dns->resolvers.count,
				       .recurse = w->dns->recurse || w->dns->root_hints,
				       .root_hints = w->dns->root_hints,
				       .trust_anchor = w->dns->trust_anchor };
}

static int check_secure(void *arg, const char *owner, struct why *why)
{
	const struct world *w = arg;
	struct upstream_conf conf = dns_conf(w);

	return signed_check(&conf, owner, w->dns->timeout_ms, why);
}

static int ask_dns(void *arg, const struct env_question *question,
		   struct env_dns *ret_dns, struct why *why)
{
	const struct world *w = arg;
	struct upstream_conf conf = dns_conf(w);
	struct world_dns dns = { &conf, w->dns->timeout_ms, w->show };

	return world_dns_ask(&dns, question, ret_dns, why);
}

static int find_zone(void *arg, const char *owner, struct env_zone *ret_zone,
		     struct why *why)
{
	const struct world *w = arg;
	struct upstream_conf conf = dns_conf(w);
	struct world_dns dns = { &conf, w->dns->timeout_ms, w->show };

	return world_dns_zone(&dns, owner, ret_zone, why);
}

static int look_at_services(void *arg, const struct env_presented *presented,
			    struct env_live *ret_live, struct why *why)
{
	const struct world *w = arg;
	struct upstream_conf conf = dns_conf(w);
	struct world_live live = { &conf, w->dns->ca_file, w->dns->timeout_ms,
				   w->show_other };

	return world_live_look(&live, presented, ret_live, why);
}

static int discover_services(void *arg, const struct target *service,
			     struct target **ret_targets, size_t *ret_count,
			     struct why *why)
{
	const struct world *w = arg;
	struct upstream_conf conf = dns_conf(w);
	struct world_live live = { &conf, w->dns->ca_file, w->dns->timeout_ms,
				   w->show_other };

	return world_live_discover(&live, service, ret_targets, ret_count, why);
}

#define HEADERS_MAX 16

static int fetch_page(void *arg, const struct env_request *r, struct env_page *ret_page,
		      struct why *why)
{
	const struct world *w = arg;
	char type[100];
	const char *headers[HEADERS_MAX] = { NULL };
	const struct web_request request = { .method = r->method,
					     .url = r->url,
					     .headers = headers,
					     .body = r->body,
					     .sigv4 = r->sigv4,
					     .user = r->user,
					     .ca_file = w->dns->ca_file,
					     .agent = version_agent(),
					     .timeout_ms = w->dns->timeout_ms };
	struct web_reply reply;
	size_t n = 0, i;
	int rc;

	if (!r->type)
		headers[n++] = "Accept: application/json";
	(void)snprintf(type, sizeof(type), "Content-Type: %s",
		       r->type ? r->type : "application/json");
	if (r->body)
		headers[n++] = type;
	for (i = 0; r->headers && r->headers[i] && n < HEADERS_MAX - 1; i++)
		headers[n++] = r->headers[i];
	rc = web_ask(&request, &reply, why);
	if (rc < 0)
		return rc;
	*ret_page = (struct env_page){ reply.status, reply.body, reply.retry_after_s };
	return 0;
}

void world_init(struct world *w, const struct setup_dns_opts *opts, struct env *ret_env)
{
	*w = (struct world){ .dns = opts };
	env_init(ret_env);
	ret_env->arg = w;
	ret_env->ask = ask_dns;
	ret_env->look = look_at_services;
	ret_env->discover = discover_services;
	ret_env->secure = check_secure;
	ret_env->zone = find_zone;
	ret_env->fetch = fetch_page;
}
