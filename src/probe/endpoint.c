/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "dane/match.h"
#include "dane/policy.h"
#include "dns/address.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/tlsa_lookup.h"
#include "dns/upstream.h"
#include "net/http.h"
#include "probe/ca_bundle.h"
#include "probe/examine.h"
#include "probe/expect.h"
#include "probe/peer.h"
#include "probe/probe.h"
#include "probe/search.h"
#include "target/connect_to.h"
#include "target/service.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

/* One address: its index is that of the facts' peer. */
struct slot {
	struct endpoint *endpoint; /* borrowed, for callbacks */
	size_t index;
	char *address; /* owned */
	int port;      /* to connect to */
	enum handshake_auth auth;
	bool refused;	   /* by an alert, which may only mean: no key of that kind */
	struct peer *peer; /* owned */
	struct http *http; /* owned */
	int http_status;
	struct search *search; /* owned; in the page */
	struct chain chain;    /* owned; kept for the story */
	bool done;
};

struct endpoint {
	const struct probe_conf *conf; /* borrowed */
	const struct service *service; /* constant */
	char *host, *path;	       /* owned; path NULL: none asked for */
	int port;
	endpoint_fn *fn;
	void *arg;
	struct facts_target *facts; /* borrowed */
	size_t index;		    /* of facts' endpoint */
	int64_t began_ms;
	struct address_lookup *address; /* owned */
	struct tlsa_lookup *tlsa;	/* owned */
	struct slot *slot;		/* owned */
	size_t slot_count, open;
	bool peers_started;
	char *failed_name; /* owned; the question to explain, NULL none */
	uint16_t failed_type;
};

static struct facts_endpoint *facts_of(struct endpoint *e)
{
	return &e->facts->endpoint[e->index];
}

static void clear_slot(struct slot *s)
{
	peer_free(s->peer);
	http_free(s->http);
	search_free(s->search);
	chain_clear(&s->chain);
	free(s->address);
}

static void end_dns(struct endpoint *e)
{
	int64_t spent = clock_ms() - e->began_ms;

	if (spent > e->facts->dns_ms)
		e->facts->dns_ms = spent;
}

/* Ends the DNS stage with a code that no peer can mend. */
static void fail_dns(struct endpoint *e, enum code code, const char *error)
{
	facts_of(e)->code = code;
	facts_of(e)->error = mem_text(error);
	end_dns(e);
	e->fn(e->arg);
}

static void start_peer(struct slot *s);

static void drop_slot(struct endpoint *e, size_t index)
{
	size_t i;

	facts_drop_peer(facts_of(e), index);
	clear_slot(&e->slot[index]);
	memmove(e->slot + index, e->slot + index + 1,
		(e->slot_count - index - 1) * sizeof(*e->slot));
	e->slot_count--;
	for (i = index; i < e->slot_count; i++)
		e->slot[i].index = i;
}

/* The slots of --auth both come in pairs. A refusal beside a handshake means that the
 * server has no key of that kind; where both were refused, one that offers everything
 * decides. Nothing is under way when this moves slots. */
static bool settle_pairs(struct endpoint *e)
{
	bool again = false;
	size_t i;

	for (i = 0; i + 1 < e->slot_count; i++) {
		struct slot *a = &e->slot[i], *b = &e->slot[i + 1];
		struct facts_peer *peer = facts_of(e)->peer;

		if (a->auth != HANDSHAKE_RSA || b->auth != HANDSHAKE_ECDSA)
			continue;
		if (a->refused && b->refused) {
			drop_slot(e, i + 1);
			free(peer[i].error);
			peer[i].error = NULL;
			a->auth = HANDSHAKE_AUTO;
			start_peer(a);
			again = true;
		} else if (a->refused && peer[i + 1].has_match) {
			drop_slot(e, i);
		} else if (b->refused && peer[i].has_match) {
			drop_slot(e, i + 1);
		}
	}
	return again;
}

static void end_slot(struct slot *s)
{
	struct endpoint *e = s->endpoint;

	if (s->done)
		return;
	s->done = true;
	if (--e->open)
		return;
	if (e->conf->auth == PROBE_AUTH_BOTH && settle_pairs(e))
		return;
	e->fn(e->arg);
}

static void take_http(struct slot *s, int status, char *take_error)
{
	struct facts_peer *peer = &facts_of(s->endpoint)->peer[s->index];

	peer->http = mem_zero(sizeof(*peer->http));
	peer->http->status = status;
	peer->http->error = take_error;
	if (take_error) {
		peer->code = CODE_HTTP_FAILED;
		free(peer->error);
		peer->error = mem_text(take_error);
	}
}

static void end_http(struct slot *s, int status, char *take_error)
{
	take_http(s, status, take_error);
	end_slot(s);
}

static void on_search(void *arg, enum search_result result)
{
	struct slot *s = arg;

	end_http(s, s->http_status, expect_judge_body(s->http_status, result));
}

static void on_http(void *arg, const struct http_reply *reply)
{
	struct slot *s = arg;
	const struct probe_conf *conf = s->endpoint->conf;
	char *error = expect_judge(conf->expect, reply);
	struct why why;

	s->http_status = reply->status;
	if (error || !conf->expect->has_body)
		end_http(s, reply->status, error);
	else if (search_new(conf->loop, &conf->expect->body, reply->body, reply->body_len,
			    on_search, s, &s->search, &why) < 0)
		end_http(s, reply->status, mem_text(why.text));
}

static bool wants_http(const struct endpoint *e)
{
	return e->service->http && (e->path || e->conf->expect->given);
}

static void fetch(struct slot *s)
{
	struct endpoint *e = s->endpoint;
	struct http_conf conf = { .sni = facts_of(e)->base_domain,
				  .host = e->host,
				  .address = s->address,
				  .port = e->port,
				  .connect_port = s->port,
				  .path = e->path ? e->path : "/",
				  .pin = s->chain.cert[0].spki_sha256,
				  .agent = e->conf->agent,
				  .want_body = e->conf->expect->has_body };
	struct why why;

	if (http_new(e->conf->loop, &conf, on_http, s, &s->http, &why) < 0) {
		take_http(s, 0, mem_text(why.text));
		end_slot(s);
	}
}

static void judge(struct slot *s)
{
	struct endpoint *e = s->endpoint;
	struct facts_endpoint *f = facts_of(e);
	const char *names[2] = { f->base_domain, e->host };
	struct match_input in = { .names = names,
				  .name_count = strcmp(names[0], names[1]) ? 2 : 1,
				  .now = clock_now(),
				  .mta_relay = e->service->mta_relay,
				  .ee_name_check = e->conf->ee_name_check };
	struct tlsa *rr = facts_rrset(f);

	if (policy_needs_trust(rr, f->record_count, in.mta_relay))
		in.trust = ca_bundle_trust(e->conf->ca);
	free(rr);
	examine_chain(f, s->index, &s->chain, &in);
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
	struct facts_peer *peer = &facts_of(s->endpoint)->peer[s->index];
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
	case PEER_REFUSED:
		s->refused = true;
		fail_peer(peer, CODE_TLS_FAILED, r->why.text);
		break;
	case PEER_NO_TLS:
	case PEER_RUNNING:
		fail_peer(peer, CODE_TLS_FAILED, r->why.text);
		break;
	}
	peer_free(s->peer);
	s->peer = NULL;
	if (peer->code == CODE_MATCH && peer->has_match && wants_http(s->endpoint))
		fetch(s);
	else
		end_slot(s);
}

static void start_peer(struct slot *s)
{
	struct endpoint *e = s->endpoint;
	struct peer_conf conf = { .loop = e->conf->loop,
				  .kit = e->conf->kit,
				  .address = s->address,
				  .port = s->port,
				  .sni = facts_of(e)->base_domain,
				  .alpn = e->service->alpn,
				  .auth = s->auth };

	e->open++;
	s->done = s->refused = false;
	s->peer = peer_new(&conf, on_peer, s);
}

static void start_peers(struct endpoint *e)
{
	size_t i;

	e->peers_started = true;
	for (i = 0; i < e->slot_count; i++) {
		struct facts_peer *peer = facts_add_peer(facts_of(e));

		peer->address = mem_text(e->slot[i].address);
		peer->port = e->slot[i].port;
	}
	for (i = 0; i < e->slot_count; i++)
		start_peer(&e->slot[i]);
}

static void mark_usable(struct endpoint *e)
{
	struct facts_endpoint *f = facts_of(e);
	char reason[POLICY_REASON_SIZE];
	size_t i;

	for (i = 0; i < f->record_count; i++) {
		struct facts_record *r = &f->record[i];

		r->usable = policy_record_usable(&r->rr, e->service->mta_relay, reason);
		if (!r->usable)
			r->reason = mem_text(reason);
	}
}

static void on_tlsa(void *arg, enum tlsa_lookup_status status, const char *base_domain,
		    const char *owner, const char *error)
{
	struct endpoint *e = arg;

	(void)base_domain;
	tlsa_lookup_fill(e->tlsa, facts_of(e));
	if (status == TLSA_LOOKUP_BOGUS || status == TLSA_LOOKUP_FAILED) {
		e->failed_name = mem_text(owner);
		e->failed_type = RRTYPE_TLSA;
	}
	switch (status) {
	case TLSA_LOOKUP_FOUND:
		end_dns(e);
		mark_usable(e);
		start_peers(e);
		break;
	case TLSA_LOOKUP_ABSENT:
		fail_dns(e, CODE_NO_TLSA, NULL);
		break;
	case TLSA_LOOKUP_INSECURE:
		fail_dns(e, CODE_INSECURE, NULL);
		break;
	case TLSA_LOOKUP_BOGUS:
		fail_dns(e, CODE_BOGUS, error);
		break;
	case TLSA_LOOKUP_FAILED:
		fail_dns(e, CODE_DNS_ERROR, error);
		break;
	}
}

static void add_slot_for(struct endpoint *e, const char *address, int port,
			 enum handshake_auth auth)
{
	e->slot = mem_grow(e->slot, e->slot_count, sizeof(*e->slot));
	e->slot[e->slot_count] = (struct slot){ .endpoint = e,
						.index = e->slot_count,
						.address = mem_text(address),
						.port = port,
						.auth = auth };
	e->slot_count++;
}

static void add_slot(struct endpoint *e, const char *address, int port)
{
	switch (e->conf->auth) {
	case PROBE_AUTH_AUTO:
		add_slot_for(e, address, port, HANDSHAKE_AUTO);
		break;
	case PROBE_AUTH_RSA:
		add_slot_for(e, address, port, HANDSHAKE_RSA);
		break;
	case PROBE_AUTH_ECDSA:
		add_slot_for(e, address, port, HANDSHAKE_ECDSA);
		break;
	case PROBE_AUTH_BOTH:
		add_slot_for(e, address, port, HANDSHAKE_RSA);
		add_slot_for(e, address, port, HANDSHAKE_ECDSA);
		break;
	}
}

static bool is_ipv6(const char *address)
{
	return strchr(address, ':') != NULL;
}

/* Both the first item that fits and all the others count: several addresses, all probed.
 */
static const struct connect_to *next_elsewhere(const struct endpoint *e, size_t *index)
{
	const struct connect_to_list *list = e->conf->connect_to;

	while (*index < list->count) {
		const struct connect_to *c = &list->item[(*index)++];

		if (connect_to_fits(c, e->host, e->port))
			return c;
	}
	return NULL;
}

static void choose_addresses(struct endpoint *e, const struct address_result *r)
{
	const struct connect_to *c;
	bool given = false;
	int port = e->port;
	size_t i = 0;

	while ((c = next_elsewhere(e, &i))) {
		if (c->to_port)
			port = c->to_port;
		if (!c->address)
			continue;
		given = true;
		if (is_ipv6(c->address) ? e->conf->ipv6 : e->conf->ipv4)
			add_slot(e, c->address, c->to_port ? c->to_port : e->port);
	}
	for (i = 0; !given && i < r->count; i++)
		add_slot(e, r->address[i], port);
}

static bool connects_elsewhere(const struct endpoint *e)
{
	const struct connect_to *c;
	size_t i = 0;

	while ((c = next_elsewhere(e, &i)))
		if (c->address)
			return true;
	return false;
}

static void look_up_tlsa(struct endpoint *e, const struct address_result *r)
{
	struct tlsa_lookup_conf conf = { .resolver = upstream_resolver(e->conf->upstream),
					 .facts = e->facts,
					 .port = e->port,
					 .protocol = "tcp" };
	size_t n = 0;

	/* RFC 7671 section 7: the fully expanded name first, if every link is secure. */
	if (r->status == ADDRESS_SECURE && r->expanded && strcmp(r->expanded, e->host))
		conf.candidate[n++] = r->expanded;
	conf.candidate[n] = e->host;
	e->tlsa = tlsa_lookup_new(&conf, on_tlsa, e);
}

static void name_failure(struct endpoint *e, const struct address_result *r)
{
	e->failed_name = mem_text(e->host);
	e->failed_type = r->failed_type ? r->failed_type : RRTYPE_A;
}

static void on_addresses(void *arg, struct address_result *take_result)
{
	struct endpoint *e = arg;
	struct address_result r = *take_result;
	struct facts_endpoint *f = facts_of(e);

	switch (r.status) {
	case ADDRESS_SECURE:
	case ADDRESS_ALIAS_SECURE:
		choose_addresses(e, &r);
		if (e->slot_count)
			look_up_tlsa(e, &r);
		else
			fail_dns(e, CODE_NO_ADDRESS,
				 "-4 or -6 leaves none of the addresses of --connect-to");
		break;
	case ADDRESS_INSECURE:
		/* The security of the RRset that decided, since TLSA isn't asked for. */
		f->tlsa_security = SECURITY_INSECURE;
		fail_dns(e, CODE_INSECURE, NULL);
		break;
	case ADDRESS_BOGUS:
		f->tlsa_security = SECURITY_BOGUS;
		name_failure(e, &r);
		fail_dns(e, CODE_BOGUS, r.error);
		break;
	case ADDRESS_FAILED:
		name_failure(e, &r);
		fail_dns(e, CODE_DNS_ERROR, r.error);
		break;
	case ADDRESS_NXDOMAIN:
		fail_dns(e, CODE_NXDOMAIN, NULL);
		break;
	case ADDRESS_NONE:
		fail_dns(e, CODE_NO_ADDRESS, NULL);
		break;
	}
	address_result_clear(&r);
}

/* Records that no client can use decide before any connection does. */
static void settle_unusable(struct facts_endpoint *f)
{
	size_t i;

	for (i = 0; i < f->record_count; i++)
		if (f->record[i].usable)
			return;
	for (i = 0; i < f->peer_count; i++)
		f->peer[i].code = CODE_UNUSABLE;
}

void endpoint_settle(struct endpoint *e)
{
	struct facts_endpoint *f = facts_of(e);
	size_t i;

	settle_unusable(f);
	for (i = 0; i < f->peer_count; i++)
		if (f->peer[i].has_match && f->peer[i].match.code != MATCH_OK)
			examine_tell_story(e->facts, f, &e->slot[i].chain, NULL, 0);
}

static void time_out_slot(struct endpoint *e, struct slot *s)
{
	struct facts_peer *peer = &facts_of(e)->peer[s->index];
	char *error = mem_printf("%s did not end within %.3g s",
				 s->search ? "the search in the page"
				 : s->http ? "the HTTP request"
					   : peer_stage(s->peer),
				 (double)e->conf->timeout_ms / 1000);

	if (s->http)
		take_http(s, s->http_status, mem_text(error));
	free(peer->error);
	peer->error = error;
	peer->code = CODE_TIMEOUT;
	s->done = true;
}

void endpoint_time_out(struct endpoint *e)
{
	size_t i;

	if (!e->peers_started) {
		facts_of(e)->code = CODE_DNS_ERROR;
		facts_of(e)->error = mem_printf("DNS did not answer within %.3g s",
						(double)e->conf->timeout_ms / 1000);
		end_dns(e);
	}
	for (i = 0; i < facts_of(e)->peer_count; i++)
		if (!e->slot[i].done)
			time_out_slot(e, &e->slot[i]);
}

bool endpoint_dns_failed(const struct endpoint *e, const char **ret_name,
			 uint16_t *ret_type)
{
	*ret_name = e->failed_name;
	*ret_type = e->failed_type;
	return e->failed_name != NULL;
}

struct endpoint *endpoint_new(const struct endpoint_conf *conf, endpoint_fn *fn,
			      void *arg)
{
	struct endpoint *e = mem_zero(sizeof(*e));
	struct address_conf address = { .facts = conf->facts,
					.host = conf->host,
					.ipv4 = conf->shared->ipv4,
					.ipv6 = conf->shared->ipv6 };
	struct facts_endpoint *f;

	e->conf = conf->shared;
	e->service = conf->service;
	e->host = mem_text(conf->host);
	e->path = mem_text(conf->path);
	e->port = conf->port;
	e->fn = fn;
	e->arg = arg;
	e->facts = conf->facts;
	e->index = conf->facts->endpoint_count;
	e->began_ms = clock_ms();
	f = facts_add_endpoint(conf->facts);
	f->host = mem_text(conf->host);
	f->port = conf->port;
	f->protocol = "tcp";
	f->service = conf->service->name;
	address.resolver = upstream_resolver(conf->shared->upstream);
	address.addresses_given = connects_elsewhere(e);
	resolver_prime(address.resolver, e->host);
	e->address = address_lookup_new(&address, on_addresses, e);
	return e;
}

void endpoint_stop(struct endpoint *e)
{
	size_t i;

	address_lookup_free(e->address);
	e->address = NULL;
	tlsa_lookup_free(e->tlsa);
	e->tlsa = NULL;
	for (i = 0; i < e->slot_count; i++) {
		peer_free(e->slot[i].peer);
		http_free(e->slot[i].http);
		search_free(e->slot[i].search);
		e->slot[i].peer = NULL;
		e->slot[i].http = NULL;
		e->slot[i].search = NULL;
	}
}

void endpoint_free(struct endpoint *e)
{
	size_t i;

	if (!e)
		return;
	endpoint_stop(e);
	for (i = 0; i < e->slot_count; i++)
		clear_slot(&e->slot[i]);
	free(e->slot);
	free(e->failed_name);
	free(e->host);
	free(e->path);
	free(e);
}
