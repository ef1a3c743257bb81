/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/live.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/chain.h"
#include "dns/address.h"
#include "dns/session.h"
#include "net/handshake.h"
#include "net/helo.h"
#include "net/route.h"
#include "probe/gate.h"
#include "probe/peer.h"
#include "probe/quota.h"
#include "probe/turns.h"
#include "target/service.h"
#include "target/target.h"
#include "verdict/facts.h"

struct live;

/* One handshake: it waits for its turn, then for room at its address and network. */
struct attempt {
	struct live *live; /* borrowed, as the address */
	const char *address;
	enum handshake_auth auth;
	enum peer_keys keys;
	struct turn *turn; /* owned, as the next two; NULL: not yet, or not any more */
	struct gate_pass *pass;
	struct peer *peer; /* NULL: it hasn't begun */
};

struct live {
	const struct target *target; /* borrowed */
	bool each_kind;
	struct session *session; /* owned, as all of these */
	struct handshake_kit *kit;
	struct facts_target *facts; /* for the lookup only */
	struct turns *turns;
	struct quota *quota;
	struct gate *gate;
	char *helo; /* NULL: the host has no name */
	int64_t deadline_ms;
	struct address_lookup *lookup;
	struct address_result addresses;
	struct attempt attempt[TURNS_IN_ALL];
	size_t attempts, open;
	bool done;
	struct why why; /* where it isn't done */
};

static void on_peer(void *arg)
{
	struct attempt *a = arg;
	struct live *l = a->live;

	gate_leave(a->pass);
	a->pass = NULL;
	turns_end(a->turn);
	a->turn = NULL;
	if (--l->open)
		return;
	l->done = true;
	session_stop(l->session);
}

static void begin_attempt(void *arg)
{
	struct attempt *a = arg;
	struct live *l = a->live;
	const struct target *target = l->target;
	struct peer_conf conf = { .loop = session_loop(l->session),
				  .kit = l->kit,
				  .address = a->address,
				  .port = target->port,
				  .sni = target->host,
				  .alpn = target->service->alpn,
				  .auth = a->auth,
				  .keys = a->keys,
				  .start = target->service->start,
				  .inside = target->service->inside,
				  .helo = l->helo,
				  .domain = target->host,
				  .deadline_ms = l->deadline_ms };

	a->peer = peer_new(&conf, on_peer, a);
}

static void on_turn(void *arg)
{
	struct attempt *a = arg;
	bool starttls = a->live->target->service->start != SERVICE_TLS_AT_ONCE, in;

	a->pass = gate_enter(a->live->gate, a->address, starttls, begin_attempt, a, &in);
	if (in)
		begin_attempt(a);
}

/* False where the target has had as many as there may be. */
static bool add_attempt(struct live *l, const char *address, enum handshake_auth auth,
			enum peer_keys keys)
{
	struct attempt *a = &l->attempt[l->attempts];
	struct turn *turn;
	enum turn_status status;

	if (l->attempts == TURNS_IN_ALL)
		return false;
	status = turns_take(l->turns, on_turn, a, &turn);
	*a = (struct attempt){
		.live = l, .address = address, .auth = auth, .keys = keys, .turn = turn
	};
	l->attempts++;
	l->open++;
	if (status == TURN_NOW)
		on_turn(a);
	return true;
}

static bool add_attempts(struct live *l, const char *address)
{
	return add_attempt(l, address, HANDSHAKE_AUTO, PEER_CERTIFICATE_OR_RAW_KEY) &&
	       (!l->each_kind ||
		(add_attempt(l, address, HANDSHAKE_RSA, PEER_CERTIFICATE) &&
		 add_attempt(l, address, HANDSHAKE_ECDSA, PEER_CERTIFICATE) &&
		 add_attempt(l, address, HANDSHAKE_AUTO, PEER_RAW_KEY)));
}

static void start_peers(struct live *l)
{
	size_t i;

	for (i = 0; i < l->addresses.count; i++)
		if (route_exists(l->addresses.address[i]) &&
		    !add_attempts(l, l->addresses.address[i])) {
			why_set(&l->why, DP_EIO,
				"%s has %zu addresses: no more than %d handshakes are "
				"made for one target",
				l->target->host, l->addresses.count, TURNS_IN_ALL);
			session_stop(l->session);
			return;
		}
	if (l->open)
		return;
	why_set(&l->why, DP_EIO, "this host has no route to any address of %s",
		l->target->host);
	session_stop(l->session);
}

static void on_addresses(void *arg, struct address_result *take_result)
{
	struct live *l = arg;

	l->addresses = *take_result;
	if (l->addresses.count && !l->addresses.error) {
		start_peers(l);
		return;
	}
	why_set(&l->why, DP_EDNS, "%s: %s", l->target->host,
		l->addresses.error ? l->addresses.error : "the host has no address");
	session_stop(l->session);
}

static void set_bounds(struct live *l)
{
	struct gate_conf gate = { .loop = session_loop(l->session),
				  .per_host_tls = GATE_PER_HOST_TLS,
				  .per_host_starttls = GATE_PER_HOST_STARTTLS,
				  .per_net = GATE_PER_NET };

	gate.quota = l->quota = quota_new(1, TURNS_AT_ONCE);
	l->gate = gate_new(&gate);
	l->turns = turns_new(gate.loop, TURNS_AT_ONCE);
}

static int set_up_live(struct live *l, const struct upstream_conf *dns,
		       int64_t timeout_ms, struct why *why)
{
	int rc;

	l->kit = handshake_kit_new(why);
	if (!l->kit)
		return DP_ECRYPTO;
	l->facts = facts_target_new();
	l->helo = helo_own();
	l->deadline_ms = clock_ms() + timeout_ms;
	rc = session_new(dns, timeout_ms, &l->session, why);
	if (rc < 0)
		return rc;
	set_bounds(l);
	return session_begin(l->session, why);
}

/* A raw public key has no certificate around it. */
static const gnutls_datum_t *octets_of(const struct chain *chain)
{
	return chain->raw_key ? &chain->cert[0].spki : &chain->cert[0].der;
}

static bool same_octets(const gnutls_datum_t *a, const gnutls_datum_t *b)
{
	return a->size == b->size && a->size && !memcmp(a->data, b->data, a->size);
}

/* All addresses that were asked must have answered, and all alike: half an answer isn't
 * one. */
static int compare_chains(struct live *l, struct chain *ret_chain, struct why *why)
{
	struct chain *first = NULL;
	const char *first_address = "";
	size_t i;

	for (i = 0; i < l->attempts; i++) {
		struct peer_result *r = peer_result(l->attempt[i].peer);

		if (r->status != PEER_CHAIN)
			return why_set(why, DP_EIO, "%s: %s", l->attempt[i].address,
				       r->why.text);
		if (first && !same_octets(octets_of(first), octets_of(&r->chain)))
			return why_set(why, DP_EINVAL,
				       "%s and %s present different certificates: use "
				       "--cert for each of them",
				       first_address, l->attempt[i].address);
		if (!first) {
			first = &r->chain;
			first_address = l->attempt[i].address;
		}
	}
	*ret_chain = *first;
	*first = (struct chain){ 0 };
	return 0;
}

/* A kind of key that a server refuses is one that it doesn't have. */
static void tell_peers(const struct live *l, live_fn *fn, void *arg)
{
	size_t i;

	for (i = 0; i < l->attempts; i++) {
		const struct attempt *a = &l->attempt[i];
		const struct peer_result *r = peer_result(a->peer);
		struct live_peer peer = { .address = a->address };

		/* by itself it shows what it has */
		if (a->keys != PEER_CERTIFICATE_OR_RAW_KEY &&
		    (r->status == PEER_REFUSED || r->status == PEER_NO_RAW_KEY))
			continue;
		if (r->status == PEER_CHAIN)
			peer.leaf = &r->chain.cert[0];
		else
			peer.error = r->why.text;
		fn(arg, &peer);
	}
}

static void clear_live(struct live *l)
{
	size_t i;

	for (i = 0; i < l->attempts; i++) {
		peer_free(l->attempt[i].peer);
		gate_leave(l->attempt[i].pass);
		turns_end(l->attempt[i].turn);
	}
	turns_free(l->turns);
	gate_free(l->gate);
	quota_free(l->quota);
	address_lookup_free(l->lookup);
	address_result_clear(&l->addresses);
	session_free(l->session);
	facts_target_free(l->facts);
	handshake_kit_free(l->kit);
	free(l->helo);
}

/* Runs until every handshake has ended. */
static int run_peers(struct live *l, struct why *why)
{
	const struct address_conf conf = { .resolver = session_resolver(l->session),
					   .facts = l->facts,
					   .host = l->target->host,
					   .ipv4 = true,
					   .ipv6 = true };

	l->lookup = address_lookup_new(&conf, on_addresses, l);
	if (!session_run(l->session))
		return why_set(why, DP_EIO, "%s did not answer in time", l->target->host);
	return l->done ? 0 : why_set(why, DP_EIO, "%s", l->why.text);
}

/* Undo with clear_live(), also after a failure. */
static int ask_peers(struct live *l, const struct upstream_conf *dns, int64_t timeout_ms,
		     struct why *why)
{
	int rc = set_up_live(
		l, dns, timeout_ms ? timeout_ms : service_timeout_ms(l->target->service),
		why);

	return rc < 0 ? rc : run_peers(l, why);
}

int live_chain(const struct target *target, const struct upstream_conf *dns,
	       int64_t timeout_ms, struct chain *ret_chain, struct why *why)
{
	struct live *l = mem_zero(sizeof(*l));
	int rc;

	l->target = target;
	rc = ask_peers(l, dns, timeout_ms, why);
	if (rc == 0)
		rc = compare_chains(l, ret_chain, why);
	clear_live(l);
	free(l);
	return rc;
}

int live_each(const struct target *target, const struct upstream_conf *dns,
	      int64_t timeout_ms, live_fn *fn, void *arg, struct why *why)
{
	struct live *l = mem_zero(sizeof(*l));
	int rc;

	l->target = target;
	l->each_kind = true;
	rc = ask_peers(l, dns, timeout_ms, why);
	if (rc == 0)
		tell_peers(l, fn, arg);
	clear_live(l);
	free(l);
	return rc;
}
