/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "verdict/derive.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

#define NOW ((time_t)1795455000)
#define DAY 86400

/* The finding, NULL when there is none. */
static const struct finding *found(const struct facts_target *t, enum finding_id id)
{
	size_t i;

	for (i = 0; i < t->findings.count; i++)
		if (t->findings.item[i].id == id)
			return &t->findings.item[i];
	return NULL;
}

static void add_record(struct facts_endpoint *e, const char *text)
{
	struct facts_record *r = facts_add_record(e);

	assert_int_equal(tlsa_parse(text, &r->rr, NULL), 0);
	r->usable = r->rr.usage <= 3;
	if (!r->usable)
		r->reason = mem_text("usage 9 is unassigned");
}

/* Judged: record i matches when the i-th letter of fates is 'y'. */
static struct facts_peer *add_peer(struct facts_endpoint *e, const char *address,
				   const char *fates)
{
	struct facts_peer *p = facts_add_peer(e);
	struct facts_cert *leaf;
	size_t i;

	p->address = mem_text(address);
	p->port = 443;
	p->has_match = true;
	p->match.code = strchr(fates, 'y') ? MATCH_OK : MATCH_MISMATCH;
	p->match.record = strchr(fates, 'y') ? (int)strcspn(fates, "y") : -1;
	p->match.name_matched = true;
	p->match.rec_count = strlen(fates);
	p->match.rec = mem_array(strlen(fates), sizeof(*p->match.rec));
	for (i = 0; fates[i]; i++) {
		p->match.rec[i].usable = e->record[i].usable;
		p->match.rec[i].code = fates[i] == 'y' ? MATCH_OK : MATCH_MISMATCH;
	}
	p->code = strchr(fates, 'y') ? CODE_MATCH : CODE_MISMATCH;
	leaf = facts_add_cert(p);
	leaf->has_cert = true;
	leaf->key = mem_text("ECDSA P-256");
	leaf->not_before = NOW - 10 * DAY;
	leaf->not_after = NOW + 80 * DAY;
	snprintf(leaf->cert_sha256, sizeof(leaf->cert_sha256), "aa");
	return p;
}

static struct facts_target *new_target(const char *const *records)
{
	struct facts_target *t = facts_target_new();
	struct facts_endpoint *e = facts_add_endpoint(t);

	e->host = mem_text("www.example.com");
	e->port = 443;
	for (; *records; records++)
		add_record(e, *records);
	return t;
}

#define EE "3 1 1 8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"
#define EE_CERT "3 0 1 8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"
#define TA "2 0 1 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
#define BAD "9 1 1 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
#define FULL "3 1 0 00"

static const char *const only_ee[] = { EE, NULL };
static const char *const only_ta[] = { TA, NULL };
static const char *const both[] = { EE, TA, NULL };

static void test_derive_findings_cert_expiring(void **state)
{
	static const struct {
		const char *name;
		const char *const *records;
		const char *fates, *warn, *crit;
		double days_left, life;
		int severity; /* -1 none */
	} rows[] = {
		{ "fresh", only_ta, "y", NULL, NULL, 80, 90, -1 },
		{ "at the limit", only_ta, "y", NULL, NULL, 22.5, 90, -1 },
		{ "under a quarter", only_ta, "y", NULL, NULL, 22.4, 90,
		  SEVERITY_WARNING },
		{ "under a tenth", only_ta, "y", NULL, NULL, 8.9, 90, SEVERITY_CRITICAL },
		{ "6 days, 2 left", only_ta, "y", NULL, NULL, 2, 6, -1 },
		{ "6 days, 1 left", only_ta, "y", NULL, NULL, 1, 6, SEVERITY_WARNING },
		{ "EE: defaults warn at most", only_ee, "y", NULL, NULL, 8.9, 90,
		  SEVERITY_WARNING },
		{ "EE: past its end", only_ee, "y", NULL, NULL, -3, 90,
		  SEVERITY_WARNING },
		{ "EE: given counts", only_ee, "y", NULL, "10%", 8.9, 90,
		  SEVERITY_CRITICAL },
		{ "EE: given in days", only_ee, "y", NULL, "14d", 13.9, 90,
		  SEVERITY_CRITICAL },
		{ "EE: given warning alone", only_ee, "y", "30d", NULL, 8.9, 90,
		  SEVERITY_WARNING },
		{ "EE: default crit gives way to a given warning", only_ee, "y", "1d",
		  NULL, 8.9, 90, -1 },
		{ "default crit gives way to a given warning", only_ta, "y", "1d", NULL,
		  1.1, 90, -1 },
		{ "and is below it then", only_ta, "y", "1d", NULL, 0.9, 90,
		  SEVERITY_CRITICAL },
		{ "default warning gives way to a given crit", only_ta, "y", NULL, "60d",
		  59, 90, SEVERITY_CRITICAL },
		{ "EE and TA match", both, "yy", NULL, NULL, 8.9, 90, SEVERITY_CRITICAL },
		{ "of both EE alone matches", both, "yn", NULL, NULL, 8.9, 90,
		  SEVERITY_WARNING },
		{ "nothing matches", only_ee, "n", NULL, NULL, 8.9, 90,
		  SEVERITY_CRITICAL },
	};
	const struct finding *f;
	struct verdict_conf conf;
	struct facts_target *t;
	struct facts_cert *leaf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		verdict_conf_init(&conf);
		if (rows[i].warn)
			threshold_parse(rows[i].warn, true, &conf.warn_expiry, NULL);
		if (rows[i].crit)
			threshold_parse(rows[i].crit, true, &conf.crit_expiry, NULL);
		t = new_target(rows[i].records);
		leaf = add_peer(t->endpoint, "192.0.2.1", rows[i].fates)->chain;
		leaf->not_after = NOW + (time_t)(rows[i].days_left * DAY);
		leaf->not_before = leaf->not_after - (time_t)(rows[i].life * DAY);
		derive_findings(t, &conf, NOW);
		f = found(t, FINDING_CERT_EXPIRING);
		if ((f ? (int)f->severity : -1) != rows[i].severity)
			fail_msg("%s: %s", rows[i].name,
				 f ? finding_severity_name(f->severity) : "none");
		facts_target_free(t);
	}
}

static void test_derive_findings_cert_expiring_leaves_expired_alone(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t = new_target(only_ta);

	(void)state;
	verdict_conf_init(&conf);
	add_peer(t->endpoint, "192.0.2.1", "n")->code = CODE_EXPIRED;
	t->endpoint->peer->chain->not_after = NOW - DAY;
	derive_findings(t, &conf, NOW);
	assert_null(found(t, FINDING_CERT_EXPIRING));
	facts_target_free(t);
}

/* test_signature.c has the limits. */
static void test_derive_findings_rrsig_expiring(void **state)
{
	static const struct {
		double hours_left;
		int severity; /* -1: nothing is told */
		const char *text;
	} rows[] = {
		{ 300, -1, NULL },
		{ 49, SEVERITY_INFO,
		  "the DNSSEC signature of h TLSA ends in 2 days, at "
		  "2026-11-25T18:30:00Z, with 15 % of its validity left: some signers "
		  "renew no earlier; where yours does, --warn-rrsig 2d makes this a "
		  "warning" },
		{ 1.5, SEVERITY_WARNING,
		  "the DNSSEC signature of h TLSA ends in 90 minutes, at "
		  "2026-11-23T19:00:00Z: make sure that the zone is signed again before "
		  "then" },
		{ -3, SEVERITY_CRITICAL,
		  "the DNSSEC signature of h TLSA ended 3 hours ago, at "
		  "2026-11-23T14:30:00Z: make sure that the zone is signed again before "
		  "then" },
	};
	const struct finding *f;
	struct verdict_conf conf;
	struct facts_target *t;
	struct facts_lookup *l;
	size_t i;

	(void)state;
	verdict_conf_init(&conf);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		t = new_target(only_ee);
		l = facts_add_lookup(t);
		l->name = mem_text("h");
		l->type = mem_text("TLSA");
		l->security = SECURITY_SECURE;
		l->rrsig_expires = NOW + (time_t)(rows[i].hours_left * 3600);
		l->rrsig_inception = l->rrsig_expires - (time_t)14 * DAY;
		l->rrsig_original_ttl = 3600;
		derive_findings(t, &conf, NOW);
		f = found(t, FINDING_RRSIG_EXPIRING);
		assert_int_equal(f ? (int)f->severity : -1, rows[i].severity);
		if (f)
			assert_string_equal(f->text, rows[i].text);
		facts_target_free(t);
	}
}

static void test_derive_findings_slow(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t = new_target(only_ee);

	(void)state;
	verdict_conf_init(&conf);
	t->total_ms = 90000;
	derive_findings(t, &conf, NOW);
	assert_null(found(t, FINDING_SLOW)); /* no threshold without being asked */
	threshold_parse("90s", false, &conf.warn_time, NULL);
	derive_findings(t, &conf, NOW);
	assert_null(found(t, FINDING_SLOW));
	t->total_ms = 90001;
	derive_findings(t, &conf, NOW);
	assert_int_equal(found(t, FINDING_SLOW)->severity, SEVERITY_WARNING);
	facts_target_free(t);

	t = new_target(only_ee);
	t->total_ms = 501;
	threshold_parse("500ms", false, &conf.crit_time, NULL);
	derive_findings(t, &conf, NOW);
	assert_int_equal(found(t, FINDING_SLOW)->severity, SEVERITY_CRITICAL);
	facts_target_free(t);
}

/* R13: a combination that doesn't match, beside one that does. */
static void test_derive_findings_combination_stale(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t = new_target(both);
	const struct finding *f;

	(void)state;
	verdict_conf_init(&conf);
	add_peer(t->endpoint, "192.0.2.1", "yn");
	add_peer(t->endpoint, "192.0.2.2", "yn");
	derive_findings(t, &conf, NOW);
	f = found(t, FINDING_COMBINATION_STALE);
	assert_non_null(f);
	assert_int_equal(f->state, STATE_WARNING);
	assert_non_null(strstr(f->text, "2 0 1"));
	assert_int_equal(t->findings.count, 1); /* said once for both */
	facts_target_free(t);

	t = new_target(both);
	add_peer(t->endpoint, "192.0.2.1", "yy");
	derive_findings(t, &conf, NOW);
	assert_null(found(t, FINDING_COMBINATION_STALE));
	facts_target_free(t);

	t = new_target(both);
	add_peer(t->endpoint, "192.0.2.1", "nn");
	derive_findings(t, &conf, NOW);
	assert_null(found(t, FINDING_COMBINATION_STALE));
	facts_target_free(t);
}

static void test_derive_findings_of_the_match(void **state)
{
	static const char *const records[] = { EE_CERT, BAD, FULL, NULL };
	struct verdict_conf conf;
	struct facts_target *t = new_target(records);
	struct facts_peer *p = add_peer(t->endpoint, "192.0.2.1", "yny");

	(void)state;
	verdict_conf_init(&conf);
	p->match.name_matched = false;
	p->match.cn_used = true;
	p->chain->not_after = NOW - DAY;
	derive_findings(t, &conf, NOW);
	assert_int_equal(found(t, FINDING_NAME_IGNORED)->state, STATE_OK);
	assert_int_equal(found(t, FINDING_DATES_IGNORED)->state, STATE_OK);
	assert_int_equal(found(t, FINDING_CN_FALLBACK)->state, STATE_OK);
	assert_int_equal(found(t, FINDING_EE_SELECTOR_0)->state, STATE_OK);
	assert_int_equal(found(t, FINDING_FULL_DATA)->state, STATE_OK);
	assert_int_equal(found(t, FINDING_UNUSABLE_RECORD)->state, STATE_OK);
	assert_null(found(t, FINDING_ANCHOR_ONLY_IN_DNS));
	facts_target_free(t);

	t = new_target(only_ta);
	p = add_peer(t->endpoint, "192.0.2.1", "y");
	p->match.name_matched = false; /* not ignored where it counts */
	p->match.rec[0].anchor_in_dns = true;
	derive_findings(t, &conf, NOW);
	assert_int_equal(found(t, FINDING_ANCHOR_ONLY_IN_DNS)->state, STATE_WARNING);
	assert_int_equal(t->findings.count, 1);
	facts_target_free(t);

	t = new_target(only_ee);
	add_peer(t->endpoint, "192.0.2.1", "y");
	derive_findings(t, &conf, NOW);
	assert_int_equal(t->findings.count, 0);
	facts_target_free(t);
}

static void test_derive_findings_says_unusable_of_some_alone(void **state)
{
	static const char *const records[] = { BAD, NULL };
	struct verdict_conf conf;
	struct facts_target *t = new_target(records);

	(void)state;
	verdict_conf_init(&conf);
	derive_findings(t, &conf, NOW);
	assert_int_equal(t->findings.count, 0); /* the code says it */
	facts_target_free(t);
}

static void set_leaf(struct facts_peer *p, const char *key, const char *digest)
{
	free(p->chain->key);
	p->chain->key = mem_text(key);
	snprintf(p->chain->cert_sha256, sizeof(p->chain->cert_sha256), "%s", digest);
}

static void test_derive_findings_compares_addresses(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t = new_target(only_ee);

	(void)state;
	verdict_conf_init(&conf);
	add_peer(t->endpoint, "192.0.2.1", "y");
	set_leaf(add_peer(t->endpoint, "192.0.2.2", "y"), "ECDSA P-256", "bb");
	derive_findings(t, &conf, NOW);
	assert_non_null(found(t, FINDING_DIFFERENT_CHAINS));
	assert_null(found(t, FINDING_KEY_TYPE_DIFFERS));
	facts_target_free(t);

	t = new_target(only_ee);
	add_peer(t->endpoint, "192.0.2.1", "y");
	set_leaf(add_peer(t->endpoint, "192.0.2.2", "y"), "RSA 2048", "bb");
	derive_findings(t, &conf, NOW);
	assert_non_null(found(t, FINDING_KEY_TYPE_DIFFERS));
	facts_target_free(t);

	/* both algorithms at both addresses */
	t = new_target(only_ee);
	add_peer(t->endpoint, "192.0.2.1", "y");
	set_leaf(add_peer(t->endpoint, "192.0.2.1", "y"), "RSA 2048", "bb");
	add_peer(t->endpoint, "192.0.2.2", "y");
	set_leaf(add_peer(t->endpoint, "192.0.2.2", "y"), "RSA 2048", "bb");
	derive_findings(t, &conf, NOW);
	assert_int_equal(t->findings.count, 0);
	facts_target_free(t);
}

/* RFC 7250: what wasn't fetched is told, in the summary too, and raises nothing. */
static void test_derive_findings_says_what_was_not_fetched(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t = new_target(only_ee);

	(void)state;
	verdict_conf_init(&conf);
	add_peer(t->endpoint, "192.0.2.1", "y");
	add_peer(t->endpoint, "192.0.2.2", "y")->http_skipped = true;
	verdict_decide(t, &conf, NOW);
	assert_int_equal(t->state, STATE_OK);
	assert_non_null(found(t, FINDING_HTTP_SKIPPED));
	assert_non_null(strstr(found(t, FINDING_HTTP_SKIPPED)->text, "192.0.2.2:443"));
	assert_non_null(strstr(t->summary, "not fetched"));
	assert_non_null(strstr(t->advice->story, "not fetched"));
	facts_target_free(t);

	t = new_target(only_ee);
	add_peer(t->endpoint, "192.0.2.1", "y");
	verdict_decide(t, &conf, NOW);
	assert_null(found(t, FINDING_HTTP_SKIPPED));
	assert_null(strstr(t->summary, "fetched"));
	facts_target_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_derive_findings_cert_expiring),
		cmocka_unit_test(test_derive_findings_cert_expiring_leaves_expired_alone),
		cmocka_unit_test(test_derive_findings_rrsig_expiring),
		cmocka_unit_test(test_derive_findings_slow),
		cmocka_unit_test(test_derive_findings_combination_stale),
		cmocka_unit_test(test_derive_findings_of_the_match),
		cmocka_unit_test(test_derive_findings_says_unusable_of_some_alone),
		cmocka_unit_test(test_derive_findings_compares_addresses),
		cmocka_unit_test(test_derive_findings_says_what_was_not_fetched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
