/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dane/chain.h"
#include "dns/address.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/tlsa_lookup.h"
#include "dns/upstream.h"
#include "probe/examine.h"
#include "probe/probe.h"
#include "probe/slot.h"
#include "target/connect_to.h"
#include "target/service.h"
#include "verdict/facts.h"

/*
 * What the endpoint sees of the world, as each test has it.
 */
static struct world {
	struct loop *loop;
	enum address_status addresses;
	const char *address[4]; /* NULL behind the last */
	const char *expanded;
	enum tlsa_lookup_status tlsa;
	uint8_t usage[4]; /* of the records */
	size_t records;
	char candidates[100]; /* that were asked for TLSA */
	/* What a handshake for these keys comes to: m match, x mismatch, r refused, c
	 * closed, l no raw key, f no connection, - nothing for ever. */
	char outcome[4];
	bool takes_raw_keys;
	bool empty, wildcard; /* what decided about TLSA */
	int started, timed_out, stories;
} world;

/*
 * Stand-ins
 */
struct slot {
	const struct slot_conf *conf;
	char *address;
	int port;
	enum facts_keys keys;
	slot_fn *fn;
	void *arg;
	size_t index;
	char outcome;
	struct loop_timer *timer;
	struct chain_cert cert;
	struct chain chain;
};

static struct facts_peer *peer_of(const struct slot *s)
{
	return &s->conf->facts->endpoint[s->conf->endpoint].peer[s->index];
}

static void end_slot(void *arg)
{
	struct slot *s = arg;
	struct facts_peer *peer = peer_of(s);

	loop_timer_free(s->timer);
	s->timer = NULL;
	switch (s->outcome) {
	case 'm':
	case 'x':
		peer->has_match = true;
		peer->match.code = s->outcome == 'm' ? MATCH_OK : MATCH_MISMATCH;
		peer->code = s->outcome == 'm' ? CODE_MATCH : CODE_MISMATCH;
		s->chain = (struct chain){ .cert = &s->cert, .count = 1 };
		break;
	case 'f':
		peer->code = CODE_CONNECT_FAILED;
		break;
	default:
		peer->code = CODE_TLS_FAILED;
		peer->error = mem_text("no such key");
		break;
	}
	s->fn(s->arg);
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

void slot_start(struct slot *s, size_t index, enum facts_keys keys)
{
	s->index = index;
	s->keys = keys;
	s->outcome = world.outcome[keys];
	world.started++;
	/* whatever of the one before, the peer says nothing yet */
	assert_null(peer_of(s)->error);
	assert_false(peer_of(s)->has_match);
	assert_string_equal(peer_of(s)->address, s->address);
	assert_int_equal(peer_of(s)->offered, keys);
	if (s->outcome != '-')
		s->timer = loop_timer_new(world.loop, 1, end_slot, s);
}

void slot_move(struct slot *s, size_t index)
{
	s->index = index;
}

void slot_time_out(struct slot *s)
{
	world.timed_out++;
	assert_string_equal(peer_of(s)->address, s->address);
	if (s->timer || s->outcome == '-')
		peer_of(s)->code = CODE_TIMEOUT;
}

void slot_stop(struct slot *s)
{
	loop_timer_free(s->timer);
	s->timer = NULL;
}

void slot_free(struct slot *s)
{
	slot_stop(s);
	free(s->address);
	free(s);
}

bool slot_is_connecting(const struct slot *s)
{
	return s->outcome == '-';
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

bool slot_takes_raw_keys(const struct slot *s)
{
	(void)s;
	return world.takes_raw_keys;
}

bool slot_refused(const struct slot *s)
{
	return s->outcome == 'r';
}

bool slot_turned_away(const struct slot *s)
{
	return s->outcome == 'r' || s->outcome == 'c';
}

bool slot_lacks_raw_key(const struct slot *s)
{
	return s->outcome == 'l';
}

const struct chain *slot_chain(const struct slot *s)
{
	return &s->chain;
}

void examine_tell_story(struct facts_endpoint *e, const struct chain *chain,
			const void *csr, size_t csr_len)
{
	(void)e;
	(void)csr;
	(void)csr_len;
	assert_int_equal(chain->count, 1);
	world.stories++;
}

struct address_lookup {
	struct loop_timer *timer;
	address_fn *fn;
	void *arg;
};

static void end_addresses(void *arg)
{
	struct address_lookup *l = arg;
	struct address_result r = { .status = world.addresses,
				    .expanded = mem_text(world.expanded),
				    .failed_type = RRTYPE_AAAA };

	loop_timer_free(l->timer);
	l->timer = NULL;
	if (r.status == ADDRESS_BOGUS || r.status == ADDRESS_FAILED)
		r.error = mem_text("no good answer");
	for (; world.address[r.count]; r.count++) {
		r.address = mem_grow(r.address, r.count, sizeof(*r.address));
		r.address[r.count] = mem_text(world.address[r.count]);
	}
	l->fn(l->arg, &r);
}

struct address_lookup *address_lookup_new(const struct address_conf *conf, address_fn *fn,
					  void *arg)
{
	struct address_lookup *l = mem_zero(sizeof(*l));

	assert_string_equal(conf->host, "www.example");
	l->fn = fn;
	l->arg = arg;
	l->timer = loop_timer_new(world.loop, 1, end_addresses, l);
	return l;
}

void address_lookup_free(struct address_lookup *l)
{
	if (l)
		loop_timer_free(l->timer);
	free(l);
}

void address_result_clear(struct address_result *r)
{
	while (r->count)
		free(r->address[--r->count]);
	free(r->address);
	free(r->expanded);
	free(r->error);
}

struct tlsa_lookup {
	struct loop_timer *timer;
	tlsa_lookup_fn *fn;
	void *arg;
};

static void end_tlsa(void *arg)
{
	struct tlsa_lookup *l = arg;

	loop_timer_free(l->timer);
	l->timer = NULL;
	l->fn(l->arg, world.tlsa, "www.example", "_443._tcp.www.example",
	      world.tlsa == TLSA_LOOKUP_BOGUS || world.tlsa == TLSA_LOOKUP_FAILED
		      ? "no good records"
		      : NULL);
}

struct tlsa_lookup *tlsa_lookup_new(const struct tlsa_lookup_conf *conf,
				    tlsa_lookup_fn *fn, void *arg)
{
	struct tlsa_lookup *l = mem_zero(sizeof(*l));
	struct buf names;
	size_t i;

	buf_init(&names, sizeof(world.candidates) - 1);
	for (i = 0; i < TLSA_LOOKUP_CANDIDATES && conf->candidate[i]; i++)
		buf_printf(&names, "%s%s", i ? " " : "", conf->candidate[i]);
	memcpy(world.candidates, buf_str(&names), names.len + 1);
	buf_clear(&names);
	assert_int_equal(conf->port, 443);
	l->fn = fn;
	l->arg = arg;
	l->timer = loop_timer_new(world.loop, 1, end_tlsa, l);
	return l;
}

void tlsa_lookup_free(struct tlsa_lookup *l)
{
	if (l)
		loop_timer_free(l->timer);
	free(l);
}

bool tlsa_lookup_is_empty(const struct tlsa_lookup *l)
{
	(void)l;
	return world.empty;
}

bool tlsa_lookup_is_wildcard(const struct tlsa_lookup *l)
{
	(void)l;
	return world.wildcard;
}

const char *tlsa_lookup_owner(const struct tlsa_lookup *l)
{
	(void)l;
	return "_443._tcp.host.example";
}

void tlsa_lookup_fill(const struct tlsa_lookup *l, struct facts_endpoint *e)
{
	size_t i;

	(void)l;
	for (i = 0; i < world.records; i++) {
		struct tlsa *rr = &facts_add_record(e)->rr;

		*rr = (struct tlsa){ .usage = world.usage[i],
				     .selector = 1,
				     .mtype = TLSA_SHA256,
				     .data = mem_zero(32),
				     .len = 32 };
	}
}

struct resolver *upstream_resolver(struct upstream *u)
{
	(void)u;
	return NULL;
}

void resolver_ask_ahead(struct resolver *r, const char *name, uint16_t type)
{
	(void)r;
	(void)name;
	(void)type;
}

void resolver_prime(struct resolver *r, const char *name)
{
	(void)r;
	(void)name;
}

/*
 * The test's side
 */
static struct stage {
	struct probe_conf shared;
	struct connect_to_list nowhere;
	struct facts_target *facts;
	struct endpoint *endpoint;
	int ended;
} stage;

static void on_end(void *arg)
{
	struct stage *s = arg;

	s->ended++;
	loop_stop(world.loop);
}

static int64_t left_ms(void *arg)
{
	(void)arg;
	return 1000;
}

static void waits(void *arg, bool waiting)
{
	(void)arg;
	(void)waiting;
}

/* The world is as the test set it after set_up(). */
static void run_with(enum probe_auth auth, const char *service)
{
	struct endpoint_conf conf = { .shared = &stage.shared,
				      .facts = stage.facts,
				      .service = service_find(service, strlen(service)),
				      .host = "www.example",
				      .port = 443,
				      .left_ms = left_ms,
				      .waits = waits };
	struct loop_timer *limit =
		loop_timer_new(world.loop, 300, (loop_fn *)loop_stop, world.loop);

	stage.shared.auth = auth;
	conf.began_ms = clock_ms();
	stage.endpoint = endpoint_new(&conf, on_end, &stage);
	loop_run(world.loop);
	loop_timer_free(limit);
}

static int set_up(void **state)
{
	(void)state;
	world = (struct world){ .loop = loop_new(),
				.addresses = ADDRESS_SECURE,
				.address = { "192.0.2.1", "2001:db8::1" },
				.tlsa = TLSA_LOOKUP_FOUND,
				.usage = { 3 },
				.records = 1,
				.outcome = "mmml",
				.takes_raw_keys = true };
	stage = (struct stage){ .facts = facts_target_new() };
	stage.facts->timeout_ms = 1000;
	stage.shared = (struct probe_conf){ .loop = world.loop,
					    .connect_to = &stage.nowhere,
					    .ipv4 = true,
					    .ipv6 = true };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	endpoint_free(stage.endpoint);
	facts_target_free(stage.facts);
	loop_free(world.loop);
	return 0;
}

/* "any=match RSA=tls-failed-ECDSA": the keys of each peer, its code, what it lacks */
static char *peers_text(void)
{
	const struct facts_endpoint *e = &stage.facts->endpoint[0];
	struct buf text;
	size_t i;

	buf_init(&text, 1000);
	for (i = 0; i < e->peer_count; i++) {
		const char *keys = facts_keys_name(e->peer[i].offered);
		const char *lacks = facts_keys_name(e->peer[i].lacks);

		buf_printf(&text, "%s%s=%s%s%s", i ? " " : "", keys ? keys : "any",
			   code_name(e->peer[i].code), lacks ? "-" : "",
			   lacks ? lacks : "");
	}
	return text.data ? text.data : mem_text("");
}

static const struct {
	const char *name;
	enum probe_auth auth;
	char any, rsa, ecdsa, raw;
	bool takes_raw_keys;
	const char *peers; /* of one address */
} key_rows[] = {
	{ "what it shows by itself", PROBE_AUTH_AUTO, 'm', 'x', 'x', 'x', true,
	  "any=match" },
	{ "one kind", PROBE_AUTH_ECDSA, 'x', 'x', 'm', 'x', true, "ECDSA=match" },
	{ "both kinds", PROBE_AUTH_BOTH, '-', 'm', 'm', 'l', true,
	  "RSA=match ECDSA=match" },
	{ "one of them is wrong", PROBE_AUTH_BOTH, '-', 'm', 'x', 'l', true,
	  "RSA=match ECDSA=mismatch" },
	{ "no RSA key", PROBE_AUTH_BOTH, '-', 'r', 'm', 'l', true, "ECDSA=match-RSA" },
	{ "no ECDSA key", PROBE_AUTH_BOTH, '-', 'm', 'r', 'l', true, "RSA=match-ECDSA" },
	{ "no RSA key, the other wrong", PROBE_AUTH_BOTH, '-', 'r', 'x', 'l', true,
	  "ECDSA=mismatch-RSA" },
	{ "hanging up is no refusal", PROBE_AUTH_BOTH, '-', 'c', 'm', 'l', true,
	  "RSA=tls-failed ECDSA=match" },
	{ "a refusal beside a failure", PROBE_AUTH_BOTH, '-', 'r', 'f', 'l', true,
	  "RSA=tls-failed ECDSA=connect-failed" },
	{ "both refused, so all is offered", PROBE_AUTH_BOTH, 'm', 'r', 'r', 'l', true,
	  "any=match" },
	{ "all is refused", PROBE_AUTH_BOTH, 'r', 'r', 'r', 'l', true, "any=tls-failed" },
	{ "a raw key as well", PROBE_AUTH_BOTH, '-', 'm', 'm', 'm', true,
	  "RSA=match ECDSA=match raw=match" },
	{ "a wrong raw key beside", PROBE_AUTH_BOTH, '-', 'r', 'm', 'x', true,
	  "ECDSA=match-RSA raw=mismatch" },
	{ "a raw key and one certificate", PROBE_AUTH_BOTH, '-', 'm', 'r', 'm', true,
	  "RSA=match-ECDSA raw=match" },
	{ "a raw key alone", PROBE_AUTH_BOTH, '-', 'r', 'r', 'm', true, "raw=match" },
	{ "a raw key alone, hanging up", PROBE_AUTH_BOTH, '-', 'c', 'c', 'x', true,
	  "raw=mismatch" },
	{ "raw keys that don't count", PROBE_AUTH_BOTH, '-', 'm', 'm', 'm', false,
	  "RSA=match ECDSA=match" },
};

static void check_keys(size_t i)
{
	char *peers, *want = mem_printf("%s %s", key_rows[i].peers, key_rows[i].peers);
	void *unused = NULL;

	set_up(&unused);
	world.outcome[FACTS_KEYS_ANY] = key_rows[i].any;
	world.outcome[FACTS_KEYS_RSA] = key_rows[i].rsa;
	world.outcome[FACTS_KEYS_ECDSA] = key_rows[i].ecdsa;
	world.outcome[FACTS_KEYS_RAW] = key_rows[i].raw;
	world.takes_raw_keys = key_rows[i].takes_raw_keys;
	run_with(key_rows[i].auth, "https");
	peers = peers_text();
	if (stage.ended != 1 || strcmp(peers, want))
		fail_msg("%s: ended %d times with %s", key_rows[i].name, stage.ended,
			 peers);
	free(peers);
	free(want);
	tear_down(&unused);
}

/* At each of two addresses, so that what moves up is another's. */
static void test_endpoint_asks_for_keys(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(key_rows) / sizeof(key_rows[0]); i++)
		check_keys(i);
}

static const struct {
	const char *name;
	enum address_status addresses;
	enum tlsa_lookup_status tlsa;
	enum code code;
	bool failed; /* and by what question */
	uint16_t type;
	bool tried;
} dns_rows[] = {
	{ "found", ADDRESS_SECURE, TLSA_LOOKUP_FOUND, CODE_DNS_ERROR, false, 0, true },
	{ "insecure", ADDRESS_INSECURE, TLSA_LOOKUP_FOUND, CODE_INSECURE, false, 0,
	  false },
	{ "bogus", ADDRESS_BOGUS, TLSA_LOOKUP_FOUND, CODE_BOGUS, true, RRTYPE_AAAA,
	  false },
	{ "failed", ADDRESS_FAILED, TLSA_LOOKUP_FOUND, CODE_DNS_ERROR, true, RRTYPE_AAAA,
	  false },
	{ "no host", ADDRESS_NXDOMAIN, TLSA_LOOKUP_FOUND, CODE_NXDOMAIN, false, 0,
	  false },
	{ "no address", ADDRESS_NONE, TLSA_LOOKUP_FOUND, CODE_NO_ADDRESS, false, 0,
	  false },
	{ "no TLSA", ADDRESS_SECURE, TLSA_LOOKUP_ABSENT, CODE_NO_TLSA, false, 0, false },
	{ "insecure TLSA", ADDRESS_SECURE, TLSA_LOOKUP_INSECURE, CODE_INSECURE, false, 0,
	  false },
	{ "bogus TLSA", ADDRESS_SECURE, TLSA_LOOKUP_BOGUS, CODE_BOGUS, true, RRTYPE_TLSA,
	  false },
	{ "unanswered TLSA", ADDRESS_SECURE, TLSA_LOOKUP_FAILED, CODE_DNS_ERROR, true,
	  RRTYPE_TLSA, false },
};

static void check_dns(size_t i)
{
	void *unused = NULL;
	const char *name;
	uint16_t type;
	bool failed;

	set_up(&unused);
	world.addresses = dns_rows[i].addresses;
	world.tlsa = dns_rows[i].tlsa;
	run_with(PROBE_AUTH_AUTO, "https");
	failed = endpoint_dns_failed(stage.endpoint, &name, &type);
	if (stage.ended != 1 || stage.facts->endpoint[0].code != dns_rows[i].code ||
	    failed != dns_rows[i].failed || (failed && type != dns_rows[i].type) ||
	    !world.started == dns_rows[i].tried)
		fail_msg("%s: ended %d times, code %s, type %d, %d handshakes",
			 dns_rows[i].name, stage.ended,
			 code_name(stage.facts->endpoint[0].code), type, world.started);
	tear_down(&unused);
}

/* Absent, insecure, bogus and unanswered are different things, and none of them leads to
 * a connection. */
static void test_endpoint_dns_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(dns_rows) / sizeof(dns_rows[0]); i++)
		check_dns(i);
}

/* What DNS decides is decided, and what it doesn't stays open: no server is asked. */
static void test_endpoint_looks_up_only(void **state)
{
	static const struct {
		enum tlsa_lookup_status tlsa;
		uint8_t usage; /* for mail relay */
		enum code code;
	} rows[] = {
		{ TLSA_LOOKUP_FOUND, 3, CODE_NOT_PROBED },
		{ TLSA_LOOKUP_FOUND, 1, CODE_UNUSABLE },
		{ TLSA_LOOKUP_ABSENT, 3, CODE_NO_TLSA },
		{ TLSA_LOOKUP_FAILED, 3, CODE_DNS_ERROR },
	};
	void *unused = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set_up(&unused);
		stage.shared.lookup_only = true;
		world.tlsa = rows[i].tlsa;
		world.usage[0] = rows[i].usage;
		world.records = rows[i].tlsa == TLSA_LOOKUP_FOUND;
		run_with(PROBE_AUTH_BOTH, "smtp");
		assert_int_equal(stage.ended, 1);
		assert_false(endpoint_is_connecting(stage.endpoint));
		endpoint_time_out(stage.endpoint);
		endpoint_settle(stage.endpoint);
		assert_int_equal(world.started, 0);
		assert_int_equal(stage.facts->endpoint[0].peer_count, 0);
		assert_int_equal(stage.facts->endpoint[0].code, rows[i].code);
		tear_down(&unused);
	}
}

/* RFC 7671 section 7: the name behind secure aliases comes first, and only then. */
static void test_endpoint_tlsa_candidates(void **state)
{
	static const struct {
		enum address_status status;
		const char *expanded, *candidates;
	} rows[] = {
		{ ADDRESS_SECURE, NULL, "www.example" },
		{ ADDRESS_SECURE, "web.example", "web.example www.example" },
		{ ADDRESS_SECURE, "www.example", "www.example" },
		{ ADDRESS_ALIAS_SECURE, "web.example", "www.example" },
	};
	void *unused = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set_up(&unused);
		world.addresses = rows[i].status;
		world.expanded = rows[i].expanded;
		run_with(PROBE_AUTH_AUTO, "https");
		assert_string_equal(world.candidates, rows[i].candidates);
		tear_down(&unused);
	}
}

/* RFC 7672 section 3.1.3: usages 0 and 1 don't count for mail relay. That no record is
 * usable is the endpoint's fault; what its peers are is theirs. */
static void test_endpoint_settle_unusable_records(void **state)
{
	char *peers;

	(void)state;
	world.usage[0] = 1;
	world.outcome[FACTS_KEYS_ANY] = 'f';
	run_with(PROBE_AUTH_AUTO, "smtp");
	endpoint_settle(stage.endpoint);
	assert_int_equal(stage.facts->endpoint[0].code, CODE_UNUSABLE);
	assert_non_null(stage.facts->endpoint[0].record[0].reason);
	peers = peers_text();
	assert_string_equal(peers, "any=connect-failed any=connect-failed");
	free(peers);
}

static void test_endpoint_settle_with_one_usable_record(void **state)
{
	(void)state;
	world.usage[0] = 1;
	world.usage[1] = 3;
	world.records = 2;
	world.outcome[FACTS_KEYS_ANY] = 'x';
	run_with(PROBE_AUTH_AUTO, "smtp");
	endpoint_settle(stage.endpoint);
	assert_int_not_equal(stage.facts->endpoint[0].code, CODE_UNUSABLE);
	assert_false(stage.facts->endpoint[0].record[0].usable);
	assert_true(stage.facts->endpoint[0].record[1].usable);
	assert_int_equal(world.stories, 2);
}

static void test_endpoint_settle_tells_no_story_of_a_match(void **state)
{
	(void)state;
	run_with(PROBE_AUTH_AUTO, "https");
	endpoint_settle(stage.endpoint);
	assert_int_equal(world.stories, 0);
}

static void test_endpoint_time_out_in_a_handshake(void **state)
{
	char *peers;

	(void)state;
	world.outcome[FACTS_KEYS_ANY] = '-';
	run_with(PROBE_AUTH_AUTO, "https");
	assert_int_equal(stage.ended, 0);
	endpoint_time_out(stage.endpoint);
	assert_int_equal(world.timed_out, 2);
	peers = peers_text();
	assert_string_equal(peers, "any=timeout any=timeout");
	free(peers);
}

/* Those that moved up know who they are. */
static void test_endpoint_time_out_after_moves(void **state)
{
	char *peers;

	(void)state;
	memcpy(world.outcome, "-rrf", sizeof(world.outcome));
	run_with(PROBE_AUTH_BOTH, "https");
	assert_int_equal(stage.ended, 0);
	endpoint_time_out(stage.endpoint);
	peers = peers_text();
	assert_string_equal(peers, "any=timeout raw=connect-failed any=timeout "
				   "raw=connect-failed");
	free(peers);
}

static void test_endpoint_time_out_in_dns(void **state)
{
	struct endpoint_conf conf = { .shared = &stage.shared,
				      .facts = stage.facts,
				      .service = service_find("https", 5),
				      .host = "www.example",
				      .port = 443,
				      .left_ms = left_ms,
				      .waits = waits };

	(void)state;
	stage.endpoint = endpoint_new(&conf, on_end, &stage);
	endpoint_time_out(stage.endpoint);
	assert_int_equal(stage.facts->endpoint[0].code, CODE_DNS_ERROR);
	assert_string_equal(stage.facts->endpoint[0].error,
			    "DNS did not answer within 1 s");
	assert_int_equal(world.timed_out, 0);
}

static void test_endpoint_is_connecting_when_all_slots_are(void **state)
{
	(void)state;
	world.outcome[FACTS_KEYS_ANY] = '-';
	run_with(PROBE_AUTH_AUTO, "https");
	assert_true(endpoint_is_connecting(stage.endpoint));
}

static void test_endpoint_is_not_connecting_after_its_end(void **state)
{
	(void)state;
	run_with(PROBE_AUTH_AUTO, "https");
	assert_false(endpoint_is_connecting(stage.endpoint));
}

/* What had ended by then stays as it is. */
static void test_endpoint_time_out_after_the_end(void **state)
{
	(void)state;
	world.addresses = ADDRESS_NXDOMAIN;
	run_with(PROBE_AUTH_AUTO, "https");
	endpoint_time_out(stage.endpoint);
	assert_int_equal(stage.facts->endpoint[0].code, CODE_NXDOMAIN);
}

/* R8: only what is denied is no service; what failed may hide one. */
static const struct {
	const char *name;
	enum address_status addresses;
	enum tlsa_lookup_status tlsa;
	bool empty, wildcard;
	char outcome;
	enum endpoint_trace trace;
} trace_rows[] = {
	{ "match", ADDRESS_SECURE, TLSA_LOOKUP_FOUND, false, false, 'm',
	  ENDPOINT_HAS_RECORDS },
	{ "down", ADDRESS_SECURE, TLSA_LOOKUP_FOUND, false, false, 'f',
	  ENDPOINT_HAS_RECORDS },
	{ "denied", ADDRESS_SECURE, TLSA_LOOKUP_ABSENT, true, false, 'm',
	  ENDPOINT_NO_RECORD },
	{ "insecure denial", ADDRESS_SECURE, TLSA_LOOKUP_INSECURE, true, false, 'm',
	  ENDPOINT_NO_RECORD },
	{ "insecure records", ADDRESS_SECURE, TLSA_LOOKUP_INSECURE, false, false, 'm',
	  ENDPOINT_HAS_RECORDS },
	{ "bogus", ADDRESS_SECURE, TLSA_LOOKUP_BOGUS, false, false, 'm',
	  ENDPOINT_UNANSWERED },
	{ "failed", ADDRESS_SECURE, TLSA_LOOKUP_FAILED, false, false, 'm',
	  ENDPOINT_UNANSWERED },
	{ "wildcard", ADDRESS_SECURE, TLSA_LOOKUP_FOUND, false, true, 'm',
	  ENDPOINT_HAS_RECORDS },
	{ "wildcard, mismatch", ADDRESS_SECURE, TLSA_LOOKUP_FOUND, false, true, 'x',
	  ENDPOINT_HAS_RECORDS },
	{ "wildcard, no TLS", ADDRESS_SECURE, TLSA_LOOKUP_FOUND, false, true, 'c',
	  ENDPOINT_HAS_RECORDS },
	{ "wildcard, down", ADDRESS_SECURE, TLSA_LOOKUP_FOUND, false, true, 'f',
	  ENDPOINT_UNSERVED },
	{ "no such host", ADDRESS_NXDOMAIN, TLSA_LOOKUP_FOUND, false, false, 'm',
	  ENDPOINT_NO_HOST },
	{ "insecure host", ADDRESS_INSECURE, TLSA_LOOKUP_FOUND, false, false, 'm',
	  ENDPOINT_NO_HOST },
};

static void test_endpoint_trace_rows(void **state)
{
	void *unused = NULL;
	enum endpoint_trace got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(trace_rows) / sizeof(trace_rows[0]); i++) {
		set_up(&unused);
		world.addresses = trace_rows[i].addresses;
		world.tlsa = trace_rows[i].tlsa;
		world.empty = trace_rows[i].empty;
		world.wildcard = trace_rows[i].wildcard;
		world.records = trace_rows[i].tlsa == TLSA_LOOKUP_FOUND;
		world.outcome[FACTS_KEYS_ANY] = trace_rows[i].outcome;
		run_with(PROBE_AUTH_AUTO, "https");
		got = endpoint_trace(stage.endpoint);
		if (got != trace_rows[i].trace)
			fail_msg("%s: %d, not %d", trace_rows[i].name, (int)got,
				 (int)trace_rows[i].trace);
		tear_down(&unused);
	}
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoint_asks_for_keys),
		cmocka_unit_test(test_endpoint_dns_rows),
		cmocka_unit_test(test_endpoint_looks_up_only),
		cmocka_unit_test(test_endpoint_tlsa_candidates),
		cmocka_unit_test(test_endpoint_trace_rows),
		ROW(test_endpoint_settle_unusable_records),
		ROW(test_endpoint_settle_with_one_usable_record),
		ROW(test_endpoint_settle_tells_no_story_of_a_match),
		ROW(test_endpoint_time_out_in_a_handshake),
		ROW(test_endpoint_time_out_after_moves),
		ROW(test_endpoint_time_out_in_dns),
		ROW(test_endpoint_is_connecting_when_all_slots_are),
		ROW(test_endpoint_is_not_connecting_after_its_end),
		ROW(test_endpoint_time_out_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
