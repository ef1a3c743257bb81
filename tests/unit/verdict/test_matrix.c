/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/matrix_build.h"

#define DATA "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"

/* "3 1 1, 2 1 1"; a "-" before one: a stronger digest stands beside it. */
static void add_records(struct facts_endpoint *e, const char *text)
{
	const char *p;
	char *whole;

	for (p = text; *p; p += strcspn(p, ","), p += strspn(p, ", ")) {
		struct facts_record *r = facts_add_record(e);

		r->superseded = *p == '-';
		p += r->superseded;
		r->usable = !r->superseded;
		whole = mem_printf("%.5s %s%s", p, DATA, p[4] == '2' ? DATA : "");
		assert_int_equal(tlsa_parse(whole, &r->rr, NULL), 0);
		free(whole);
	}
}

/* Words of a peer: its address, its key ("RSA", "ECDSA", "-"), and what became of each
 * record ("yn") or a code; then "offered=KEY", "lacks=KEY", "old=y" or "old=n" (what
 * clients without SHA2-512 meet). */
static void set_word(struct facts_endpoint *e, struct facts_peer *p, int index,
		     const char *word)
{
	size_t i;

	if (index == 0) {
		p->address = mem_text(word);
	} else if (index == 1) {
		p->has_tls = strcmp(word, "-") != 0;
		p->tls.auth = p->has_tls ? mem_text(word) : NULL;
	} else if (!strncmp(word, "offered=", 8)) {
		p->offered = word[8] == 'R' ? FACTS_KEYS_RSA : FACTS_KEYS_ECDSA;
	} else if (!strncmp(word, "lacks=", 6)) {
		p->lacks = word[6] == 'R' ? FACTS_KEYS_RSA : FACTS_KEYS_ECDSA;
	} else if (!strncmp(word, "old=", 4)) {
		p->has_sha512 = true;
		p->without_sha512 = word[4] == 'y' ? MATCH_OK : MATCH_MISMATCH;
	} else if (strspn(word, "yn") == strlen(word)) {
		assert_int_equal(strlen(word), e->record_count);
		p->has_match = true;
		p->match.code = strchr(word, 'y') ? MATCH_OK : MATCH_MISMATCH;
		p->code = strchr(word, 'y') ? CODE_MATCH : CODE_MISMATCH;
		p->match.rec_count = e->record_count;
		p->match.rec = mem_array(e->record_count, sizeof(*p->match.rec));
		for (i = 0; i < e->record_count; i++)
			p->match.rec[i].code = word[i] == 'y' ? MATCH_OK : MATCH_MISMATCH;
	} else {
		for (i = 0; strcmp(code_name((enum code)i), word); i++)
			assert_true(i < CODE_MATCH);
		p->code = (enum code)i;
	}
}

static void add_peer(struct facts_endpoint *e, const char *text, size_t len)
{
	struct facts_peer *p = facts_add_peer(e);
	char *words = mem_text_n(text, len), *word, *rest = words;
	int index = 0;

	p->port = 25;
	while ((word = strtok_r(rest, " ", &rest)))
		set_word(e, p, index++, word);
	free(words);
}

/* "RECORDS: PEER; PEER", a "CODE" in place of peers. */
static void add_host(struct facts_target *t, const char *text)
{
	struct facts_endpoint *e = facts_add_endpoint(t);
	const char *p = strchr(text, ':');
	char *records = mem_text_n(text, (size_t)(p - text));
	size_t len;

	e->host = mem_printf("mx%zu.example", t->endpoint_count);
	e->port = 25;
	add_records(e, records);
	free(records);
	for (p += 1 + strspn(p + 1, " "); *p; p += len, p += strspn(p, "; ")) {
		len = strcspn(p, ";");
		if (*p == '!')
			e->code = CODE_INSECURE;
		else
			add_peer(e, p, len);
	}
}

static void asked(struct facts_target *t, const char *name, const char *type,
		  const char *data)
{
	struct facts_lookup *l = facts_add_lookup(t);

	l->name = mem_text(name);
	l->type = mem_text(type);
	l->security = SECURITY_SECURE;
	l->data = mem_text(data);
	l->absent = !data;
}

static const char *answer(const struct matrix *m, const char *client)
{
	static const char *const names[] = { "unknown", "passes", "fails" };
	size_t i;

	for (i = 0; i < m->client_count; i++)
		if (!strcmp(m->client[i].name, client))
			return names[m->client[i].answer];
	return "absent";
}

static const struct {
	const char *name;
	const char *host[2];
	const char *answers; /* "CLIENT=ANSWER ..." */
	const char *text;
} rows[] = {
	{ "all is well",
	  { "3 1 1: 192.0.2.1 ECDSA y; 2001:db8::1 ECDSA y" },
	  "every=passes IPv4-only=passes IPv6-only=passes ECDSA-only=passes "
	  "RSA-only=unknown SHA2-256-only=absent usage-3-only=absent",
	  "No kind of client tested for would fail (IPv4-only, IPv6-only and "
	  "ECDSA-only)." },
	{ "IPv6 is wrong",
	  { "3 1 1: 192.0.2.1 ECDSA y; 2001:db8::1 ECDSA n" },
	  "every=fails IPv4-only=passes IPv6-only=fails ECDSA-only=fails "
	  "RSA-only=unknown",
	  "IPv6-only clients would fail; IPv4-only ones would not." },
	{ "IPv4 is wrong",
	  { "3 1 1: 192.0.2.1 - timeout; 2001:db8::1 ECDSA y" },
	  "every=fails IPv4-only=fails IPv6-only=passes",
	  "IPv4-only clients would fail; IPv6-only ones would not." },
	{ "all of one host is wrong",
	  { "3 1 1: 192.0.2.1 ECDSA y; 2001:db8::1 ECDSA y",
	    "3 1 1: 192.0.2.2 ECDSA n; 2001:db8::2 - connect-failed" },
	  "every=fails IPv4-only=fails IPv6-only=fails RSA-only=unknown|fails",
	  "Every kind of client tested for would fail at 192.0.2.2:25, "
	  "[2001:db8::2]:25." },
	{ "everything is wrong",
	  { "3 1 1: 192.0.2.1 RSA n; 192.0.2.2 RSA n" },
	  "every=fails IPv4-only=fails IPv6-only=unknown RSA-only=fails "
	  "ECDSA-only=unknown",
	  "Every kind of client tested for would fail." },
	{ "IPv6 can't be reached from here",
	  { "3 1 1: 192.0.2.1 ECDSA y; 2001:db8::1 - no-route" },
	  "every=passes IPv4-only=passes IPv6-only=unknown ECDSA-only=passes",
	  "No kind of client tested for would fail (IPv4-only and ECDSA-only)." },
	{ "nothing can be reached from here",
	  { "3 1 1: 2001:db8::1 - no-route; 2001:db8::2 - no-route" },
	  "every=unknown IPv4-only=unknown IPv6-only=unknown",
	  "No kind of client is known to fail, but not every address gave an answer." },
	{ "put off",
	  { "3 1 1: 192.0.2.1 ECDSA y", "3 1 1: 192.0.2.2 - try-later" },
	  "every=unknown IPv4-only=unknown",
	  "No kind of client is known to fail, but not every address gave an answer." },
	{ "RSA is not published",
	  { "3 1 1: 192.0.2.1 RSA n offered=RSA; 192.0.2.1 ECDSA y offered=ECDSA" },
	  "every=fails RSA-only=fails ECDSA-only=passes IPv4-only=fails",
	  "RSA-only clients would fail; ECDSA-only ones would not." },
	{ "ECDSA is not published",
	  { "3 1 1: 192.0.2.1 RSA y offered=RSA; 192.0.2.1 ECDSA n offered=ECDSA" },
	  "every=fails RSA-only=passes ECDSA-only=fails",
	  "ECDSA-only clients would fail; RSA-only ones would not." },
	{ "both are published",
	  { "3 1 1, 3 1 1: 192.0.2.1 RSA yn offered=RSA; 192.0.2.1 ECDSA ny "
	    "offered=ECDSA" },
	  "every=passes RSA-only=passes ECDSA-only=passes",
	  "No kind of client tested for would fail (IPv4-only, RSA-only and "
	  "ECDSA-only)." },
	{ "one address has no RSA key",
	  { "3 1 1: 192.0.2.1 RSA y offered=RSA; 192.0.2.1 ECDSA y offered=ECDSA; "
	    "192.0.2.2 ECDSA y offered=ECDSA lacks=RSA" },
	  "every=passes RSA-only=fails ECDSA-only=passes",
	  "RSA-only clients (at 192.0.2.2:25) would fail." },
	{ "only RSA was asked for",
	  { "3 1 1: 192.0.2.1 RSA y offered=RSA; 192.0.2.2 RSA y offered=RSA" },
	  "RSA-only=passes ECDSA-only=unknown",
	  "No kind of client tested for would fail (IPv4-only and RSA-only)." },
	{ "SHA2-256 is stale",
	  { "-3 1 1, 3 1 2: 192.0.2.1 ECDSA ny old=n; 192.0.2.2 ECDSA ny old=y" },
	  "every=passes SHA2-256-only=fails",
	  "SHA2-256-only clients (at 192.0.2.1:25) would fail." },
	{ "SHA2-512 is stale",
	  { "-3 1 1, 3 1 2: 192.0.2.1 ECDSA nn old=y; 192.0.2.2 ECDSA nn old=y" },
	  "every=fails SHA2-256-only=passes",
	  "Clients would fail; SHA2-256-only ones would not." },
	{ "both digests are right",
	  { "-3 1 1, 3 1 2: 192.0.2.1 ECDSA ny old=y; 192.0.2.2 ECDSA ny old=y" },
	  "every=passes SHA2-256-only=passes",
	  "No kind of client tested for would fail (IPv4-only, ECDSA-only and "
	  "SHA2-256-only)." },
	{ "no usage 3",
	  { "2 1 1: 192.0.2.1 ECDSA y; 192.0.2.2 ECDSA y" },
	  "every=passes usage-3-only=fails 2-1-1-only=absent",
	  "usage-3-only clients would fail." },
	{ "usage 3 is stale at one host",
	  { "3 1 1, 2 1 1: 192.0.2.1 ECDSA yy", "3 1 1, 2 1 1: 192.0.2.2 ECDSA ny" },
	  "every=passes usage-3-only=fails 2-1-1-only=passes",
	  "usage-3-only clients (at 192.0.2.2:25) would fail." },
	{ "usages 2 and 3 are right",
	  { "3 1 1, 2 1 1: 192.0.2.1 ECDSA yy", "3 1 1, 2 1 1: 192.0.2.2 ECDSA yy" },
	  "every=passes usage-3-only=passes 2-1-1-only=passes",
	  "No kind of client tested for would fail (IPv4-only, ECDSA-only, "
	  "usage-3-only and 2-1-1-only)." },
	{ "a combination is stale (R13)",
	  { "3 1 1, 2 1 1: 192.0.2.1 ECDSA yn; 192.0.2.2 ECDSA yn" },
	  "every=passes usage-3-only=passes 2-1-1-only=fails",
	  "2-1-1-only clients would fail." },
	{ "each host has its own combination",
	  { "3 1 1: 192.0.2.1 ECDSA y", "3 0 1: 192.0.2.2 ECDSA y" },
	  "every=passes 3-1-1-only=passes 3-0-1-only=passes",
	  "No kind of client tested for would fail (IPv4-only, ECDSA-only, "
	  "3-1-1-only and 3-0-1-only)." },
	{ "one host is wrong, and another lacks a key",
	  { "3 1 1: 192.0.2.1 ECDSA y lacks=RSA", "3 1 1: 192.0.2.2 ECDSA n" },
	  "every=fails RSA-only=fails ECDSA-only=fails",
	  "Every kind of client tested for would fail at 192.0.2.2:25; RSA-only "
	  "clients (at 192.0.2.1:25) would too." },
	{ "one host is wrong for all but those who know none of its records",
	  { "3 1 1, 2 1 1: 192.0.2.1 ECDSA yy lacks=RSA", "3 1 1: 192.0.2.2 ECDSA n" },
	  "every=fails RSA-only=fails ECDSA-only=fails 2-1-1-only=passes",
	  "Clients would fail at 192.0.2.2:25; RSA-only clients (at 192.0.2.1:25) would "
	  "too; 2-1-1-only ones would not." },
	{ "a host that isn't secure",
	  { "3 1 1: 192.0.2.1 ECDSA y", ": !" },
	  "every=fails IPv4-only=fails RSA-only=fails",
	  "Every kind of client tested for would fail at mx2.example:25." },
	{ "the page alone fails",
	  { "3 1 1: 192.0.2.1 ECDSA y http-failed; 2001:db8::1 ECDSA y" },
	  "every=fails IPv4-only=fails IPv6-only=passes",
	  "IPv4-only clients would fail; IPv6-only ones would not." },
};

static struct facts_target *make(size_t row)
{
	struct facts_target *t = facts_target_new();
	size_t i;

	for (i = 0; i < 2 && rows[row].host[i]; i++)
		add_host(t, rows[row].host[i]);
	return t;
}

static void check_answers(const struct matrix *m, size_t row)
{
	char *words = mem_text(rows[row].answers), *word, *rest = words, *wanted;

	while ((word = strtok_r(rest, " ", &rest))) {
		wanted = strchr(word, '=');
		*wanted++ = '\0';
		if (!strstr(wanted, answer(m, word)))
			fail_msg("%s: %s %s", rows[row].name, word, answer(m, word));
	}
	free(words);
}

static void test_matrix_build_tells_which_clients_fail(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct facts_target *t = make(i);
		struct matrix *m = matrix_build(t);

		if (!m)
			fail_msg("%s: no matrix", rows[i].name);
		check_answers(m, i);
		if (strcmp(m->text, rows[i].text))
			fail_msg("%s: %s", rows[i].name, m->text);
		matrix_free(m);
		facts_target_free(t);
	}
}

/* Only what DNS denied is absent: not what wasn't asked for, or goes elsewhere. */
static void test_matrix_build_knows_hosts_without_an_address(void **state)
{
	struct facts_target *t = facts_target_new();
	struct matrix *m;

	(void)state;
	add_host(t, "3 1 1: 192.0.2.1 ECDSA y; 192.0.2.2 ECDSA y");
	m = matrix_build(t);
	assert_string_equal(answer(m, "IPv6-only"), "unknown");
	matrix_free(m);
	asked(t, "other.example", "AAAA", NULL);
	asked(t, "mx1.example", "AAAA", "2001:db8::1");
	m = matrix_build(t);
	assert_string_equal(answer(m, "IPv6-only"), "unknown");
	matrix_free(m);
	facts_target_free(t);

	t = facts_target_new();
	add_host(t, "3 1 1: 192.0.2.1 ECDSA y; 192.0.2.2 ECDSA y");
	asked(t, "mx1.example", "CNAME", "host.example");
	asked(t, "host.example", "AAAA", NULL);
	m = matrix_build(t);
	assert_string_equal(answer(m, "IPv6-only"), "fails");
	assert_string_equal(m->text, "IPv6-only clients (no IPv6 address) would fail.");
	matrix_free(m);
	/* another host may have one */
	add_host(t, "3 1 1: 192.0.2.3 ECDSA y");
	m = matrix_build(t);
	assert_string_equal(answer(m, "IPv6-only"), "unknown");
	matrix_free(m);
	facts_target_free(t);
}

static void test_matrix_build_ends_with_aliases_in_a_circle(void **state)
{
	struct facts_target *t = facts_target_new();
	struct matrix *m;

	(void)state;
	add_host(t, "3 1 1: 192.0.2.1 ECDSA y; 192.0.2.2 ECDSA y");
	asked(t, "mx1.example", "CNAME", "host.example");
	asked(t, "host.example", "CNAME", "mx1.example");
	m = matrix_build(t);
	assert_string_equal(answer(m, "IPv6-only"), "unknown");
	matrix_free(m);
	facts_target_free(t);
}

static void test_matrix_build_sums_up_more_than_one_row(void **state)
{
	struct facts_target *t = facts_target_new();

	(void)state;
	assert_null(matrix_build(t));
	add_host(t, "3 1 1: 192.0.2.1 ECDSA y");
	assert_null(matrix_build(t));
	facts_target_free(t);
	matrix_free(NULL);
}

static void test_matrix_build_has_a_verdict_for_each_record(void **state)
{
	static const enum match_code codes[] = { MATCH_OK,	 MATCH_NAME,
						 MATCH_EXPIRED,	 MATCH_PKIX,
						 MATCH_MISMATCH, MATCH_UNUSABLE };
	struct facts_target *t = facts_target_new();
	struct facts_peer *p;
	struct matrix *m;
	size_t i;

	(void)state;
	add_host(t, "3 1 1, 2 1 1, 2 0 1, 1 1 1, 3 0 1, 0 1 1, -3 0 1: "
		    "192.0.2.1 ECDSA ynnnnnn; 192.0.2.2 - timeout");
	t->endpoint[0].record[5].usable = false;
	p = &t->endpoint[0].peer[0];
	for (i = 0; i < 6; i++)
		p->match.rec[i].code = codes[i];
	m = matrix_build(t);
	assert_int_equal(m->row_count, 2);
	assert_int_equal(m->row[0].cell_count, 7);
	assert_string_equal(m->row[0].key, "ECDSA");
	for (i = 0; i < 5; i++)
		assert_int_equal(m->row[0].cell[i], (enum matrix_verdict)i);
	assert_int_equal(m->row[0].cell[5], MATRIX_UNUSABLE);
	assert_int_equal(m->row[0].cell[6], MATRIX_SUPERSEDED);
	assert_null(m->row[1].cell);
	assert_null(m->row[1].key);
	matrix_free(m);
	facts_target_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix_build_tells_which_clients_fail),
		cmocka_unit_test(test_matrix_build_knows_hosts_without_an_address),
		cmocka_unit_test(test_matrix_build_ends_with_aliases_in_a_circle),
		cmocka_unit_test(test_matrix_build_sums_up_more_than_one_row),
		cmocka_unit_test(test_matrix_build_has_a_verdict_for_each_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
