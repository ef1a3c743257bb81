/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/rollover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"
#include "play.h"
#include "sim.h"

#define YEARS_S ((int64_t)3 * 365 * SIM_DAY)
#define STEPS_MAX 60

static const struct rollover_how go_on, begin = { .begin = true };

/* --- a clock that was ahead --------------------------------------------------------- */

static void test_rollover_renew_survives_a_clock_that_was_ahead(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	play_until_due(p);
	p->no_order = "/ecdsa-p256/";
	p->sim->now += YEARS_S;
	play_renew(p, false);
	play_told(p, ROLLOVER_REFUSED, "'order' failed");
	p->sim->now -= YEARS_S;
	p->no_order = NULL;
	play_renew(p, false);
	play_told(p, ROLLOVER_MOVED, "renewed");
	play_free(p);
}

static void test_rollover_step_survives_a_clock_that_was_ahead(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s;
	size_t i;

	(void)state;
	p->no_order = "/0002/";
	for (i = 0; i < STEPS_MAX && p->told.outcome != ROLLOVER_REFUSED; i++) {
		sim_advance(p->sim, SIM_HOUR);
		play_step(p, &begin);
	}
	/* As if it had failed then. */
	s = play_state(p);
	assert_int_equal(s->failures, 1);
	s->retry_at += YEARS_S;
	s->since += YEARS_S;
	s->published_at += YEARS_S;
	play_save(p);
	p->no_order = NULL;
	play_step(p, &go_on);
	play_told(p, ROLLOVER_MOVED, "every endpoint presents key 0002");
	play_free(p);
}

/* Servers that lag are told of in time. */
static void test_rollover_step_tells_of_lags_after_a_clock_that_was_ahead(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s;
	size_t i;

	(void)state;
	for (i = 0; i < STEPS_MAX && p->lineage.state.stage != STAGE_RETIRING; i++) {
		play_step(p, &begin);
		sim_advance(p->sim, SIM_HOUR);
	}
	play_step(p, &go_on);
	for (i = 1; i < SIM_SERVERS; i++) {
		p->sim->server[i].late = true;
		p->sim->server[i].update_at = p->sim->now + 30 * SIM_DAY;
	}
	s = play_state(p);
	s->since += YEARS_S;
	s->published_at += YEARS_S;
	play_save(p);
	play_step(p, &go_on);
	play_told(p, ROLLOVER_WAITING, "lacks the record");
	sim_advance(p->sim, 3 * SIM_HOUR);
	play_step(p, &go_on);
	play_told(p, ROLLOVER_LATE, "lacks the record");
	play_free(p);
}

/* --- what a crash cut short is undone, whatever verb comes next -----------------------
 */

static const struct verb {
	const char *name;
	play_verb *verb;
} verbs[] = {
	{ "publish", rollover_publish },
	{ "propagation", rollover_propagation },
	{ "install", rollover_install },
	{ "renew", NULL },
	{ "rollover", NULL },
};

static void play_by_name(struct play *p, const struct verb *verb)
{
	if (verb->verb)
		play_verb_of(p, verb->verb);
	else if (!strcmp(verb->name, "renew"))
		play_renew(p, false);
	else
		play_step(p, &go_on);
}

static void test_rollover_tells_by_any_verb_that_it_went_back(void **state)
{
	struct play *p = play_new(NULL);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		play_die(p, true);
		p->deploys_fail = 1;
		play_by_name(p, &verbs[i]);
		if (!p->told.text ||
		    !strstr(p->told.text, "the former certificate is back") ||
		    p->told.outcome != ROLLOVER_REFUSED)
			fail_msg("%s: %d %s", verbs[i].name, p->told.outcome,
				 p->told.text);
		/* A renewal is none of the stages' business. */
		assert_int_equal(p->lineage.state.failures, 0);
		assert_int_equal(p->lineage.state.renew_failures, 1);
		sim_advance(p->sim, SIM_HOUR + 60);
		play_renew(p, false);
		play_told(p, ROLLOVER_MOVED, "every endpoint presents it");
		sim_advance(p->sim, 60);
	}
	play_free(p);
}

static void test_rollover_receive_tells_that_it_went_back(void **state)
{
	struct play *p = play_new(NULL);
	struct why why;

	(void)state;
	play_die(p, true);
	p->deploys_fail = 1;
	(void)play_state(p);
	assert_int_equal(rollover_receive(&p->lineage, 1, &p->told, &why), 0);
	play_told(p, ROLLOVER_REFUSED, "the former certificate is back");
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			test_rollover_renew_survives_a_clock_that_was_ahead, play_end),
		cmocka_unit_test_teardown(
			test_rollover_step_survives_a_clock_that_was_ahead, play_end),
		cmocka_unit_test_teardown(
			test_rollover_step_tells_of_lags_after_a_clock_that_was_ahead,
			play_end),
		cmocka_unit_test_teardown(
			test_rollover_tells_by_any_verb_that_it_went_back, play_end),
		cmocka_unit_test_teardown(test_rollover_receive_tells_that_it_went_back,
					  play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
