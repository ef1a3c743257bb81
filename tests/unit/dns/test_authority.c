/* SPDX-License-Identifier: BSD-2-Clause */
/* Which servers are asked: all that there are, or one is told to be missing. */
#include "dns/authority.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "base/mem.h"
#include "dns/ask.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/upstream.h"
#include "fake_resolver.h"

#define SEC SECURITY_SECURE
#define OWNER "_443._tcp.a"
#define NS1 "036e733100" /* ns1 */
#define RR "030101aabb"
#define V6 "20010db8000000000000000000000001"

/* The root is the owner's zone, so that no parent is asked for its servers. */
#define ZONE                                                                             \
	{ OWNER, RRTYPE_TLSA, SEC, "data", NULL, RR },                                   \
		{ OWNER, RRTYPE_NS, SEC, "nodata", NULL, NULL },                         \
		{ "_tcp.a", RRTYPE_NS, SEC, "nodata", NULL, NULL },                      \
		{ "a", RRTYPE_NS, SEC, "nodata", NULL, NULL },                           \
	{                                                                                \
		".", RRTYPE_NS, SEC, "data", NULL, NS1                                   \
	}

static const struct row {
	const char *name;
	struct fake_answer script[8];
	const char *wanted; /* rows of the report: the address, or the error */
	const char *silent; /* an address that answers nothing; NULL: none */
} rows[] = {
	{ "both families",
	  { ZONE,
	    { "ns1", RRTYPE_A, SEC, "data", NULL, "c0000201" },
	    { "ns1", RRTYPE_AAAA, SEC, "data", NULL, V6 } },
	  "ns1 192.0.2.1; ns1 2001:db8::1; ",
	  NULL },
	{ "one family, and the other is denied",
	  { ZONE,
	    { "ns1", RRTYPE_A, SEC, "data", NULL, "c0000201" },
	    { "ns1", RRTYPE_AAAA, SECURITY_INSECURE, "nodata", NULL, NULL } },
	  "ns1 192.0.2.1; ",
	  NULL },
	{ "one family, and nobody knows of the other",
	  { ZONE,
	    { "ns1", RRTYPE_A, SEC, "data", NULL, "c0000201" },
	    { "ns1", RRTYPE_AAAA, SEC, "failed", NULL, NULL } },
	  "ns1 ! its IPv6 address can't be looked up: ns1 failed; ns1 192.0.2.1; ",
	  NULL },
	{ "none",
	  { ZONE,
	    { "ns1", RRTYPE_A, SEC, "nodata", NULL, NULL },
	    { "ns1", RRTYPE_AAAA, SEC, "nodata", NULL, NULL } },
	  "ns1 ! has no address; ",
	  NULL },
	/* half of the time that there is: the others need not wait for the rest */
	{ "one of them is dead",
	  { ZONE,
	    { "ns1", RRTYPE_A, SEC, "data", NULL, "c0000201" },
	    { "ns1", RRTYPE_AAAA, SEC, "data", NULL, V6 } },
	  "ns1 ! no answer within 5 s; ns1 2001:db8::1; ",
	  "192.0.2.1" },
	{ "the only one is dead",
	  { ZONE,
	    { "ns1", RRTYPE_A, SEC, "data", NULL, "c0000201" },
	    { "ns1", RRTYPE_AAAA, SEC, "nodata", NULL, NULL } },
	  "ns1 ! no answer within 5 s; ",
	  "192.0.2.1" },
};

/* The server that says nothing to anybody; NULL: none. */
static const char *silent;

/* No upstream: the script answers whoever is asked, but for the silent one. */
static char somebody, nobody;

struct resolver *upstream_resolver(struct upstream *u)
{
	(void)u;
	return (struct resolver *)&somebody;
}

struct resolver *upstream_stub(const struct upstream *u, const char *zone,
			       const char *server, struct why *why)
{
	(void)u;
	(void)zone;
	(void)why;
	return (struct resolver *)(silent && !strcmp(server, silent) ? &nobody
								     : &somebody);
}

void resolver_free(struct resolver *r)
{
	(void)r;
}

/* The silent one's plain question doesn't even come to its end. */
static bool hangs;

/* The serial of each other is 7. */
struct ask {
	struct loop_timer *timer;
	ask_fn *fn;
	void *arg;
	bool is_silent;
};

static void reply(void *arg)
{
	static const struct ask_reply seven = { .answered = true, .serial = 7 };
	static const struct ask_reply nothing = { .serial = -1, .timed_out = true };
	struct ask *a = arg;

	a->fn(a->arg, a->is_silent ? &nothing : &seven);
}

int ask_new(struct loop *loop, const struct ask_conf *conf, ask_fn *fn, void *arg,
	    struct ask **ret_ask, struct why *why)
{
	struct ask *a = mem_zero(sizeof(*a));

	(void)why;
	a->is_silent = silent && !strcmp(conf->server, silent);
	a->fn = fn;
	a->arg = arg;
	if (!hangs || !a->is_silent)
		a->timer = loop_timer_new(loop, 0, reply, a);
	*ret_ask = a;
	return 0;
}

void ask_free(struct ask *a)
{
	if (a)
		loop_timer_free(a->timer);
	free(a);
}

struct seen {
	struct loop *loop;
	char text[500];
	int64_t ttl;
};

static void on_report(void *arg, const struct authority_report *report)
{
	struct seen *s = arg;
	size_t i;

	assert_null(report->error);
	for (i = 0; i < report->server_count; i++) {
		const struct authority_server *server = &report->server[i];

		assert_false(server->excused);
		assert_int_equal(server->record_count, server->error ? 0 : 1);
		assert_true(server->address || server->error);
		strcat(strcat(s->text, server->name), server->error ? " ! " : " ");
		strcat(strcat(s->text, server->error ? server->error : server->address),
		       "; ");
	}
	loop_stop(s->loop);
}

static void check_row(const struct row *row)
{
	struct seen seen = { .loop = loop_new() };
	const struct authority_conf conf = { .loop = seen.loop,
					     .owner = OWNER,
					     .timeout_ms = 10000 };
	struct authority *a;

	silent = row->silent;
	fake_resolver_set(seen.loop, row->script);
	fake_resolver_mute((const struct resolver *)&nobody);
	a = authority_new(&conf, on_report, &seen);
	loop_run(seen.loop);
	if (strcmp(seen.text, row->wanted))
		fail_msg("%s: %s", row->name, seen.text);
	authority_free(a);
	assert_int_equal(fake_resolver_open(), 0);
	loop_free(seen.loop);
}

static void test_authority_asks_every_address_or_tells(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

static void on_ttl(void *arg, const struct authority_report *report)
{
	struct seen *s = arg;

	assert_int_equal(report->server_count, 1);
	strcat(s->text, "-");
	s->ttl = report->server[0].ttl;
	loop_stop(s->loop);
}

/* What caches may hold for so long: a cache of ours cuts the TTL, the signature tells the
 * zone's own; a denial is held by what its SOA says (RFC 2308 section 5). */
static void test_authority_tells_how_long_caches_hold_it(void **state)
{
	static const struct {
		const char *what;
		int64_t ttl, original_ttl, wanted;
	} cases[] = {
		{ "data", 600, -1, 600 },     { "data", 60, 3600, 3600 },
		{ "data", 3600, 3600, 3600 }, { "data", 3600, 60, 3600 },
		{ "nodata", 120, -1, 120 },
	};
	size_t i;

	(void)state;
	silent = NULL;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *rr = strcmp(cases[i].what, "data") ? NULL : RR;
		const struct fake_answer script[] = {
			{ OWNER, RRTYPE_TLSA, SEC, cases[i].what, NULL, rr },
			{ OWNER, RRTYPE_NS, SEC, "nodata", NULL, NULL },
			{ "_tcp.a", RRTYPE_NS, SEC, "nodata", NULL, NULL },
			{ "a", RRTYPE_NS, SEC, "nodata", NULL, NULL },
			{ ".", RRTYPE_NS, SEC, "data", NULL, NS1 },
			{ "ns1", RRTYPE_A, SEC, "data", NULL, "c0000201" },
			{ "ns1", RRTYPE_AAAA, SEC, "nodata", NULL, NULL },
			{ NULL, 0, SEC, NULL, NULL, NULL },
		};
		struct seen seen = { .loop = loop_new() };
		const struct authority_conf conf = { .loop = seen.loop,
						     .owner = OWNER,
						     .timeout_ms = 10000 };
		struct authority *a;

		fake_resolver_set(seen.loop, script);
		fake_resolver_keep(cases[i].ttl, cases[i].original_ttl);
		a = authority_new(&conf, on_ttl, &seen);
		loop_run(seen.loop);
		assert_string_equal(seen.text, "-");
		if (seen.ttl != cases[i].wanted)
			fail_msg("%s %lld %lld: %lld", cases[i].what,
				 (long long)cases[i].ttl,
				 (long long)cases[i].original_ttl, (long long)seen.ttl);
		authority_free(a);
		loop_free(seen.loop);
	}
}

static void on_silence(void *arg, const struct authority_report *report)
{
	struct seen *s = arg;

	assert_int_equal(report->server_count, 2);
	assert_non_null(report->server[0].error);
	assert_null(report->server[1].error);
	assert_false(report->server[1].silent);
	strcat(s->text, report->server[0].silent ? "silent" : "not known to be");
	loop_stop(s->loop);
}

/* Where the way to the servers took most of the time, a dead one is one all the same, if
 * it had as long as any needs to answer. */
static void test_authority_knows_a_dead_server_at_the_deadline(void **state)
{
	static const struct fake_answer script[] = {
		ZONE,
		{ "ns1", RRTYPE_A, SEC, "data", NULL, "c0000201" },
		{ "ns1", RRTYPE_AAAA, SEC, "data", NULL, V6 },
		{ NULL, 0, SEC, NULL, NULL, NULL },
	};
	static const struct {
		int64_t timeout_ms;
		const char *wanted;
	} cases[] = { { 2100, "silent" }, { 200, "not known to be" } };
	size_t i;

	(void)state;
	silent = "192.0.2.1";
	hangs = true;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seen seen = { .loop = loop_new() };
		const struct authority_conf conf = { .loop = seen.loop,
						     .owner = OWNER,
						     .timeout_ms = cases[i].timeout_ms };
		struct authority *a;

		fake_resolver_set(seen.loop, script);
		fake_resolver_mute((const struct resolver *)&nobody);
		a = authority_new(&conf, on_silence, &seen);
		loop_run(seen.loop);
		assert_string_equal(seen.text, cases[i].wanted);
		authority_free(a);
		loop_free(seen.loop);
	}
	hangs = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_authority_asks_every_address_or_tells),
		cmocka_unit_test(test_authority_tells_how_long_caches_hold_it),
		cmocka_unit_test(test_authority_knows_a_dead_server_at_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
