/* SPDX-License-Identifier: BSD-2-Clause */
/* The same worlds with a program that waits one TTL only (safety.c made impatient by
 * tests/tests.am): the judge must object, or it is worth nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "decade.h"
#include "setup/agree/safety.h"
#include "sim.h"

/* Worlds that begin with this one, unless SIM_SEED says another: what is looked for comes
 * early in it, and it shows the same each time. */
#define SEED 26
#define WORLDS 5
#define YEARS 2

static void test_sim_objects_to_one_ttl(void **state)
{
	static const struct decade_world world = { .kinds = 1, .years = YEARS };
	const struct safety_facts facts = { 1, 60, 60, false };
	uint64_t seed = decade_seed(SEED), i, objected = 0;
	struct sim *sim = sim_new(seed);

	(void)state;
	assert_int_equal(safety_hold_s(&facts), 60);
	for (i = 0; i < WORLDS && !objected; i++) {
		decade_live(sim, &world, seed + i);
		(void)fprintf(stderr, "# SIM_SEED=%llu: %s\n",
			      (unsigned long long)(seed + i),
			      sim->offences ? sim->offence : "no objection");
		objected += sim->offences != 0;
	}
	assert_true(objected > 0);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sim_objects_to_one_ttl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
