/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/install/install.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "base/why.h"
#include "setup/install/view.h"
#include "setup/life/status.h"

static void test_install_renewal_says_that_the_former_one_is_back(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	p->deploys_fail = 1;
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED,
		  "'deploy' failed with exit status 7; the former certificate is back");
	assert_null(strstr(p->told.text, "but"));
	assert_null(strstr(p->told.text, "failed too"));
	play_free(p);
}

static void test_install_generation_says_where_it_went_back_to(void **state)
{
	const struct rollover_how begin = { .begin = true };
	struct play *p = play_new(NULL);
	size_t i;

	(void)state;
	p->deploys_deaf = 1;
	for (i = 0; i < 20 && p->told.kind != OUTCOME_REFUSED; i++) {
		sim_advance(p->sim, SIM_HOUR);
		play_step(p, &begin);
	}
	play_told(p, OUTCOME_REFUSED,
		  "www.example.com:443 mismatch; went back to key 0001");
	assert_non_null(strstr(p->lineage.state.reason, "went back to key 0001"));
	/* So it says while it waits for its next try. */
	play_step(p, &begin);
	play_told(p, OUTCOME_LATE, "went back to key 0001 (since ");
	play_told(p, OUTCOME_LATE, "); tried again in");
	play_free(p);
}

static void test_install_tells_that_going_back_failed_too(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	p->deploys_fail = 2;
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED,
		  "and the rollback failed too: 'deploy' failed with exit status 7; "
		  "every endpoint presents the former certificate all the same");
	p->deploys_fail = 2;
	p->fault = "connect-failed: refused";
	p->looks_good = 1;
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED,
		  "and the rollback failed too: 'deploy' failed with exit status 7 "
		  "(https://www.example.com connect-failed: refused): live/ is as it "
		  "was: make the servers read it again");
	play_free(p);
}

static void test_install_tells_what_is_wrong_after_going_back(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	p->deploys_fail = 1;
	p->fault = "connect-failed: refused";
	p->looks_good = 1;
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED,
		  "the former certificate is back, but https://www.example.com "
		  "connect-failed: refused");
	/* What was so before the switch is none of its making. */
	p->deploys_fail = 1;
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED, "the former certificate is back");
	assert_null(strstr(p->told.text, "but"));
	play_free(p);
}

/* A fault that was there before the switch is none of its making, in whatever words; one
 * of another kind at the same place is. */
static void test_install_tells_old_faults_from_new_ones(void **state)
{
	static const struct {
		const char *before, *after;
		bool is_new;
	} rows[] = {
		{ "connect-failed: refused", "connect-failed: no route", false },
		{ "connect-failed: refused", "connect-failed", false },
		{ "connect-failed: refused", "connected, and then closed", true },
		{ "timeout: in connect", "timeout-of-another-kind: x", true },
		{ "presents the key 0a", "presents the key 0b", true },
		{ "presents the key 0a", "presents the key 0a", false },
	};
	struct play *p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p = play_new(NULL);
		p->first_fault = rows[i].before;
		p->first_looks = 1;
		p->fault = rows[i].after;
		play_renew(p, true);
		if ((p->told.kind == OUTCOME_REFUSED) != rows[i].is_new)
			fail_msg("%s, then %s: %s", rows[i].before, rows[i].after,
				 p->told.text);
		play_free(p);
	}
}

/* What an operator must do comes through whole, however much was said before. */
static void test_install_cuts_off_nothing_that_matters(void **state)
{
	static char much[3000];
	struct play *p = play_new(NULL);

	(void)state;
	memset(much, 'x', sizeof(much) - 1);
	p->fault = much;
	p->looks_good = 1;
	p->deploys_fail = 2;
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED, "and the rollback failed too: 'deploy' failed");
	play_told(p, OUTCOME_REFUSED,
		  "): live/ is as it was: make the servers read it again");
	assert_true(strlen(p->told.text) < 500);
	play_free(p);
}

/* Its certificate has ended since, and the server has a newer one. */
static struct play *play_ended_copy(const char *key_types)
{
	struct play *p = play_new(key_types);

	play_keep(p);
	play_until_due(p);
	play_renew(p, false);
	play_told(p, OUTCOME_MOVED, "renewed");
	sim_advance(p->sim, p->sim->lifetime_s / 2);
	play_restore(p);
	return p;
}

static void test_install_goes_back_to_nothing_that_has_ended(void **state)
{
	struct play *p = play_ended_copy(NULL);
	size_t deploys = p->sim->deploys;

	(void)state;
	p->deploys_fail = 1;
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED,
		  "'deploy' failed with exit status 7; it is not rolled back, since the "
		  "certificate (ecdsa-p256) that was live before ended at 2027-");
	play_told(p, OUTCOME_REFUSED,
		  "the new one stays in live/: make the servers read it");
	assert_int_equal(p->sim->deploys, deploys + 1);
	assert_int_equal(view_live(&p->lineage), p->lineage.state.last_view);
	/* And each run tries again what failed. */
	play_renew(p, true);
	play_told(p, OUTCOME_MOVED, "the certificate is renewed");
	play_free(p);
}

/* A crash in the middle of it, and going back was what it had begun. */
static void test_install_recover_goes_back_to_nothing_that_has_ended(void **state)
{
	struct play *p = play_ended_copy(NULL);

	(void)state;
	play_die(p, true);
	p->deploys_fail = 1;
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED, "it is not rolled back, since the certificate");
	play_renew(p, true);
	play_free(p);
}

static void roll_until(struct play *p, enum lineage_stage stage)
{
	const struct rollover_how begin = { .begin = true };
	size_t i;

	for (i = 0; i < 20 && play_state(p)->stage != stage; i++) {
		sim_advance(p->sim, SIM_HOUR);
		play_step(p, &begin);
	}
	assert_int_equal(play_state(p)->stage, stage);
}

/* The record of the key that was live before is gone by the time. */
static void test_install_goes_back_to_no_key_without_its_record(void **state)
{
	struct play *p = play_new(NULL);
	size_t i;

	(void)state;
	roll_until(p, STAGE_SAFE);
	play_die(p, false);
	/* it was taken over before the run died */
	p->deploys_deaf = 0;
	assert_int_equal(p->run(p->sim, &(struct env_command){ .text = "deploy" }, NULL),
			 0);
	for (i = 0; i < SIM_SERVERS; i++)
		p->sim->server[i].set &= ~UINT64_C(1);
	p->deploys_fail = 1;
	play_step(p, &(struct rollover_how){ .force = true });
	play_told(p, OUTCOME_REFUSED,
		  "it is not rolled back, since the record of key 0001 is no longer at "
		  "every name server");
	assert_string_equal(p->sim->digest[p->sim->live[0].key], p->sim->digest[1]);
	play_free(p);
}

/* The order of one kind failed: the other one's new certificate comes without bringing an
 * ended one to servers that have a better one. */
static void test_install_renewal_deploys_nothing_ended(void **state)
{
	struct play *p = play_ended_copy(PLAY_KINDS);
	size_t deploys = p->sim->deploys;
	struct status s;

	(void)state;
	p->no_order = "rsa-2048";
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "the certificate (rsa-2048) of key 0001 ended at ");
	play_told(p, OUTCOME_REFUSED, "the servers present another one");
	play_told(p, OUTCOME_REFUSED, "'order' failed with exit status 1: no luck");
	assert_int_equal(p->sim->deploys, deploys);
	(void)play_state(p);
	status_read(&p->env, p->sim->base, "www", &s);
	assert_int_equal(s.level, STATUS_CRITICAL);
	assert_non_null(strstr(s.problem, "rsa-2048"));
	status_clear(&s);
	p->no_order = NULL;
	play_renew(p, true);
	play_told(p, OUTCOME_MOVED, "every endpoint presents it");
	play_free(p);
}

/* Where the servers present that ended one anyway, the other kind's new one helps. */
static void test_install_renewal_keeps_what_it_had_of_the_other_kind(void **state)
{
	struct play *p = play_new(PLAY_KINDS);
	struct status s;
	time_t rsa_end;

	(void)state;
	rsa_end = p->sim->live[1].end;
	p->no_order = "rsa-2048";
	play_until_due(p);
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED,
		  "the certificates that could be renewed are in use");
	play_until_due(p);
	assert_true(rsa_end < p->sim->now);
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED,
		  "the certificates that could be renewed are in use");
	assert_true(p->sim->live[0].end > p->sim->now + 80 * SIM_DAY);
	assert_int_equal(p->sim->live[1].end, rsa_end);
	(void)play_state(p);
	status_read(&p->env, p->sim->base, "www", &s);
	assert_int_equal(s.level, STATUS_CRITICAL);
	assert_non_null(strstr(s.problem, "expired: rsa-2048: "));
	status_clear(&s);
}

/* There is nothing to go back to. */
static void test_install_leaves_the_first_key(void **state)
{
	struct play *p = play_new_staged(NULL);
	const struct rollover_how how = { .force = true };
	size_t i;

	(void)state;
	p->deploys_fail = 1;
	for (i = 0; i < 5 && p->told.kind != OUTCOME_REFUSED; i++)
		play_step(p, &how);
	play_told(p, OUTCOME_REFUSED,
		  "'deploy' failed with exit status 7; nothing was live before, so key "
		  "0001 stays in live/");
	play_until_idle(p);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			test_install_renewal_says_that_the_former_one_is_back, play_end),
		cmocka_unit_test_teardown(
			test_install_generation_says_where_it_went_back_to, play_end),
		cmocka_unit_test_teardown(test_install_tells_that_going_back_failed_too,
					  play_end),
		cmocka_unit_test_teardown(
			test_install_tells_what_is_wrong_after_going_back, play_end),
		cmocka_unit_test_teardown(test_install_tells_old_faults_from_new_ones,
					  play_end),
		cmocka_unit_test_teardown(test_install_cuts_off_nothing_that_matters,
					  play_end),
		cmocka_unit_test_teardown(
			test_install_goes_back_to_nothing_that_has_ended, play_end),
		cmocka_unit_test_teardown(
			test_install_recover_goes_back_to_nothing_that_has_ended,
			play_end),
		cmocka_unit_test_teardown(
			test_install_goes_back_to_no_key_without_its_record, play_end),
		cmocka_unit_test_teardown(test_install_renewal_deploys_nothing_ended,
					  play_end),
		cmocka_unit_test_teardown(
			test_install_renewal_keeps_what_it_had_of_the_other_kind,
			play_end),
		cmocka_unit_test_teardown(test_install_leaves_the_first_key, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
