/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/end.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/life/next.h"

static const struct rollover_how go_on, begin = { .begin = true },
					emergency = { .begin = true, .emergency = true };

static int end_it(struct lineage *l, struct outcome *r, struct why *why)
{
	return end_step(l, false, r, why);
}

static int end_it_all_the_same(struct lineage *l, struct outcome *r, struct why *why)
{
	return end_step(l, true, r, why);
}

static void test_end_step_waits_for_what_is_going_on(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	play_step(p, &begin);
	play_verb_of(p, end_it);
	play_told(p, OUTCOME_REFUSED, "a rollover is going on");
	assert_int_equal(p->lineage.state.ending_at, 0);
	play_step(p, &emergency);
	play_verb_of(p, end_it);
	play_told(p, OUTCOME_REFUSED, "an emergency is going on");
	play_free(p);
}

/* The timer's runs bring nothing back meanwhile, and a person is told. */
static void test_end_step_leaves_what_the_server_needs(void **state)
{
	struct play *p = play_new(NULL);
	uint64_t set;
	size_t i;

	(void)state;
	assert_int_equal(p->sim->server[0].set, 3);
	play_verb_of(p, end_it);
	play_told(p, OUTCOME_LATE,
		  "the record of key 0001 at _443._tcp.www.example.com.");
	set = p->sim->server[0].set;
	assert_int_equal(set, UINT64_C(1) << p->sim->live[0].key);
	for (i = 0; i < 30; i++) {
		sim_advance(p->sim, SIM_HOUR);
		play_step(p, &go_on);
		play_told(p, OUTCOME_NOTHING, "it goes out of service since");
	}
	assert_int_equal(next_of(&p->lineage, p->sim->now).action, NEXT_END);
	play_step(p, &begin);
	play_told(p, OUTCOME_REFUSED, "daneprobe end www goes on");
	play_verb_of(p, rollover_publish);
	play_told(p, OUTCOME_REFUSED, "daneprobe end www goes on");
	play_verb_of(p, rollover_install);
	play_told(p, OUTCOME_REFUSED, "daneprobe end www goes on");
	assert_int_equal(p->sim->server[0].set, set);
	/* The key is in use, so its certificate is renewed all the same. */
	play_renew(p, true);
	play_told(p, OUTCOME_MOVED, "renewed");
	play_free(p);
}

static void test_end_take_back_gives_the_records_again(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	play_verb_of(p, end_it);
	play_verb_of(p, end_take_back);
	play_told(p, OUTCOME_MOVED, "in service again");
	play_step(p, &go_on);
	assert_int_equal(p->sim->server[0].set, 3);
	play_verb_of(p, end_take_back);
	play_told(p, OUTCOME_NOTHING, "it is in service");
	play_free(p);
}

/* A server reads live/ as long as it presents the key. */
static void test_end_step_moves_the_folder_when_nobody_needs_it(void **state)
{
	struct play *p = play_new(NULL);
	char *key, *remarks;

	(void)state;
	play_verb_of(p, end_it_all_the_same);
	play_told(p, OUTCOME_MOVED, "taken out of DNS");
	assert_int_equal(p->sim->server[0].set, 0);
	sim_advance(p->sim, SIM_DAY * 4);
	play_verb_of(p, end_it_all_the_same);
	play_told(p, OUTCOME_LATE, "the folder stays");
	p->sim->live[0].key = -1; /* nobody there any more */
	play_verb_of(p, end_it);
	play_told(p, OUTCOME_LATE, "the folder stays");
	play_verb_of(p, end_it_all_the_same);
	play_told(p, OUTCOME_MOVED,
		  "it is out of service; its keys and its journal are in ");
	assert_false(lineage_is_there(p->sim->base, "www"));
	key = lineage_key_path(&p->lineage, 1, p->lineage.conf.key_type[0],
			       "privkey.pem");
	assert_int_equal(access(key, F_OK), 0);
	free(key);
	remarks = end_remarks(&p->lineage);
	assert_non_null(strstr(remarks, "/www/live/ fails at its next start or reload"));
	assert_non_null(strstr(remarks, "no lineage is left in "));
	free(remarks);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_end_step_waits_for_what_is_going_on,
					  play_end),
		cmocka_unit_test_teardown(test_end_step_leaves_what_the_server_needs,
					  play_end),
		cmocka_unit_test_teardown(test_end_take_back_gives_the_records_again,
					  play_end),
		cmocka_unit_test_teardown(
			test_end_step_moves_the_folder_when_nobody_needs_it, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
