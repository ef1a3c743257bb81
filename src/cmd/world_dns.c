/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/world_dns.h"

#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "cmd/dns_judge.h"
#include "dns/answer.h"
#include "dns/authority.h"
#include "dns/dname.h"
#include "dns/nameserver.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/upstream.h"
#include "dns/zone.h"
#include "setup/key/record.h"

/* The loop and resolver of one question. */
struct session {
	const struct world_dns *dns; /* borrowed */
	struct loop *loop;	     /* owned, as the next two */
	struct upstream *upstream;
	struct loop_timer *deadline;
	bool late;
};

static void stop_session(void *arg)
{
	struct session *s = arg;

	loop_stop(s->loop);
}

static void on_deadline(void *arg)
{
	struct session *s = arg;

	s->late = true;
	loop_stop(s->loop);
}

static void end_session(struct session *s)
{
	loop_timer_free(s->deadline);
	upstream_free(s->upstream);
	loop_free(s->loop);
}

/* With a resolver that is ready. */
static int begin_session(struct session *s, const struct world_dns *dns, struct why *why)
{
	int rc;

	*s = (struct session){ .dns = dns, .loop = loop_new() };
	if (!s->loop)
		return why_set(why, DP_EIO, "the system has no event mechanism left");
	rc = upstream_new(s->loop, dns->upstream, &s->upstream, why);
	if (rc < 0)
		return rc;
	upstream_wait(s->upstream, stop_session, s);
	loop_run(s->loop);
	return 0;
}

/* Runs until stop_session(); false when the time is up. */
static bool run_session(struct session *s)
{
	loop_timer_free(s->deadline);
	s->deadline = loop_timer_new(s->loop, s->dns->timeout_ms, on_deadline, s);
	s->late = false;
	loop_run(s->loop);
	return !s->late;
}

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
		loop_stop(i->session->loop);
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

static int judge_all(const struct session *s, const struct inquiries *list,
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
		if (s->dns->show)
			s->dns->show(report);
		dns_judge_add(&judge, list->item[i].owner, report);
	}
	dns_judge_take(&judge, ret_dns);
	return 0;
}

int world_dns_ask(const struct world_dns *dns, const struct env_question *q,
		  struct env_dns *ret_dns, struct why *why)
{
	struct inquiries list = { 0 };
	struct session s = { 0 };
	size_t i;
	int rc = begin_session(&s, dns, why);

	for (i = 0; i < q->want_count; i++)
		add_owner(&list, q->want[i].owner);
	for (i = 0; i < q->gone_count; i++)
		add_owner(&list, q->gone[i].owner);
	list.open = list.count;
	for (i = 0; rc == 0 && i < list.count; i++) {
		struct authority_conf conf = { .loop = s.loop,
					       .upstream = s.upstream,
					       .owner = list.item[i].owner,
					       .timeout_ms = dns->timeout_ms };

		list.item[i].session = &s;
		list.item[i].open = &list.open;
		list.item[i].authority = authority_new(&conf, on_report, &list.item[i]);
	}
	if (rc == 0 && list.count)
		loop_run(s.loop); /* each inquiry has a deadline of its own */
	if (rc == 0)
		rc = judge_all(&s, &list, q, ret_dns, why);
	for (i = 0; i < list.count; i++) {
		authority_free(list.item[i].authority);
		free(list.item[i].owner);
	}
	free(list.item);
	end_session(&s);
	return rc;
}

/* The zone of an owner and its primary, one question after the other. */
struct finding_zone {
	struct session *session; /* borrowed */
	struct zone zone;	 /* owned */
	char *mname;		 /* owned; of the SOA; NULL unknown */
	char *address;		 /* owned; NULL unknown */
};

static void on_zone(void *arg, const struct zone *zone)
{
	struct finding_zone *f = arg;

	zone_copy(zone, &f->zone);
	loop_stop(f->session->loop);
}

static void on_soa(void *arg, const struct answer *answer)
{
	struct finding_zone *f = arg;

	if (answer->kind == ANSWER_DATA && !answer->alias_count)
		f->mname = dname_text(answer->rr[0].rdata, answer->rr[0].len);
	loop_stop(f->session->loop);
}

static void on_address(void *arg, const struct nameserver *server, size_t count)
{
	struct finding_zone *f = arg;

	if (count && server[0].address_count)
		f->address = mem_text(server[0].address[0]);
	loop_stop(f->session->loop);
}

/* No primary is no failure: the configuration may name one. */
static void find_primary(struct session *s, struct finding_zone *f)
{
	struct resolver *resolver = upstream_resolver(s->upstream);
	struct nameserver_search *search;
	struct resolver_question *q;
	const char *name;

	q = resolver_ask(resolver, *f->zone.apex ? f->zone.apex : ".", RRTYPE_SOA, on_soa,
			 f);
	(void)run_session(s);
	resolver_question_free(q);
	if (!f->mname)
		return;
	name = f->mname;
	search = nameserver_search_new(resolver, &name, 1, on_address, f);
	(void)run_session(s);
	nameserver_search_free(search);
}

static int find_zone(struct session *s, struct finding_zone *f, const char *owner,
		     struct why *why)
{
	struct zone_search *search =
		zone_search_new(upstream_resolver(s->upstream), owner, true, on_zone, f);
	bool in_time = run_session(s);

	zone_search_free(search);
	if (!in_time)
		return why_set(why, DP_EDNS, "the zone of %s was not found in time",
			       owner);
	if (f->zone.error)
		return why_set(why, DP_EDNS, "the zone of %s can't be found: %s", owner,
			       f->zone.error);
	find_primary(s, f);
	return 0;
}

int world_dns_zone(const struct world_dns *dns, const char *owner,
		   struct env_zone *ret_zone, struct why *why)
{
	size_t len = strlen(owner);
	char *name = mem_text_n(owner, len && owner[len - 1] == '.' ? len - 1 : len);
	struct session s = { 0 };
	struct finding_zone f = { .session = &s };
	int rc = begin_session(&s, dns, why);

	if (rc == 0)
		rc = find_zone(&s, &f, name, why);
	if (rc == 0)
		*ret_zone = (struct env_zone){ .owner = mem_text(f.zone.owner),
					       .is_alias = f.zone.is_alias,
					       .apex = mem_text(f.zone.apex),
					       .primary = mem_text(f.address) };
	zone_clear(&f.zone);
	free(f.mname);
	free(f.address);
	free(name);
	end_session(&s);
	return rc;
}
