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
		  "and going back failed too: 'deploy' failed with exit status 7; every "
		  "endpoint presents the former certificate all the same");
	p->deploys_fail = 2;
	p->fault = "connect-failed: refused";
	p->looks_good = 1;
	play_renew(p, true);
	play_told(
		p, OUTCOME_REFUSED,
		"and going back failed too: 'deploy' failed with exit status 7 "
		"(https://www.example.com connect-failed: refused): live/ is as it was: "
		"make the servers read it again");
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
	play_told(p, OUTCOME_REFUSED, "and going back failed too: 'deploy' failed");
	play_told(p, OUTCOME_REFUSED,
		  "): live/ is as it was: make the servers read it again");
	assert_true(strlen(p->told.text) < 500);
	play_free(p);
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
		  "0001 stays there");
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
		cmocka_unit_test_teardown(test_install_leaves_the_first_key, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
