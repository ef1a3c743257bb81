/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "dane/chain.h"
#include "dane/match.h"
#include "dane/policy.h"
#include "dns/address.h"
#include "dns/dname.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/tlsa_lookup.h"
#include "dns/upstream.h"
#include "probe/choice.h"
#include "probe/examine.h"
#include "probe/probe.h"
#include "probe/slot.h"
#include "target/service.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

struct endpoint {
	const struct probe_conf *conf; /* borrowed */
	char *host, *path;	       /* owned; path NULL: none asked for */
	struct slot_conf shared;       /* what slots need of all that */
	endpoint_fn *fn;
	void *arg;
	struct facts_target *facts; /* borrowed */
	struct facts_target *asked; /* owned; lookups, until they are handed over */
	char **name;		    /* owned; further reference names */
	size_t name_count;
	char *domain; /* owned; NULL: the host */
	int64_t began_ms;
	struct address_lookup *address; /* owned */
	struct tlsa_lookup *tlsa;	/* owned */
	struct slot **slot;		/* owned; each has the index of its facts' peer */
	size_t slot_count, open;
	bool peers_started, ended;
	char *failed_name; /* owned; the question whose failure is to be explained; NULL
			      none */
	uint16_t failed_type;
};

static struct facts_endpoint *facts_of(struct endpoint *e)
{
	return &e->facts->endpoint[e->shared.endpoint];
}

static void end_dns(struct endpoint *e)
{
	int64_t spent = clock_ms() - e->began_ms;

	if (spent > e->facts->dns_ms)
		e->facts->dns_ms = spent;
}

static void end_endpoint(struct endpoint *e)
{
	e->ended = true;
	e->fn(e->arg);
}

/* Ends the endpoint at DNS, with a code that no peer can change. */
static void fail_dns(struct endpoint *e, enum code code, const char *error)
{
	facts_of(e)->code = code;
	facts_of(e)->error = mem_text(error);
	end_dns(e);
	end_endpoint(e);
}

static void drop_slot(struct endpoint *e, size_t index)
{
	size_t i;

	facts_drop_peer(facts_of(e), index);
	slot_free(e->slot[index]);
	memmove(e->slot + index, e->slot + index + 1,
		(e->slot_count - index - 1) * sizeof(*e->slot));
	e->slot_count--;
	for (i = index; i < e->slot_count; i++)
		slot_move(e->slot[i], i);
}

static void start_slot(struct endpoint *e, size_t index, enum facts_keys keys)
{
	e->open++;
	slot_start(e->slot[index], index, keys);
}

static bool has_keys(const struct endpoint *e, size_t index, enum facts_keys keys)
{
	return index < e->slot_count && slot_keys(e->slot[index]) == keys;
}

/* The server has nothing but a raw key, so no pair of certificates is missing. */
static bool settle_raw_alone(struct endpoint *e, size_t rsa)
{
	if (!has_keys(e, rsa + 2, FACTS_KEYS_RAW) ||
	    !slot_chain(e->slot[rsa + 2])->count || !slot_turned_away(e->slot[rsa]) ||
	    !slot_turned_away(e->slot[rsa + 1]))
		return false;
	drop_slot(e, rsa + 1);
	drop_slot(e, rsa);
	return true;
}

/* Both handshakes were refused, so a third that offers everything decides. */
static void settle_refused(struct endpoint *e, size_t rsa)
{
	struct facts_peer *peer = &facts_of(e)->peer[rsa];

	drop_slot(e, rsa + 1);
	free(peer->error);
	free(peer->tls.sni);
	peer->error = peer->tls.sni = NULL;
	peer->offered = FACTS_KEYS_ANY;
	start_slot(e, rsa, FACTS_KEYS_ANY);
}

/* The slots of --auth both come in pairs, with a third where raw keys count. A refusal
 * beside a handshake means that the server has no key of that kind. Nothing is under way
 * when this moves slots. */
static bool settle_pairs(struct endpoint *e)
{
	bool again = false;
	size_t i;

	for (i = 0; i < e->slot_count; i++) {
		struct facts_peer *peer = facts_of(e)->peer;

		if (!has_keys(e, i, FACTS_KEYS_RSA) ||
		    !has_keys(e, i + 1, FACTS_KEYS_ECDSA))
			continue;
		if (has_keys(e, i + 2, FACTS_KEYS_RAW) &&
		    slot_lacks_raw_key(e->slot[i + 2]))
			drop_slot(e, i + 2);
		if (settle_raw_alone(e, i))
			continue;
		if (slot_refused(e->slot[i]) && slot_refused(e->slot[i + 1])) {
			settle_refused(e, i);
			again = true;
		} else if (slot_refused(e->slot[i]) && peer[i + 1].has_match) {
			peer[i + 1].lacks = FACTS_KEYS_RSA;
			drop_slot(e, i);
		} else if (slot_refused(e->slot[i + 1]) && peer[i].has_match) {
			peer[i].lacks = FACTS_KEYS_ECDSA;
			drop_slot(e, i + 1);
		}
	}
	return again;
}

static void on_slot(void *arg)
{
	struct endpoint *e = arg;

	if (--e->open)
		return;
	if (e->conf->auth == PROBE_AUTH_BOTH && settle_pairs(e))
		return;
	end_endpoint(e);
}

/* Where a record needs a certificate, no client offers raw keys. */
static void drop_raw_slots(struct endpoint *e)
{
	size_t i, kept = 0;

	for (i = 0; i < e->slot_count; i++) {
		if (has_keys(e, i, FACTS_KEYS_RAW) && !slot_takes_raw_keys(e->slot[i]))
			slot_free(e->slot[i]);
		else
			e->slot[kept++] = e->slot[i];
	}
	e->slot_count = kept;
}

static void start_peers(struct endpoint *e)
{
	size_t i;

	e->peers_started = true;
	drop_raw_slots(e);
	for (i = 0; i < e->slot_count; i++) {
		struct facts_peer *peer = facts_add_peer(facts_of(e));

		peer->address = mem_text(slot_address(e->slot[i]));
		peer->port = slot_port(e->slot[i]);
		peer->offered = slot_keys(e->slot[i]);
	}
	for (i = 0; i < e->slot_count; i++)
		start_slot(e, i, slot_keys(e->slot[i]));
}

static void mark_usable(struct endpoint *e)
{
	struct facts_endpoint *f = facts_of(e);
	char reason[POLICY_REASON_SIZE];
	size_t i;

	for (i = 0; i < f->record_count; i++) {
		struct facts_record *r = &f->record[i];

		r->usable = policy_record_usable(&r->rr, e->shared.service->mta_relay,
						 reason);
		if (!r->usable)
			r->reason = mem_text(reason);
	}
}

static size_t count_usable(const struct facts_endpoint *f)
{
	size_t i, usable = 0;

	for (i = 0; i < f->record_count; i++)
		usable += f->record[i].usable;
	return usable;
}

/* Ends it there: whether the server presents what is published stays unknown. */
static void leave_unprobed(struct endpoint *e)
{
	size_t usable = count_usable(facts_of(e));
	char *error = mem_printf("%zu usable TLSA record%s; no server was asked, as "
				 "--lookup-only says",
				 usable, usable == 1 ? "" : "s");

	fail_dns(e, CODE_NOT_PROBED, error);
	free(error);
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
		if (e->conf->lookup_only)
			leave_unprobed(e);
		else
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

static void add_slot(void *arg, const char *address, int port, enum facts_keys keys)
{
	struct endpoint *e = arg;

	e->slot = mem_grow(e->slot, e->slot_count, sizeof(*e->slot));
	e->slot[e->slot_count++] = slot_new(&e->shared, address, port, keys, on_slot, e);
}

static void look_up_tlsa(struct endpoint *e, const struct address_result *r)
{
	struct tlsa_lookup_conf conf = { .resolver = upstream_resolver(e->conf->upstream),
					 .facts = e->asked,
					 .port = e->shared.port,
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

/* NULL: both families were asked for. */
static const char *no_address_text(const struct probe_conf *conf)
{
	if (!conf->ipv4)
		return "it has no IPv6 address, and -6 asks for no other";
	return conf->ipv6 ? NULL : "it has no IPv4 address, and -4 asks for no other";
}

static void on_host_addresses(void *arg, struct address_result *take_result)
{
	struct endpoint *e = arg;
	struct address_result r = *take_result;
	struct facts_endpoint *f = facts_of(e);

	switch (r.status) {
	case ADDRESS_SECURE:
	case ADDRESS_ALIAS_SECURE:
		choice_make(e->conf, e->host, e->shared.port, &r, add_slot, e);
		if (e->slot_count)
			look_up_tlsa(e, &r);
		else
			fail_dns(e, CODE_NO_ADDRESS,
				 "none of the addresses of --connect-to is of the family "
				 "that -4 or -6 asks for");
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
		fail_dns(e, CODE_NO_ADDRESS, no_address_text(e->conf));
		break;
	}
	address_result_clear(&r);
}

/* Records that no client can use are the endpoint's fault, whatever its peers' are. */
static void settle_unusable(struct facts_endpoint *f)
{
	size_t i;

	for (i = 0; i < f->record_count; i++)
		if (f->record[i].usable)
			return;
	if (f->record_count)
		f->code = CODE_UNUSABLE;
}

bool endpoint_is_connecting(const struct endpoint *e)
{
	size_t i, connecting = 0;

	for (i = 0; i < e->slot_count; i++)
		connecting += slot_is_connecting(e->slot[i]);
	return connecting && connecting == e->open;
}

/* Whether no address let anybody in, or took the connection and stayed silent. */
static bool is_unserved(const struct facts_endpoint *f)
{
	size_t i;

	for (i = 0; i < f->peer_count; i++)
		if (f->peer[i].connect_ms >= 0 ||
		    (f->peer[i].code != CODE_CONNECT_FAILED &&
		     f->peer[i].code != CODE_TIMEOUT))
			return false;
	return f->peer_count > 0;
}

enum endpoint_trace endpoint_trace(const struct endpoint *e)
{
	const struct facts_endpoint *f = &e->facts->endpoint[e->shared.endpoint];

	if (!e->tlsa)
		return ENDPOINT_NO_HOST;
	if (!e->peers_started && (f->code == CODE_BOGUS || f->code == CODE_DNS_ERROR))
		return ENDPOINT_UNANSWERED;
	if (f->code == CODE_NO_TLSA ||
	    (f->code == CODE_INSECURE && tlsa_lookup_is_empty(e->tlsa)))
		return ENDPOINT_NO_RECORD;
	if (tlsa_lookup_is_wildcard(e->tlsa) && is_unserved(f))
		return ENDPOINT_UNSERVED;
	return ENDPOINT_HAS_RECORDS;
}

void endpoint_move(struct endpoint *e, size_t index)
{
	e->shared.endpoint = index;
}

void endpoint_give_lookups(struct endpoint *e)
{
	facts_take_lookups(e->facts, e->asked, -1);
}

void endpoint_settle(struct endpoint *e)
{
	struct facts_endpoint *f = facts_of(e);
	size_t i;

	facts_take_lookups(e->facts, e->asked, (int)e->shared.endpoint);
	settle_unusable(f);
	for (i = 0; i < f->peer_count; i++)
		if (f->peer[i].has_match && f->peer[i].match.code != MATCH_OK)
			examine_tell_story(f, slot_chain(e->slot[i]), NULL, 0);
}

void endpoint_time_out(struct endpoint *e)
{
	size_t i;

	if (e->ended)
		return;
	if (!e->peers_started) {
		facts_of(e)->code = CODE_DNS_ERROR;
		facts_of(e)->error = mem_printf("DNS did not answer within %.3g s",
						(double)e->facts->timeout_ms / 1000);
		end_dns(e);
	}
	for (i = 0; i < facts_of(e)->peer_count; i++)
		slot_time_out(e->slot[i]);
}

bool endpoint_dns_failed(const struct endpoint *e, const char **ret_name,
			 uint16_t *ret_type)
{
	*ret_name = e->failed_name;
	*ret_type = e->failed_type;
	return e->failed_name != NULL;
}

bool endpoint_dns_waits(const struct endpoint *e, const char **ret_name,
			uint16_t *ret_type)
{
	*ret_name = e->tlsa ? tlsa_lookup_owner(e->tlsa) : e->host;
	*ret_type = e->tlsa ? RRTYPE_TLSA : RRTYPE_A;
	return !e->ended && !e->peers_started;
}

/* In vain where the host is an alias. */
static void ask_ahead_for_tlsa(struct resolver *r, const char *host, int port)
{
	char *owner = dname_tlsa_owner(host, port, "tcp");

	if (owner)
		resolver_ask_ahead(r, owner, RRTYPE_TLSA);
	free(owner);
}

struct endpoint *endpoint_new(const struct endpoint_conf *conf, endpoint_fn *fn,
			      void *arg)
{
	struct endpoint *e = mem_zero(sizeof(*e));
	struct address_conf address = { .host = conf->host,
					.ipv4 = conf->shared->ipv4,
					.ipv6 = conf->shared->ipv6 };
	struct facts_endpoint *f;
	size_t i;

	e->conf = conf->shared;
	e->host = mem_text(conf->host);
	e->path = mem_text(conf->path);
	e->fn = fn;
	e->arg = arg;
	e->facts = conf->facts;
	e->asked = facts_target_new();
	e->domain = mem_text(conf->domain);
	e->name = mem_array(conf->name_count, sizeof(*e->name));
	for (i = 0; i < conf->name_count; i++)
		e->name[e->name_count++] = mem_text(conf->name[i]);
	e->shared = (struct slot_conf){ .shared = conf->shared,
					.service = conf->service,
					.facts = conf->facts,
					.endpoint = conf->facts->endpoint_count,
					.host = e->host,
					.path = e->path,
					.port = conf->port,
					.name = (const char *const *)e->name,
					.name_count = e->name_count,
					.domain = e->domain ? e->domain : e->host,
					.turns = conf->turns,
					.left_ms = conf->left_ms,
					.waits = conf->waits,
					.arg = conf->waits_arg };
	e->began_ms = conf->began_ms;
	f = facts_add_endpoint(conf->facts);
	f->host = mem_text(conf->host);
	f->port = conf->port;
	f->protocol = "tcp";
	f->service = conf->service->name;
	address.facts = e->asked;
	address.resolver = upstream_resolver(conf->shared->upstream);
	address.addresses_given = choice_is_given(e->conf, e->host, conf->port);
	resolver_prime(address.resolver, e->host);
	ask_ahead_for_tlsa(address.resolver, e->host, conf->port);
	e->address = address_lookup_new(&address, on_host_addresses, e);
	return e;
}

void endpoint_stop(struct endpoint *e)
{
	size_t i;

	address_lookup_free(e->address);
	e->address = NULL;
	tlsa_lookup_free(e->tlsa);
	e->tlsa = NULL;
	for (i = 0; i < e->slot_count; i++)
		slot_stop(e->slot[i]);
}

void endpoint_free(struct endpoint *e)
{
	size_t i;

	if (!e)
		return;
	endpoint_stop(e);
	for (i = 0; i < e->slot_count; i++)
		slot_free(e->slot[i]);
	free(e->slot);
	for (i = 0; i < e->name_count; i++)
		free(e->name[i]);
	free(e->name);
	free(e->domain);
	facts_target_free(e->asked);
	free(e->failed_name);
	free(e->host);
	free(e->path);
	free(e);
}
