/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/claim.h"

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
#include "setup/life/status.h"

#define STEPS_MAX 60

static const struct rollover_how go_on, begin = { .begin = true, .again = true };

static char *folder_of(struct play *p, const char *name)
{
	return mem_printf("%s/%s", p->sim->base, name);
}

/* Its folder as it is now is kept, or comes back. */
static void keep(struct play *p, bool back)
{
	char *here = folder_of(p, "www"), *there = mem_printf("%s.kept", p->sim->base);

	(void)play_state(p);
	lineage_close(&p->lineage);
	p->lineage.env = NULL;
	if (back) {
		tree_remove(here);
		tree_copy(there, here);
		tree_remove(there);
	} else {
		tree_copy(here, there);
	}
	free(here);
	free(there);
}

static void roll_over(struct play *p)
{
	int64_t next = play_state(p)->next;
	size_t i;

	for (i = 0; i < STEPS_MAX; i++) {
		play_step(p, i ? &go_on : &begin);
		if (p->lineage.state.stage == STAGE_IDLE &&
		    p->lineage.state.current == next)
			return;
		sim_advance(p->sim, SIM_HOUR);
	}
	fail_msg("it doesn't end: %s", p->told.text);
}

/* A copy of two rollovers ago. */
static struct play *play_old_copy(void)
{
	struct play *p = play_new(NULL);

	keep(p, false);
	roll_over(p);
	roll_over(p);
	roll_over(p);
	sim_advance(p->sim, 20 * SIM_DAY);
	keep(p, true);
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

/* A key of the lineage itself, the next one too, is no stranger. */
static void test_claim_check_knows_the_lineages_own_keys(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	keep(p, false);
	roll_over(p);
	sim_advance(p->sim, 2 * SIM_DAY);
	keep(p, true);
	play_step(p, &go_on);
	assert_null(p->lineage.state.stranger);
	assert_int_equal(p->lineage.state.looked_at > 0, true);
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
		cmocka_unit_test_teardown(test_claim_check_knows_the_lineages_own_keys,
					  play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
