/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "../tree.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/life/hook.h"
#include "setup/life/status.h"

#define STEPS_MAX 60

static const struct rollover_how go_on, begin = { .begin = true, .again = true };

/* From how, the first step, on. */
static void roll_by(struct play *p, const struct rollover_how *how)
{
	int64_t next = play_state(p)->next;
	size_t i;

	for (i = 0; i < STEPS_MAX; i++) {
		play_step(p, i ? &go_on : how);
		if (p->lineage.state.stage == STAGE_IDLE &&
		    p->lineage.state.current == next)
			return;
		sim_advance(p->sim, SIM_HOUR);
	}
	fail_msg("it doesn't end: %s", p->told.text);
}

static void roll_over(struct play *p)
{
	roll_by(p, &begin);
}

/* A copy of two rollovers ago. */
static struct play *play_old_copy(void)
{
	struct play *p = play_new(NULL);

	play_keep(p);
	roll_over(p);
	roll_over(p);
	roll_over(p);
	sim_advance(p->sim, 20 * SIM_DAY);
	play_restore(p);
	assert_int_equal(play_state(p)->current, 1);
	return p;
}

static void test_claim_check_stops_an_old_copy(void **state)
{
	struct play *p = play_old_copy();
	uint64_t set = p->sim->server[0].set;
	size_t publications = p->sim->publications, deploys = p->sim->deploys, i;
	size_t orders = p->orders;
	struct status s;

	(void)state;
	for (i = 0; i < 60; i++) {
		play_step(p, &go_on);
		play_told(p, OUTCOME_REFUSED,
			  "none of this lineage's: this is an old copy");
		play_told(p, OUTCOME_REFUSED, "daneprobe rollover www");
		play_renew(p, true);
		play_told(p, OUTCOME_REFUSED, "none of this lineage's");
		sim_advance(p->sim, SIM_HOUR);
	}
	assert_int_equal(p->sim->server[0].set, set);
	assert_int_equal(p->sim->publications, publications);
	assert_int_equal(p->sim->deploys, deploys);
	assert_int_equal(p->orders, orders);
	(void)play_state(p);
	status_read(&p->env, p->sim->base, "www", &s);
	assert_int_equal(s.level, STATUS_WARNING);
	assert_non_null(strstr(s.problem, "old copy"));
	status_clear(&s);
	play_free(p);
}

/* Its next key comes to the servers in order. */
static void test_claim_take_lets_an_old_copy_go_on(void **state)
{
	struct play *p = play_old_copy();

	(void)state;
	play_step(p, &go_on);
	play_told(p, OUTCOME_REFUSED, "old copy");
	roll_over(p);
	assert_int_equal(p->lineage.state.current, 2);
	sim_advance(p->sim, 2 * SIM_DAY);
	play_step(p, &go_on);
	assert_null(p->lineage.state.stranger);
	assert_false(p->lineage.state.claimed);
	play_free(p);
}

/* Whoever hasn't been told yet is told first. */
static void test_claim_check_tells_a_person_first(void **state)
{
	struct play *p = play_old_copy();

	(void)state;
	play_step(p, &begin);
	play_told(p, OUTCOME_REFUSED, "old copy");
	play_step(p, &begin);
	play_told(p, OUTCOME_MOVED, "a rollover to key 0002 is begun");
	play_free(p);
}

static void publish(struct play *p)
{
	play_verb_of(p, rollover_publish);
}

/* Told to go on: its records come beside those that are there. */
static struct play *play_claimed_copy(void)
{
	struct play *p = play_old_copy();

	play_step(p, &go_on);
	play_told(p, OUTCOME_REFUSED, "old copy");
	publish(p);
	play_told(p, OUTCOME_MOVED, "the records are published in DNS");
	return p;
}

static bool is_own(const struct play *p)
{
	return strcmp(p->sim->digest[p->sim->live[0].key], p->sim->digest[0]) == 0;
}

static bool is_ready(const struct play *p)
{
	return p->told.text && strstr(p->told.text, "daneprobe install www");
}

/* Its key comes under the servers only after no cache can lack it, whoever asks for a
 * certificate; sim's judge looks on. */
static void test_claim_ask_lets_a_told_copy_wait(void **state)
{
	struct play *p = play_claimed_copy();
	size_t deploys = p->sim->deploys, orders = p->orders, i;
	struct status s;

	(void)state;
	for (i = 0; i < 60 && !is_ready(p); i++) {
		play_renew(p, true);
		if (p->told.kind == OUTCOME_MOVED)
			fail_msg("installed too early: %s", p->told.text);
		play_verb_of(p, rollover_install);
		play_told(p, OUTCOME_REFUSED, "none of this lineage's");
		assert_int_equal(p->sim->deploys, deploys);
		assert_int_equal(p->orders, orders);
		status_read(&p->env, p->sim->base, "www", &s);
		assert_int_equal(s.level, STATUS_WARNING);
		assert_non_null(strstr(s.problem, "key 0001 may come in its place"));
		status_clear(&s);
		sim_advance(p->sim, 600);
		play_step(p, &go_on);
		if (!strstr(p->told.text, "key 0001 may come in its place "))
			fail_msg("%s", p->told.text);
		assert_true(is_ready(p) || strstr(p->told.text, "let no server"));
	}
	play_told(p, OUTCOME_LATE, "daneprobe install www");
	assert_true(i >= 12); /* twice the TTL */
	play_renew(p, true);
	play_told(p, OUTCOME_MOVED, "every endpoint presents it");
	assert_true(is_own(p));
	play_step(p, &go_on);
	assert_int_equal(p->told.kind, OUTCOME_NOTHING);
	status_read(&p->env, p->sim->base, "www", &s);
	assert_int_equal(s.level, STATUS_OK);
	status_clear(&s);
	play_free(p);
}

static void test_claim_ask_lets_install_bring_the_key_back(void **state)
{
	struct play *p = play_claimed_copy();
	size_t orders = p->orders, i;

	(void)state;
	for (i = 0; i < 60 && !is_ready(p); i++) {
		sim_advance(p->sim, 600);
		play_step(p, &go_on);
	}
	play_verb_of(p, rollover_install);
	play_told(p, OUTCOME_MOVED, "every endpoint presents key 0001");
	assert_int_equal(p->orders, orders);
	assert_true(is_own(p));
	assert_null(p->lineage.state.stranger);
	play_free(p);
}

/* One name server that has lost them again, and the wait begins anew. */
static void test_claim_ask_wants_the_records_at_all_servers(void **state)
{
	struct play *p = play_claimed_copy();
	size_t deploys = p->sim->deploys, i;

	(void)state;
	for (i = 0; i < 60 && !is_ready(p); i++) {
		sim_advance(p->sim, 600);
		play_step(p, &go_on);
	}
	p->sim->server[1].set &= ~UINT64_C(3);
	play_renew(p, true);
	play_told(p, OUTCOME_LATE, "key 0001 may come in its place only after");
	assert_int_equal(p->sim->deploys, deploys);
	play_free(p);
}

/* What an installation that was cut short has left in the copy isn't finished. */
static void test_claim_stops_what_a_crash_cut_short(void **state)
{
	struct play *p = play_new(NULL);
	size_t deploys, i;

	(void)state;
	play_die(p, true);
	play_keep(p);
	play_step(p, &go_on);
	roll_over(p);
	roll_over(p);
	roll_over(p);
	sim_advance(p->sim, 20 * SIM_DAY);
	play_restore(p);
	deploys = p->sim->deploys;
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED, "old copy");
	play_step(p, &go_on);
	play_told(p, OUTCOME_REFUSED, "old copy");
	publish(p);
	play_told(p, OUTCOME_MOVED, "the records are published in DNS");
	for (i = 0; i < 6; i++) {
		play_step(p, &go_on);
		play_renew(p, true);
		sim_advance(p->sim, 600);
	}
	assert_int_equal(p->sim->deploys, deploys);
	play_free(p);
}

/* A certificate for the next key, which certbot brings, begins no rollover there. */
static void test_claim_stops_a_hook(void **state)
{
	struct play *p = play_old_copy();
	size_t publications = p->sim->publications;
	struct hook_report report;
	struct why why;

	(void)state;
	(void)play_state(p);
	assert_int_equal(rollover_receive(&p->lineage, 2, &p->told, &why), 0);
	play_told(p, OUTCOME_REFUSED, "old copy");
	assert_int_equal(p->sim->publications, publications);
	assert_int_equal(hook_predict(&p->lineage, &report, &why), 0);
	assert_int_equal(report.result.kind, OUTCOME_LATE);
	assert_non_null(strstr(report.result.text, "old copy"));
	hook_report_clear(&report);
	play_free(p);
}

/* That somebody published once, with nothing else there, tells no later copy to go on. */
static void test_claim_take_is_about_what_is_there(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	publish(p);
	play_keep(p);
	roll_over(p);
	roll_over(p);
	roll_over(p);
	sim_advance(p->sim, 20 * SIM_DAY);
	play_restore(p);
	play_step(p, &go_on);
	play_told(p, OUTCOME_REFUSED, "old copy");
	play_free(p);
}

/* A person who publishes from an old copy is told first, too. */
static void test_claim_check_tells_who_publishes_first(void **state)
{
	struct play *p = play_old_copy();
	size_t publications = p->sim->publications;

	(void)state;
	publish(p);
	play_told(p, OUTCOME_REFUSED, "old copy");
	assert_int_equal(p->sim->publications, publications);
	publish(p);
	play_told(p, OUTCOME_MOVED, "the records are published in DNS");
	play_free(p);
}

/* An emergency asks nobody twice, and waits for caches all the same. */
static void test_claim_take_by_an_emergency(void **state)
{
	const struct rollover_how emergency = { .begin = true, .emergency = true };
	struct play *p = play_old_copy();
	size_t i;

	(void)state;
	play_step(p, &emergency);
	for (i = 0; i < STEPS_MAX && p->lineage.state.stage != STAGE_IDLE; i++) {
		sim_advance(p->sim, SIM_HOUR);
		play_step(p, &go_on);
		play_renew(p, false);
	}
	assert_int_equal(p->lineage.state.current, 2);
	play_free(p);
}

/* A key of the lineage itself, whatever brought it there, is no stranger. */
static void test_claim_check_knows_the_lineages_own_keys(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	roll_over(p);
	sim_advance(p->sim, 2 * SIM_DAY);
	play_step(p, &go_on);
	assert_null(p->lineage.state.stranger);
	assert_int_equal(p->lineage.state.looked_at > 0, true);
	play_free(p);
}

/* But its next one is, where nothing here has brought it to the servers: by its records
 * and its renewal the retired key would come back, and clients with it to their end. */
static void test_claim_check_stops_a_copy_of_one_rollover_ago(void **state)
{
	struct play *p = play_new(NULL);
	size_t publications, deploys;

	(void)state;
	play_keep(p);
	roll_over(p);
	play_until_due(p);
	publications = p->sim->publications;
	deploys = p->sim->deploys;
	play_restore(p);
	play_step(p, &go_on);
	play_told(p, OUTCOME_REFUSED, "which is published and this lineage's next one");
	play_told(p, OUTCOME_REFUSED, "daneprobe rollover www");
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED, "this lineage's next one");
	assert_int_equal(p->sim->publications, publications);
	assert_int_equal(p->sim->deploys, deploys);

	/* told to go on, it doesn't renew the retired one either before its time */
	play_step(p, &begin);
	play_told(p, OUTCOME_MOVED, "a rollover to key 0002 is begun");
	play_renew(p, true);
	play_told(p, OUTCOME_LATE, "key 0001 may come in its place");
	assert_int_equal(p->sim->deploys, deploys);
	roll_by(p, &go_on);
	assert_int_equal(p->lineage.state.current, 2);
	assert_null(p->lineage.state.stranger);
	play_free(p);
}

/* Another host has a copy of its folder, whose timer runs too; no service is its. */
struct twins {
	struct play *play;
	char home[sizeof(((struct sim *)0)->base)];
	char *stranger; /* owned; what the other copy found in the place of its keys */
	char *said;	/* owned; what it said last that wasn't well */
};

static void run_timer(struct play *p)
{
	play_step(p, &go_on);
	play_renew(p, false);
}

static void keep_said(struct twins *t)
{
	struct play *p = t->play;

	if (p->told.kind < OUTCOME_LATE)
		return;
	free(t->said);
	t->said = mem_text(p->told.text);
}

static void run_other(struct twins *t)
{
	struct play *p = t->play;

	(void)snprintf(p->sim->base, sizeof(p->sim->base), "%.50s/other", t->home);
	p->deploys_deaf = 100;
	play_step(p, &go_on);
	keep_said(t);
	play_renew(p, false);
	keep_said(t);
	free(t->stranger);
	t->stranger = mem_text(play_state(p)->stranger);
	p->deploys_deaf = 0;
	memcpy(p->sim->base, t->home, sizeof(t->home));
	(void)play_state(p);
}

static void copy_lineage(struct twins *t)
{
	struct play *p = t->play;
	char *from = mem_printf("%s/www", p->sim->base);
	char *base = mem_printf("%s/other", p->sim->base);
	char *to = mem_printf("%s/www", base);

	memcpy(t->home, p->sim->base, sizeof(t->home));
	assert_int_equal(mkdir(base, 0700), 0);
	tree_copy(from, to);
	free(from);
	free(base);
	free(to);
}

static void live_days(struct twins *t, int64_t days)
{
	int64_t i;

	for (i = 0; i < days; i++) {
		run_timer(t->play);
		sim_advance(t->play->sim, SIM_HOUR);
		run_other(t);
		sim_advance(t->play->sim, SIM_DAY - SIM_HOUR);
	}
}

/* Its rollover begins at the same time; the services are a rollover ahead of it when it
 * would install, and then publish, what they no longer need. */
static void test_claim_check_finds_a_copy_on_another_host(void **state)
{
	struct twins t = { .play = play_new(NULL) };
	struct play *p = t.play;
	uint64_t set;
	int64_t i;

	(void)state;
	copy_lineage(&t);
	live_days(&t, 360);
	assert_null(t.stranger);
	for (i = 0; i < 20 && !t.stranger; i++)
		live_days(&t, 1);
	assert_non_null(t.stranger);
	assert_non_null(strstr(t.said, "this lineage's next one, that no rollover here "
				       "has brought there: this is an old copy of it, or "
				       "another one is in use"));
	live_days(&t, 3);
	set = p->sim->server[0].set;
	live_days(&t, 30);
	assert_int_equal(p->sim->server[0].set, set);
	assert_int_equal(set & 1, 0); /* the retired one */
	assert_int_equal(play_state(p)->current, 2);
	assert_null(p->lineage.state.stranger);
	free(t.stranger);
	free(t.said);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_claim_check_stops_an_old_copy, play_end),
		cmocka_unit_test_teardown(test_claim_take_lets_an_old_copy_go_on,
					  play_end),
		cmocka_unit_test_teardown(test_claim_check_tells_a_person_first,
					  play_end),
		cmocka_unit_test_teardown(test_claim_check_finds_a_copy_on_another_host,
					  play_end),
		cmocka_unit_test_teardown(test_claim_ask_lets_a_told_copy_wait, play_end),
		cmocka_unit_test_teardown(test_claim_ask_lets_install_bring_the_key_back,
					  play_end),
		cmocka_unit_test_teardown(test_claim_ask_wants_the_records_at_all_servers,
					  play_end),
		cmocka_unit_test_teardown(test_claim_stops_what_a_crash_cut_short,
					  play_end),
		cmocka_unit_test_teardown(test_claim_stops_a_hook, play_end),
		cmocka_unit_test_teardown(test_claim_take_is_about_what_is_there,
					  play_end),
		cmocka_unit_test_teardown(test_claim_check_tells_who_publishes_first,
					  play_end),
		cmocka_unit_test_teardown(test_claim_take_by_an_emergency, play_end),
		cmocka_unit_test_teardown(test_claim_check_knows_the_lineages_own_keys,
					  play_end),
		cmocka_unit_test_teardown(
			test_claim_check_stops_a_copy_of_one_rollover_ago, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
