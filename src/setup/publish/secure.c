/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/secure.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage/lineage_conf.h"
#include "setup/publish/endpoints.h"
#include "setup/world/env.h"
#include "target/service.h"
#include "target/target.h"

/* A set of texts: each name is asked for once, and each answer is told once. */
struct texts {
	char **item; /* owned */
	size_t count;
};

struct search {
	struct env *env; /* borrowed, as the next */
	const struct lineage_conf *conf;
	secure_fn *fn;
	void *arg;
	struct texts asked, missing;
};

/* Takes text; returns whether it is new. */
static bool add_once(struct texts *t, char *text)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (!strcmp(t->item[i], text)) {
			free(text);
			return false;
		}
	t->item = mem_grow(t->item, t->count, sizeof(*t->item));
	t->item[t->count++] = text;
	return true;
}

static void clear_texts(struct texts *t)
{
	while (t->count)
		free(t->item[--t->count]);
	free(t->item);
}

static void tell_missing(struct search *s, const char *what)
{
	if (add_once(&s->missing, mem_text(what)))
		s->fn(s->arg, what);
}

/* Takes owner; false where it is asked for now and something is missing. */
static bool ask_owner(struct search *s, char *owner)
{
	struct why why;
	bool good;

	if (!add_once(&s->asked, owner))
		return true;
	good = s->env->secure(s->env->arg, owner, &why) == 0;
	if (!good)
		tell_missing(s, why.text);
	return good;
}

static void ask_host(struct search *s, const struct target *host)
{
	if (endpoints_is_ours(s->conf, host->host))
		(void)ask_owner(s, mem_printf("_%d._tcp.%s.", host->port, host->host));
}

/* Where the domain isn't secure, what it says about its hosts isn't known to be true. */
static void ask_domain(struct search *s, const struct target *service)
{
	struct target *hosts = NULL;
	size_t count = 0, i;
	struct why why;

	if (!ask_owner(s, mem_printf("%s.", service->host)))
		return;
	if (s->env->discover(s->env->arg, service, &hosts, &count, &why) < 0)
		tell_missing(s, why.text);
	for (i = 0; i < count; i++) {
		ask_host(s, &hosts[i]);
		target_clear(&hosts[i]);
	}
	free(hosts);
}

static void ask_service(struct search *s, const char *text)
{
	struct target target = { 0 };
	struct why why;

	if (target_parse(text, &target, &why) < 0) {
		tell_missing(s, why.text);
		return;
	}
	if (target.service->discovery == SERVICE_HOST)
		ask_host(s, &target);
	else
		ask_domain(s, &target);
	target_clear(&target);
}

size_t secure_find_missing(struct env *env, const struct lineage_conf *conf,
			   secure_fn *fn, void *arg)
{
	struct search s = { .env = env, .conf = conf, .fn = fn, .arg = arg };
	size_t i, missing;

	for (i = 0; i < conf->services.count; i++)
		ask_service(&s, conf->services.item[i]);
	missing = s.missing.count;
	clear_texts(&s.asked);
	clear_texts(&s.missing);
	return missing;
}
