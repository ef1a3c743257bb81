/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/slot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../dane/pki.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "net/http.h"
#include "probe/contact.h"
#include "probe/expect.h"
#include "probe/probe.h"
#include "probe/turns.h"
#include "target/service.h"
#include "verdict/facts.h"

/*
 * Stands in for contact.c and http.c: what is asked is noted, what is answered is as the
 * test has it.
 */
static struct world {
	struct loop *loop;
	struct peer_result result; /* owns its chain */
	bool never;		   /* it isn't answered */
	enum peer_keys keys;	   /* that were asked for */
	enum handshake_auth auth;
	const char *alpn;
	enum service_start inside;
	int asked, fetched;
	int64_t age_ms;	     /* of what the first contact tells */
	bool recent, common; /* as the last contact was asked for */
	bool mends;	     /* a recent one shows what matches */
	struct http_reply reply;
	bool page_never;
} world;

struct contact {
	struct contact_ask fns;
	struct loop_timer *timer;
};

static void end_contact(void *arg)
{
	struct contact *c = arg;

	loop_timer_free(c->timer);
	c->timer = NULL;
	c->fns.done(c->fns.arg);
}

struct contact *contact_new(struct contact_book *all, const struct peer_conf *conf,
			    const struct contact_ask *fns)
{
	struct contact *c = mem_zero(sizeof(*c));

	(void)all;
	world.asked++;
	world.keys = conf->keys;
	world.auth = conf->auth;
	world.alpn = conf->alpn;
	world.inside = conf->inside;
	assert_string_equal(conf->sni, "www.example");
	assert_string_equal(conf->address, "192.0.2.1");
	c->fns = *fns;
	world.recent = fns->recent;
	world.common = fns->common;
	if (fns->recent && world.mends) {
		chain_clear(&world.result.chain);
		pki_chain("leaf sub", &world.result.chain);
	}
	if (!world.never)
		c->timer = loop_timer_new(world.loop, 1, end_contact, c);
	return c;
}

const struct peer_result *contact_result(const struct contact *c)
{
	(void)c;
	return &world.result;
}

int64_t contact_age_ms(const struct contact *c)
{
	return c->fns.recent ? -1 : world.age_ms;
}

bool contact_is_known(const struct contact *c)
{
	(void)c;
	return false;
}

bool contact_is_connecting(const struct contact *c)
{
	return world.never && c->timer == NULL;
}

bool contact_is_waiting(const struct contact *c)
{
	(void)c;
	return false;
}

char *contact_time_out(struct contact *c, int64_t timeout_ms)
{
	(void)c;
	(void)timeout_ms;
	return mem_text("connect did not end");
}

void contact_free(struct contact *c)
{
	if (c)
		loop_timer_free(c->timer);
	free(c);
}

struct http {
	struct loop_timer *timer;
	http_fn *fn;
	void *arg;
};

static void end_page(void *arg)
{
	struct http *h = arg;

	loop_timer_free(h->timer);
	h->timer = NULL;
	h->fn(h->arg, &world.reply);
}

int http_new(struct loop *loop, const struct http_conf *conf, http_fn *fn, void *arg,
	     struct http **ret_http, struct why *why)
{
	struct http *h = mem_zero(sizeof(*h));

	(void)why;
	world.fetched++;
	assert_string_equal(conf->path, "/health");
	/* tied to the key that was judged */
	assert_memory_equal(conf->pin, world.result.chain.cert[0].spki_sha256, 32);
	h->fn = fn;
	h->arg = arg;
	if (!world.page_never)
		h->timer = loop_timer_new(loop, 1, end_page, h);
	*ret_http = h;
	return 0;
}

void http_free(struct http *h)
{
	if (h)
		loop_timer_free(h->timer);
	free(h);
}

/*
 * The test's side
 */
static struct stage {
	struct probe_conf shared;
	struct expect expect;
	bool wanted[EXPECT_STATUS_END];
	struct slot_conf conf;
	struct facts_target *facts;
	struct slot *slot;
	int ended;
} stage;

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

static void on_end(void *arg)
{
	struct stage *s = arg;

	s->ended++;
	loop_stop(world.loop);
}

static void add_records(const char *records)
{
	struct tlsa *rr;
	size_t i, n = pki_records(records, &rr);

	for (i = 0; i < n; i++) {
		struct facts_record *r = facts_add_record(&stage.facts->endpoint[0]);

		tlsa_copy(&rr[i], &r->rr);
		r->usable = true;
	}
	pki_records_free(rr, n);
}

static int set_up(void **state)
{
	struct facts_endpoint *e;

	(void)state;
	clock_fix(PKI_NOW);
	world = (struct world){ .loop = loop_new() };
	world.result.connect_ms = world.result.starttls_ms = world.result.handshake_ms =
		1;
	stage = (struct stage){ .facts = facts_target_new() };
	stage.facts->timeout_ms = 1000;
	e = facts_add_endpoint(stage.facts);
	e->host = mem_text("www.example");
	e->base_domain = mem_text("www.example");
	facts_add_peer(e)->address = mem_text("192.0.2.1");
	stage.wanted[200] = true;
	stage.expect.wanted = stage.wanted;
	stage.shared = (struct probe_conf){ .loop = world.loop,
					    .expect = &stage.expect,
					    .agent = "test" };
	stage.conf = (struct slot_conf){ .shared = &stage.shared,
					 .service = service_find("https", 5),
					 .facts = stage.facts,
					 .host = "www.example",
					 .port = 443,
					 .domain = "www.example",
					 .turns = turns_new(world.loop, 64),
					 .left_ms = left_ms,
					 .waits = waits };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	slot_free(stage.slot);
	turns_free(stage.conf.turns);
	facts_target_free(stage.facts);
	chain_clear(&world.result.chain);
	chain_clear(&world.result.shown);
	loop_free(world.loop);
	clock_fix(0);
	return 0;
}

static const struct facts_peer *run_slot(enum facts_keys keys)
{
	struct loop_timer *limit =
		loop_timer_new(world.loop, 200, (loop_fn *)loop_stop, world.loop);

	stage.slot = slot_new(&stage.conf, "192.0.2.1", 443, keys, on_end, &stage);
	slot_start(stage.slot, 0, keys);
	loop_run(world.loop);
	loop_timer_free(limit);
	return &stage.facts->endpoint[0].peer[0];
}

static const struct {
	const char *name;
	enum peer_status status;
	enum code code;
	bool refused, turned_away, lacks_raw_key;
} status_rows[] = {
	{ "a chain", PEER_CHAIN, CODE_MATCH, false, false, false },
	{ "no route", PEER_NO_ROUTE, CODE_NO_ROUTE, false, false, false },
	{ "no connection", PEER_NO_CONNECT, CODE_CONNECT_FAILED, false, false, false },
	{ "silent", PEER_SILENT, CODE_TIMEOUT, false, false, false },
	{ "refused", PEER_REFUSED, CODE_TLS_FAILED, true, true, false },
	{ "no raw key", PEER_NO_RAW_KEY, CODE_TLS_FAILED, false, false, true },
	{ "no STARTTLS", PEER_NO_STARTTLS, CODE_STARTTLS_REFUSED, false, false, false },
	{ "put off", PEER_LATER, CODE_TRY_LATER, false, false, false },
	{ "no TLS", PEER_NO_TLS, CODE_TLS_FAILED, false, false, false },
	{ "never ended", PEER_RUNNING, CODE_TLS_FAILED, false, false, false },
};

static void check_status(size_t i)
{
	const struct facts_peer *peer;
	void *unused = NULL;

	set_up(&unused);
	add_records("3 1 1 leaf");
	world.result.status = status_rows[i].status;
	world.result.tls.sni = mem_text("www.example");
	if (status_rows[i].status == PEER_CHAIN)
		pki_chain("leaf sub", &world.result.chain);
	else
		why_set(&world.result.why, DP_EIO, "it went wrong");
	peer = run_slot(FACTS_KEYS_ANY);
	if (stage.ended != 1 || peer->code != status_rows[i].code ||
	    peer->has_tls != (status_rows[i].status == PEER_CHAIN) ||
	    slot_refused(stage.slot) != status_rows[i].refused ||
	    slot_turned_away(stage.slot) != status_rows[i].turned_away ||
	    slot_lacks_raw_key(stage.slot) != status_rows[i].lacks_raw_key)
		fail_msg("%s: ended %d times with %s", status_rows[i].name, stage.ended,
			 code_name(peer->code));
	/* what was sent is told whatever came of it */
	assert_string_equal(peer->tls.sni, "www.example");
	if (peer->code == CODE_MATCH)
		assert_null(peer->error);
	else
		assert_non_null(strstr(peer->error, "it went wrong"));
	free(world.result.tls.sni);
	tear_down(&unused);
}

static void test_slot_start_status_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(status_rows) / sizeof(status_rows[0]); i++)
		check_status(i);
}

/* An old chain may match, and says how old it is; but it makes no failure. */
static const struct {
	const char *name, *chain;
	int64_t age_ms;
	bool mends;
	int asked;
	enum code code;
	int64_t age_s;
} age_rows[] = {
	{ "its own", "leaf sub", -1, false, 1, CODE_MATCH, -1 },
	{ "another's just now", "leaf sub", 0, false, 1, CODE_MATCH, 0 },
	{ "old", "leaf sub", 599999, false, 1, CODE_MATCH, 599 },
	{ "not old, no match", "sub leaf", 29999, true, 1, CODE_MISMATCH, 29 },
	{ "old, no match", "sub leaf", 30000, false, 2, CODE_MISMATCH, -1 },
	{ "old, has changed", "sub leaf", 30000, true, 2, CODE_MATCH, -1 },
};

static void test_slot_start_age_rows(void **state)
{
	const struct facts_peer *peer;
	size_t i;

	for (i = 0; i < sizeof(age_rows) / sizeof(*age_rows); i++) {
		tear_down(state);
		set_up(state);
		add_records("3 1 1 leaf");
		pki_chain(age_rows[i].chain, &world.result.chain);
		world.result.status = PEER_CHAIN;
		world.age_ms = age_rows[i].age_ms;
		world.mends = age_rows[i].mends;
		peer = run_slot(FACTS_KEYS_ANY);
		if (peer->code != age_rows[i].code || world.asked != age_rows[i].asked ||
		    peer->age_s != age_rows[i].age_s || stage.ended != 1)
			fail_msg("%s: %s, asked %d times, %lld s old", age_rows[i].name,
				 code_name(peer->code), world.asked,
				 (long long)peer->age_s);
	}
}

static void test_slot_start_asks_what_is_common(void **state)
{
	add_records("3 1 1 leaf");
	pki_chain("leaf sub", &world.result.chain);
	world.result.status = PEER_CHAIN;
	run_slot(FACTS_KEYS_ANY);
	assert_false(world.common);
	tear_down(state);
	set_up(state);
	add_records("3 1 1 leaf");
	pki_chain("leaf sub", &world.result.chain);
	world.result.status = PEER_CHAIN;
	stage.conf.domain = "domain.example"; /* whose records led here */
	run_slot(FACTS_KEYS_ANY);
	assert_true(world.common);
}

static void test_slot_start_judges_by_the_records(void **state)
{
	const struct facts_peer *peer;

	(void)state;
	add_records("3 1 1 sub");
	pki_chain("leaf sub", &world.result.chain);
	world.result.status = PEER_CHAIN;
	world.result.demands_certificate = true;
	stage.conf.path = "/health";
	peer = run_slot(FACTS_KEYS_ANY);
	assert_int_equal(peer->code, CODE_MISMATCH);
	assert_true(peer->demands_certificate);
	assert_int_equal(peer->chain_count, 2);
	assert_int_equal(world.fetched, 0);
}

static const struct {
	const char *name, *records, *service;
	enum probe_auth auth;
	enum facts_keys asked;
	bool ee_name_check;
	enum peer_keys keys;
	enum handshake_auth handshake;
} key_rows[] = {
	{ "a certificate first", "3 1 1 leaf", "https", PROBE_AUTH_AUTO, FACTS_KEYS_ANY,
	  false, PEER_CERTIFICATE_OR_RAW_KEY, HANDSHAKE_AUTO },
	{ "beside 2 x x", "3 1 1 leaf, 2 1 1 sub", "https", PROBE_AUTH_AUTO,
	  FACTS_KEYS_ANY, false, PEER_CERTIFICATE, HANDSHAKE_AUTO },
	{ "beside 3 0 x", "3 1 1 leaf, 3 0 1 leaf", "https", PROBE_AUTH_AUTO,
	  FACTS_KEYS_ANY, false, PEER_CERTIFICATE, HANDSHAKE_AUTO },
	{ "with names", "3 1 1 leaf", "https", PROBE_AUTH_AUTO, FACTS_KEYS_ANY, true,
	  PEER_CERTIFICATE, HANDSHAKE_AUTO },
	{ "beside 1 x x, which mail leaves out", "3 1 1 leaf, 1 1 1 leaf", "smtp",
	  PROBE_AUTH_AUTO, FACTS_KEYS_ANY, false, PEER_CERTIFICATE_OR_RAW_KEY,
	  HANDSHAKE_AUTO },
	{ "RSA of its kind", "3 1 1 leaf", "https", PROBE_AUTH_RSA, FACTS_KEYS_RSA, false,
	  PEER_CERTIFICATE_OR_RAW_KEY, HANDSHAKE_RSA },
	{ "RSA of both", "3 1 1 leaf", "https", PROBE_AUTH_BOTH, FACTS_KEYS_RSA, false,
	  PEER_CERTIFICATE, HANDSHAKE_RSA },
	{ "ECDSA of both", "3 1 1 leaf", "https", PROBE_AUTH_BOTH, FACTS_KEYS_ECDSA,
	  false, PEER_CERTIFICATE, HANDSHAKE_ECDSA },
	{ "raw of both", "3 1 1 leaf", "https", PROBE_AUTH_BOTH, FACTS_KEYS_RAW, false,
	  PEER_RAW_KEY, HANDSHAKE_AUTO },
};

/* RFC 7250's keys are asked for apart, and only where each usable record takes one. */
static void test_slot_start_asks_for_keys(void **state)
{
	void *unused = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(key_rows) / sizeof(key_rows[0]); i++) {
		set_up(&unused);
		add_records(key_rows[i].records);
		stage.shared.auth = key_rows[i].auth;
		stage.shared.ee_name_check = key_rows[i].ee_name_check;
		stage.conf.service =
			service_find(key_rows[i].service, strlen(key_rows[i].service));
		world.result.status = PEER_NO_CONNECT;
		run_slot(key_rows[i].asked);
		if (world.keys != key_rows[i].keys || world.auth != key_rows[i].handshake)
			fail_msg("%s: keys %d, auth %d", key_rows[i].name,
				 (int)world.keys, (int)world.auth);
		tear_down(&unused);
	}
}

static void test_slot_start_offers_what_the_scheme_has(void **state)
{
	(void)state;
	add_records("3 1 1 leaf");
	stage.conf.service = service_find("imaps", 5);
	world.result.status = PEER_NO_CONNECT;
	run_slot(FACTS_KEYS_ANY);
	assert_string_equal(world.alpn, "imap");
	assert_int_equal(world.inside, SERVICE_IMAP);
}

static void test_slot_start_says_what_bars_raw_keys(void **state)
{
	const struct facts_peer *peer;

	(void)state;
	add_records("3 1 1 leaf, 2 1 1 sub");
	world.result.status = PEER_REFUSED;
	why_set(&world.result.why, DP_EIO, "an alert");
	peer = run_slot(FACTS_KEYS_ANY);
	assert_non_null(strstr(peer->error, "beside the 2 1 1 record"));
}

static const struct {
	const char *name;
	int status;
	const char *error; /* of the transport */
	bool asks, demands;
	enum code code;
	const char *says;
} page_rows[] = {
	{ "as wanted", 200, NULL, false, false, CODE_MATCH, NULL },
	{ "as wanted, asked for a certificate", 200, NULL, true, false, CODE_MATCH,
	  NULL },
	{ "another status", 404, NULL, false, false, CODE_HTTP_FAILED,
	  "HTTP status 404 is not the one expected" },
	{ "asked for a certificate", 400, NULL, true, false, CODE_HTTP_FAILED,
	  "the page seems to need a client certificate" },
	{ "asked, and fails by itself", 500, NULL, true, false, CODE_HTTP_FAILED,
	  "HTTP status 500" },
	{ "demanded", 0, "alert", true, true, CODE_HTTP_FAILED,
	  "the page needs a client certificate, which this check doesn't have" },
	{ "cut off", 0, "closed", false, false, CODE_HTTP_FAILED, "HTTP: closed" },
};

static void test_slot_start_fetches_the_page(void **state)
{
	const struct facts_peer *peer;
	void *unused = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(page_rows) / sizeof(page_rows[0]); i++) {
		set_up(&unused);
		add_records("3 1 1 leaf");
		pki_chain("leaf", &world.result.chain);
		world.result.status = PEER_CHAIN;
		world.result.asks_certificate = page_rows[i].asks;
		world.result.demands_certificate = page_rows[i].demands;
		world.reply = (struct http_reply){ .status = page_rows[i].status,
						   .error = page_rows[i].error };
		stage.conf.path = "/health";
		peer = run_slot(FACTS_KEYS_ANY);
		if (stage.ended != 1 || world.fetched != 1 ||
		    peer->code != page_rows[i].code ||
		    (page_rows[i].says
			     ? !peer->error || strncmp(peer->error, page_rows[i].says,
						       strlen(page_rows[i].says))
			     : !!peer->error))
			fail_msg("%s: %s", page_rows[i].name, peer->error);
		assert_int_equal(peer->http->status, page_rows[i].status);
		tear_down(&unused);
	}
}

/* libcurl speaks no raw keys. */
static void test_slot_start_fetches_nothing_over_a_raw_key(void **state)
{
	const struct facts_peer *peer;

	(void)state;
	add_records("3 1 1 leaf");
	assert_int_equal(
		chain_from_raw_key(&pki_get("leaf")->spki, &world.result.chain, NULL), 0);
	world.result.status = PEER_CHAIN;
	stage.conf.path = "/health";
	peer = run_slot(FACTS_KEYS_ANY);
	assert_int_equal(stage.ended, 1);
	assert_int_equal(peer->code, CODE_MATCH);
	assert_true(peer->http_skipped);
	assert_int_equal(world.fetched, 0);
}

static void test_slot_time_out_in_a_handshake(void **state)
{
	const struct facts_peer *peer;

	(void)state;
	add_records("3 1 1 leaf");
	world.never = true;
	peer = run_slot(FACTS_KEYS_ANY);
	assert_int_equal(stage.ended, 0);
	slot_time_out(stage.slot);
	assert_int_equal(peer->code, CODE_TIMEOUT);
	assert_string_equal(peer->error, "connect did not end");
	assert_int_equal(stage.ended, 0); /* whoever says so knows */
}

static void test_slot_time_out_in_a_fetch(void **state)
{
	const struct facts_peer *peer;

	(void)state;
	add_records("3 1 1 leaf");
	pki_chain("leaf", &world.result.chain);
	world.result.status = PEER_CHAIN;
	world.page_never = true;
	stage.conf.path = "/health";
	peer = run_slot(FACTS_KEYS_ANY);
	assert_int_equal(world.fetched, 1);
	slot_time_out(stage.slot);
	assert_int_equal(peer->code, CODE_TIMEOUT);
	assert_string_equal(peer->error, "the HTTP request did not end within 1 s");
}

static void test_slot_time_out_after_the_end(void **state)
{
	const struct facts_peer *peer;

	(void)state;
	add_records("3 1 1 leaf");
	pki_chain("leaf", &world.result.chain);
	world.result.status = PEER_CHAIN;
	peer = run_slot(FACTS_KEYS_ANY);
	slot_time_out(stage.slot);
	assert_int_equal(peer->code, CODE_MATCH);
}

static int free_all(void **state)
{
	(void)state;
	pki_free_all();
	return 0;
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slot_start_status_rows),
		cmocka_unit_test_setup_teardown(test_slot_start_age_rows, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_slot_start_asks_what_is_common,
						set_up, tear_down),
		ROW(test_slot_start_judges_by_the_records),
		cmocka_unit_test(test_slot_start_asks_for_keys),
		ROW(test_slot_start_offers_what_the_scheme_has),
		ROW(test_slot_start_says_what_bars_raw_keys),
		cmocka_unit_test(test_slot_start_fetches_the_page),
		ROW(test_slot_start_fetches_nothing_over_a_raw_key),
		ROW(test_slot_time_out_in_a_handshake),
		ROW(test_slot_time_out_in_a_fetch),
		ROW(test_slot_time_out_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, free_all);
}
