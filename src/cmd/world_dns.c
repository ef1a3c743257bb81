/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/world_dns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "cmd/dns_judge.h"
#include "dns/answer.h"
#include "dns/authority.h"
#include "dns/dname.h"
#include "dns/nameserver.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/session.h"
#include "dns/zone.h"
#include "setup/key/record.h"

/* An owner of the question, without the final dot, and what its servers say. */
struct inquiry {
	struct session *session;     /* borrowed, for the callback */
	size_t *open;		     /* borrowed */
	char *owner;		     /* owned */
	struct authority *authority; /* owned */
	const struct authority_report *report;
};

static void on_report(void *arg, const struct authority_report *report)
{
	struct inquiry *i = arg;

	i->report = report;
	if (--*i->open == 0)
		session_stop(i->session);
}

struct inquiries {
	struct inquiry *item; /* owned */
	size_t count, open;
};

static void add_owner(struct inquiries *list, const char *owner)
{
	char *name = mem_text_n(owner, strlen(owner) - 1);
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!strcmp(list->item[i].owner, name)) {
			free(name);
			return;
		}
	list->item = mem_grow(list->item, list->count, sizeof(*list->item));
	list->item[list->count++] = (struct inquiry){ .owner = name };
}

static int judge_all(const struct world_dns *dns, const struct inquiries *list,
		     const struct env_question *q, struct env_dns *ret_dns,
		     struct why *why)
{
	struct dns_judge judge;
	size_t i;

	dns_judge_init(&judge, q);
	for (i = 0; i < list->count; i++) {
		const struct authority_report *report = list->item[i].report;

		if (!report || report->error) {
			dns_judge_clear(&judge);
			return why_set(why, DP_EDNS, "%s: %s", list->item[i].owner,
				       report ? report->error : "no answer in time");
		}
		if (dns->show)
			dns->show(q, list->item[i].owner, report);
		dns_judge_add(&judge, list->item[i].owner, report);
	}
	dns_judge_take(&judge, ret_dns);
	return 0;
}

/* All at once; each inquiry has a deadline of its own. */
static void run_inquiries(const struct world_dns *dns, struct session *session,
			  struct inquiries *list)
{
	size_t i;

	list->open = list->count;
	for (i = 0; i < list->count; i++) {
		struct inquiry *inquiry = &list->item[i];
		struct authority_conf conf = { .loop = session_loop(session),
					       .upstream = session_upstream(session),
					       .owner = inquiry->owner,
					       .timeout_ms = dns->timeout_ms };

		inquiry->session = session;
		inquiry->open = &list->open;
		inquiry->authority = authority_new(&conf, on_report, inquiry);
	}
	if (list->count)
		session_wait(session);
}

static void clear_inquiries(struct inquiries *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		authority_free(list->item[i].authority);
		free(list->item[i].owner);
	}
	free(list->item);
}

int world_dns_ask(const struct world_dns *dns, const struct env_question *q,
		  struct env_dns *ret_dns, struct why *why)
{
	struct inquiries list = { 0 };
	struct session *session = NULL;
	size_t i;
	int rc = session_new(dns->upstream, dns->timeout_ms, &session, why);

	for (i = 0; i < q->want_count; i++)
		add_owner(&list, q->want[i].owner);
	for (i = 0; i < q->dead_count; i++)
		add_owner(&list, q->dead[i].owner);
	if (rc == 0)
		rc = session_begin(session, why);
	if (rc == 0) {
		run_inquiries(dns, session, &list);
		rc = judge_all(dns, &list, q, ret_dns, why);
	}
	clear_inquiries(&list);
	session_free(session);
	return rc;
}

/* The zone of an owner and its servers, one question after the other. */
struct finding_zone {
	struct session *session; /* owned */
	struct zone zone;	 /* owned */
	char *mname;		 /* owned; of the SOA; NULL unknown */
	struct env_zone *found;	 /* borrowed; gets the servers */
};

static void on_zone(void *arg, const struct zone *zone)
{
	struct finding_zone *f = arg;

	zone_copy(zone, &f->zone);
	session_stop(f->session);
}

static void on_soa(void *arg, const struct answer *answer)
{
	struct finding_zone *f = arg;

	if (answer->kind == ANSWER_DATA && !answer->alias_count)
		f->mname = dname_text(answer->rr[0].rdata, answer->rr[0].len);
	session_stop(f->session);
}

static void add_server(struct env_zone *z, const char *address)
{
	size_t i;

	for (i = 0; i < z->server_count; i++)
		if (!strcmp(z->server[i], address))
			return;
	if (i < ENV_ZONE_SERVERS_MAX)
		z->server[z->server_count++] = mem_text(address);
}

static void on_addresses(void *arg, const struct nameserver *server, size_t count)
{
	struct finding_zone *f = arg;
	size_t i, k;

	for (i = 0; i < count; i++)
		for (k = 0; k < server[i].address_count; k++)
			add_server(f->found, server[i].address[k]);
	session_stop(f->session);
}

static void find_addresses(struct finding_zone *f)
{
	const char *name[ZONE_SERVERS_MAX + 1];
	struct nameserver_search *search;
	size_t count = 0, i;

	if (f->mname)
		name[count++] = f->mname;
	for (i = 0; i < f->zone.server_count && count < ZONE_SERVERS_MAX; i++)
		if (!f->mname || strcmp(f->zone.server[i], f->mname) != 0)
			name[count++] = f->zone.server[i];
	if (!count)
		return;
	session_extend(f->session);
	search = nameserver_search_new(session_resolver(f->session), name, count,
				       on_addresses, f);
	(void)session_run(f->session);
	nameserver_search_free(search);
}

/* The primary first, then the others, which may pass an update on (RFC 2136 section 4).
 * That there is none is no failure: the configuration may name one. */
static void find_servers(struct finding_zone *f)
{
	struct resolver_question *q;

	session_extend(f->session);
	q = resolver_ask(session_resolver(f->session), *f->zone.apex ? f->zone.apex : ".",
			 RRTYPE_SOA, on_soa, f);
	(void)session_run(f->session);
	resolver_question_free(q);
	find_addresses(f);
}

static int find_zone(struct finding_zone *f, const char *owner, struct why *why)
{
	struct zone_search *search;
	bool in_time;

	session_extend(f->session);
	search = zone_search_new(session_resolver(f->session), owner, true, on_zone, f);
	in_time = session_run(f->session);
	zone_search_free(search);
	if (!in_time)
		return why_set(why, DP_EDNS, "the zone of %s was not found in time",
			       owner);
	if (f->zone.error)
		return why_set(why, DP_EDNS, "the zone of %s can't be found: %s", owner,
			       f->zone.error);
	find_servers(f);
	return 0;
}

static void copy_names(const struct zone *zone, struct env_zone *found)
{
	found->name = mem_array(zone->server_count, sizeof(*found->name));
	for (; found->name_count < zone->server_count; found->name_count++)
		found->name[found->name_count] =
			mem_text(zone->server[found->name_count]);
}

int world_dns_zone(const struct world_dns *dns, const char *owner,
		   struct env_zone *ret_zone, struct why *why)
{
	size_t len = strlen(owner);
	char *name = mem_text_n(owner, len && owner[len - 1] == '.' ? len - 1 : len);
	struct env_zone found = { .owner = NULL };
	struct finding_zone f = { .found = &found };
	int rc = session_new(dns->upstream, dns->timeout_ms, &f.session, why);

	if (rc == 0)
		rc = session_begin(f.session, why);
	if (rc == 0)
		rc = find_zone(&f, name, why);
	if (rc == 0) {
		found.owner = mem_text(f.zone.owner);
		found.is_alias = f.zone.is_alias;
		found.apex = mem_text(f.zone.apex);
		copy_names(&f.zone, &found);
		*ret_zone = found;
	}
	zone_clear(&f.zone);
	free(f.mname);
	free(name);
	session_free(f.session);
	return rc;
}
