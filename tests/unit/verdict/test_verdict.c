/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

#define NOW ((time_t)1795455000)
#define NONE CODE_COUNT /* no such peer */

/* A peer with that code; a match is on record where it claims one. What has no route is
 * of the other family. */
static void add_peer(struct facts_endpoint *e, int code)
{
	struct facts_peer *p;

	if (code == NONE)
		return;
	p = facts_add_peer(e);
	p->address = mem_printf(code == CODE_NO_ROUTE ? "2001:db8::%zu" : "192.0.2.%zu",
				e->peer_count);
	p->port = 443;
	p->code = (enum code)code;
	p->has_match = code == CODE_MATCH;
	p->match.record = -1;
}

static struct facts_endpoint *add_endpoint(struct facts_target *t)
{
	struct facts_endpoint *e = facts_add_endpoint(t);

	e->host = mem_text("www.example.com");
	e->port = 443;
	return e;
}

static struct facts_target *new_target(void)
{
	struct facts_target *t = facts_target_new();

	t->target = mem_text("www.example.com");
	t->normalized = mem_text("https://www.example.com:443");
	return t;
}

static void check(const char *row, const struct facts_target *t, enum state state,
		  enum code code)
{
	if (t->state != state || t->code != code)
		fail_msg("%s: %s %s, not %s %s", row, state_name(t->state),
			 code_name(t->code), state_name(state), code_name(code));
	if (!t->summary || !*t->summary)
		fail_msg("%s: no summary", row);
}

static void test_verdict_decide_takes_the_worst_peer(void **state)
{
	static const struct {
		const char *name;
		int peer[3];
		const char *on;
		enum state state;
		enum code code;
	} rows[] = {
		{ "all match",
		  { CODE_MATCH, CODE_MATCH, NONE },
		  NULL,
		  STATE_OK,
		  CODE_MATCH },
		{ "one of two",
		  { CODE_MATCH, CODE_MISMATCH, NONE },
		  NULL,
		  STATE_CRITICAL,
		  CODE_MISMATCH },
		{ "first of the table",
		  { CODE_CONNECT_FAILED, CODE_MATCH, CODE_EXPIRED },
		  NULL,
		  STATE_CRITICAL,
		  CODE_EXPIRED },
		{ "critical over unknown",
		  { CODE_DNS_ERROR, CODE_TIMEOUT, NONE },
		  NULL,
		  STATE_CRITICAL,
		  CODE_TIMEOUT },
		{ "unknown over warning",
		  { CODE_TRY_LATER, CODE_DNS_ERROR, NONE },
		  NULL,
		  STATE_UNKNOWN,
		  CODE_DNS_ERROR },
		{ "warning over ok",
		  { CODE_MATCH, CODE_TRY_LATER, NONE },
		  NULL,
		  STATE_WARNING,
		  CODE_TRY_LATER },
		{ "no route beside a match",
		  { CODE_MATCH, CODE_NO_ROUTE, NONE },
		  NULL,
		  STATE_OK,
		  CODE_MATCH },
		{ "no route beside a failure",
		  { CODE_NO_ROUTE, CODE_MISMATCH, NONE },
		  NULL,
		  STATE_CRITICAL,
		  CODE_MISMATCH },
		{ "no route at all",
		  { CODE_NO_ROUTE, CODE_NO_ROUTE, NONE },
		  NULL,
		  STATE_UNKNOWN,
		  CODE_NO_ROUTE },
		{ "--on lowers",
		  { CODE_MISMATCH, NONE, NONE },
		  "mismatch=warning",
		  STATE_WARNING,
		  CODE_MISMATCH },
		{ "--on makes another one worst",
		  { CODE_MISMATCH, CODE_TIMEOUT, NONE },
		  "mismatch=ok",
		  STATE_CRITICAL,
		  CODE_TIMEOUT },
		{ "--on match",
		  { CODE_MATCH, NONE, NONE },
		  "match=critical",
		  STATE_CRITICAL,
		  CODE_MATCH },
	};
	struct verdict_conf conf;
	struct facts_target *t;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		verdict_conf_init(&conf);
		if (rows[i].on)
			assert_int_equal(
				overrides_parse(&conf.overrides, rows[i].on, NULL), 0);
		t = new_target();
		add_endpoint(t);
		for (k = 0; k < 3; k++)
			add_peer(t->endpoint, rows[i].peer[k]);
		verdict_decide(t, &conf, NOW);
		check(rows[i].name, t, rows[i].state, rows[i].code);
		if (t->endpoint->code != rows[i].code)
			fail_msg("%s: endpoint %s", rows[i].name,
				 code_name(t->endpoint->code));
		facts_target_free(t);
	}
}

/* The one finding about a family out of reach is that of this name; NULL: there is none.
 */
static void check_family(const char *row, const struct facts_target *t, const char *name)
{
	const char *found = NULL;
	size_t i;

	for (i = 0; i < t->findings.count; i++)
		if (strstr(finding_name(t->findings.item[i].id), "-unreachable"))
			found = finding_name(t->findings.item[i].id);
	if ((found && !name) || (!found && name) || (found && strcmp(found, name) != 0))
		fail_msg("%s: finding %s", row, found ? found : "missing");
}

/* R12: an address that wasn't reached is no pass where others of its family were. */
static void test_verdict_decide_excuses_a_family_only(void **state)
{
	static const struct {
		const char *name, *matched, *lost;
		enum state state;
		enum code code;
		const char *finding; /* NULL: none of a family */
	} rows[] = {
		{ "IPv6 beside IPv4", "192.0.2.1", "2001:db8::2", STATE_OK, CODE_MATCH,
		  "ipv6-unreachable" },
		{ "IPv4 beside IPv6", "2001:db8::1", "192.0.2.2", STATE_OK, CODE_MATCH,
		  "ipv4-unreachable" },
		{ "both IPv4", "192.0.2.1", "192.0.2.2", STATE_UNKNOWN, CODE_NO_ROUTE,
		  NULL },
		{ "both IPv6", "2001:db8::1", "2001:db8::2", STATE_UNKNOWN, CODE_NO_ROUTE,
		  NULL },
	};
	struct verdict_conf conf;
	struct facts_target *t;
	size_t i;

	(void)state;
	verdict_conf_init(&conf);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		t = new_target();
		add_endpoint(t);
		add_peer(t->endpoint, CODE_MATCH);
		add_peer(t->endpoint, CODE_NO_ROUTE);
		free(t->endpoint->peer[0].address);
		free(t->endpoint->peer[1].address);
		t->endpoint->peer[0].address = mem_text(rows[i].matched);
		t->endpoint->peer[1].address = mem_text(rows[i].lost);
		verdict_decide(t, &conf, NOW);
		check(rows[i].name, t, rows[i].state, rows[i].code);
		check_family(rows[i].name, t, rows[i].finding);
		facts_target_free(t);
	}
}

static void test_verdict_decide_is_never_ok_without_a_match(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t;

	(void)state;
	verdict_conf_init(&conf);
	t = new_target();
	verdict_decide(t, &conf, NOW);
	check("nothing at all", t, STATE_UNKNOWN, CODE_DNS_ERROR);
	facts_target_free(t);

	t = new_target();
	add_endpoint(t)->code = CODE_MATCH;
	verdict_decide(t, &conf, NOW);
	check("endpoint without peers", t, STATE_UNKNOWN, CODE_DNS_ERROR);
	facts_target_free(t);

	t = new_target();
	add_endpoint(t);
	add_peer(t->endpoint, CODE_MATCH);
	t->endpoint->peer->has_match = false;
	verdict_decide(t, &conf, NOW);
	check("claims to match", t, STATE_CRITICAL, CODE_MISMATCH);
	facts_target_free(t);

	t = new_target();
	add_endpoint(t);
	add_peer(t->endpoint, CODE_MATCH);
	t->endpoint->peer->match.code = MATCH_EXPIRED;
	verdict_decide(t, &conf, NOW);
	check("claims to match what failed", t, STATE_CRITICAL, CODE_MISMATCH);
	facts_target_free(t);
}

/* With records none of which can be used nobody is authenticated, whatever a peer is said
 * to match. */
static void test_verdict_decide_keeps_records_unusable_beside_a_match(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t = new_target();

	(void)state;
	verdict_conf_init(&conf);
	add_endpoint(t)->code = CODE_UNUSABLE;
	add_peer(t->endpoint, CODE_MATCH);
	verdict_decide(t, &conf, NOW);
	check("unusable", t, STATE_CRITICAL, CODE_UNUSABLE);
	assert_int_equal(t->endpoint->code, CODE_UNUSABLE);
	facts_target_free(t);
}

static void test_verdict_decide_counts_the_targets_own_code(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t;

	(void)state;
	verdict_conf_init(&conf);
	t = new_target();
	t->code = CODE_INSECURE;
	add_endpoint(t);
	add_peer(t->endpoint, CODE_MATCH);
	verdict_decide(t, &conf, NOW);
	check("insecure discovery", t, STATE_CRITICAL, CODE_INSECURE);
	facts_target_free(t);

	t = new_target();
	t->code = CODE_NO_SERVICE;
	verdict_decide(t, &conf, NOW);
	check("no service", t, STATE_UNKNOWN, CODE_NO_SERVICE);
	facts_target_free(t);
}

static void test_verdict_decide_takes_the_worst_endpoint(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t;

	(void)state;
	verdict_conf_init(&conf);
	t = new_target();
	add_endpoint(t);
	add_peer(&t->endpoint[0], CODE_MATCH);
	add_endpoint(t)->code = CODE_NO_TLSA;
	verdict_decide(t, &conf, NOW);
	check("one host of two", t, STATE_CRITICAL, CODE_NO_TLSA);
	assert_int_equal(t->endpoint[0].state, STATE_OK);
	assert_int_equal(t->endpoint[1].state, STATE_CRITICAL);
	facts_target_free(t);
}

static void test_verdict_decide_lets_findings_raise_the_state_alone(void **state)
{
	static const struct {
		const char *name;
		int code;
		enum finding_id id;
		enum severity severity;
		enum state state;
		enum code wanted;
	} rows[] = {
		{ "warning", CODE_MATCH, FINDING_SLOW, SEVERITY_WARNING, STATE_WARNING,
		  CODE_MATCH },
		{ "critical", CODE_MATCH, FINDING_SLOW, SEVERITY_CRITICAL, STATE_CRITICAL,
		  CODE_MATCH },
		{ "told only", CODE_MATCH, FINDING_FULL_DATA, SEVERITY_WARNING, STATE_OK,
		  CODE_MATCH },
		{ "never lowers", CODE_MISMATCH, FINDING_SLOW, SEVERITY_WARNING,
		  STATE_CRITICAL, CODE_MISMATCH },
		{ "over a milder code", CODE_TRY_LATER, FINDING_SLOW, SEVERITY_CRITICAL,
		  STATE_CRITICAL, CODE_TRY_LATER },
	};
	struct verdict_conf conf;
	struct facts_target *t;
	size_t i;

	(void)state;
	verdict_conf_init(&conf);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		t = new_target();
		add_endpoint(t);
		add_peer(t->endpoint, rows[i].code);
		finding_take(&t->findings, rows[i].id, rows[i].severity, NULL,
			     mem_text("something is so"));
		verdict_decide(t, &conf, NOW);
		check(rows[i].name, t, rows[i].state, rows[i].wanted);
		if (rows[i].state != STATE_OK && rows[i].code != CODE_MISMATCH &&
		    !strstr(t->summary, "something is so"))
			fail_msg("%s: summary %s", rows[i].name, t->summary);
		facts_target_free(t);
	}
}

static void test_verdict_decide_tells_every_code(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t;
	int code;

	(void)state;
	verdict_conf_init(&conf);
	for (code = 0; code < CODE_COUNT; code++) {
		t = new_target();
		add_endpoint(t);
		add_peer(t->endpoint, code);
		verdict_decide(t, &conf, NOW);
		check(code_name((enum code)code), t, code_default_state((enum code)code),
		      (enum code)code);
		if (!t->advice->story)
			fail_msg("%s: no story", code_name((enum code)code));
		if (!t->advice->remedy && code != CODE_MATCH && code != CODE_NO_SERVICE &&
		    code != CODE_MISMATCH)
			fail_msg("%s: no remedy", code_name((enum code)code));
		facts_target_free(t);
		/* and with nothing known but the code */
		t = facts_target_new();
		t->target = mem_text("x");
		t->code = (enum code)code;
		verdict_decide(t, &conf, NOW);
		assert_non_null(t->summary);
		assert_non_null(t->advice->story);
		assert_int_not_equal(t->state, STATE_OK);
		facts_target_free(t);
	}
}

static void test_verdict_decide_keeps_what_is_there(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t = new_target();

	(void)state;
	verdict_conf_init(&conf);
	add_endpoint(t);
	add_peer(t->endpoint, CODE_MISMATCH);
	t->summary = mem_text("told before");
	facts_add_advice(t)->story =
		mem_text("record 1 is the digest of nothing: hash the key");
	verdict_decide(t, &conf, NOW);
	assert_string_equal(t->summary, "told before");
	assert_string_equal(t->advice->story,
			    "Record 1 is the digest of nothing: hash the key.");
	facts_target_free(t);
}

/* Four endpoints: two at fault in one way, a worse one between them, and one that is
 * well. */
static void test_verdict_decide_advises_each_endpoint(void **state)
{
	static const enum code codes[] = { CODE_CONNECT_FAILED, CODE_BOGUS, CODE_MATCH,
					   CODE_CONNECT_FAILED };
	struct facts_target *t = new_target();
	struct verdict_conf conf;
	size_t i;

	(void)state;
	verdict_conf_init(&conf);
	for (i = 0; i < 4; i++) {
		add_endpoint(t);
		free(t->endpoint[i].host);
		t->endpoint[i].host = mem_printf("mx%zu.example", i + 1);
		t->endpoint[i].port = 25;
		t->endpoint[i].code = codes[i];
		if (codes[i] == CODE_MATCH)
			add_peer(&t->endpoint[i], CODE_MATCH);
		else
			t->endpoint[i].error = mem_text("it fails");
		free(t->endpoint[i].base_domain);
		t->endpoint[i].base_domain = mem_text("base");
	}
	verdict_decide(t, &conf, NOW);
	assert_int_equal(t->advice_count, 2);
	assert_string_equal(t->advice[0].story,
			    "mx2.example:25: DNSSEC validation failed: it fails.");
	assert_string_equal(t->advice[1].story,
			    "mx1.example:25, mx4.example:25: base: it fails.");
	assert_non_null(t->advice[1].remedy);
	facts_target_free(t);
}

static void test_verdict_decide_of_a_dry_run_judges_nothing(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t = new_target();

	(void)state;
	verdict_conf_init(&conf);
	t->dry_run = true;
	add_endpoint(t);
	verdict_decide(t, &conf, NOW);
	assert_int_equal(t->state, STATE_OK);
	assert_string_equal(t->summary, "dry run: nothing was sent");
	facts_target_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdict_decide_takes_the_worst_peer),
		cmocka_unit_test(test_verdict_decide_excuses_a_family_only),
		cmocka_unit_test(test_verdict_decide_is_never_ok_without_a_match),
		cmocka_unit_test(
			test_verdict_decide_keeps_records_unusable_beside_a_match),
		cmocka_unit_test(test_verdict_decide_counts_the_targets_own_code),
		cmocka_unit_test(test_verdict_decide_takes_the_worst_endpoint),
		cmocka_unit_test(test_verdict_decide_lets_findings_raise_the_state_alone),
		cmocka_unit_test(test_verdict_decide_tells_every_code),
		cmocka_unit_test(test_verdict_decide_keeps_what_is_there),
		cmocka_unit_test(test_verdict_decide_advises_each_endpoint),
		cmocka_unit_test(test_verdict_decide_of_a_dry_run_judges_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
