/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/discover.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "dns/answer.h"
#include "dns/describe.h"
#include "dns/dname.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "target/hostname.h"
#include "verdict/facts.h"

#define MX_FIELDS 2  /* octets before the name: preference */
#define SRV_FIELDS 6 /* priority, weight, port */

struct discover {
	struct discover_conf conf; /* its name is the one below */
	char *name;		   /* owned */
	discover_fn *fn;
	void *arg;
	struct resolver_question *question; /* owned */
};

static uint16_t type_of(const struct discover_conf *conf)
{
	return conf->kind == SERVICE_MX ? RRTYPE_MX : RRTYPE_SRV;
}

static int number_at(const uint8_t *octets)
{
	return octets[0] << 8 | octets[1];
}

/* Reads one record; "." is the empty name. */
static int read_host(const struct discover_conf *conf, const struct answer_rr *rr,
		     struct discover_host *ret_host, struct why *why)
{
	bool mx = conf->kind == SERVICE_MX;
	size_t fields = mx ? MX_FIELDS : SRV_FIELDS;
	struct discover_host h = { .port = conf->port, .weight = -1 };
	int rc;

	if (rr->len <= fields)
		return why_set(why, DP_EFORMAT, "record of %zu octets", rr->len);
	rc = dname_from_wire(rr->rdata + fields, rr->len - fields, &h.name, why);
	if (rc < 0)
		return rc;
	h.priority = number_at(rr->rdata);
	if (!mx) {
		h.weight = number_at(rr->rdata + 2);
		h.port = number_at(rr->rdata + 4);
	}
	*ret_host = h;
	return 0;
}

/* Compares in the order in which clients try the hosts, and by name where that is left
 * open. */
static int compare_hosts(const void *a, const void *b)
{
	const struct discover_host *x = a, *y = b;
	int names;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	names = strcmp(x->name, y->name);
	return names ? names : (x->port > y->port) - (x->port < y->port);
}

static char *record_text(const struct discover_host *h)
{
	const char *name = *h->name ? h->name : ".";

	if (h->weight < 0)
		return mem_printf("%d %s", h->priority, name);
	return mem_printf("%d %d %d %s", h->priority, h->weight, h->port, name);
}

/* Letters, digits, hyphens, and underscores, which some hosts do have. */
static bool is_host_name(const char *name)
{
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen(name);
}

static char *find_fault(const struct discover_host *h, const char *type)
{
	if (hostname_is_address(h->name, strlen(h->name)))
		return mem_printf("the %s record holds an address, where the name of a "
				  "host belongs",
				  type);
	if (!is_host_name(h->name))
		return mem_printf("the %s record holds a name that no host can have",
				  type);
	if (!h->port)
		return mem_printf("the %s record names port 0", type);
	return NULL;
}

static void clear_host(struct discover_host *h)
{
	free(h->name);
	free(h->fault);
}

static bool is_known(const struct discover_result *r, const struct discover_host *h)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->host[i].port == h->port && !strcmp(r->host[i].name, h->name))
			return true;
	return false;
}

/* Takes hosts whose names are still to be looked at. */
static int keep_hosts(const struct discover_conf *conf, struct discover_host *host,
		      size_t count, struct discover_result *r, struct why *why)
{
	const char *type = rrtype_name(type_of(conf));
	bool any_null = false;
	size_t i;

	for (i = 0; i < count; i++) {
		any_null = any_null || !*host[i].name;
		if (!*host[i].name || is_known(r, &host[i])) {
			clear_host(&host[i]);
			continue;
		}
		host[i].fault = find_fault(&host[i], type);
		r->host = mem_grow(r->host, r->count, sizeof(*r->host));
		r->host[r->count++] = host[i];
	}
	r->null_beside = any_null && r->count;
	if (r->count > DISCOVER_MAX)
		return why_set(why, DP_ELIMIT,
			       "%zu hosts, of which no client tries more than a few; at "
			       "most %d are checked",
			       r->count, DISCOVER_MAX);
	return 0;
}

static int read_hosts(const struct discover_conf *conf, const struct answer *answer,
		      struct discover_result *r, struct why *why)
{
	struct facts_discovery *d = facts_discovery(conf->facts);
	struct discover_host *host = mem_array(answer->rr_count, sizeof(*host));
	size_t i, count = 0;
	int rc = 0;

	for (i = 0; rc == 0 && i < answer->rr_count; i++) {
		rc = read_host(conf, &answer->rr[i], &host[count], why);
		count += rc == 0;
	}
	if (rc < 0) {
		while (count)
			clear_host(&host[--count]);
		goto out;
	}
	qsort(host, count, sizeof(*host), compare_hosts);
	for (i = 0; i < count; i++)
		facts_add_discovery_record(d, record_text(&host[i]));
	rc = keep_hosts(conf, host, count, r, why);
out:
	free(host);
	return rc;
}

/* RFC 5321 section 5.1: the domain takes its mail itself. */
static void imply_domain(const struct discover_conf *conf, struct discover_result *r)
{
	r->host = mem_zero(sizeof(*r->host));
	r->host[0] = (struct discover_host){ .name = mem_text(conf->name),
					     .port = conf->port,
					     .priority = -1,
					     .weight = -1 };
	r->count = 1;
	facts_discovery(conf->facts)->implicit = true;
}

static enum discover_status judge_absent(const struct discover_conf *conf,
					 const struct answer *answer,
					 struct discover_result *r)
{
	if (conf->kind == SERVICE_MX && answer->nxdomain)
		return DISCOVER_NXDOMAIN;
	if (answer->security != SECURITY_SECURE)
		return DISCOVER_INSECURE;
	if (conf->kind == SERVICE_SRV)
		return DISCOVER_NO_SERVICE;
	imply_domain(conf, r);
	return DISCOVER_FOUND;
}

static enum discover_status judge_answer(const struct discover_conf *conf,
					 const struct answer *answer,
					 struct discover_result *r, struct why *why)
{
	if (answer->security == SECURITY_BOGUS || answer->kind == ANSWER_FAILED ||
	    answer->security == SECURITY_INDETERMINATE) {
		why_set(why, DP_EDNS, "%s",
			answer->error ? answer->error : "no usable answer");
		return answer->security == SECURITY_BOGUS ? DISCOVER_BOGUS
							  : DISCOVER_FAILED;
	}
	if (answer->kind == ANSWER_ABSENT)
		return judge_absent(conf, answer, r);
	if (read_hosts(conf, answer, r, why) < 0)
		return DISCOVER_UNREADABLE;
	if (answer->security != SECURITY_SECURE)
		return DISCOVER_INSECURE;
	return r->count ? DISCOVER_FOUND : DISCOVER_NO_SERVICE;
}

/* NULL where hosts were found, or where the code says it all. */
static char *error_text(const struct discover_conf *conf, const struct answer *answer,
			enum discover_status status, const struct why *why)
{
	const char *type = rrtype_name(type_of(conf));

	switch (status) {
	case DISCOVER_FOUND:
	case DISCOVER_INSECURE:
		return NULL;
	case DISCOVER_BOGUS:
		return mem_text(why->text);
	case DISCOVER_FAILED:
	case DISCOVER_UNREADABLE:
		return mem_printf("%s %s: %s", conf->name, type, why->text);
	case DISCOVER_NXDOMAIN:
		return mem_printf("the domain %s does not exist", conf->name);
	case DISCOVER_NO_SERVICE:
		if (answer->kind == ANSWER_ABSENT)
			return mem_printf("there is no SRV record at %s", conf->name);
		return mem_printf(conf->kind == SERVICE_MX
					  ? "%s takes no mail: its MX record is \".\""
					  : "%s is not offered: its SRV record names "
					    "\".\" as target",
				  conf->name);
	}
	return NULL;
}

static struct facts_discovery *begin_facts(const struct discover_conf *conf)
{
	struct facts_discovery *d = facts_discovery(conf->facts);

	d->kind = conf->kind == SERVICE_MX ? "mx" : "srv";
	if (!d->name)
		d->name = mem_text(conf->name);
	return d;
}

void discover_read(const struct discover_conf *conf, const struct answer *answer,
		   struct discover_result *ret_result)
{
	struct facts_discovery *d = begin_facts(conf);
	struct discover_result r = { 0 };
	struct why why = { "" };

	d->security = answer->security;
	if (answer->security == SECURITY_SECURE)
		describe_aliases(conf->facts, conf->name, answer);
	describe_answer(conf->facts, answer_owner(answer, conf->name), type_of(conf),
			answer);
	r.status = judge_answer(conf, answer, &r, &why);
	d->error = error_text(conf, answer, r.status, &why);
	if (answer->alias_count)
		r.expanded = mem_text(answer->alias[answer->alias_count - 1].target);
	*ret_result = r;
}

static void on_hosts(void *arg, const struct answer *answer)
{
	struct discover *d = arg;
	struct discover_result result;

	resolver_question_free(d->question);
	d->question = NULL;
	discover_read(&d->conf, answer, &result);
	d->fn(d->arg, &result);
}

struct discover *discover_new(const struct discover_conf *conf, discover_fn *fn,
			      void *arg)
{
	struct discover *d = mem_zero(sizeof(*d));

	begin_facts(conf);
	d->conf = *conf;
	d->name = mem_text(conf->name);
	d->conf.name = d->name;
	d->fn = fn;
	d->arg = arg;
	d->question = resolver_ask(conf->resolver, d->name, type_of(conf), on_hosts, d);
	return d;
}

void discover_free(struct discover *d)
{
	if (!d)
		return;
	resolver_question_free(d->question);
	free(d->name);
	free(d);
}

void discover_result_clear(struct discover_result *result)
{
	size_t i;

	for (i = 0; i < result->count; i++)
		clear_host(&result->host[i]);
	free(result->host);
	free(result->expanded);
	*result = (struct discover_result){ 0 };
}
