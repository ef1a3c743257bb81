/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/agreement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "../sim_dns.h"
#include "base/mem.h"
#include "base/why.h"

#define ONE "services = https://www.example.com"
#define TWO ONE " https://www.example.com:8443"

/* Looks once more, with these services; opened anew, as a run does. */
static struct lineage_state *look_with(struct play *p, const char *services)
{
	struct lineage_state *s = play_state(p);
	struct agreement a;
	struct why why;

	assert_int_equal(lineage_conf_set(&p->lineage.conf, services, &why), 0);
	sim_advance(p->sim, SIM_HOUR);
	if (agreement_observe(&p->lineage, &a, &why) < 0)
		fail_msg("%s", why.text);
	agreement_clear(&a);
	play_save(p);
	return s;
}

/* The records of the others agreed at every look. */
static void test_agreement_observe_keeps_what_it_knows_with_a_service_fewer(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s;
	time_t since;

	(void)state;
	(void)look_with(p, TWO);
	s = look_with(p, TWO);
	since = s->agree_since;
	s->old_ttl_s = SIM_HOUR;
	play_save(p);
	s = look_with(p, ONE);
	assert_int_equal(s->agree_since, since);
	assert_int_equal(s->old_ttl_s, SIM_HOUR);
	play_free(p);
}

/* Of what stood there before nobody knows. */
static void test_agreement_observe_begins_anew_with_a_service_more(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s = look_with(p, ONE);
	time_t since = s->agree_since;

	(void)state;
	s = look_with(p, TWO);
	assert_true(s->agree_since > since);
	assert_int_equal(s->old_ttl_s, -1);
	play_free(p);
}

/* One that came back was not asked about meanwhile. */
static void test_agreement_observe_begins_anew_with_one_that_comes_back(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s;

	(void)state;
	(void)look_with(p, TWO);
	s = look_with(p, ONE);
	s->old_ttl_s = SIM_HOUR;
	play_save(p);
	s = look_with(p, TWO);
	assert_int_equal(s->old_ttl_s, -1);
	play_free(p);
}

/* A state of a version that knew only the sum of them. */
static void test_agreement_observe_doubts_what_an_old_state_knows(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s = look_with(p, TWO);

	(void)state;
	free(s->agreed);
	s->agreed = NULL;
	s->old_ttl_s = SIM_HOUR;
	play_save(p);
	s = look_with(p, TWO);
	assert_int_equal(s->old_ttl_s, SIM_HOUR);
	free(s->agreed);
	s->agreed = NULL;
	play_save(p);
	s = look_with(p, ONE);
	assert_int_equal(s->old_ttl_s, -1);
	play_free(p);
}

/* The service's key may change only once no cache can have a set without it, and a cache
 * may still go by the former TTL. */
static void test_agreement_observe_notes_the_largest_ttl_with_the_records(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s = look_with(p, ONE);

	(void)state;
	assert_int_equal(s->filled_ttl_s, SIM_HOUR);
	p->sim->ttl_s = 60;
	s = look_with(p, ONE);
	assert_int_equal(s->seen_ttl_s, 60);
	assert_int_equal(s->filled_ttl_s, SIM_HOUR);
	play_free(p);
}

static int ask_without_ttl(void *arg, const struct env_question *q,
			   struct env_dns *ret_dns, struct why *why)
{
	int rc = sim_dns_ask(arg, q, ret_dns, why);

	if (rc == 0)
		ret_dns->ttl_s = -1;
	return rc;
}

/* One that nobody could see isn't one of nothing: safety.c then waits as for a day's. */
static void test_agreement_before_keeps_an_unknown_ttl_unknown(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s = play_state(p);
	struct env_dns dns = { 0 };
	struct why why;

	(void)state;
	p->env.ask = ask_without_ttl;
	assert_int_equal(s->intent, INTENT_NONE);
	if (agreement_before(&p->lineage, &dns, &why) < 0)
		fail_msg("%s", why.text);
	env_dns_clear(&dns);
	assert_int_equal(s->old_ttl_s, -1);
	play_free(p);
}

/* How long the next switch waits after all servers agree. */
static int64_t hold_of(struct play *p)
{
	(void)play_state(p);
	return agreement_safe_at(&p->lineage) - p->lineage.state.agree_since;
}

/* A secondary is dead while records are published, and back later: nobody has to wait as
 * if it could have given out anything. */
static void test_agreement_knows_the_ttl_of_a_server_that_was_away(void **state)
{
	static const char *const policies[] = { "ns_policy = all",
						"ns_policy = all-but-one" };
	struct play *p;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		p = play_new(NULL);
		(void)look_with(p, ONE);
		p->sim->server[2].silent = true;
		(void)play_state(p);
		assert_int_equal(lineage_conf_set(&p->lineage.conf, policies[i], NULL),
				 0);
		assert_int_equal(rollover_publish(&p->lineage, &p->told, NULL), 0);
		(void)look_with(p, ONE);
		p->sim->server[2].silent = false;
		sim_advance(p->sim, 6 * SIM_HOUR);
		(void)look_with(p, ONE);
		assert_true(p->lineage.state.agree_since > 0);
		if (hold_of(p) != 2 * SIM_HOUR)
			fail_msg("%s: %lld s", policies[i], (long long)hold_of(p));
		play_free(p);
	}
}

/* One that never answered may have had anything. */
static void test_agreement_doubts_a_server_that_was_never_heard(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s = play_state(p);

	(void)state;
	free(s->heard);
	s->heard = NULL;
	play_save(p);
	p->sim->server[2].silent = true;
	(void)play_state(p);
	assert_int_equal(rollover_publish(&p->lineage, &p->told, NULL), 0);
	p->sim->server[2].silent = false;
	sim_advance(p->sim, 6 * SIM_HOUR);
	(void)look_with(p, ONE);
	assert_true(hold_of(p) >= SAFETY_UNKNOWN_S);
	play_free(p);
}

/* A server may yet give out a record with the TTL of lineage.conf, whatever was seen. */
static void test_agreement_safe_at_goes_by_the_ttl_that_is_wanted(void **state)
{
	struct lineage l = { .lock = -1 };

	(void)state;
	l.conf.ttl = SIM_HOUR;
	l.state.agree_since = SIM_DAY;
	l.state.old_ttl_s = l.state.hold_ttl_s = 60;
	assert_int_equal(agreement_safe_at(&l), SIM_DAY + 2 * SIM_HOUR);
	l.conf.ttl = 60;
	l.state.hold_ttl_s = SIM_HOUR;
	assert_int_equal(agreement_safe_at(&l), SIM_DAY + 2 * SIM_HOUR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			test_agreement_observe_keeps_what_it_knows_with_a_service_fewer,
			play_end),
		cmocka_unit_test_teardown(
			test_agreement_observe_begins_anew_with_a_service_more, play_end),
		cmocka_unit_test_teardown(
			test_agreement_observe_begins_anew_with_one_that_comes_back,
			play_end),
		cmocka_unit_test_teardown(
			test_agreement_observe_doubts_what_an_old_state_knows, play_end),
		cmocka_unit_test_teardown(
			test_agreement_observe_notes_the_largest_ttl_with_the_records,
			play_end),
		cmocka_unit_test_teardown(
			test_agreement_before_keeps_an_unknown_ttl_unknown, play_end),
		cmocka_unit_test_teardown(
			test_agreement_knows_the_ttl_of_a_server_that_was_away, play_end),
		cmocka_unit_test_teardown(
			test_agreement_doubts_a_server_that_was_never_heard, play_end),
		cmocka_unit_test(test_agreement_safe_at_goes_by_the_ttl_that_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
