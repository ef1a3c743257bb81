/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/perf.h"
#include "verdict/verdict.h"

#define NOW ((time_t)1795455000)
#define DAY 86400

static struct facts_peer *add_peer(struct facts_target *t, double days_left, double life)
{
	struct facts_peer *p;
	struct facts_cert *c;

	if (!t->endpoint_count)
		facts_add_endpoint(t)->host = mem_text("a.example");
	p = facts_add_peer(t->endpoint);
	p->code = CODE_MATCH;
	p->has_match = true;
	c = facts_add_cert(p);
	c->not_after = NOW + (time_t)(days_left * DAY);
	if (life > 0)
		c->not_before = c->not_after - (time_t)(life * DAY);
	return p;
}

static void check(const struct perf *p, const char *label, double value, const char *warn,
		  const char *crit)
{
	if (strcmp(p->label, label) || fabs(p->value - value) > 0.001 ||
	    strcmp(p->warn, warn) || strcmp(p->crit, crit))
		fail_msg("%s: %s=%g;%s;%s", label, p->label, p->value, p->warn, p->crit);
}

static void test_perf_collect_leaves_out_what_is_unknown(void **state)
{
	struct facts_target *t = facts_target_new();
	struct verdict_conf conf;
	struct perf perf[PERF_MAX];

	(void)state;
	verdict_conf_init(&conf);
	assert_int_equal(perf_collect(t, &conf, NOW, perf), 0);
	t->total_ms = 213;
	t->timeout_ms = 10000;
	assert_int_equal(perf_collect(t, &conf, NOW, perf), 1);
	check(&perf[0], "time", 0.213, "", "");
	assert_true(perf[0].max == 10);
	facts_target_free(t);
}

static void test_perf_collect_turns_shares_into_days(void **state)
{
	struct facts_lookup *l;
	struct facts_target *t = facts_target_new();
	struct verdict_conf conf;
	struct perf perf[PERF_MAX];

	(void)state;
	verdict_conf_init(&conf);
	threshold_parse("500ms", false, &conf.warn_time, NULL);
	threshold_parse("2s", false, &conf.crit_time, NULL);
	t->total_ms = 112;
	l = facts_add_lookup(t);
	l->security = SECURITY_SECURE;
	l->rrsig_expires = NOW + 312 * 3600;
	l->rrsig_inception = l->rrsig_expires - 14 * DAY;
	l->rrsig_original_ttl = 3600;
	add_peer(t, 88.25, 90);
	assert_int_equal(perf_collect(t, &conf, NOW, perf), 8);
	check(&perf[0], "cert_days", 88.25, "22.5:", "9:");
	check(&perf[1], "rrsig_hours", 312, "1.75:", "0.75:");
	check(&perf[2], "time", 0.112, "0.5", "2");
	check(&perf[3], "peers_matched", 1, "1:", "1:");
	check(&perf[4], "cert_days_warn", 22.5, "", "");
	check(&perf[5], "cert_days_crit", 9, "", "");
	check(&perf[6], "rrsig_hours_warn", 1.75, "", "");
	check(&perf[7], "rrsig_hours_crit", 0.75, "", "");
	facts_target_free(t);
}

static void test_perf_collect_takes_the_most_urgent_leaf(void **state)
{
	struct facts_target *t = facts_target_new();
	struct verdict_conf conf;
	struct perf perf[PERF_MAX];

	(void)state;
	verdict_conf_init(&conf);
	add_peer(t, 5, 6);   /* fewer days, but young */
	add_peer(t, 20, 90); /* under its warning */
	perf_collect(t, &conf, NOW, perf);
	check(&perf[0], "cert_days", 20, "22.5:", "9:");
	facts_target_free(t);
}

static void test_perf_collect_without_start_has_no_share(void **state)
{
	struct facts_target *t = facts_target_new();
	struct verdict_conf conf;
	struct perf perf[PERF_MAX];

	(void)state;
	verdict_conf_init(&conf);
	threshold_parse("3d", true, &conf.crit_expiry, NULL);
	add_peer(t, 20, 0);
	perf_collect(t, &conf, NOW, perf);
	check(&perf[0], "cert_days", 20, "", "3:");
	check(&perf[2], "cert_days_crit", 3, "", "");
	facts_target_free(t);
}

/* A limit of 0 is one: a certificate that has ended is below it. */
static void test_perf_collect_keeps_a_limit_of_nothing(void **state)
{
	struct facts_target *t = facts_target_new();
	struct verdict_conf conf;
	struct perf perf[PERF_MAX];

	(void)state;
	verdict_conf_init(&conf);
	threshold_parse("0d", true, &conf.crit_expiry, NULL);
	add_peer(t, 20, 90);
	perf_collect(t, &conf, NOW, perf);
	check(&perf[0], "cert_days", 20, "22.5:", "0:");
	facts_target_free(t);
}

static void test_perf_collect_counts_matches_of_those_tried(void **state)
{
	struct facts_target *t = facts_target_new();
	struct verdict_conf conf;
	struct perf perf[PERF_MAX];
	struct facts_peer *p;
	size_t n;

	(void)state;
	verdict_conf_init(&conf);
	add_peer(t, 80, 90);
	add_peer(t, 80, 90)->match.code = MATCH_MISMATCH;
	p = add_peer(t, 80, 90);
	p->code = CODE_NO_ROUTE;
	p->address = mem_text("2001:db8::1");
	p->has_match = false;
	n = perf_collect(t, &conf, NOW, perf);
	assert_true(n >= 2);
	check(&perf[1], "peers_matched", 1, "2:", "2:");
	facts_target_free(t);
}

static void test_perf_collect_endpoint_tells_of_one_alone(void **state)
{
	struct facts_target *t = facts_target_new();
	struct verdict_conf conf;
	struct perf perf[PERF_ENDPOINT_MAX];
	struct facts_peer *p;

	(void)state;
	verdict_conf_init(&conf);
	add_peer(t, 88.25, 90);
	facts_add_endpoint(t)->host = mem_text("b.example");
	p = facts_add_peer(&t->endpoint[1]);
	p->code = CODE_CONNECT_FAILED;
	assert_int_equal(perf_collect_endpoint(&t->endpoint[0], &conf, NOW, perf), 2);
	check(&perf[0], "cert_days", 88.25, "22.5:", "9:");
	check(&perf[1], "peers_matched", 1, "1:", "1:");
	assert_int_equal(perf_collect_endpoint(&t->endpoint[1], &conf, NOW, perf), 1);
	check(&perf[0], "peers_matched", 0, "1:", "1:");
	facts_target_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_perf_collect_leaves_out_what_is_unknown),
		cmocka_unit_test(test_perf_collect_turns_shares_into_days),
		cmocka_unit_test(test_perf_collect_takes_the_most_urgent_leaf),
		cmocka_unit_test(test_perf_collect_without_start_has_no_share),
		cmocka_unit_test(test_perf_collect_keeps_a_limit_of_nothing),
		cmocka_unit_test(test_perf_collect_counts_matches_of_those_tried),
		cmocka_unit_test(test_perf_collect_endpoint_tells_of_one_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
