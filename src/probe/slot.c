/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/slot.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dane/match.h"
#include "dane/policy.h"
#include "net/handshake.h"
#include "net/http.h"
#include "probe/ca_bundle.h"
#include "probe/contact.h"
#include "probe/examine.h"
#include "probe/expect.h"
#include "probe/gate.h"
#include "probe/probe.h"
#include "probe/search.h"
#include "probe/turns.h"
#include "target/service.h"
#include "verdict/facts.h"

/* Of a target's time, so much is for a connection to be accepted. */
#define CONNECT_SHARE 3
#define CONNECT_LEAST_MS 2000
#define GRACE_MS 100 /* so that the target's deadline comes first */

struct slot {
	const struct slot_conf *conf; /* borrowed */
	size_t index;		      /* of the peer in the facts */
	char *address;		      /* owned */
	int port;		      /* to connect to */
	enum facts_keys keys;
	slot_fn *fn;
	void *arg;
	bool refused, turned_away, lacks_raw_key;
	struct turn *turn; /* owned; among the target's connections */
	bool waits_for_turn;
	struct contact *contact; /* owned; after it showed a chain, kept for that */
	bool has_chain;
	struct contact *by_alias; /* owned; another one, with the alias as SNI */
	struct gate_pass *pass;	  /* owned; for the fetch */
	struct http *http;	  /* owned */
	struct loop_timer *limit; /* owned; ends the fetch */
	int http_status;
	struct search *search; /* owned; searches the page */
	bool done;
};

static struct facts_endpoint *endpoint_of(const struct slot *s)
{
	return &s->conf->facts->endpoint[s->conf->endpoint];
}

static struct facts_peer *facts_of(const struct slot *s)
{
	return &endpoint_of(s)->peer[s->index];
}

static void end_turn(struct slot *s)
{
	turns_end(s->turn);
	s->turn = NULL;
	s->waits_for_turn = false;
}

static void drop_contact(struct slot *s)
{
	contact_free(s->contact);
	s->contact = NULL;
	s->has_chain = false;
}

/* A chain is kept for the story that the endpoint tells at its end: that of the first one
 * will do, where there isn't room for all. */
static void forget_chain(struct slot *s)
{
	const struct chain *chain = slot_chain(s);
	size_t octets = 0, i;

	for (i = 0; i < chain->count; i++)
		octets += chain->cert[i].der.size + chain->cert[i].spki.size;
	if (!turns_keep(s->conf->turns, octets))
		drop_contact(s);
}

static void end_slot(struct slot *s)
{
	if (s->done)
		return;
	s->done = true;
	end_turn(s);
	forget_chain(s);
	s->fn(s->arg);
}

/* code counts where there is an error. */
static void take_http(struct slot *s, int status, enum code code, char *take_error)
{
	struct facts_peer *peer = facts_of(s);

	peer->http = mem_zero(sizeof(*peer->http));
	peer->http->status = status;
	peer->http->error = take_error;
	if (take_error) {
		peer->code = code;
		free(peer->error);
		peer->error = mem_text(take_error);
	}
}

static void end_http(struct slot *s, int status, char *take_error)
{
	take_http(s, status, CODE_HTTP_FAILED, take_error);
	end_slot(s);
}

/* Adds that a client's certificate is what the page misses, where the server let that
 * show. Takes error. */
static char *blame_certificate(const struct slot *s, int status, char *take_error)
{
	const struct peer_result *r = contact_result(s->contact);
	char *text;

	if (!take_error)
		return NULL;
	if (r->demands_certificate)
		text = mem_printf("the page needs a client certificate, which this check "
				  "doesn't have (%s)",
				  take_error);
	else if (r->asks_certificate && status >= 400 && status < 500)
		text = mem_printf("the page seems to need a client certificate: the "
				  "server asked for one in the handshake (%s)",
				  take_error);
	else
		return take_error;
	free(take_error);
	return text;
}

static void on_search(void *arg, enum search_result result)
{
	struct slot *s = arg;

	end_http(s, s->http_status, expect_judge_body(s->http_status, result));
}

static void on_http(void *arg, const struct http_reply *reply)
{
	struct slot *s = arg;
	const struct probe_conf *conf = s->conf->shared;
	char *error =
		blame_certificate(s, reply->status, expect_judge(conf->expect, reply));
	struct why why;

	s->http_status = reply->status;
	if (error || !conf->expect->has_body)
		end_http(s, reply->status, error);
	else if (search_new(conf->loop, &conf->expect->body, reply->body, reply->body_len,
			    on_search, s, &s->search, &why) < 0)
		end_http(s, reply->status, mem_text(why.text));
}

static bool wants_http(const struct slot_conf *c)
{
	return c->service->http && (c->path || c->shared->expect->given);
}

/* The target's deadline stands still while another address is waited for: this one must
 * not be held until then. */
static void on_limit(void *arg)
{
	struct slot *s = arg;

	if (s->done)
		return;
	slot_time_out(s);
	slot_stop(s);
	s->fn(s->arg);
}

static void fetch_page(struct slot *s)
{
	const struct slot_conf *c = s->conf;
	struct http_conf conf = { .sni = endpoint_of(s)->base_domain,
				  .host = c->host,
				  .address = s->address,
				  .port = c->port,
				  .connect_port = s->port,
				  .path = c->path ? c->path : "/",
				  .pin = slot_chain(s)->cert[0].spki_sha256,
				  .agent = c->shared->agent,
				  .want_body = c->shared->expect->has_body };
	struct why why;

	s->limit = loop_timer_new(c->shared->loop, c->left_ms(c->arg) + GRACE_MS,
				  on_limit, s);
	if (http_new(c->shared->loop, &conf, on_http, s, &s->http, &why) < 0) {
		take_http(s, 0, CODE_NOT_FETCHED, mem_text(why.text));
		end_slot(s);
	}
}

static void tell_waiting(void *arg, bool waits)
{
	struct slot *s = arg;

	if (!s->conf->shared->counts_waits)
		s->conf->waits(s->conf->arg, waits);
}

static void on_let(void *arg)
{
	tell_waiting(arg, false);
	fetch_page(arg);
}

/* Fetches over another connection to the same address. */
static void fetch_when_let(struct slot *s)
{
	bool in;

	s->pass = gate_enter(s->conf->shared->gate, s->address, false, on_let, s, &in);
	if (in)
		fetch_page(s);
	else
		tell_waiting(s, true);
}

static void add_reference(const char **names, size_t *count, const char *name)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (!strcmp(names[i], name))
			return;
	names[(*count)++] = name;
}

/* The reference names, on the heap; each is borrowed from the facts or the slots'
 * conf. */
static const char **reference_names(const struct slot *s, size_t *ret_count)
{
	const struct slot_conf *c = s->conf;
	const char **names = mem_array(c->name_count + 1, sizeof(*names));
	size_t i, count = 0;

	add_reference(names, &count, endpoint_of(s)->base_domain);
	for (i = 0; i < c->name_count; i++)
		add_reference(names, &count, c->name[i]);
	*ret_count = count;
	return names;
}

/* Fills in what any chain is judged by here. Returns the names, for the caller to
 * free. */
static const char **fill_input(const struct slot *s, struct match_input *ret_input)
{
	const struct slot_conf *c = s->conf;
	const struct facts_endpoint *f = endpoint_of(s);
	struct tlsa *rr = facts_rrset(f);
	const char **names;

	*ret_input = (struct match_input){ .now = clock_now(),
					   .mta_relay = c->service->mta_relay,
					   .ee_name_check = c->shared->ee_name_check };
	names = reference_names(s, &ret_input->name_count);
	ret_input->names = names;
	if (policy_needs_trust(rr, f->record_count, ret_input->mta_relay))
		ret_input->trust = ca_bundle_trust(c->shared->ca);
	free(rr);
	return names;
}

static void judge_chain(struct slot *s)
{
	struct match_input in;
	const char **names = fill_input(s, &in);

	examine_chain(s->conf->facts, endpoint_of(s), s->index, slot_chain(s), &in);
	free(names);
}

/* A handshake that failed for what is wrong with a certificate. */
static bool tell_defect(struct slot *s, const struct peer_result *r)
{
	struct match_input in;
	const char **names = fill_input(s, &in);
	bool told = r->shown.count && examine_defect(s->conf->facts, endpoint_of(s),
						     s->index, &r->shown, &in);

	free(names);
	return told;
}

static void on_alias(void *arg)
{
	struct slot *s = arg;
	const struct peer_result *r = contact_result(s->by_alias);
	struct facts_peer *peer = facts_of(s);
	struct match_input in;
	const char **names = fill_input(s, &in);

	peer->alias = FACTS_ALIAS_FAILS;
	if (r->status == PEER_CHAIN && examine_matches(endpoint_of(s), &r->chain, &in))
		peer->alias = FACTS_ALIAS_MATCHES;
	free(names);
	contact_free(s->by_alias);
	s->by_alias = NULL;
	end_slot(s);
}

/* RFC 7671 section 7 has the TLSA base domain as SNI. A server that was told of the alias
 * alone doesn't know that name: then another handshake tells why the records don't match.
 */
static bool is_alias_telling(const struct slot *s, const struct facts_peer *peer)
{
	return (peer->code == CODE_MISMATCH || s->refused) && s->keys != FACTS_KEYS_RAW &&
	       strcmp(endpoint_of(s)->base_domain, s->conf->host) != 0;
}

static void ask_by_alias(struct slot *s);

static void copy_tls(struct facts_peer *peer, const struct facts_tls *tls)
{
	peer->tls.version = mem_text(tls->version);
	peer->tls.cipher = mem_text(tls->cipher);
	peer->tls.group = mem_text(tls->group);
	peer->tls.alpn = mem_text(tls->alpn);
	peer->tls.sni = mem_text(tls->sni);
}

/* Beside a record that needs a certificate no raw key is offered; a server that has
 * nothing else then refuses, and only says "handshake failed". */
static const struct tlsa *bar_to_raw_keys(const struct slot *s)
{
	const struct facts_endpoint *f = endpoint_of(s);
	const struct tlsa *bar = NULL, *rr;
	bool key = false;
	size_t i;

	for (i = 0; i < f->record_count; i++) {
		rr = &f->record[i].rr;
		if (!f->record[i].usable)
			continue;
		if (rr->usage == TLSA_DANE_EE && rr->selector == TLSA_SPKI)
			key = true;
		else if (!bar)
			bar = rr;
	}
	return key ? bar : NULL;
}

static char *refusal_text(const struct slot *s, const char *error)
{
	const struct tlsa *bar = bar_to_raw_keys(s);

	if (!bar)
		return mem_text(error);
	return mem_printf(
		"%s (one that has a raw public key alone does so: none is "
		"offered beside the %u %u %u record, which needs a certificate)",
		error, (unsigned)bar->usage, (unsigned)bar->selector,
		(unsigned)bar->mtype);
}

static void fail_peer(struct facts_peer *peer, enum code code, const char *error)
{
	peer->code = code;
	peer->error = mem_text(error);
}

/* What was seen a while ago and doesn't match may have changed since: an old chain makes
 * no failure. */
static bool is_outdated(const struct slot *s)
{
	const struct peer_result *r = contact_result(s->contact);
	struct match_input in;
	const char **names;
	bool matches;

	if (contact_age_ms(s->contact) < CONTACT_RECENT_MS || r->status != PEER_CHAIN)
		return false;
	names = fill_input(s, &in);
	matches = examine_matches(endpoint_of(s), &r->chain, &in);
	free(names);
	return !matches;
}

static void ask_anew(struct slot *s);

static void take_times(struct facts_peer *peer, const struct contact *contact)
{
	const struct peer_result *r = contact_result(contact);
	int64_t age_ms = contact_age_ms(contact);

	peer->connect_ms = r->connect_ms;
	peer->starttls_ms = r->starttls_ms;
	peer->handshake_ms = r->handshake_ms;
	peer->age_s = age_ms < 0 ? -1 : age_ms / 1000;
}

static void on_contact(void *arg)
{
	struct slot *s = arg;
	struct facts_peer *peer = facts_of(s);
	const struct peer_result *r = contact_result(s->contact);

	if (is_outdated(s)) {
		ask_anew(s);
		return;
	}
	take_times(peer, s->contact);
	peer->demands_certificate = r->demands_certificate;
	peer->key_usage_odd = r->key_usage_odd;
	copy_tls(peer, &r->tls);
	switch (r->status) {
	case PEER_CHAIN:
		s->has_chain = peer->has_tls = true;
		judge_chain(s);
		break;
	case PEER_NO_ROUTE:
		fail_peer(peer, CODE_NO_ROUTE, r->why.text);
		break;
	case PEER_NO_CONNECT:
		fail_peer(peer, CODE_CONNECT_FAILED, r->why.text);
		break;
	case PEER_SILENT:
		fail_peer(peer, CODE_TIMEOUT, r->why.text);
		break;
	case PEER_REFUSED:
		s->refused = s->turned_away = true;
		peer->code = CODE_TLS_FAILED;
		peer->error = refusal_text(s, r->why.text);
		break;
	case PEER_NO_RAW_KEY:
		s->lacks_raw_key = true;
		fail_peer(peer, CODE_TLS_FAILED, r->why.text);
		break;
	case PEER_NO_STARTTLS:
		fail_peer(peer, CODE_STARTTLS_REFUSED, r->why.text);
		break;
	case PEER_LATER:
		fail_peer(peer, CODE_TRY_LATER, r->why.text);
		break;
	case PEER_NO_TLS:
		s->turned_away = r->closed;
		if (!tell_defect(s, r))
			fail_peer(peer, CODE_TLS_FAILED, r->why.text);
		break;
	case PEER_RUNNING:
		fail_peer(peer, CODE_TLS_FAILED, r->why.text);
		break;
	}
	peer->known = contact_is_known(s->contact);
	if (!s->has_chain)
		drop_contact(s);
	if (is_alias_telling(s, peer)) {
		ask_by_alias(s);
	} else if (peer->code != CODE_MATCH || !peer->has_match || !wants_http(s->conf)) {
		end_slot(s);
	} else if (slot_chain(s)->raw_key) {
		peer->http_skipped = true;
		end_slot(s);
	} else {
		fetch_when_let(s);
	}
}

/* Names can't be checked on a raw key, so none is wanted where they have to be. */
bool slot_takes_raw_keys(const struct slot *s)
{
	const struct facts_endpoint *f = endpoint_of(s);
	struct tlsa *rr = facts_rrset(f);
	bool takes =
		!s->conf->shared->ee_name_check &&
		policy_raw_key_will_do(rr, f->record_count, s->conf->service->mta_relay);

	free(rr);
	return takes;
}

static enum handshake_auth auth_of(enum facts_keys keys)
{
	switch (keys) {
	case FACTS_KEYS_RSA:
		return HANDSHAKE_RSA;
	case FACTS_KEYS_ECDSA:
		return HANDSHAKE_ECDSA;
	case FACTS_KEYS_ANY:
	case FACTS_KEYS_RAW:
		break;
	}
	return HANDSHAKE_AUTO;
}

/* Beside a slot of its own for raw keys the others are for certificates. */
static enum peer_keys shown_keys(const struct slot *s, enum facts_keys keys)
{
	if (keys == FACTS_KEYS_RAW)
		return PEER_RAW_KEY;
	if (s->conf->shared->auth == PROBE_AUTH_BOTH || !slot_takes_raw_keys(s))
		return PEER_CERTIFICATE;
	return PEER_CERTIFICATE_OR_RAW_KEY;
}

static int64_t connect_limit_ms(const struct slot *s)
{
	int64_t ms = s->conf->facts->timeout_ms / CONNECT_SHARE;

	return ms > CONNECT_LEAST_MS ? ms : CONNECT_LEAST_MS;
}

static struct contact *start_contact(struct slot *s, const char *sni,
				     void (*done)(void *arg), bool recent)
{
	struct peer_conf conf = { .loop = s->conf->shared->loop,
				  .kit = s->conf->shared->kit,
				  .address = s->address,
				  .port = s->port,
				  .sni = sni,
				  .alpn = s->conf->service->alpn,
				  .auth = auth_of(s->keys),
				  .keys = shown_keys(s, s->keys),
				  .start = s->conf->service->start,
				  .inside = s->conf->service->inside,
				  .helo = s->conf->shared->helo,
				  .domain = s->conf->domain,
				  .connect_limit_ms = connect_limit_ms(s),
				  .deadline_ms =
					  clock_ms() + s->conf->left_ms(s->conf->arg) };
	const struct contact_ask ask = { .done = done,
					 .waits = tell_waiting,
					 .arg = s,
					 .recent = recent,
					 .common = strcmp(s->conf->domain,
							  s->conf->host) != 0 };

	return contact_new(s->conf->shared->contacts, &conf, &ask);
}

static void ask_by_alias(struct slot *s)
{
	s->by_alias = start_contact(s, s->conf->host, on_alias, true);
}

static void ask_anew(struct slot *s)
{
	drop_contact(s);
	s->contact = start_contact(s, endpoint_of(s)->base_domain, on_contact, true);
}

static void on_turn(void *arg)
{
	struct slot *s = arg;

	s->waits_for_turn = false;
	s->contact = start_contact(s, endpoint_of(s)->base_domain, on_contact, false);
}

static void on_no_turn(void *arg)
{
	struct slot *s = arg;
	char *error = mem_printf("not asked: at most %d of a target's addresses are",
				 TURNS_IN_ALL);

	fail_peer(facts_of(s), CODE_STOPPED, error);
	free(error);
	end_slot(s);
}

void slot_start(struct slot *s, size_t index, enum facts_keys keys)
{
	s->index = index;
	s->keys = keys;
	s->done = s->refused = s->turned_away = s->lacks_raw_key = false;
	drop_contact(s);
	end_turn(s);
	switch (turns_take(s->conf->turns, on_turn, s, &s->turn)) {
	case TURN_NOW:
		on_turn(s);
		break;
	case TURN_LATER:
		s->waits_for_turn = true;
		break;
	case TURN_NEVER:
		loop_timer_free(s->limit);
		s->limit = loop_timer_new(s->conf->shared->loop, 0, on_no_turn, s);
		break;
	}
}

void slot_move(struct slot *s, size_t index)
{
	s->index = index;
}

/* Its turn, or room at its network, hasn't come. */
static bool has_not_begun(const struct slot *s)
{
	return s->waits_for_turn || !s->contact || contact_is_waiting(s->contact);
}

static void mark_unasked(struct slot *s)
{
	char *error = mem_printf("not asked within %.3g s: the target has more addresses "
				 "than are asked at once",
				 (double)s->conf->facts->timeout_ms / 1000);

	fail_peer(facts_of(s), CODE_STOPPED, error);
	free(error);
	s->done = true;
}

void slot_time_out(struct slot *s)
{
	struct facts_peer *peer = facts_of(s);
	char *error;

	if (s->done)
		return;
	if (s->by_alias) { /* what was judged stands */
		s->done = true;
		return;
	}
	if (has_not_begun(s)) {
		mark_unasked(s);
		return;
	}
	if (s->contact && !s->has_chain) {
		if (!contact_is_waiting(s->contact))
			peer->connect_ms = contact_result(s->contact)->connect_ms;
		error = contact_time_out(s->contact, s->conf->facts->timeout_ms);
	} else {
		error = mem_printf("%s did not end within %.3g s",
				   s->search ? "the search in the page"
					     : "the HTTP request",
				   (double)s->conf->facts->timeout_ms / 1000);
	}
	if (s->http)
		take_http(s, s->http_status, CODE_HTTP_FAILED, mem_text(error));
	free(peer->error);
	peer->error = error;
	peer->code = CODE_TIMEOUT;
	s->done = true;
}

struct slot *slot_new(const struct slot_conf *conf, const char *address, int port,
		      enum facts_keys keys, slot_fn *fn, void *arg)
{
	struct slot *s = mem_zero(sizeof(*s));

	s->conf = conf;
	s->address = mem_text(address);
	s->port = port;
	s->keys = keys;
	s->fn = fn;
	s->arg = arg;
	return s;
}

void slot_stop(struct slot *s)
{
	if (!s->has_chain)
		drop_contact(s);
	contact_free(s->by_alias);
	s->by_alias = NULL;
	end_turn(s);
	gate_leave(s->pass);
	loop_timer_free(s->limit);
	http_free(s->http);
	search_free(s->search);
	s->pass = NULL;
	s->limit = NULL;
	s->http = NULL;
	s->search = NULL;
}

void slot_free(struct slot *s)
{
	if (!s)
		return;
	slot_stop(s);
	drop_contact(s);
	free(s->address);
	free(s);
}

bool slot_is_connecting(const struct slot *s)
{
	return !s->done && !s->has_chain && !s->waits_for_turn && s->contact &&
	       contact_is_connecting(s->contact);
}

const char *slot_address(const struct slot *s)
{
	return s->address;
}

int slot_port(const struct slot *s)
{
	return s->port;
}

enum facts_keys slot_keys(const struct slot *s)
{
	return s->keys;
}

bool slot_refused(const struct slot *s)
{
	return s->refused;
}

bool slot_turned_away(const struct slot *s)
{
	return s->turned_away;
}

bool slot_lacks_raw_key(const struct slot *s)
{
	return s->lacks_raw_key;
}

const struct chain *slot_chain(const struct slot *s)
{
	static const struct chain none;

	return s->has_chain ? &contact_result(s->contact)->chain : &none;
}
