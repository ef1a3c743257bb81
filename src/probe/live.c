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
#include "probe/peer.h"
#include "target/service.h"
#include "target/target.h"
#include "verdict/facts.h"

#define KINDS                                                                            \
	4 /* kinds of handshakes with an address: whatever it shows, RSA, ECDSA, raw */

/* One handshake. */
struct attempt {
	const char *address; /* borrowed */
	bool by_itself; /* false: asks for a kind of keys that the server may not have */
	struct peer *peer; /* owned */
};

struct live {
	const struct target *target; /* borrowed */
	bool each_kind;
	struct session *session; /* owned, as all of these */
	struct handshake_kit *kit;
	struct facts_target *facts; /* for the lookup only */
	char *helo;		    /* NULL: the host has no name */
	int64_t deadline_ms;
	struct address_lookup *lookup;
	struct address_result addresses;
	struct attempt attempt[KINDS * ADDRESS_MAX];
	size_t attempts, open;
	bool done;
	struct why why; /* where it isn't done */
};

static void on_peer(void *arg)
{
	struct live *l = arg;

	if (--l->open)
		return;
	l->done = true;
	session_stop(l->session);
}

static void add_attempt(struct live *l, const char *address, enum handshake_auth auth,
			enum peer_keys keys)
{
	const struct target *target = l->target;
	struct peer_conf conf = { .loop = session_loop(l->session),
				  .kit = l->kit,
				  .address = address,
				  .port = target->port,
				  .sni = target->host,
				  .alpn = target->service->alpn,
				  .auth = auth,
				  .keys = keys,
				  .start = target->service->start,
				  .inside = target->service->inside,
				  .helo = l->helo,
				  .domain = target->host,
				  .deadline_ms = l->deadline_ms };
	struct peer *peer = peer_new(&conf, on_peer, l);

	l->attempt[l->attempts++] =
		(struct attempt){ address, keys == PEER_CERTIFICATE_OR_RAW_KEY, peer };
	l->open++;
}

static void start_peers(struct live *l)
{
	const char *address;
	size_t i;

	for (i = 0; i < l->addresses.count; i++) {
		address = l->addresses.address[i];
		if (!route_exists(address))
			continue;
		add_attempt(l, address, HANDSHAKE_AUTO, PEER_CERTIFICATE_OR_RAW_KEY);
		if (!l->each_kind)
			continue;
		add_attempt(l, address, HANDSHAKE_RSA, PEER_CERTIFICATE);
		add_attempt(l, address, HANDSHAKE_ECDSA, PEER_CERTIFICATE);
		add_attempt(l, address, HANDSHAKE_AUTO, PEER_RAW_KEY);
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
	return rc < 0 ? rc : session_begin(l->session, why);
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

		if (!a->by_itself &&
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

	for (i = 0; i < l->attempts; i++)
		peer_free(l->attempt[i].peer);
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
