/* SPDX-License-Identifier: BSD-2-Clause */
/* A life of a lineage, ended at each of its points in turn (a write, a rename, an fsync,
 * a command): the next run must go on from there, and no key may be lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage_state.h"
#include "sim.h"

#define POINTS_MIN 50
#define RUNS_MAX 80
#define GENERATIONS 3

static bool load_state(const struct sim *sim, struct lineage_state *ret_state)
{
	char *path = mem_printf("%s/www/state", sim->base);
	int rc = lineage_state_load(path, ret_state, NULL);

	free(path);
	return rc == 0;
}

/* The private keys that there are, as they were first seen: none may change. */
struct keys {
	char *text[GENERATIONS]; /* owned */
};

static void watch_keys(struct sim *sim, struct keys *keys)
{
	char *path, *text;
	size_t i, len;

	for (i = 0; i < GENERATIONS; i++) {
		path = mem_printf("%s/www/keys/%04zu/ecdsa-p256/privkey.pem", sim->base,
				  i + 1);
		text = NULL;
		if (file_read(path, 65536, &text, &len, NULL) < 0)
			text = NULL;
		if (keys->text[i] && (!text || strcmp(text, keys->text[i]) != 0))
			sim_offend(sim, "key %zu is lost or changed", i + 1);
		if (!keys->text[i])
			keys->text[i] = text;
		else
			free(text);
		free(path);
	}
}

/* Set up, rolled over once, renewed once. */
static bool is_done(const struct sim *sim)
{
	struct lineage_state state;
	bool done;

	if (!load_state(sim, &state))
		return false;
	done = state.stage == STAGE_IDLE && state.current == 2 && state.next == 3 &&
	       state.view_generation == 2 && sim->orders >= 3 &&
	       state.intent == INTENT_NONE &&
	       sim->live_end > sim->now + 70 * SIM_DAY; /* the renewed one */
	lineage_state_clear(&state);
	return done;
}

static void drive(struct sim *sim)
{
	struct lineage_state state;
	bool leap;

	if (!load_state(sim, &state)) {
		(void)sim_create(sim);
		return;
	}
	if (state.stage == STAGE_IDLE && state.current == 1 && sim->live >= 0)
		sim->begin = true;
	/* Once to where the certificate is due. */
	leap = state.stage == STAGE_IDLE && state.current == 2 &&
	       sim->now < state.created_at + 20 * SIM_DAY;
	/* An address dies before the renewal, which has to stay all the same. */
	if (state.stage == STAGE_IDLE && state.current == 2)
		sim->dead_end = true;
	lineage_state_clear(&state);
	(void)sim_run(sim);
	sim_advance(sim, leap ? 62 * SIM_DAY : 3 * SIM_HOUR);
}

static void live_once(struct sim *sim, size_t kill_at, size_t fail_at)
{
	struct keys keys = { { NULL } };
	bool by_hook = sim->by_hook;
	size_t i;

	sim_reset(sim, 1);
	sim->by_hook = by_hook;
	sim->kill_at = kill_at;
	sim->fail_at = fail_at;
	for (i = 0; i < RUNS_MAX && !is_done(sim); i++) {
		drive(sim);
		watch_keys(sim, &keys);
	}
	if (!is_done(sim))
		sim_offend(sim, "it didn't come to its end");
	for (i = 0; i < GENERATIONS; i++)
		free(keys.text[i]);
}

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

static size_t count_points(struct sim *sim)
{
	live_once(sim, 0, 0);
	if (sim->offences)
		fail_msg("without a fault: %s", sim->offence);
	return sim->points;
}

static void crash_at_each_point(bool by_hook)
{
	struct sim *sim = sim_new(1);
	size_t points, k;

	sim->by_hook = by_hook;
	points = count_points(sim);
	(void)fprintf(stderr, "# %zu points in %zu runs\n", points, sim->runs);
	assert_true(points >= POINTS_MIN);
	for (k = 1; k <= points; k++) {
		live_once(sim, k, 0);
		if (!sim->killed)
			fail_msg("point %zu was never reached", k);
		if (sim->offences)
			fail_msg("killed at point %zu: %s", k, sim->offence);
		if (went_back(sim))
			fail_msg("killed at point %zu: a good renewal went back", k);
	}
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
	for (k = 1; k <= points; k++) {
		live_once(sim, 0, k);
		if (!sim->failed)
			fail_msg("point %zu was never reached", k);
		if (sim->offences)
			fail_msg("disk full at point %zu: %s", k, sim->offence);
	}
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

/* CRASH_AT=122 (and CRASH_HOOK=1): that one alone, for a look at it with SIM_TRACE=1. */
static int look_at(const char *point)
{
	struct sim *sim = sim_new(1);

	sim->by_hook = getenv("CRASH_HOOK") != NULL;
	live_once(sim, strtoul(point, NULL, 10), 0);
	(void)fprintf(stderr, "# %s\n", sim->offence);
	return sim->offences != 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_run_goes_on_after_a_crash_at_any_point),
		cmocka_unit_test(test_a_run_goes_on_after_a_failure_at_any_point),
		cmocka_unit_test(test_hook_goes_on_after_a_crash_at_any_point),
		cmocka_unit_test(test_hook_goes_on_after_a_failure_at_any_point),
	};

	if (getenv("CRASH_AT"))
		return look_at(getenv("CRASH_AT"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
