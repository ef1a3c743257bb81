/* SPDX-License-Identifier: BSD-2-Clause */
/* Ten years without one moment at which a client could refuse the service. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "decade.h"
#include "sim.h"

/* A world in which nothing happens shows nothing. Over fewer years some things may not.
 */
static void check_that_much_happened(const struct sim *sim)
{
	size_t years = (size_t)decade_years();

	assert_true(sim->keys >= sim->kinds * 8 * years / 10);
	assert_true(sim->orders >= 8 * years);
	assert_true(sim->crashes >= years);
	if (decade_years() < DECADE_YEARS)
		return;
	assert_true(sim->full > 0);
	assert_true(sim->bad_publications > 0);
	assert_true(sim->bad_deploys > 0);
	assert_true(sim->dark > 0);
	assert_true(sim->lags > 0);
	assert_true(sim->relapses > 0);
	assert_true(sim->outages > 0);
	assert_true(sim->wrong > 0);
}

static void tell(const struct sim *sim, uint64_t seed)
{
	(void)fprintf(stderr,
		      "# SIM_SEED=%llu: TTL %lld, %zu runs, %zu crashes, %zu points, %zu "
		      "keys, %zu orders, %zu deploys, %zu publications; %zu full disks, "
		      "%zu failed publications, %zu failed deploys, %zu times no answer, "
		      "%zu lags, %zu relapses, %zu outages of the CA, %zu wrong "
		      "certificates, %zu emergencies\n",
		      (unsigned long long)seed, (long long)sim->ttl_s, sim->runs,
		      sim->crashes, sim->points, sim->keys, sim->orders, sim->deploys,
		      sim->publications, sim->full, sim->bad_publications,
		      sim->bad_deploys, sim->dark, sim->lags, sim->relapses, sim->outages,
		      sim->wrong, sim->emergencies);
}

static void live_in_worlds(size_t kinds, bool by_hook)
{
	const struct decade_world world = { kinds, by_hook, decade_years() };
	uint64_t seed = decade_seed((uint64_t)time(NULL)), worlds = decade_worlds(), i;
	struct sim *sim = sim_new(seed);

	for (i = 0; i < worlds; i++) {
		decade_live(sim, &world, seed + i);
		tell(sim, seed + i);
		if (sim->offences)
			fail_msg("SIM_SEED=%llu: %s", (unsigned long long)(seed + i),
				 sim->offence);
		check_that_much_happened(sim);
	}
	sim_free(sim);
}

static void test_rollover_never_breaks_the_service_in_ten_years(void **state)
{
	(void)state;
	live_in_worlds(1, false);
}

/* A client may be given either key: both must be in all records at any time. */
static void test_two_kinds_of_keys_never_break_the_service_in_ten_years(void **state)
{
	(void)state;
	live_in_worlds(2, false);
}

static void test_hook_never_breaks_the_service_in_ten_years(void **state)
{
	(void)state;
	live_in_worlds(1, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rollover_never_breaks_the_service_in_ten_years),
		cmocka_unit_test(
			test_two_kinds_of_keys_never_break_the_service_in_ten_years),
		cmocka_unit_test(test_hook_never_breaks_the_service_in_ten_years),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
