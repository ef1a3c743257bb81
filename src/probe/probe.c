/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dns/blame.h"
#include "dns/upstream.h"
#include "probe/endpoint.h"
#include "target/service.h"
#include "target/target.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

/* After a DNS failure, asking around may take this long, and never past the deadline. */
#define BLAME_MS 3000

struct probe {
	const struct probe_conf *conf; /* borrowed */
	const struct service *service; /* constant */
	char *host, *path;	       /* owned; path NULL: none asked for */
	int port;
	probe_fn *fn;
	void *arg;
	struct facts_target *facts; /* owned until taken */
	int64_t began_ms;
	struct loop_timer *deadline, *delivery; /* owned */
	bool waits_upstream, finished;
	struct endpoint *endpoint; /* owned; NULL before the upstream is known */
	struct blame *blame;	   /* owned */
};

static int64_t spent_ms(const struct probe *p)
{
	return clock_ms() - p->began_ms;
}

static void deliver(void *arg)
{
	struct probe *p = arg;
	struct facts_target *facts = p->facts;

	p->facts = NULL;
	p->fn(p->arg, facts);
}

/* Sockets go first, so that a peer isn't left waiting while the result is printed. */
static void stop_work(struct probe *p)
{
	loop_timer_free(p->deadline);
	p->deadline = NULL;
	if (p->waits_upstream)
		upstream_forget(p->conf->upstream, p);
	p->waits_upstream = false;
	blame_free(p->blame);
	p->blame = NULL;
	if (p->endpoint)
		endpoint_stop(p->endpoint);
}

static void finish(struct probe *p)
{
	if (p->finished)
		return;
	p->finished = true;
	p->facts->total_ms = spent_ms(p);
	if (p->endpoint)
		endpoint_settle(p->endpoint);
	stop_work(p);
	verdict_decide(p->facts, p->conf->verdict, clock_now());
	p->delivery = loop_timer_new(p->conf->loop, 0, deliver, p);
}

static void on_blame(void *arg)
{
	struct probe *p = arg;

	blame_fill(p->blame, p->facts);
	finish(p);
}

/* The verdict stands; whose fault it is, is found out as far as the time allows. */
static void explain_failure(struct probe *p, const char *name, uint16_t type)
{
	int64_t left = p->conf->timeout_ms - spent_ms(p);
	struct blame_conf conf = { .loop = p->conf->loop,
				   .upstream = p->conf->upstream,
				   .name = name,
				   .type = type,
				   .timeout_ms = left < BLAME_MS ? left : BLAME_MS };

	p->blame = blame_new(&conf, on_blame, p);
}

static void on_endpoint(void *arg)
{
	struct probe *p = arg;
	const char *name;
	uint16_t type;

	if (endpoint_dns_failed(p->endpoint, &name, &type))
		explain_failure(p, name, type);
	else
		finish(p);
}

static void start_endpoint(struct probe *p)
{
	struct endpoint_conf conf = { .shared = p->conf,
				      .facts = p->facts,
				      .service = p->service,
				      .host = p->host,
				      .path = p->path,
				      .port = p->port };

	p->endpoint = endpoint_new(&conf, on_endpoint, p);
}

static void on_upstream(void *arg)
{
	struct probe *p = arg;
	const char *left = upstream_left(p->conf->upstream);

	p->waits_upstream = false;
	if (left)
		finding_take(&p->facts->findings, FINDING_RESOLVER_NO_DNSSEC,
			     SEVERITY_INFO, &p->conf->verdict->overrides, mem_text(left));
	start_endpoint(p);
}

static void on_deadline(void *arg)
{
	struct probe *p = arg;

	/* The system's resolvers are tried for less than any deadline but a tiny one. */
	if (!p->endpoint)
		start_endpoint(p);
	if (!p->blame)
		endpoint_time_out(p->endpoint);
	finish(p);
}

static struct facts_target *new_facts(const char *text, long line)
{
	struct facts_target *facts = facts_target_new();

	facts->target = mem_text(text);
	facts->line = line;
	return facts;
}

struct facts_target *probe_bad_target(const struct probe_conf *conf, const char *text,
				      long line, const char *reason)
{
	struct facts_target *facts = new_facts(text, line);

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
	p->facts = new_facts(target->text, line);
	p->facts->normalized = mem_text(target->normalized);
	p->deadline = loop_timer_new(conf->loop, conf->timeout_ms, on_deadline, p);
	p->waits_upstream = true;
	upstream_wait(conf->upstream, on_upstream, p);
	return p;
}

void probe_free(struct probe *p)
{
	if (!p)
		return;
	stop_work(p);
	endpoint_free(p->endpoint);
	loop_timer_free(p->delivery);
	facts_target_free(p->facts);
	free(p->host);
	free(p->path);
	free(p);
}
