/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/relay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/overrides.h"
#include "verdict/verdict.h"

#define PEERS_MAX 3

/* Peers end at -1; none: the endpoint's own code. */
static const struct row {
	const char *name;
	int endpoint, peer[PEERS_MAX + 1];
	enum relay_fate fate;
	const char *text;
} rows[] = {
	{ "one address matches",
	  CODE_DNS_ERROR,
	  { CODE_MATCH, -1 },
	  RELAY_AUTHENTICATED,
	  "sender delivers with DANE" },
	{ "a sender tries the other address",
	  CODE_DNS_ERROR,
	  { CODE_MISMATCH, CODE_MATCH, -1 },
	  RELAY_AUTHENTICATED,
	  "sender delivers with DANE, at 1 of 2 addresses" },
	{ "an unreachable address is passed over",
	  CODE_DNS_ERROR,
	  { CODE_CONNECT_FAILED, CODE_MATCH, -1 },
	  RELAY_AUTHENTICATED,
	  "sender delivers with DANE, at 1 of 2 addresses" },
	{ "mismatch",
	  CODE_DNS_ERROR,
	  { CODE_MISMATCH, -1 },
	  RELAY_DEFERS,
	  "sender defers" },
	{ "names",
	  CODE_DNS_ERROR,
	  { CODE_NAME_MISMATCH, -1 },
	  RELAY_DEFERS,
	  "sender defers" },
	{ "an expired chain",
	  CODE_DNS_ERROR,
	  { CODE_EXPIRED, -1 },
	  RELAY_DEFERS,
	  "sender defers" },
	{ "STARTTLS refused beside usable records",
	  CODE_DNS_ERROR,
	  { CODE_STARTTLS_REFUSED, -1 },
	  RELAY_DEFERS,
	  "sender defers" },
	{ "no handshake beside usable records",
	  CODE_DNS_ERROR,
	  { CODE_TLS_FAILED, -1 },
	  RELAY_DEFERS,
	  "sender defers" },
	{ "mismatch and out of reach",
	  CODE_DNS_ERROR,
	  { CODE_TIMEOUT, CODE_MISMATCH, -1 },
	  RELAY_DEFERS,
	  "sender defers" },
	{ "bogus", CODE_BOGUS, { -1 }, RELAY_DEFERS, "sender defers" },
	{ "TLSA not answered", CODE_DNS_ERROR, { -1 }, RELAY_DEFERS, "sender defers" },
	{ "nothing usable",
	  CODE_DNS_ERROR,
	  { CODE_UNUSABLE, -1 },
	  RELAY_ENCRYPTED,
	  "sender encrypts, unauthenticated" },
	{ "no TLSA",
	  CODE_NO_TLSA,
	  { -1 },
	  RELAY_UNAUTHENTICATED,
	  "sender delivers unauthenticated" },
	{ "insecure",
	  CODE_INSECURE,
	  { -1 },
	  RELAY_UNAUTHENTICATED,
	  "sender delivers unauthenticated" },
	{ "refused",
	  CODE_DNS_ERROR,
	  { CODE_CONNECT_FAILED, CODE_TIMEOUT, -1 },
	  RELAY_UNREACHED,
	  "sender gets no connection" },
	{ "put off",
	  CODE_DNS_ERROR,
	  { CODE_TRY_LATER, -1 },
	  RELAY_UNREACHED,
	  "sender gets no connection" },
	{ "no such host",
	  CODE_NXDOMAIN,
	  { -1 },
	  RELAY_UNREACHED,
	  "sender gets no connection" },
	{ "no route from here",
	  CODE_DNS_ERROR,
	  { CODE_NO_ROUTE, -1 },
	  RELAY_UNKNOWN,
	  "not known from here" },
};

static void fill(struct facts_endpoint *e, const struct row *row)
{
	struct facts_peer *p;
	int i;

	e->code = (enum code)row->endpoint;
	for (i = 0; row->peer[i] >= 0; i++) {
		p = facts_add_peer(e);
		p->address = mem_printf("192.0.2.%d", i + 1);
		p->port = 25;
		p->code = (enum code)row->peer[i];
		p->has_match = p->code == CODE_MATCH;
	}
}

static void test_relay_fate_rows(void **state)
{
	struct facts_target *t;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t = facts_target_new();
		fill(facts_add_endpoint(t), &rows[i]);
		if (relay_fate(t->endpoint) != rows[i].fate)
			fail_msg("%s: fate %d", rows[i].name, relay_fate(t->endpoint));
		text = relay_text(t->endpoint);
		if (strcmp(text, rows[i].text))
			fail_msg("%s: %s", rows[i].name, text);
		free(text);
		facts_target_free(t);
	}
}

/* --auth both: one address shows two keys, of which one isn't published, or one address
 * of two does; a second try that was put off says nothing of keys. */
static void test_relay_text_of_two_keys(void **state)
{
	static const struct {
		const char *second_address;
		enum code second;
		const char *text;
	} cases[] = {
		{ "192.0.2.1", CODE_MISMATCH,
		  "sender delivers with DANE or defers, depending on the key it gets" },
		{ "192.0.2.1", CODE_MATCH, "sender delivers with DANE" },
		{ "192.0.2.1", CODE_TRY_LATER, "sender delivers with DANE" },
		{ "192.0.2.2", CODE_MISMATCH,
		  "sender delivers with DANE, at 1 of 2 addresses" },
	};
	static const struct row row = { .peer = { CODE_MATCH, CODE_MATCH, -1 } };
	struct facts_target *t;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t = facts_target_new();
		fill(facts_add_endpoint(t), &row);
		free(t->endpoint->peer[1].address);
		t->endpoint->peer[1].address = mem_text(cases[i].second_address);
		t->endpoint->peer[1].code = cases[i].second;
		text = relay_text(t->endpoint);
		if (strcmp(text, cases[i].text))
			fail_msg("%zu: %s", i, text);
		free(text);
		facts_target_free(t);
	}
}

/* R8: "match" without a chain that was judged. */
static void test_relay_fate_believes_no_bare_claim(void **state)
{
	struct facts_target *t = facts_target_new();

	(void)state;
	facts_add_peer(facts_add_endpoint(t))->code = CODE_MATCH;
	assert_int_equal(relay_fate(t->endpoint), RELAY_DEFERS);
	facts_target_free(t);
}

static const struct row match = { .peer = { CODE_MATCH, -1 } };
static const struct row mismatch = { .peer = { CODE_MISMATCH, -1 } };
static const struct row no_tlsa = { .endpoint = CODE_NO_TLSA, .peer = { -1 } };

static struct facts_target *domain(const char *kind, const struct row *first,
				   const struct row *second)
{
	struct facts_target *t = facts_target_new();
	struct facts_endpoint *e;

	facts_discovery(t)->kind = kind;
	e = facts_add_endpoint(t);
	e->host = mem_text("mx1");
	fill(e, first);
	e = facts_add_endpoint(t);
	e->host = mem_text("mx2");
	fill(e, second);
	return t;
}

static const struct {
	const char *kind;
	const struct row *first, *second;
	const char *id, *piece; /* wanted; NULL: no finding */
} domains[] = {
	{ "mx", &match, &match, NULL, NULL },
	{ "mx", &match, &mismatch, "mta-defers", "nothing to mx2: it goes on" },
	{ "mx", &mismatch, &mismatch, "mta-defers", "nothing to mx1, mx2: mail waits" },
	{ "mx", &match, &no_tlsa, "mta-unauthenticated",
	  "to mx2 without authenticating" },
	{ "mx", &no_tlsa, &no_tlsa, "mta-unauthenticated", "to mx1, mx2 without" },
	{ "srv", &match, &mismatch, NULL, NULL },
};

static void test_relay_findings_rows(void **state)
{
	struct facts_target *t;
	const struct finding *f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		t = domain(domains[i].kind, domains[i].first, domains[i].second);
		relay_findings(t, NULL);
		assert_int_equal(t->findings.count, domains[i].id ? 1 : 0);
		if (domains[i].id) {
			f = &t->findings.item[0];
			assert_string_equal(finding_name(f->id), domains[i].id);
			assert_int_equal(f->state, STATE_OK);
			if (!strstr(f->text, domains[i].piece))
				fail_msg("row %zu: %s", i, f->text);
		}
		facts_target_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relay_fate_rows),
		cmocka_unit_test(test_relay_fate_believes_no_bare_claim),
		cmocka_unit_test(test_relay_text_of_two_keys),
		cmocka_unit_test(test_relay_findings_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
