/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/rollover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/life/status.h"

#define YEARS_S ((int64_t)3 * 365 * SIM_DAY)
#define STEPS_MAX 60

static const struct rollover_how go_on, begin = { .begin = true },
					emergency = { .begin = true, .emergency = true };

/* --- a clock that was ahead --------------------------------------------------------- */

static void test_rollover_renew_survives_a_clock_that_was_ahead(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	play_until_due(p);
	p->no_order = "/ecdsa-p256/";
	p->sim->now += YEARS_S;
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "'order' failed");
	p->sim->now -= YEARS_S;
	p->no_order = NULL;
	play_renew(p, false);
	play_told(p, OUTCOME_MOVED, "renewed");
	play_free(p);
}

static void test_rollover_step_survives_a_clock_that_was_ahead(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s;
	size_t i;

	(void)state;
	p->no_order = "/0002/";
	for (i = 0; i < STEPS_MAX && p->told.kind != OUTCOME_REFUSED; i++) {
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
	play_told(p, OUTCOME_MOVED, "every endpoint presents key 0002");
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
	play_told(p, OUTCOME_WAITING, "lacks the record");
	sim_advance(p->sim, 3 * SIM_HOUR);
	play_step(p, &go_on);
	play_told(p, OUTCOME_LATE, "lacks the record");
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
		    p->told.kind != OUTCOME_REFUSED)
			fail_msg("%s: %d %s", verbs[i].name, p->told.kind, p->told.text);
		/* A renewal is none of the stages' business. */
		assert_int_equal(p->lineage.state.failures, 0);
		assert_int_equal(p->lineage.state.renew_failures, 1);
		sim_advance(p->sim, SIM_HOUR + 60);
		play_renew(p, false);
		play_told(p, OUTCOME_MOVED, "every endpoint presents it");
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
	play_told(p, OUTCOME_REFUSED, "the former certificate is back");
	play_free(p);
}

/* --- an emergency ------------------------------------------------------------------- */

/* Until stage is reached by way of plain steps. */
static void step_to(struct play *p, enum lineage_stage stage)
{
	size_t i;

	for (i = 0; i < STEPS_MAX && p->lineage.state.stage != stage; i++) {
		sim_advance(p->sim, 1800);
		play_step(p, i ? &go_on : &begin);
	}
	assert_int_equal(p->lineage.state.stage, stage);
}

/* What cron does, until key is current and nothing else is to be done. */
static void step_until_current(struct play *p, int64_t key)
{
	size_t i;

	for (i = 0; i < 2 * STEPS_MAX; i++) {
		sim_advance(p->sim, 1800);
		play_step(p, &go_on);
		if (p->lineage.state.stage == STAGE_IDLE &&
		    p->lineage.state.current == key)
			return;
	}
	fail_msg("key %d doesn't become current: %s", (int)key, p->told.text);
}

static void test_rollover_emergency_from_idle(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	play_step(p, &emergency);
	play_told(p, p->told.kind, "the holder of key 0001 can pass for the services");
	assert_int_equal(p->lineage.state.compromised, 1);
	step_until_current(p, 2);
	play_told(p, OUTCOME_MOVED, "caches may hold the record of key 0001 until");
	assert_false(p->lineage.state.emergency);
	assert_int_equal(p->lineage.state.compromised, 0);
	/* And no further. */
	play_step(p, &go_on);
	play_told(p, OUTCOME_NOTHING, "nothing to do");
	play_free(p);
}

/* Towards the next key the one in use is meant, and what to do if not is told. */
static void test_rollover_emergency_on_the_way_to_the_next_key(void **state)
{
	static const enum lineage_stage stages[] = { STAGE_STAGED, STAGE_PUBLISHED,
						     STAGE_SAFE };
	struct play *p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		p = play_new(NULL);
		step_to(p, stages[i]);
		/* So that it doesn't run to the end. */
		p->no_order = "/0002/";
		play_step(p, &emergency);
		play_told(p, p->told.kind, "the holder of key 0001 can pass");
		play_told(p, p->told.kind,
			  "if it is key 0002 that is known, do this once more when the "
			  "rollover has ended");
		p->no_order = NULL;
		step_until_current(p, 2);
		assert_int_equal(p->sim->server[0].set & 1, 0);
		play_step(p, &go_on);
		play_told(p, OUTCOME_NOTHING, "nothing to do");
		play_free(p);
	}
}

/* The key that is in use is on its way in: it goes as soon as it has come. */
static void test_rollover_emergency_of_the_key_that_has_just_come(void **state)
{
	static const enum lineage_stage stages[] = { STAGE_VERIFIED, STAGE_RETIRING };
	struct play *p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		p = play_new(NULL);
		step_to(p, stages[i]);
		assert_int_equal(p->lineage.state.view_generation, 2);
		play_step(p, &emergency);
		assert_int_equal(p->lineage.state.compromised, 2);
		play_told(p, p->told.kind,
			  "key 0002 is replaced as soon as this rollover has ended");
		play_told(p, p->told.kind,
			  "the holder of key 0002 can pass for the services");
		/* Told twice is once. */
		sim_advance(p->sim, 600);
		play_step(p, &emergency);
		assert_int_equal(p->lineage.state.compromised, 2);
		step_until_current(p, 3);
		play_told(p, OUTCOME_MOVED, "caches may hold the record of key 0002");
		play_step(p, &go_on);
		play_told(p, OUTCOME_NOTHING, "nothing to do");
		play_free(p);
	}
}

/* In the run in which the first of the two ends, the second begins. */
static void test_rollover_emergency_begins_the_next_in_the_same_run(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	step_to(p, STAGE_RETIRING);
	play_step(p, &go_on); /* gives the records to DNS */
	sim_advance(p->sim, SIM_DAY);
	play_step(p, &emergency);
	assert_int_equal(p->lineage.state.goal, 3);
	assert_true(p->lineage.state.emergency);
	play_told(p, p->told.kind, "the holder of key 0002 can pass for the services");
	assert_null(strstr(p->told.text, "0001"));
	step_until_current(p, 3);
	play_free(p);
}

/* The first key that is brought to the servers is nobody's yet. */
static void test_rollover_emergency_of_a_key_not_yet_in_use(void **state)
{
	struct play *p = play_new_staged(NULL);

	(void)state;
	p->no_order = "/0001/";
	play_step(p, &emergency);
	play_told(p, p->told.kind, "if it is key 0001 that is known");
	play_told(p, p->told.kind, "daneprobe new");
	p->no_order = NULL;
	step_until_current(p, 1);
	assert_false(p->lineage.state.emergency);
	play_free(p);
}

/* A failure keeps nobody waiting for hours, and nobody hammers. */
static void test_rollover_emergency_is_tried_again_soon(void **state)
{
	struct play *p = play_new(NULL);
	size_t i, deploys;

	(void)state;
	play_step(p, &emergency);
	for (i = 0; i < STEPS_MAX && p->lineage.state.stage != STAGE_STUCK; i++) {
		p->deploys_fail = 2;
		sim_advance(p->sim, 600);
		play_step(p, &go_on);
	}
	assert_int_equal(p->lineage.state.stage, STAGE_STUCK);
	deploys = p->sim->deploys;
	play_step(p, &go_on);
	play_told(p, OUTCOME_LATE, "tried again in");
	assert_int_equal(p->sim->deploys, deploys);
	p->deploys_fail = 0;
	sim_advance(p->sim, 301);
	play_step(p, &go_on);
	assert_int_equal(p->lineage.state.view_generation, 2);
	play_free(p);
}

/* Declared after a failure, it doesn't wait for what was planned then. */
static void test_rollover_emergency_forgets_the_pause_of_before(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s;

	(void)state;
	step_to(p, STAGE_SAFE);
	s = play_state(p);
	s->failures = 8;
	s->retry_at = p->sim->now + SIM_DAY;
	play_save(p);
	p->deploys_fail = 2;
	play_step(p, &emergency);
	play_told(p, OUTCOME_REFUSED, "'deploy' failed");
	assert_true(p->lineage.state.retry_at <= p->sim->now + 300);
	play_free(p);
}

/* It is remembered, whatever the run has to finish first. */
static void test_rollover_emergency_is_kept_over_a_crash(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	play_die(p, true);
	p->deploys_fail = 1;
	play_step(p, &emergency);
	play_told(p, OUTCOME_REFUSED, "the former certificate is back");
	play_told(p, OUTCOME_REFUSED, "the holder of key 0001 can pass");
	step_until_current(p, 2);
	play_free(p);
}

/* --- what failed ---------------------------------------------------------------------
 */

static void expect_warning(struct play *p, const char *text)
{
	struct status s;

	status_read(&p->env, p->sim->base, "www", &s);
	if (s.level != STATUS_WARNING || !strstr(s.problem, text))
		fail_msg("'%s' isn't in: %s", text, s.problem ? s.problem : "nothing");
	status_clear(&s);
}

static void add_to_conf(const struct play *p, const char *line)
{
	char *path = mem_printf("%s/www/lineage.conf", p->sim->base);

	assert_int_equal(file_append(NULL, path, line, NULL), 0);
	free(path);
}

static void test_rollover_step_that_fails_is_told_at_once(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	step_to(p, STAGE_SAFE);
	p->deploys_fail = 2; /* and going back fails, too */
	play_step(p, &go_on);
	play_told(p, OUTCOME_REFUSED, "the rollback failed too");
	expect_warning(p, "safe: ");
	expect_warning(p, "the rollback failed too");
	expect_warning(p, "or at once by daneprobe rollover www");
	play_step(p, &go_on);
	play_told(p, OUTCOME_LATE, "(since 20");
	play_told(p, OUTCOME_LATE, "or at once by daneprobe rollover www");
	/* Whoever changes lineage.conf has repaired something. */
	add_to_conf(p, "renew_at = 30d");
	play_step(p, &go_on);
	play_told(p, OUTCOME_MOVED, "every endpoint presents key 0002");
	play_free(p);
}

static void test_rollover_renew_that_fails_is_told_and_tried_when_repaired(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	play_until_due(p);
	p->no_order = "/ecdsa-p256/";
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "no luck");
	p->no_order = NULL;
	play_renew(p, false);
	play_told(p, OUTCOME_LATE, "no luck (tried at 20");
	play_told(p, OUTCOME_LATE, "or at once by daneprobe renew www");
	add_to_conf(p, "renew_at = 30d");
	play_renew(p, false);
	play_told(p, OUTCOME_MOVED, "the certificate is renewed");
	play_free(p);
}

/* --- a key that is lost --------------------------------------------------------------
 */

static void lose(const struct play *p, const char *name)
{
	char *path = mem_printf("%s/www/keys/%s", p->sim->base, name);
	char *aside = mem_printf("%s.lost", path);

	assert_int_equal(rename(path, aside), 0);
	free(path);
	free(aside);
}

static void bring_back(const struct play *p, const char *name)
{
	char *path = mem_printf("%s/www/keys/%s", p->sim->base, name);
	char *aside = mem_printf("%s.lost", path);

	assert_int_equal(rename(aside, path), 0);
	free(path);
	free(aside);
}

static void expect_level(struct play *p, enum status_level level, const char *text)
{
	struct status s;

	status_read(&p->env, p->sim->base, "www", &s);
	if (s.level != level || (text && !strstr(s.problem, text)))
		fail_msg("level %d: %s", s.level, s.problem ? s.problem : "nothing");
	status_clear(&s);
}

/* A run that had it all in place found the disk full before it could say so. */
static void test_rollover_renew_forgets_a_failure_that_is_over(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s = play_state(p);

	(void)state;
	lineage_state_renewal_failed(s, "the CA is down", p->sim->now);
	play_save(p);
	play_renew(p, false);
	play_told(p, OUTCOME_LATE, "the CA is down");
	sim_advance(p->sim, 2 * SIM_DAY);
	play_renew(p, false);
	play_told(p, OUTCOME_NOTHING, "the certificate isn't due");
	s = play_state(p);
	assert_null(s->renew_error);
	assert_int_equal(s->renew_failures, 0);
	play_free(p);
}

/* Whatever of it: the next key is missed when an emergency needs it. */
static void test_rollover_step_tells_of_a_lost_next_key(void **state)
{
	static const char *const lost[] = { "0002", "0002/ecdsa-p256",
					    "0002/ecdsa-p256/privkey.pem",
					    "0002/ecdsa-p256/request.csr" };
	struct play *p = play_new(NULL);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		lose(p, lost[i]);
		expect_level(p, STATUS_WARNING,
			     "key 0002, the next one, can't be used: can't open ");
		play_step(p, &go_on);
		play_told(p, OUTCOME_LATE, "key 0002, the next one, can't be used");
		play_told(p, OUTCOME_LATE, "daneprobe rollover --discard-next www");
		bring_back(p, lost[i]);
		play_step(p, &go_on);
		play_told(p, OUTCOME_NOTHING, "nothing to do");
		expect_level(p, STATUS_OK, NULL);
	}
	lose(p, "0001/ecdsa-p256/privkey.pem");
	expect_level(p, STATUS_CRITICAL, "key 0001, the current one, can't be used");
	play_step(p, &go_on);
	play_told(p, OUTCOME_LATE, "key 0001, the current one, can't be used");
	bring_back(p, "0001/ecdsa-p256/privkey.pem");
	play_free(p);
}

/* A key of another generation in its place. */
static void test_rollover_step_tells_of_a_wrong_next_key(void **state)
{
	struct play *p = play_new(NULL);
	char *from = mem_printf("%s/www/keys/0001/ecdsa-p256/privkey.pem", p->sim->base);
	char *to = mem_printf("%s/www/keys/0002/ecdsa-p256/privkey.pem", p->sim->base);

	(void)state;
	assert_int_equal(unlink(to), 0);
	assert_int_equal(link(from, to), 0);
	expect_level(p, STATUS_WARNING, "request.csr is not for the key ");
	play_step(p, &begin);
	play_step(p, &go_on);
	assert_int_equal(p->lineage.state.view_generation, 1);
	free(from);
	free(to);
	play_free(p);
}

/* Nothing is switched to a key that isn't there; another one comes in its place, with all
 * the waiting that a new record needs. */
static void test_rollover_discard_next_makes_another(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	step_to(p, STAGE_SAFE);
	lose(p, "0002/ecdsa-p256/privkey.pem");
	play_step(p, &go_on);
	play_told(p, OUTCOME_REFUSED, "0002/ecdsa-p256/privkey.pem");
	play_told(p, OUTCOME_REFUSED, "daneprobe rollover --discard-next www");
	assert_int_equal(p->lineage.state.view_generation, 1);
	play_verb_of(p, rollover_discard_next);
	play_told(p, OUTCOME_MOVED, "key 0002 is discarded, 0003 is next");
	play_until_idle(p);
	assert_int_equal(p->lineage.state.current, 1);
	assert_int_equal(p->lineage.state.next, 3);
	expect_level(p, STATUS_OK, NULL);
	/* Its record was out while the new one came: the sim's judge has seen all of it.
	 */
	play_step(p, &emergency);
	step_until_current(p, 3);
	play_free(p);
}

static void test_rollover_discard_next_refuses_what_is_in_use(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	step_to(p, STAGE_VERIFIED);
	play_verb_of(p, rollover_discard_next);
	play_told(p, OUTCOME_REFUSED, "the servers have it already");
	play_step(p, &go_on);
	play_verb_of(p, rollover_discard_next);
	play_told(p, OUTCOME_REFUSED, "let it end first");
	play_until_idle(p);
	play_free(p);
}

/* --- one after the other -------------------------------------------------------------
 */

/* What a timer says that names the lineage would never end. */
static void test_rollover_step_asks_whether_another_one_is_meant(void **state)
{
	const struct rollover_how again = { .begin = true, .again = true };
	struct play *p = play_new(NULL);

	(void)state;
	/* That the first key came was no rollover. */
	play_step(p, &begin);
	play_told(p, OUTCOME_MOVED, "a rollover to key 0002 is begun");
	step_until_current(p, 2);
	play_step(p, &begin);
	play_told(p, OUTCOME_REFUSED,
		  "daneprobe rollover --again www begins another one");
	assert_int_equal(p->lineage.state.stage, STAGE_IDLE);
	play_step(p, &go_on);
	play_told(p, OUTCOME_NOTHING, "nothing to do");
	sim_advance(p->sim, SIM_DAY);
	play_step(p, &begin);
	play_told(p, OUTCOME_MOVED, "a rollover to key 0003 is begun");
	step_until_current(p, 3);
	play_step(p, &again);
	play_told(p, OUTCOME_MOVED, "a rollover to key 0004 is begun");
	play_free(p);
}

/* An emergency is no time to ask back. */
static void test_rollover_emergency_follows_at_once(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	play_step(p, &begin);
	step_until_current(p, 2);
	play_step(p, &emergency);
	assert_int_equal(p->lineage.state.goal, 3);
	play_free(p);
}

/* A next key that was discarded is no rollover either. */
static void test_rollover_discard_next_keeps_the_time_of_the_last_one(void **state)
{
	struct play *p = play_new(NULL);
	time_t ended;

	(void)state;
	play_step(p, &begin);
	step_until_current(p, 2);
	ended = p->lineage.state.rolled_at;
	sim_advance(p->sim, 2 * SIM_DAY);
	play_verb_of(p, rollover_discard_next);
	play_until_idle(p);
	assert_int_equal(p->lineage.state.next, 4);
	assert_int_equal(p->lineage.state.rolled_at, ended);
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
		cmocka_unit_test_teardown(test_rollover_step_that_fails_is_told_at_once,
					  play_end),
		cmocka_unit_test_teardown(
			test_rollover_renew_that_fails_is_told_and_tried_when_repaired,
			play_end),
		cmocka_unit_test_teardown(
			test_rollover_renew_forgets_a_failure_that_is_over, play_end),
		cmocka_unit_test_teardown(test_rollover_step_tells_of_a_lost_next_key,
					  play_end),
		cmocka_unit_test_teardown(test_rollover_step_tells_of_a_wrong_next_key,
					  play_end),
		cmocka_unit_test_teardown(test_rollover_discard_next_makes_another,
					  play_end),
		cmocka_unit_test_teardown(
			test_rollover_discard_next_refuses_what_is_in_use, play_end),
		cmocka_unit_test_teardown(test_rollover_emergency_from_idle, play_end),
		cmocka_unit_test_teardown(
			test_rollover_emergency_on_the_way_to_the_next_key, play_end),
		cmocka_unit_test_teardown(
			test_rollover_emergency_of_the_key_that_has_just_come, play_end),
		cmocka_unit_test_teardown(
			test_rollover_emergency_begins_the_next_in_the_same_run,
			play_end),
		cmocka_unit_test_teardown(test_rollover_emergency_of_a_key_not_yet_in_use,
					  play_end),
		cmocka_unit_test_teardown(test_rollover_emergency_is_tried_again_soon,
					  play_end),
		cmocka_unit_test_teardown(
			test_rollover_emergency_forgets_the_pause_of_before, play_end),
		cmocka_unit_test_teardown(test_rollover_emergency_is_kept_over_a_crash,
					  play_end),
		cmocka_unit_test_teardown(
			test_rollover_step_asks_whether_another_one_is_meant, play_end),
		cmocka_unit_test_teardown(test_rollover_emergency_follows_at_once,
					  play_end),
		cmocka_unit_test_teardown(
			test_rollover_discard_next_keeps_the_time_of_the_last_one,
			play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
