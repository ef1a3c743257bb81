/* SPDX-License-Identifier: BSD-2-Clause */
/* A life of a lineage, ended at each of its points in turn (a write, a rename, an fsync,
 * a command): the next run must go on from there, and no key may be lost. In its middle
 * the user changes lineage.conf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "crash.h"
#include "setup/lineage/lineage_state.h"
#include "sim.h"

#define POINTS_MIN 50

static bool went_back(const struct sim *sim)
{
	char *path = mem_printf("%s/www/journal", sim->base), *text = NULL;
	size_t len;
	bool did = file_read(path, 1 << 20, &text, &len, NULL) == 0 &&
		   strstr(text, "went-back") != NULL;

	free(path);
	free(text);
	return did;
}

/* Under sanitizers each point takes four times as long, and finds out the same. */
static size_t every(void)
{
	const char *given = getenv("CRASH_EVERY");
	int64_t n = 1;

	if (given)
		(void)number_parse(given, 1, 100, &n, NULL);
	return (size_t)n;
}

static size_t count_points(struct sim *sim)
{
	crash_live_well(sim);
	if (sim->offences)
		fail_msg("without a fault: %s", sim->offence);
	return sim->points;
}

static void crash_at(struct sim *sim, size_t point, enum power_loss loss)
{
	static const char *const lost[] = { "all", "bytes", "nothing" };

	crash_live(sim, point, loss, 0);
	if (!sim->killed)
		fail_msg("point %zu was never reached", point);
	if (sim->offences)
		fail_msg("killed at point %zu, %s lost: %s", point, lost[loss],
			 sim->offence);
	if (went_back(sim))
		fail_msg("killed at point %zu, %s lost: a good renewal went back", point,
			 lost[loss]);
}

/* Where more than a temporary file isn't synced yet, power may take one part of it only,
 * and a kill takes nothing. */
static void crash_at_each_point(bool by_hook)
{
	struct sim *sim = sim_new(1);
	size_t points, k, at_risk = 0;

	sim->by_hook = by_hook;
	points = count_points(sim);
	assert_true(points >= POINTS_MIN);
	for (k = 1; k <= points; k += every()) {
		crash_at(sim, k, POWER_ALL);
		if (!sim->at_risk)
			continue;
		at_risk++;
		crash_at(sim, k, POWER_BYTES);
		crash_at(sim, k, POWER_NONE);
	}
	(void)fprintf(stderr,
		      "# %zu points, at %zu of them power could take something, %zu "
		      "different worlds after it\n",
		      points, at_risk, crash_worlds());
	assert_true(at_risk > 0);
	crash_forget();
	sim_free(sim);
}

static void test_a_run_goes_on_after_a_crash_at_any_point(void **state)
{
	(void)state;
	crash_at_each_point(false);
}

/* certbot calls its hook once, also where that is killed. */
static void test_hook_goes_on_after_a_crash_at_any_point(void **state)
{
	(void)state;
	crash_at_each_point(true);
}

static void fail_at_each_point(bool by_hook)
{
	struct sim *sim = sim_new(1);
	size_t points, k;

	sim->by_hook = by_hook;
	points = count_points(sim);
	for (k = 1; k <= points; k += every()) {
		crash_live(sim, 0, POWER_NONE, k);
		if (!sim->failed)
			fail_msg("point %zu was never reached", k);
		if (sim->offences)
			fail_msg("disk full at point %zu: %s", k, sim->offence);
	}
	(void)fprintf(stderr, "# %zu points, %zu different worlds after it\n", points,
		      crash_worlds());
	crash_forget();
	sim_free(sim);
}

static void test_a_run_goes_on_after_a_failure_at_any_point(void **state)
{
	(void)state;
	fail_at_each_point(false);
}

static void test_hook_goes_on_after_a_failure_at_any_point(void **state)
{
	(void)state;
	fail_at_each_point(true);
}

/* To the wait for a key whose record a server can still lose again: the third. */
static bool wait_for_third(struct sim *sim)
{
	struct lineage_state state;
	bool waits = false;
	size_t i;

	for (i = 0; i < 2 * CRASH_RUNS_MAX && !waits; i++) {
		if (!crash_load_state(sim, &state)) {
			(void)sim_create(sim);
			continue;
		}
		waits = state.goal == 3 && state.stage == STAGE_PUBLISHED &&
			state.agree_since;
		if (state.stage == STAGE_IDLE && sim->live[0].key >= 0)
			sim->begin = true;
		lineage_state_clear(&state);
		if (!waits)
			(void)sim_run(sim);
		sim_advance(sim, 1800);
	}
	return waits;
}

/* Until the third key is installed. */
static bool install_third(struct sim *sim)
{
	struct lineage_state state;
	bool done = false;
	size_t i;

	for (i = 0; i < 4 * CRASH_RUNS_MAX && !done && !sim->offences; i++) {
		(void)sim_run(sim);
		sim_advance(sim, 1800);
		if (!crash_load_state(sim, &state))
			return false;
		done = state.view_generation == 3;
		lineage_state_clear(&state);
	}
	return done;
}

/* A server that serves the former set again, seen by a run that dies before it can tell:
 * the wait begins anew all the same. */
static void test_a_crash_forgets_no_lagging_server(void **state)
{
	struct sim *sim = sim_new(1);
	bool killed = true;
	size_t k;

	(void)state;
	for (k = 1; killed; k++) {
		sim_reset(sim, 1);
		sim->ttl_s = 6 * SIM_HOUR;
		assert_true(wait_for_third(sim));
		sim->luck.relapse = 1000;
		sim->kill_at = sim->points + k;
		(void)sim_run(sim);
		killed = sim->killed;
		sim->luck.relapse = 0;
		sim->kill_at = 0;
		sim_advance(sim, 7 * SIM_HOUR);
		if (!install_third(sim) || sim->offences)
			fail_msg("killed at point %zu of a run: %s", k,
				 sim->offences ? sim->offence : "not installed");
	}
	assert_true(k > 5);
	crash_forget();
	sim_free(sim);
}

/* CRASH_AT=122 (CRASH_LOSS=2, CRASH_HOOK=1): that one alone, for a look with SIM_TRACE=1.
 */
static int look_at(const char *point)
{
	const char *loss = getenv("CRASH_LOSS");
	struct sim *sim = sim_new(1);

	sim->by_hook = getenv("CRASH_HOOK") != NULL;
	crash_live_well(sim);
	crash_live(sim, strtoul(point, NULL, 10),
		   (enum power_loss)strtoul(loss ? loss : "0", NULL, 10), 0);
	(void)fprintf(stderr, "# %s\n", sim->offence);
	return sim->offences != 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_run_goes_on_after_a_crash_at_any_point),
		cmocka_unit_test(test_a_run_goes_on_after_a_failure_at_any_point),
		cmocka_unit_test(test_a_crash_forgets_no_lagging_server),
		cmocka_unit_test(test_hook_goes_on_after_a_crash_at_any_point),
		cmocka_unit_test(test_hook_goes_on_after_a_failure_at_any_point),
	};

	if (getenv("CRASH_AT"))
		return look_at(getenv("CRASH_AT"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
