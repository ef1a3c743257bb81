/* SPDX-License-Identifier: BSD-2-Clause */
/* Ten years without one moment at which a client could refuse the service. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "decade.h"
#include "sim.h"

typedef void live_fn(struct sim *sim, uint64_t seed);

static void live_in_worlds(live_fn *live)
{
	uint64_t seed = decade_seed(), worlds = decade_worlds(), i;
	size_t years = (size_t)decade_years();
	struct sim *sim = sim_new(seed);

	for (i = 0; i < worlds; i++) {
		live(sim, seed + i);
		(void)fprintf(stderr,
			      "# SIM_SEED=%llu: TTL %lld, %zu runs, %zu crashes, %zu "
			      "points, %zu keys, %zu orders, %zu deploys, %zu "
			      "publications\n",
			      (unsigned long long)(seed + i), (long long)sim->ttl_s,
			      sim->runs, sim->crashes, sim->points, sim->keys,
			      sim->orders, sim->deploys, sim->publications);
		if (sim->offences)
			fail_msg("SIM_SEED=%llu: %s", (unsigned long long)(seed + i),
				 sim->offence);
		/* A world in which nothing happens shows nothing. */
		assert_true(sim->keys * 10 >= 8 * years);
		assert_true(sim->orders >= 8 * years);
		assert_true(sim->crashes >= years);
	}
	sim_free(sim);
}

static void test_rollover_never_breaks_the_service_in_ten_years(void **state)
{
	(void)state;
	live_in_worlds(decade_live);
}

static void test_hook_never_breaks_the_service_in_ten_years(void **state)
{
	(void)state;
	live_in_worlds(decade_live_by_hook);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rollover_never_breaks_the_service_in_ten_years),
		cmocka_unit_test(test_hook_never_breaks_the_service_in_ten_years),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
