/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "render/cases.h"
#include "sample.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

static struct facts_target *sample(const char *name)
{
	struct verdict_conf conf;
	size_t i;

	verdict_conf_init(&conf);
	for (i = 0; strcmp(sample_name(i), name) != 0; i++)
		;
	return sample_make(i, &conf);
}

static size_t tellers(const struct cases *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->count; i++)
		n += c->row[i].tells;
	return n;
}

/* No report may pass where the exit status doesn't, nor the other way round. */
static void test_cases_collect_has_the_targets_state(void **state)
{
	struct verdict_conf conf;
	struct facts_target *t;
	enum state worst;
	struct cases c;
	size_t i, k;

	(void)state;
	verdict_conf_init(&conf);
	for (i = 0; sample_name(i); i++) {
		t = sample_make(i, &conf);
		cases_collect(t, &c);
		worst = STATE_OK;
		for (k = 0; k < c.count; k++)
			if (!c.row[k].skipped)
				worst = state_worse(worst, c.row[k].state);
		if (!c.count || worst != t->state)
			fail_msg("%s: %s, not %s", sample_name(i), state_name(worst),
				 state_name(t->state));
		assert_int_equal(tellers(&c), t->state != STATE_OK);
		cases_clear(&c);
		facts_target_free(t);
	}
}

static void test_cases_collect_makes_a_case_of_what_nothing_else_tells(void **state)
{
	struct facts_target *t = sample("match");
	struct cases c;

	(void)state;
	t->state = STATE_UNKNOWN; /* of its own, such as a discovery that failed */
	t->code = CODE_DNS_ERROR;
	cases_collect(t, &c);
	assert_int_equal(c.count, 3);
	assert_string_equal(c.row[2].name, "target");
	assert_string_equal(c.row[2].id, "dns-error");
	assert_int_equal(c.row[2].state, STATE_UNKNOWN);
	assert_true(c.row[2].tells);
	cases_clear(&c);
	facts_target_free(t);
}

static void test_cases_collect_of_nothing_at_all(void **state)
{
	struct facts_target *t = facts_target_new();
	struct cases c;

	(void)state;
	t->state = STATE_UNKNOWN;
	t->code = CODE_BAD_TARGET;
	cases_collect(t, &c);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.row[0].state, STATE_UNKNOWN);
	cases_clear(&c);
	facts_target_free(t);
}

static void test_cases_collect_parts_names(void **state)
{
	struct facts_target *t = sample("match");
	struct facts_endpoint *e = &t->endpoint[0];
	struct cases c;

	(void)state;
	free(e->peer[1].address);
	e->peer[1].address = mem_text("192.0.2.10");
	cases_collect(t, &c);
	assert_string_equal(c.row[0].name, "192.0.2.10:443 ECDSA");
	assert_string_equal(c.row[1].name, "192.0.2.10:443 ECDSA (2)");
	cases_clear(&c);
	facts_target_free(t);
}

static void test_cases_collect_skips_what_is_excused(void **state)
{
	struct facts_target *t = sample("match");
	struct facts_peer *p = &t->endpoint[0].peer[1];
	struct cases c;

	(void)state;
	p->code = CODE_NO_ROUTE;
	p->state = STATE_UNKNOWN;
	match_clear(&p->match);
	p->has_match = p->has_tls = false;
	assert_true(facts_peer_excused(&t->endpoint[0], p));
	cases_collect(t, &c);
	assert_int_equal(c.count, 2);
	assert_false(c.row[0].skipped);
	assert_true(c.row[1].skipped);
	assert_non_null(c.row[1].message);
	assert_int_equal(tellers(&c), 0);
	cases_clear(&c);
	facts_target_free(t);
}

static void test_cases_collect_tells_at_the_culprit(void **state)
{
	struct facts_target *t = sample("mixed");
	struct cases c;

	(void)state;
	cases_collect(t, &c);
	assert_int_equal(c.count, 3);
	assert_string_equal(c.row[1].id, "connect-failed");
	assert_false(c.row[1].tells);
	assert_string_equal(c.row[2].id, "mismatch");
	assert_true(c.row[2].tells);
	assert_string_equal(c.row[2].message, t->summary);
	cases_clear(&c);
	facts_target_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases_collect_has_the_targets_state),
		cmocka_unit_test(
			test_cases_collect_makes_a_case_of_what_nothing_else_tells),
		cmocka_unit_test(test_cases_collect_of_nothing_at_all),
		cmocka_unit_test(test_cases_collect_parts_names),
		cmocka_unit_test(test_cases_collect_skips_what_is_excused),
		cmocka_unit_test(test_cases_collect_tells_at_the_culprit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
