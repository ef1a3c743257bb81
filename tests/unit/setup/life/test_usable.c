/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/usable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "../tree.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/life/status.h"

#define STEPS_MAX 60

static const struct rollover_how go_on, begin = { .begin = true, .again = true };

static void lose(struct play *p, const char *folder)
{
	char *path = mem_printf("%s/www/%s", p->sim->base, folder);

	(void)play_state(p);
	lineage_close(&p->lineage);
	p->lineage.env = NULL;
	tree_remove(path);
	free(path);
}

static void expect_status(struct play *p, enum status_level level, const char *text)
{
	struct status s;

	status_read(&p->env, p->sim->base, "www", &s);
	if (s.level != level || (*text && (!s.problem || !strstr(s.problem, text))))
		fail_msg("level %d: %s", s.level, s.problem ? s.problem : s.error);
	status_clear(&s);
}

static void expect_all_tell(struct play *p, const char *text)
{
	play_step(p, &go_on);
	play_told(p, OUTCOME_LATE, text);
	play_told(p, OUTCOME_LATE, "restore it from a backup");
	play_told(p, OUTCOME_LATE, "daneprobe rollover www");
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED, text);
	play_told(p, OUTCOME_REFUSED, "daneprobe rollover www");
	expect_status(p, STATUS_CRITICAL, text);
	expect_status(p, STATUS_CRITICAL, "restore it from a backup");
}

static void test_usable_word_fault_of_a_lost_folder(void **state)
{
	struct play *p = play_new(NULL);
	size_t orders = p->orders, deploys = p->sim->deploys, i;

	(void)state;
	lose(p, "keys/0001");
	for (i = 0; i < 50; i++) {
		expect_all_tell(p,
				"key 0001, the current one, can't be used: can't open ");
		sim_advance(p->sim, SIM_HOUR);
	}
	assert_int_equal(p->orders, orders);
	assert_int_equal(p->sim->deploys, deploys);
	assert_int_equal(p->sim->server[0].set, 3);
	play_free(p);
}

/* As the message says. The record of the lost key can't be told any more, which is
 * said. */
static void test_usable_word_fault_tells_a_way_that_leads_out(void **state)
{
	struct play *p = play_new(NULL);
	size_t i;

	(void)state;
	lose(p, "keys/0001");
	play_step(p, &go_on);
	for (i = 0; i < STEPS_MAX; i++) {
		play_step(p, i ? &go_on : &begin);
		if (p->lineage.state.stage == STAGE_IDLE && p->lineage.state.current == 2)
			break;
		sim_advance(p->sim, SIM_HOUR);
	}
	if (p->lineage.state.current != 2)
		fail_msg("it does not end: %s", p->told.text);
	play_told(p, OUTCOME_LATE,
		  "which record key 0001 has can't be told without its request: take out "
		  "by "
		  "hand the one that is of neither key 0002 nor key 0003");
	assert_int_equal(p->sim->live[0].key, 1);
	play_step(p, &go_on);
	expect_status(p, STATUS_OK, "");
	play_renew(p, true);
	play_told(p, OUTCOME_MOVED, "the certificate is renewed");
	play_free(p);
}

static void test_usable_word_fault_of_one_type(void **state)
{
	struct play *p = play_new(PLAY_KINDS);

	(void)state;
	lose(p, "keys/0001/rsa-2048");
	expect_all_tell(p, "key 0001, the current one, can't be used: can't open ");
	expect_status(p, STATUS_CRITICAL, "keys/0001/rsa-2048/privkey.pem");
	play_free(p);
}

static void test_usable_word_fault_of_both_generations(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	lose(p, "keys/0001");
	lose(p, "keys/0002");
	play_step(p, &go_on);
	play_told(p, OUTCOME_LATE, "key 0001, the current one, can't be used");
	play_told(p, OUTCOME_LATE,
		  "no other key can take its place: daneprobe new, under "
		  "another name");
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED, "key 0001, the current one, can't be used");
	expect_status(p, STATUS_CRITICAL, "key 0001, the current one, can't be used");
	play_verb_of(p, rollover_publish);
	play_told(p, OUTCOME_REFUSED, "none of its keys is there");
	play_free(p);
}

/* A rollover would be to the lost one itself. */
static void test_usable_word_fault_before_anything_is_installed(void **state)
{
	struct play *p = play_new_staged(NULL);
	struct why why;

	(void)state;
	lose(p, "keys/0001");
	(void)play_state(p);
	assert_true(rollover_step(&p->lineage, &go_on, &p->told, &why) < 0);
	assert_non_null(strstr(why.text, "key 0001, the current one, can't be used"));
	assert_non_null(strstr(why.text, "begin anew"));
	expect_status(p, STATUS_CRITICAL, "begin anew, since nothing of this lineage is");
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_usable_word_fault_of_a_lost_folder,
					  play_end),
		cmocka_unit_test_teardown(
			test_usable_word_fault_tells_a_way_that_leads_out, play_end),
		cmocka_unit_test_teardown(test_usable_word_fault_of_one_type, play_end),
		cmocka_unit_test_teardown(
			test_usable_word_fault_before_anything_is_installed, play_end),
		cmocka_unit_test_teardown(test_usable_word_fault_of_both_generations,
					  play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
