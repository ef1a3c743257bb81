/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dns/blame.h"
#include "dns/discover.h"
#include "dns/dname.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/upstream.h"
#include "probe/endpoint.h"
#include "probe/hint.h"
#include "probe/ports.h"
#include "probe/turns.h"
#include "target/service.h"
#include "target/target.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

/* After a DNS failure, asking around may take this long, and never past the deadline. */
#define BLAME_MS 3000
#define HINT_MS 1000	   /* for a question that decides nothing */
#define DOUBT_SPARE_MS 200 /* before the deadline, that it ends in time */

struct probe {
	const struct probe_conf *conf; /* borrowed */
	const struct service *service; /* constant */
	char *host, *path;	       /* owned; path NULL: none asked for */
	int port;
	probe_fn *fn;
	void *arg;
	struct facts_target *facts; /* owned until taken */
	int64_t began_ms, deadline_ms;
	struct loop_timer *deadline, *delivery; /* owned; deadline NULL while it waits */
	size_t waiting; /* connections that wait for room at busy addresses */
	int64_t waiting_since_ms, waited_ms;
	bool waits_upstream, started, finished;
	int64_t asked_ms;	    /* when the first question was asked */
	struct discover *discover;  /* owned; mx:// and srv:// */
	struct turns *turns;	    /* owned; of its connections */
	struct endpoint **endpoint; /* owned */
	size_t count, open;	    /* endpoints; those that haven't ended */
	struct hint *hint;	    /* owned */
	struct blame *blame;	    /* owned */
	bool blames;		    /* the search for whose fault it is runs */
	struct loop_timer *doubt;   /* owned; to where an answer has taken long */
	/* That search began while the answer may still come, and is over. */
	bool doubts, doubt_over;
};

/* Time that we wait out of politeness is nobody's slowness. */
static int64_t spent_ms(const struct probe *p)
{
	int64_t until = p->waiting ? p->waiting_since_ms : clock_ms();

	return until - p->began_ms - p->waited_ms;
}

static void deliver_facts(void *arg)
{
	struct probe *p = arg;
	struct facts_target *facts = p->facts;

	p->facts = NULL;
	p->fn(p->arg, facts);
}

/* Sockets go first, so that a peer isn't left waiting while the result is printed. */
static void stop_work(struct probe *p)
{
	size_t i;

	discover_free(p->discover);
	p->discover = NULL;
	loop_timer_free(p->deadline);
	p->deadline = NULL;
	if (p->waits_upstream)
		upstream_forget(p->conf->upstream, p);
	p->waits_upstream = false;
	loop_timer_free(p->doubt);
	p->doubt = NULL;
	blame_free(p->blame);
	p->blame = NULL;
	hint_free(p->hint);
	p->hint = NULL;
	for (i = 0; i < p->count; i++)
		endpoint_stop(p->endpoint[i]);
}

/* Without endpoints the target's own code stands: it never came to the questions. */
static void settle_endpoints(struct probe *p)
{
	size_t i;

	if (p->service->discovery == SERVICE_PORTS && p->count) {
		ports_settle(p->facts, p->host, p->endpoint, p->count,
			     &p->conf->verdict->overrides);
		return;
	}
	for (i = 0; i < p->count; i++)
		endpoint_settle(p->endpoint[i]);
}

static void finish_probe(struct probe *p)
{
	if (p->finished)
		return;
	p->finished = true;
	p->facts->total_ms = spent_ms(p);
	settle_endpoints(p);
	stop_work(p);
	verdict_decide(p->facts, p->conf->verdict, clock_now());
	p->delivery = loop_timer_new(p->conf->loop, 0, deliver_facts, p);
}

static void on_hint(void *arg, bool takes_mail)
{
	struct probe *p = arg;

	if (takes_mail)
		finding_take(&p->facts->findings, FINDING_MAIL_DOMAIN, SEVERITY_INFO,
			     &p->conf->verdict->overrides,
			     mem_printf("%s has MX records: for its mail servers, "
					"daneprobe check mx://%s",
					p->host, p->host));
	finish_probe(p);
}

/* Whether all that is wrong is that there is nothing at this name. */
static bool has_no_records(const struct probe *p)
{
	bool web = p->service->discovery == SERVICE_PORTS || p->service->http;
	size_t i;

	for (i = 0; i < p->facts->endpoint_count; i++)
		if (p->facts->endpoint[i].code != CODE_NO_TLSA &&
		    p->facts->endpoint[i].code != CODE_NO_ADDRESS)
			return false;
	return web && p->facts->endpoint_count;
}

static bool begin_hint(struct probe *p)
{
	struct hint_conf conf = { .loop = p->conf->loop,
				  .resolver = upstream_resolver(p->conf->upstream),
				  .host = p->host,
				  .timeout_ms = p->facts->timeout_ms - spent_ms(p) };

	if (!p->conf->hints || p->finished || p->hint || conf.timeout_ms <= 0 ||
	    !has_no_records(p))
		return false;
	if (conf.timeout_ms > HINT_MS)
		conf.timeout_ms = HINT_MS;
	p->hint = hint_new(&conf, on_hint, p);
	return true;
}

static void finish_if_done(struct probe *p)
{
	if (!p->open && !p->blames && !p->discover && !begin_hint(p))
		finish_probe(p);
}

static void on_blame(void *arg)
{
	struct probe *p = arg;

	if (p->doubts) {
		p->doubt_over = true;
		return;
	}
	p->blames = false;
	blame_fill(p->blame, p->facts);
	finish_if_done(p);
}

/* The verdict stands. Whose fault the first failure is, is found out as far as the time
 * allows. */
static void explain_failure(struct probe *p, const char *name, uint16_t type)
{
	int64_t left = p->facts->timeout_ms - spent_ms(p);
	struct blame_conf conf = { .loop = p->conf->loop,
				   .upstream = p->conf->upstream,
				   .name = name,
				   .type = type,
				   .timeout_ms = left < BLAME_MS ? left : BLAME_MS };

	if (p->doubts && p->doubt_over)
		blame_fill(p->blame, p->facts);
	else if (p->doubts)
		p->blames = true;
	p->doubts = false;
	if (p->blame)
		return;
	p->blames = true;
	p->blame = blame_new(&conf, on_blame, p);
}

/* The DNS question that has no answer yet. */
static bool find_waiting(const struct probe *p, const char **ret_name, uint16_t *ret_type)
{
	size_t i;

	*ret_name = p->host;
	*ret_type = p->service->discovery == SERVICE_MX ? RRTYPE_MX : RRTYPE_SRV;
	for (i = 0; i < p->count; i++)
		if (endpoint_dns_waits(p->endpoint[i], ret_name, ret_type))
			return true;
	return p->discover != NULL;
}

/* A server that is silent, or truncates without TCP, may keep the resolver busy to the
 * end: who that is has to be found out before. */
static void on_doubt(void *arg)
{
	struct probe *p = arg;
	struct blame_conf conf = { .loop = p->conf->loop, .upstream = p->conf->upstream };

	if (p->blame || !find_waiting(p, &conf.name, &conf.type))
		return;
	conf.timeout_ms = p->facts->timeout_ms - spent_ms(p) - DOUBT_SPARE_MS;
	if (conf.timeout_ms <= 0)
		return;
	p->doubts = true;
	p->blame = blame_new(&conf, on_blame, p);
}

static void start_doubt(struct probe *p)
{
	int64_t left = p->facts->timeout_ms - spent_ms(p),
		delay = left - BLAME_MS - DOUBT_SPARE_MS;

	if (left > 0)
		p->doubt = loop_timer_new(
			p->conf->loop, delay > left / 2 ? delay : left / 2, on_doubt, p);
}

static void on_endpoint(void *arg)
{
	struct probe *p = arg;
	const char *name;
	uint16_t type;
	size_t i;

	p->open--;
	for (i = 0; i < p->count; i++)
		if (endpoint_dns_failed(p->endpoint[i], &name, &type))
			explain_failure(p, name, type);
	finish_if_done(p);
}

static int64_t left_ms(void *arg)
{
	const struct probe *p = arg;

	return p->deadline_ms - (p->waiting ? p->waiting_since_ms : clock_ms());
}

static void on_budget_spent(void *arg);

/* The clock stands still while any connection waits. */
static void on_waits(void *arg, bool waits)
{
	struct probe *p = arg;
	int64_t now = clock_ms(), waited;

	if (waits && !p->waiting++) {
		p->waiting_since_ms = now;
		loop_timer_free(p->deadline);
		p->deadline = NULL;
	} else if (!waits && !--p->waiting) {
		waited = now - p->waiting_since_ms;
		p->waited_ms += waited;
		p->deadline_ms += waited;
		if (!p->finished)
			p->deadline = loop_timer_new(p->conf->loop, p->deadline_ms - now,
						     on_budget_spent, p);
	}
}

static void add_endpoint(struct probe *p, const struct endpoint_conf *conf)
{
	p->endpoint = mem_grow(p->endpoint, p->count, sizeof(struct endpoint *));
	p->endpoint[p->count++] = endpoint_new(conf, on_endpoint, p);
	p->open++;
}

static void start_service(struct probe *p, const struct service *service, int port)
{
	const char *const names[] = { p->host };
	struct endpoint_conf conf = { .shared = p->conf,
				      .facts = p->facts,
				      .service = service,
				      .name = names,
				      .name_count = 1,
				      .host = p->host,
				      .path = p->path,
				      .port = port,
				      .began_ms = p->asked_ms,
				      .turns = p->turns,
				      .left_ms = left_ms,
				      .waits = on_waits,
				      .waits_arg = p };

	add_endpoint(p, &conf);
}

/* Which of them there are only the answers about their TLSA records tell: ports.h. */
static void start_known_ports(struct probe *p)
{
	const struct service *service;
	size_t i;

	for (i = 0; (service = service_of_host(i)); i++)
		start_service(p, service, service->port);
}

/* Adds a name in a domain's record that can't be a host's: there is nothing to look
 * up. */
static void add_faulty(struct probe *p, const struct discover_host *h,
		       const struct service *service)
{
	struct facts_endpoint *f = facts_add_endpoint(p->facts);

	f->host = mem_text(h->name);
	f->port = h->port;
	f->service = service->name;
	f->code = CODE_NXDOMAIN;
	f->error = mem_text(h->fault);
}

/* "_imaps._tcp.example.com" is a service of example.com. */
static const char *service_domain(const struct probe *p)
{
	return p->service->discovery == SERVICE_SRV ? dname_parent(dname_parent(p->host))
						    : p->host;
}

static void note_assumed_start(struct probe *p)
{
	if (p->service->discovery != SERVICE_SRV || service_for_srv(p->host))
		return;
	finding_take(&p->facts->findings, FINDING_START_ASSUMED, SEVERITY_INFO,
		     &p->conf->verdict->overrides,
		     mem_printf("it is not known how TLS starts for %.*s: implicit TLS "
				"is assumed",
				(int)strcspn(p->host, "."), p->host));
}

static void start_found(struct probe *p, const struct discover_result *r)
{
	const char *domain = service_domain(p), *names[2] = { domain };
	bool mx = p->service->discovery == SERVICE_MX;
	struct endpoint_conf conf = { .shared = p->conf,
				      .facts = p->facts,
				      .service = service_of_hosts(p->service, p->host),
				      .name = names,
				      .domain = domain,
				      .began_ms = p->asked_ms,
				      .turns = p->turns,
				      .left_ms = left_ms,
				      .waits = on_waits,
				      .waits_arg = p };
	size_t i, at;

	note_assumed_start(p);
	for (i = 0; i < r->count; i++) {
		at = p->facts->endpoint_count;
		conf.host = r->host[i].name;
		/* RFC 7672 section 3.2.2: the next hop, before and behind its secure
		 * aliases, and the TLSA base domain; the name in the MX record is none
		 * where that is an alias. RFC 7673: the service domain and the target. */
		names[1] = mx ? r->expanded : conf.host;
		conf.name_count = names[1] ? 2 : 1;
		conf.port = r->host[i].port;
		if (r->host[i].fault)
			add_faulty(p, &r->host[i], conf.service);
		else
			add_endpoint(p, &conf);
		p->facts->endpoint[at].priority = r->host[i].priority;
		p->facts->endpoint[at].weight = r->host[i].weight;
	}
}

static void note_null_beside(struct probe *p)
{
	bool mx = p->service->discovery == SERVICE_MX;

	finding_take(
		&p->facts->findings, FINDING_NULL_BESIDE, SEVERITY_INFO,
		&p->conf->verdict->overrides,
		mem_printf("one %s record of %s says \".\" (there is no such service), "
			   "but others name hosts: remove one or the other",
			   mx ? "MX" : "SRV", p->host));
}

static void on_discovery(void *arg, struct discover_result *take_result)
{
	struct probe *p = arg;
	struct discover_result r = *take_result;

	discover_free(p->discover);
	p->discover = NULL;
	p->facts->dns_ms = clock_ms() - p->asked_ms;
	if (r.null_beside)
		note_null_beside(p);
	switch (r.status) {
	case DISCOVER_FOUND:
		start_found(p, &r);
		break;
	case DISCOVER_INSECURE:
		p->facts->code = CODE_INSECURE;
		break;
	case DISCOVER_BOGUS:
		p->facts->code = CODE_BOGUS;
		break;
	case DISCOVER_FAILED:
	case DISCOVER_UNREADABLE:
		p->facts->code = CODE_DNS_ERROR;
		break;
	case DISCOVER_NXDOMAIN:
		p->facts->code = CODE_NXDOMAIN;
		break;
	case DISCOVER_NO_SERVICE:
		p->facts->code = CODE_NO_SERVICE;
		break;
	}
	if (r.status == DISCOVER_BOGUS || r.status == DISCOVER_FAILED)
		explain_failure(p, p->host,
				p->service->discovery == SERVICE_MX ? RRTYPE_MX
								    : RRTYPE_SRV);
	discover_result_clear(&r);
	finish_if_done(p);
}

static void start_discovery(struct probe *p)
{
	struct discover_conf conf = { .resolver = upstream_resolver(p->conf->upstream),
				      .facts = p->facts,
				      .kind = p->service->discovery,
				      .name = p->host,
				      .port = p->port };

	resolver_prime(conf.resolver, p->host);
	p->discover = discover_new(&conf, on_discovery, p);
}

static void start_work(struct probe *p)
{
	p->started = true;
	p->asked_ms = clock_ms();
	start_doubt(p);
	switch (p->service->discovery) {
	case SERVICE_HOST:
		start_service(p, p->service, p->port);
		break;
	case SERVICE_PORTS:
		start_known_ports(p);
		break;
	case SERVICE_MX:
	case SERVICE_SRV:
		start_discovery(p);
		break;
	}
}

/* All is asked anew, of the root. */
static void restart_doubt(struct probe *p)
{
	p->asked_ms = clock_ms();
	loop_timer_free(p->doubt);
	p->doubt = NULL;
	start_doubt(p);
}

static void on_upstream(void *arg)
{
	struct probe *p = arg;
	const char *left = upstream_left(p->conf->upstream);

	p->waits_upstream = false;
	if (left)
		finding_take(&p->facts->findings, FINDING_RESOLVER_NO_DNSSEC,
			     SEVERITY_INFO, &p->conf->verdict->overrides, mem_text(left));
	if (!p->started)
		start_work(p);
	else if (left)
		restart_doubt(p);
}

static void time_out_discovery(struct probe *p)
{
	facts_discovery(p->facts)->error = mem_printf(
		"DNS did not answer within %.3g s", (double)p->facts->timeout_ms / 1000);
	p->facts->code = CODE_DNS_ERROR;
	p->facts->dns_ms = clock_ms() - p->asked_ms;
}

static void on_budget_spent(void *arg)
{
	struct probe *p = arg;
	const char *name;
	uint16_t type;
	size_t i;

	/* The system's resolvers are tried for less than any deadline but a tiny one. */
	if (!p->started)
		start_work(p);
	if (p->doubts && p->doubt_over && find_waiting(p, &name, &type))
		blame_fill(p->blame, p->facts);
	if (p->discover)
		time_out_discovery(p);
	for (i = 0; i < p->count; i++)
		endpoint_time_out(p->endpoint[i]);
	finish_probe(p);
}

static struct facts_target *new_facts(const struct probe_conf *conf, const char *text,
				      long line)
{
	struct facts_target *facts = facts_target_new();

	facts->lookup_only = conf->lookup_only;
	facts->target = mem_text(text);
	facts->line = line;
	return facts;
}

/* What single peers have shown so far is left out: a state of some of them isn't the
 * target's. */
struct facts_target *probe_stop(struct probe *p, const char *reason)
{
	struct facts_target *facts;

	if (p->blame && !p->doubts && !p->open)
		finish_probe(p); /* the verdict stands */
	if (p->finished) {
		facts = p->facts;
		p->facts = NULL;
		return facts;
	}
	facts = new_facts(p->conf, p->facts->target, p->facts->line);
	facts->normalized = mem_text(p->facts->normalized);
	facts->code = CODE_STOPPED;
	facts->total_ms = spent_ms(p);
	facts->summary =
		mem_printf("%s ended the check after %.1f s, before all was known",
			   reason ? reason : "a signal", (double)facts->total_ms / 1000);
	verdict_decide(facts, p->conf->verdict, clock_now());
	return facts;
}

struct facts_target *probe_lost_target(const struct probe_conf *conf,
				       const struct target *target, long line,
				       const char *reason)
{
	struct facts_target *facts = new_facts(conf, target->text, line);

	facts->normalized = mem_text(target->normalized);
	facts->code = CODE_STOPPED;
	facts->summary = mem_text(reason);
	facts->dns_ms = facts->total_ms = 0;
	verdict_decide(facts, conf->verdict, clock_now());
	return facts;
}

struct facts_target *probe_bad_target(const struct probe_conf *conf, const char *text,
				      long line, const char *reason)
{
	struct facts_target *facts = new_facts(conf, text, line);

	facts->code = CODE_BAD_TARGET;
	facts->summary =
		line ? mem_printf("line %ld: %s", line, reason) : mem_text(reason);
	facts->dns_ms = facts->total_ms = 0;
	verdict_decide(facts, conf->verdict, clock_now());
	return facts;
}

struct probe *probe_new(const struct probe_conf *conf, const struct target *target,
			long line, probe_fn *fn, void *arg)
{
	struct probe *p = mem_zero(sizeof(*p));

	p->conf = conf;
	p->service = target->service;
	p->host = mem_text(target->host);
	p->path = mem_text(target->path);
	p->port = target->port;
	p->fn = fn;
	p->arg = arg;
	p->began_ms = clock_ms();
	p->facts = new_facts(conf, target->text, line);
	p->facts->normalized = mem_text(target->normalized);
	p->facts->timeout_ms =
		conf->timeout_ms ? conf->timeout_ms : service_timeout_ms(p->service);
	p->deadline_ms = p->began_ms + p->facts->timeout_ms;
	p->deadline =
		loop_timer_new(conf->loop, p->facts->timeout_ms, on_budget_spent, p);
	p->turns = turns_new(conf->loop,
			     conf->per_target ? (size_t)conf->per_target : TURNS_AT_ONCE);
	p->waits_upstream = true;
	if (upstream_begin(conf->upstream, on_upstream, p))
		start_work(p);
	return p;
}

void probe_free(struct probe *p)
{
	size_t i;

	if (!p)
		return;
	stop_work(p);
	for (i = 0; i < p->count; i++)
		endpoint_free(p->endpoint[i]);
	free(p->endpoint);
	turns_free(p->turns);
	loop_timer_free(p->delivery);
	facts_target_free(p->facts);
	free(p->host);
	free(p->path);
	free(p);
}

bool probe_is_connecting(const struct probe *p)
{
	size_t i, connecting = 0;

	for (i = 0; i < p->count; i++)
		connecting += endpoint_is_connecting(p->endpoint[i]);
	return connecting && connecting == p->open && !p->discover && !p->blames;
}
