/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/authority.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/answer.h"
#include "dns/ask.h"
#include "dns/delegation.h"
#include "dns/nameserver.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/upstream.h"

#define ASK_MS 2000 /* at least for one plain question to one server */

/* The questions to one server, whose report has the same index. */
struct visit {
	struct authority *authority;	    /* borrowed, for callbacks */
	size_t index;			    /* of the report's server */
	struct resolver *resolver;	    /* owned; asks that address about the zone */
	struct resolver_question *question; /* owned */
	struct ask *ask;		    /* owned; asks for its serial */
	bool answered, unreachable;
	bool heard;   /* it answered the plain question */
	bool unheard; /* that had its whole time, and no answer */
};

struct authority {
	struct authority_conf conf;
	char *owner; /* owned */
	authority_fn *fn;
	void *arg;
	struct loop_timer *deadline, *delivery; /* owned */
	struct zone_search *zone;		/* owned */
	struct delegation *delegation;		/* owned */
	struct nameserver_search *addresses;	/* owned */
	char **name;				/* owned; of servers, no name twice */
	bool *in_parent, *in_zone;		/* owned; of each name */
	size_t name_count;
	struct visit *visit; /* owned */
	int64_t visits_ms;   /* by clock_ms(), when they began */
	size_t open;	     /* questions of visits under way */
	struct authority_report report;
};

static void deliver_report(void *arg)
{
	struct authority *a = arg;
	authority_fn *fn = a->fn;

	a->fn = NULL;
	if (fn)
		fn(a->arg, &a->report);
}

static void clear_visits(struct authority *a)
{
	size_t i;

	for (i = 0; a->visit && i < a->report.server_count; i++) {
		resolver_question_free(a->visit[i].question);
		ask_free(a->visit[i].ask);
		resolver_free(a->visit[i].resolver);
	}
	free(a->visit);
	a->visit = NULL;
}

/* A server that answered at one address isn't to blame for an address family that this
 * host lacks. */
static void excuse_reached(struct authority *a)
{
	struct authority_server *server = a->report.server;
	size_t i, k;

	for (i = 0; i < a->report.server_count; i++) {
		if (!server[i].error || !a->visit[i].unreachable)
			continue;
		for (k = 0; k < a->report.server_count; k++)
			if (!strcmp(server[k].name, server[i].name) && !server[k].error)
				server[i].excused = true;
	}
}

static void finish_soon(struct authority *a)
{
	if (a->delivery)
		return;
	a->delivery = loop_timer_new(a->conf.loop, 0, deliver_report, a);
}

/* Half of the time: a server that doesn't answer the simplest of questions until then
 * isn't there. */
static int64_t plain_ms(const struct authority *a)
{
	int64_t half = a->conf.timeout_ms / 2;

	return half > ASK_MS ? half : ASK_MS;
}

static bool is_unheard(const struct authority *a, size_t i)
{
	const struct visit *v = &a->visit[i];

	return v->question && !v->answered && v->unheard;
}

/* Ends it early where only dead servers are left, which would make each look last as
 * long as it may. */
static void end_question(struct authority *a)
{
	size_t i, unheard = 0;

	a->open--;
	for (i = 0; i < a->report.server_count; i++)
		unheard += is_unheard(a, i);
	if (a->open > unheard)
		return;
	for (i = 0; i < a->report.server_count; i++)
		if (is_unheard(a, i))
			a->report.server[i].error = mem_printf(
				"no answer within %.3g s", (double)plain_ms(a) / 1000);
	excuse_reached(a);
	finish_soon(a);
}

static void on_serial(void *arg, const struct ask_reply *reply)
{
	struct visit *v = arg;
	struct authority_server *server = &v->authority->report.server[v->index];

	if (v->authority->delivery)
		return;
	server->serial = reply->answered ? reply->serial : -1;
	v->unreachable = reply->unreachable;
	v->heard = reply->answered;
	v->unheard = reply->timed_out;
	server->silent = !reply->answered;
	end_question(v->authority);
}

static void take_records(struct authority_server *server, const struct answer *answer)
{
	struct why why;
	size_t i;

	server->record = mem_array(answer->rr_count, sizeof(*server->record));
	for (i = 0; i < answer->rr_count; i++) {
		if (tlsa_from_rdata(answer->rr[i].rdata, answer->rr[i].len,
				    &server->record[i], &why) < 0) {
			server->error = mem_text(why.text);
			return;
		}
		server->record_count++;
	}
}

static void on_records(void *arg, const struct answer *answer)
{
	struct visit *v = arg;
	struct authority_server *server = &v->authority->report.server[v->index];

	if (v->authority->delivery)
		return;
	v->answered = true;
	server->security = answer->security;
	if (answer->security == SECURITY_BOGUS)
		server->error = mem_printf("its answer is bogus: %s", answer->error);
	else if (answer->kind == ANSWER_FAILED)
		server->error =
			mem_text("it gives no usable answer (SERVFAIL, REFUSED or none)");
	else if (answer->alias_count)
		server->error = mem_printf("it has an alias to %s there",
					   answer->alias[0].target);
	else
		take_records(server, answer);
	server->absent = answer->kind == ANSWER_ABSENT;
	server->wildcard = answer->wildcard;
	server->rrsig_expires = answer->rrsig.expires;
	server->ttl = server->absent ? answer->negative_ttl : answer->ttl;
	/* a cache of ours cuts long ones: what the signature covers is true */
	if (answer->rrsig.original_ttl > server->ttl)
		server->ttl = answer->rrsig.original_ttl;
	end_question(v->authority);
}

static void start_visit(struct authority *a, struct visit *v)
{
	struct authority_server *server = &a->report.server[v->index];
	struct ask_conf ask = { .server = server->address,
				.name = *a->report.zone.apex ? a->report.zone.apex : ".",
				.type = RRTYPE_SOA,
				.timeout_ms = plain_ms(a) };
	struct why why;

	v->resolver = upstream_stub(a->conf.upstream, a->report.zone.apex,
				    server->address, &why);
	if (!v->resolver ||
	    ask_new(a->conf.loop, &ask, on_serial, v, &v->ask, &why) < 0) {
		v->answered = true;
		server->error = mem_text(why.text);
		return;
	}
	a->open += 2;
	v->question = resolver_ask(v->resolver, a->report.zone.owner, RRTYPE_TLSA,
				   on_records, v);
}

static void add_server(struct authority *a, const char *name, const char *address,
		       const char *error)
{
	struct authority_report *r = &a->report;
	size_t i;

	r->server = mem_grow(r->server, r->server_count, sizeof(*r->server));
	r->server[r->server_count] =
		(struct authority_server){ .name = mem_text(name),
					   .address = mem_text(address),
					   .serial = -1,
					   .security = SECURITY_INDETERMINATE,
					   .ttl = -1,
					   .rrsig_expires = -1,
					   .error = mem_text(error) };
	for (i = 0; i < a->name_count; i++)
		if (!strcmp(a->name[i], name)) {
			r->server[r->server_count].in_parent = a->in_parent[i];
			r->server[r->server_count].in_zone = a->in_zone[i];
		}
	r->server_count++;
}

static void start_visits(struct authority *a)
{
	size_t i;

	a->visit = mem_array(a->report.server_count, sizeof(*a->visit));
	a->visits_ms = clock_ms();
	a->open = 1; /* one for this function itself */
	for (i = 0; i < a->report.server_count; i++) {
		a->visit[i].authority = a;
		a->visit[i].index = i;
		if (a->report.server[i].address)
			start_visit(a, &a->visit[i]);
	}
	end_question(a);
}

static void on_server_addresses(void *arg, const struct nameserver *server, size_t count)
{
	struct authority *a = arg;
	size_t i, k;

	for (i = 0; i < count; i++) {
		if (server[i].error)
			add_server(a, server[i].name, NULL, server[i].error);
		for (k = 0; k < server[i].address_count; k++)
			add_server(a, server[i].name, server[i].address[k], NULL);
	}
	if (a->report.server_count > AUTHORITY_SERVERS_MAX)
		a->report.error = mem_printf("%s has more than %d name server addresses",
					     a->report.zone.apex, AUTHORITY_SERVERS_MAX);
	if (a->report.error)
		finish_soon(a);
	else
		start_visits(a);
}

static void note_server_name(struct authority *a, const char *name, bool in_parent)
{
	size_t i;

	for (i = 0; i < a->name_count; i++)
		if (!strcmp(a->name[i], name))
			break;
	if (i == a->name_count) {
		a->name = mem_grow(a->name, i, sizeof(*a->name));
		a->in_parent = mem_grow(a->in_parent, i, sizeof(*a->in_parent));
		a->in_zone = mem_grow(a->in_zone, i, sizeof(*a->in_zone));
		a->name[a->name_count++] = mem_text(name);
		a->in_parent[i] = a->in_zone[i] = false;
	}
	if (in_parent)
		a->in_parent[i] = true;
	else
		a->in_zone[i] = true;
}

static void look_up_addresses(struct authority *a)
{
	if (!a->name_count) {
		a->report.error =
			mem_printf("%s has no name servers", a->report.zone.apex);
		finish_soon(a);
		return;
	}
	a->addresses = nameserver_search_new(upstream_resolver(a->conf.upstream),
					     (const char *const *)a->name, a->name_count,
					     on_server_addresses, a);
}

static void on_delegation(void *arg, const struct delegation_result *result)
{
	struct authority *a = arg;
	size_t i;

	if (result->error) {
		a->report.error = mem_text(result->error);
		finish_soon(a);
		return;
	}
	for (i = 0; i < result->server_count; i++)
		note_server_name(a, result->server[i], true);
	look_up_addresses(a);
}

static void on_zone(void *arg, const struct zone *zone)
{
	struct authority *a = arg;
	size_t i;

	zone_clear(&a->report.zone);
	zone_copy(zone, &a->report.zone);
	if (zone->error) {
		a->report.error = mem_text(zone->error);
		finish_soon(a);
		return;
	}
	for (i = 0; i < zone->server_count; i++)
		note_server_name(a, zone->server[i], false);
	if (*zone->apex)
		a->delegation =
			delegation_new(a->conf.loop, upstream_resolver(a->conf.upstream),
				       zone->apex, ASK_MS, on_delegation, a);
	else
		look_up_addresses(a);
}

/* Where looking for the zone took most of the time, the plain question has no end of its
 * own within it. */
static bool had_its_time(const struct authority *a)
{
	return a->visit && clock_ms() - a->visits_ms >= ASK_MS;
}

static void mark_visit(struct authority *a, size_t i, double seconds)
{
	struct authority_server *server = &a->report.server[i];

	if (a->visit[i].answered || server->error)
		return;
	server->error = mem_printf("no answer within %.3g s", seconds);
	if (!a->visit[i].heard && had_its_time(a))
		server->silent = true;
}

/* Marks servers that haven't answered by now as such. */
static void mark_unanswered(void *arg)
{
	struct authority *a = arg;
	double seconds = (double)a->conf.timeout_ms / 1000;
	size_t i;

	if (a->delivery)
		return;
	if (!a->visit && !a->report.error)
		a->report.error = mem_printf("the name servers of %s were not found "
					     "within %.3g s",
					     a->owner, seconds);
	for (i = 0; a->visit && i < a->report.server_count; i++)
		mark_visit(a, i, seconds);
	if (a->visit)
		excuse_reached(a);
	finish_soon(a);
}

struct authority *authority_new(const struct authority_conf *conf, authority_fn *fn,
				void *arg)
{
	struct authority *a = mem_zero(sizeof(*a));

	a->conf = *conf;
	a->owner = mem_text(conf->owner);
	a->fn = fn;
	a->arg = arg;
	a->deadline = loop_timer_new(conf->loop, conf->timeout_ms, mark_unanswered, a);
	a->zone = zone_search_new(upstream_resolver(conf->upstream), a->owner, true,
				  on_zone, a);
	return a;
}

static void clear_report(struct authority_report *r)
{
	size_t i, k;

	for (i = 0; i < r->server_count; i++) {
		struct authority_server *server = &r->server[i];

		for (k = 0; k < server->record_count; k++)
			tlsa_clear(&server->record[k]);
		free(server->record);
		free(server->name);
		free(server->address);
		free(server->error);
	}
	free(r->server);
	free(r->error);
	zone_clear(&r->zone);
}

void authority_free(struct authority *a)
{
	size_t i;

	if (!a)
		return;
	clear_visits(a);
	loop_timer_free(a->deadline);
	loop_timer_free(a->delivery);
	zone_search_free(a->zone);
	delegation_free(a->delegation);
	nameserver_search_free(a->addresses);
	for (i = 0; i < a->name_count; i++)
		free(a->name[i]);
	free(a->name);
	free(a->in_parent);
	free(a->in_zone);
	clear_report(&a->report);
	free(a->owner);
	free(a);
}
