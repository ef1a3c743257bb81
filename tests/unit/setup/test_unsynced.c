/* SPDX-License-Identifier: BSD-2-Clause */
/* The same lives with a program that fsyncs no file, or no folder (file.c made forgetful
 * by tests/tests.am): where power is lost something must be missing, or the model of that
 * is worth nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "crash.h"
#include "sim.h"

#ifdef FORGETS_NAMES
#define LOSS POWER_ALL
#else
#define LOSS POWER_BYTES
#endif
#define EVERY 3 /* points: what is lost shows soon */

static void test_sim_objects_to_what_is_not_synced(void **state)
{
	struct sim *sim = sim_new(1);
	size_t points, k, objected = 0;

	(void)state;
	crash_live_well(sim);
	if (sim->offences)
		fail_msg("without a fault: %s", sim->offence);
	points = sim->points;
	for (k = 1; k <= points && !objected; k += EVERY) {
		crash_live(sim, k, LOSS, 0);
		objected = sim->offences;
	}
	assert_true(objected > 0);
	(void)fprintf(stderr, "# killed at point %zu: %s\n", k - EVERY, sim->offence);
	crash_forget();
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sim_objects_to_what_is_not_synced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
