/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/wanted.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage.h"
#include "setup/record.h"
#include "target/service.h"
#include "target/target.h"

void wanted_clear(struct wanted *w)
{
	while (w->want_count)
		record_clear(&w->want[--w->want_count]);
	while (w->gone_count)
		record_clear(&w->gone[--w->gone_count]);
	while (w->others_count)
		free(w->others[--w->others_count]);
	free(w->want);
	free(w->gone);
	free(w->others);
	*w = (struct wanted){ 0 };
}

/* Takes record; one that is there already is dropped. */
static void add(struct record **list, size_t *count, struct record *record)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (!strcmp((*list)[i].owner, record->owner) &&
		    tlsa_equal(&(*list)[i].rr, &record->rr)) {
			record_clear(record);
			return;
		}
	*list = mem_grow(*list, *count, sizeof(**list));
	(*list)[(*count)++] = *record;
}

bool wanted_is_ours(const struct lineage_conf *conf, const char *host)
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

static void add_other(struct wanted *w, const char *host)
{
	size_t i;

	for (i = 0; i < w->others_count; i++)
		if (!strcmp(w->others[i], host))
			return;
	w->others = mem_grow(w->others, w->others_count, sizeof(*w->others));
	w->others[w->others_count++] = mem_text(host);
}

static int add_type(const struct lineage *l, const struct target *target,
		    int64_t generation, enum key_type type, struct record **list,
		    size_t *count, struct why *why)
{
	char *path = lineage_key_path(l, generation, type, "request.csr");
	struct record_source source = { 0 };
	struct record record = { 0 };
	int rc = record_source_csr(path, &source, why);

	if (rc == 0)
		rc = record_make(target, &source, TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA256,
				 l->conf.ttl, &record, why);
	if (rc == 0)
		add(list, count, &record);
	record_source_clear(&source);
	free(path);
	return rc;
}

static int add_generation(const struct lineage *l, const struct target *target,
			  int64_t generation, struct record **list, size_t *count,
			  struct why *why)
{
	size_t i;
	int rc = 0;

	for (i = 0; generation && i < l->conf.key_types && rc == 0; i++)
		rc = add_type(l, target, generation, l->conf.key_type[i], list, count,
			      why);
	return rc;
}

static int add_host(const struct lineage *l, const struct target *target,
		    struct wanted *w, struct why *why)
{
	const struct lineage_state *s = &l->state;
	int rc;

	if (!wanted_is_ours(&l->conf, target->host)) {
		add_other(w, target->host);
		return 0;
	}
	rc = add_generation(l, target, s->current, &w->want, &w->want_count, why);
	if (rc == 0)
		rc = add_generation(l, target, s->next, &w->want, &w->want_count, why);
	if (rc == 0)
		rc = add_generation(l, target, s->retire, &w->gone, &w->gone_count, why);
	return rc;
}

static int add_hosts(const struct lineage *l, const struct target *service,
		     struct wanted *w, struct why *why)
{
	struct target *hosts = NULL;
	size_t count = 0, i;
	int rc;

	if (!l->env->discover)
		return why_set(why, DP_EINVAL,
			       "%s can't be resolved in this version: give each host as "
			       "SCHEME://HOST",
			       service->text);
	rc = l->env->discover(l->env->arg, service, &hosts, &count, why);
	for (i = 0; i < count; i++) {
		if (rc == 0)
			rc = add_host(l, &hosts[i], w, why);
		target_clear(&hosts[i]);
	}
	free(hosts);
	return rc;
}

static int add_service(const struct lineage *l, const char *text, struct wanted *w,
		       struct why *why)
{
	struct target target = { 0 };
	int rc = target_parse(text, &target, why);

	if (rc < 0)
		return rc;
	rc = target.service->discovery == SERVICE_HOST ? add_host(l, &target, w, why)
						       : add_hosts(l, &target, w, why);
	target_clear(&target);
	return rc;
}

int wanted_make(struct lineage *l, struct wanted *ret_wanted, struct why *why)
{
	struct wanted w = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < l->conf.services.count && rc == 0; i++)
		rc = add_service(l, l->conf.services.item[i], &w, why);
	if (rc == 0 && !w.want_count)
		rc = why_set(why, DP_EINVAL,
			     "no service of %s is within its domains (%s and others): "
			     "there is no record to publish",
			     l->name, l->conf.domains.item[0]);
	if (rc < 0) {
		wanted_clear(&w);
		return rc;
	}
	*ret_wanted = w;
	return 0;
}
