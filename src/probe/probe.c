/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dane/match.h"
#include "dane/policy.h"
#include "dns/address.h"
#include "dns/blame.h"
#include "dns/rrtype.h"
#include "dns/tlsa_lookup.h"
#include "dns/upstream.h"
#include "net/http.h"
#include "net/route.h"
#include "probe/ca_bundle.h"
#include "probe/examine.h"
#include "probe/expect.h"
#include "probe/peer.h"
#include "target/connect_to.h"
#include "target/service.h"
#include "target/target.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

/* After a DNS failure, asking around may take this long, and never past the deadline. */
#define BLAME_MS 3000

enum stage { STAGE_DNS, STAGE_PEERS, STAGE_BLAME, STAGE_DONE };

/* One address: its index is that of the facts' peer. */
struct slot {
	struct probe *probe; /* borrowed, for callbacks */
	size_t index;
	char *address;	    /* owned */
	int port;	    /* to connect to */
	struct peer *peer;  /* owned */
	struct http *http;  /* owned */
	struct chain chain; /* owned; kept for the story */
	bool done;
};

struct probe {
	const struct probe_conf *conf; /* borrowed */
	const struct service *service; /* constant */
	char *host, *path;	       /* owned; path NULL: none asked for */
	int port;
	probe_fn *fn;
	void *arg;
	struct facts_target *facts; /* owned until taken */
	enum stage stage;
	int64_t began_ms;
	struct loop_timer *deadline, *delivery; /* owned */
	bool waits_upstream;
	struct address_lookup *address; /* owned */
	struct tlsa_lookup *tlsa;	/* owned */
	struct slot *slot;		/* owned */
	size_t slot_count, open;
	struct blame *blame; /* owned */
	char *failed_name;   /* owned; the question to explain, NULL none */
	uint16_t failed_type;
};

static struct facts_endpoint *endpoint(struct probe *p)
{
	return &p->facts->endpoint[0];
}

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
	size_t i;

	loop_timer_free(p->deadline);
	p->deadline = NULL;
	if (p->waits_upstream)
		upstream_forget(p->conf->upstream, p);
	p->waits_upstream = false;
	address_lookup_free(p->address);
	p->address = NULL;
	tlsa_lookup_free(p->tlsa);
	p->tlsa = NULL;
	blame_free(p->blame);
	p->blame = NULL;
	for (i = 0; i < p->slot_count; i++) {
		peer_free(p->slot[i].peer);
		http_free(p->slot[i].http);
		p->slot[i].peer = NULL;
		p->slot[i].http = NULL;
	}
}

/* Records that no client can use decide before any connection does. */
static void settle_unusable(struct probe *p)
{
	struct facts_endpoint *e = endpoint(p);
	size_t i;

	for (i = 0; i < e->record_count; i++)
		if (e->record[i].usable)
			return;
	for (i = 0; i < e->peer_count; i++)
		e->peer[i].code = CODE_UNUSABLE;
}

static void finish(struct probe *p)
{
	if (p->stage == STAGE_DONE)
		return;
	p->stage = STAGE_DONE;
	p->facts->total_ms = spent_ms(p);
	if (p->facts->dns_ms < 0)
		p->facts->dns_ms = p->facts->total_ms;
	settle_unusable(p);
	stop_work(p);
	verdict_decide(p->facts, p->conf->verdict, clock_now());
	p->delivery = loop_timer_new(p->conf->loop, 0, deliver, p);
}

static void on_blame(void *arg)
{
	struct probe *p = arg;
	size_t count, i;
	char **line = blame_take(p->blame, &count);

	for (i = 0; i < count; i++)
		facts_add_blame(p->facts, line[i]);
	free(line);
	finish(p);
}

/* The verdict stands; whose fault it is, is found out as far as the time allows. */
static void explain_failure(struct probe *p)
{
	int64_t left = p->conf->timeout_ms - spent_ms(p);
	struct blame_conf conf = { .loop = p->conf->loop,
				   .upstream = p->conf->upstream,
				   .name = p->failed_name,
				   .type = p->failed_type,
				   .timeout_ms = left < BLAME_MS ? left : BLAME_MS };

	p->stage = STAGE_BLAME;
	p->blame = blame_new(&conf, on_blame, p);
}

/* Ends the DNS stage with a code that no peer can mend. */
static void fail_dns(struct probe *p, enum code code, const char *error)
{
	struct facts_endpoint *e = endpoint(p);

	e->code = code;
	e->error = mem_text(error);
	p->facts->dns_ms = spent_ms(p);
	if (p->failed_name)
		explain_failure(p);
	else
		finish(p);
}

static void end_slot(struct slot *s)
{
	struct probe *p = s->probe;

	if (s->done)
		return;
	s->done = true;
	if (--p->open == 0)
		finish(p);
}

static void take_http(struct slot *s, int status, char *take_error)
{
	struct facts_peer *peer = &endpoint(s->probe)->peer[s->index];

	peer->http = mem_zero(sizeof(*peer->http));
	peer->http->status = status;
	peer->http->error = take_error;
	if (take_error) {
		peer->code = CODE_HTTP_FAILED;
		free(peer->error);
		peer->error = mem_text(take_error);
	}
}

static void on_http(void *arg, const struct http_reply *reply)
{
	struct slot *s = arg;

	take_http(s, reply->status, expect_judge(s->probe->conf->expect, reply));
	end_slot(s);
}

static bool wants_http(const struct probe *p)
{
	return p->service->http && (p->path || p->conf->expect->given);
}

static void fetch(struct slot *s)
{
	struct probe *p = s->probe;
	struct http_conf conf = { .sni = endpoint(p)->base_domain,
				  .host = p->host,
				  .address = s->address,
				  .port = p->port,
				  .connect_port = s->port,
				  .path = p->path ? p->path : "/",
				  .pin = s->chain.cert[0].spki_sha256,
				  .agent = p->conf->agent,
				  .want_body = p->conf->expect->has_body };
	struct why why;

	if (http_new(p->conf->loop, &conf, on_http, s, &s->http, &why) < 0) {
		take_http(s, 0, mem_text(why.text));
		end_slot(s);
	}
}

static void judge(struct slot *s)
{
	struct probe *p = s->probe;
	struct facts_endpoint *e = endpoint(p);
	const char *names[2] = { e->base_domain, p->host };
	struct match_input in = { .names = names,
				  .name_count = strcmp(names[0], names[1]) ? 2 : 1,
				  .now = clock_now(),
				  .mta_relay = p->service->mta_relay,
				  .ee_name_check = p->conf->ee_name_check };
	struct tlsa *rr = mem_array(e->record_count, sizeof(*rr));
	size_t i;

	for (i = 0; i < e->record_count; i++)
		rr[i] = e->record[i].rr;
	if (policy_needs_trust(rr, e->record_count, in.mta_relay))
		in.trust = ca_bundle_trust(p->conf->ca);
	free(rr);
	examine_chain(e, s->index, &s->chain, &in);
}

static void take_tls(struct facts_peer *peer, struct peer_result *r)
{
	char *auth = peer->tls.auth;

	peer->has_tls = true;
	peer->tls = r->tls;
	peer->tls.auth = auth;
	r->tls = (struct facts_tls){ 0 };
}

static void fail_peer(struct facts_peer *peer, enum code code, const char *error)
{
	peer->code = code;
	peer->error = mem_text(error);
}

static void on_peer(void *arg)
{
	struct slot *s = arg;
	struct facts_peer *peer = &endpoint(s->probe)->peer[s->index];
	struct peer_result *r = peer_result(s->peer);

	peer->connect_ms = r->connect_ms;
	peer->handshake_ms = r->handshake_ms;
	switch (r->status) {
	case PEER_CHAIN:
		s->chain = r->chain;
		r->chain = (struct chain){ 0 };
		take_tls(peer, r);
		judge(s);
		break;
	case PEER_NO_ROUTE:
		fail_peer(peer, CODE_NO_ROUTE, r->why.text);
		break;
	case PEER_NO_CONNECT:
		fail_peer(peer, CODE_CONNECT_FAILED, r->why.text);
		break;
	case PEER_NO_TLS:
	case PEER_RUNNING:
		fail_peer(peer, CODE_TLS_FAILED, r->why.text);
		break;
	}
	peer_free(s->peer);
	s->peer = NULL;
	if (peer->code == CODE_MATCH && peer->has_match && wants_http(s->probe))
		fetch(s);
	else
		end_slot(s);
}

static void start_peers(struct probe *p)
{
	struct facts_endpoint *e = endpoint(p);
	struct peer_conf conf = { .loop = p->conf->loop,
				  .kit = p->conf->kit,
				  .sni = e->base_domain,
				  .alpn = p->service->alpn };
	size_t i;

	p->stage = STAGE_PEERS;
	p->open = p->slot_count;
	for (i = 0; i < p->slot_count; i++) {
		struct facts_peer *peer = facts_add_peer(e);

		peer->address = mem_text(p->slot[i].address);
		peer->port = p->slot[i].port;
	}
	for (i = 0; i < p->slot_count; i++) {
		conf.address = p->slot[i].address;
		conf.port = p->slot[i].port;
		p->slot[i].peer = peer_new(&conf, on_peer, &p->slot[i]);
	}
}

static void mark_usable(struct probe *p)
{
	struct facts_endpoint *e = endpoint(p);
	char reason[POLICY_REASON_SIZE];
	size_t i;

	for (i = 0; i < e->record_count; i++) {
		struct facts_record *r = &e->record[i];

		r->usable = policy_record_usable(&r->rr, p->service->mta_relay, reason);
		if (!r->usable)
			r->reason = mem_text(reason);
	}
}

static void on_tlsa(void *arg, enum tlsa_lookup_status status, const char *base_domain,
		    const char *owner, const char *error)
{
	struct probe *p = arg;

	(void)base_domain;
	tlsa_lookup_fill(p->tlsa, endpoint(p));
	if (status == TLSA_LOOKUP_BOGUS || status == TLSA_LOOKUP_FAILED) {
		p->failed_name = mem_text(owner);
		p->failed_type = RRTYPE_TLSA;
	}
	switch (status) {
	case TLSA_LOOKUP_FOUND:
		p->facts->dns_ms = spent_ms(p);
		mark_usable(p);
		start_peers(p);
		break;
	case TLSA_LOOKUP_ABSENT:
		fail_dns(p, CODE_NO_TLSA, NULL);
		break;
	case TLSA_LOOKUP_INSECURE:
		fail_dns(p, CODE_INSECURE, NULL);
		break;
	case TLSA_LOOKUP_BOGUS:
		fail_dns(p, CODE_BOGUS, error);
		break;
	case TLSA_LOOKUP_FAILED:
		fail_dns(p, CODE_DNS_ERROR, error);
		break;
	}
}

static void add_slot(struct probe *p, const char *address, int port)
{
	p->slot = mem_grow(p->slot, p->slot_count, sizeof(*p->slot));
	p->slot[p->slot_count] = (struct slot){ .probe = p,
						.index = p->slot_count,
						.address = mem_text(address),
						.port = port };
	p->slot_count++;
}

static bool is_ipv6(const char *address)
{
	return strchr(address, ':') != NULL;
}

/* Addresses of a family that this host can't reach say nothing about the server, as long
 * as there are others. */
static void add_reachable(struct probe *p, const struct address_result *r, int port)
{
	bool any = false;
	size_t i;

	for (i = 0; i < r->count; i++)
		any = any || route_exists(r->address[i]);
	for (i = 0; i < r->count; i++) {
		if (any && is_ipv6(r->address[i]) && !route_exists(r->address[i]))
			finding_take(&p->facts->findings, FINDING_IPV6_UNREACHABLE,
				     SEVERITY_INFO, &p->conf->verdict->overrides,
				     mem_printf("this host has no IPv6 route to %s: not"
						" checked from here",
						r->address[i]));
		else
			add_slot(p, r->address[i], port);
	}
}

/* Both the first item that fits and all the others count: several addresses, all probed.
 */
static const struct connect_to *next_elsewhere(const struct probe *p, size_t *index)
{
	const struct connect_to_list *list = p->conf->connect_to;

	while (*index < list->count) {
		const struct connect_to *c = &list->item[(*index)++];

		if (connect_to_fits(c, p->host, p->port))
			return c;
	}
	return NULL;
}

static void choose_addresses(struct probe *p, const struct address_result *r)
{
	const struct connect_to *c;
	bool given = false;
	int port = p->port;
	size_t i = 0;

	while ((c = next_elsewhere(p, &i))) {
		if (c->to_port)
			port = c->to_port;
		if (!c->address)
			continue;
		given = true;
		if (is_ipv6(c->address) ? p->conf->ipv6 : p->conf->ipv4)
			add_slot(p, c->address, c->to_port ? c->to_port : p->port);
	}
	if (!given)
		add_reachable(p, r, port);
}

static bool connects_elsewhere(const struct probe *p)
{
	const struct connect_to *c;
	size_t i = 0;

	while ((c = next_elsewhere(p, &i)))
		if (c->address)
			return true;
	return false;
}

static void look_up_tlsa(struct probe *p, const struct address_result *r)
{
	struct tlsa_lookup_conf conf = { .resolver = upstream_resolver(p->conf->upstream),
					 .facts = p->facts,
					 .port = p->port,
					 .protocol = "tcp" };
	size_t n = 0;

	/* RFC 7671 section 7: the fully expanded name first, if every link is secure. */
	if (r->status == ADDRESS_SECURE && r->expanded && strcmp(r->expanded, p->host))
		conf.candidate[n++] = r->expanded;
	conf.candidate[n] = p->host;
	p->tlsa = tlsa_lookup_new(&conf, on_tlsa, p);
}

static void name_failure(struct probe *p, const struct address_result *r)
{
	p->failed_name = mem_text(p->host);
	p->failed_type = r->failed_type ? r->failed_type : RRTYPE_A;
}

static void on_addresses(void *arg, struct address_result *take_result)
{
	struct probe *p = arg;
	struct address_result r = *take_result;
	struct facts_endpoint *e = endpoint(p);

	switch (r.status) {
	case ADDRESS_SECURE:
	case ADDRESS_ALIAS_SECURE:
		choose_addresses(p, &r);
		if (p->slot_count)
			look_up_tlsa(p, &r);
		else
			fail_dns(p, CODE_NO_ADDRESS, NULL);
		break;
	case ADDRESS_INSECURE:
		/* The security of the RRset that decided, since TLSA isn't asked for. */
		e->tlsa_security = SECURITY_INSECURE;
		fail_dns(p, CODE_INSECURE, NULL);
		break;
	case ADDRESS_BOGUS:
		e->tlsa_security = SECURITY_BOGUS;
		name_failure(p, &r);
		fail_dns(p, CODE_BOGUS, r.error);
		break;
	case ADDRESS_FAILED:
		name_failure(p, &r);
		fail_dns(p, CODE_DNS_ERROR, r.error);
		break;
	case ADDRESS_NXDOMAIN:
		fail_dns(p, CODE_NXDOMAIN, NULL);
		break;
	case ADDRESS_NONE:
		fail_dns(p, CODE_NO_ADDRESS, NULL);
		break;
	}
	address_result_clear(&r);
}

static void on_upstream(void *arg)
{
	struct probe *p = arg;
	struct upstream *u = p->conf->upstream;
	struct address_conf conf = { .resolver = upstream_resolver(u),
				     .facts = p->facts,
				     .host = p->host,
				     .ipv4 = p->conf->ipv4,
				     .ipv6 = p->conf->ipv6,
				     .addresses_given = connects_elsewhere(p) };

	p->waits_upstream = false;
	if (upstream_left(u))
		finding_take(&p->facts->findings, FINDING_RESOLVER_NO_DNSSEC,
			     SEVERITY_INFO, &p->conf->verdict->overrides,
			     mem_text(upstream_left(u)));
	if (conf.resolver)
		p->address = address_lookup_new(&conf, on_addresses, p);
	else
		fail_dns(p, CODE_DNS_ERROR, "no resolver can be set up");
}

static void time_out_peers(struct probe *p)
{
	size_t i;

	for (i = 0; i < p->slot_count; i++) {
		struct slot *s = &p->slot[i];
		struct facts_peer *peer = &endpoint(p)->peer[i];
		char *error;

		if (s->done)
			continue;
		error = mem_printf("%s did not end within %.3g s",
				   s->http ? "the HTTP request" : peer_stage(s->peer),
				   (double)p->conf->timeout_ms / 1000);
		if (s->http)
			take_http(s, 0, mem_text(error));
		free(peer->error);
		peer->error = error;
		peer->code = CODE_TIMEOUT;
		s->done = true;
	}
}

static void on_deadline(void *arg)
{
	struct probe *p = arg;
	struct facts_endpoint *e = endpoint(p);

	switch (p->stage) {
	case STAGE_DNS:
		e->code = CODE_DNS_ERROR;
		e->error = mem_printf("DNS did not answer within %.3g s",
				      (double)p->conf->timeout_ms / 1000);
		break;
	case STAGE_PEERS:
		time_out_peers(p);
		break;
	case STAGE_BLAME:
	case STAGE_DONE:
		break;
	}
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
	struct facts_endpoint *e;

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
	e = facts_add_endpoint(p->facts);
	e->host = mem_text(target->host);
	e->port = target->port;
	e->protocol = "tcp";
	e->service = target->service->name;
	p->deadline = loop_timer_new(conf->loop, conf->timeout_ms, on_deadline, p);
	p->waits_upstream = true;
	upstream_wait(conf->upstream, on_upstream, p);
	return p;
}

void probe_free(struct probe *p)
{
	size_t i;

	if (!p)
		return;
	stop_work(p);
	loop_timer_free(p->delivery);
	for (i = 0; i < p->slot_count; i++) {
		chain_clear(&p->slot[i].chain);
		free(p->slot[i].address);
	}
	free(p->slot);
	facts_target_free(p->facts);
	free(p->failed_name);
	free(p->host);
	free(p->path);
	free(p);
}
