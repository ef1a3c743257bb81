/* SPDX-License-Identifier: BSD-2-Clause */
/* A life of a lineage, ended at each of its points in turn (a write, a rename, an fsync,
 * a command): the next run must go on from there, and no key may be lost. In its middle
 * the user changes lineage.conf. */
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "setup/lineage_state.h"
#include "sim.h"

#define POINTS_MIN 50
#define RUNS_MAX 80
#define GENERATIONS 3
#define LEAP_DAYS 62 /* to where a certificate of 90 days is due */

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

static char *conf_path(const struct sim *sim)
{
	return mem_printf("%s/www/lineage.conf", sim->base);
}

/* The process's own group may get the keys, whoever runs the test. */
static const char *own_group(void)
{
	const struct group *group = getgrgid(getgid());

	return group ? group->gr_name : NULL;
}

/* What the user writes: a domain more, and a group. certbot has the domains by itself. */
static void change_conf(struct sim *sim)
{
	static const char line[] = "\ndomains = www.example.com\n";
	char *path = conf_path(sim), *text = NULL, *at;
	FILE *f;
	size_t len;

	if (file_read(path, 65536, &text, &len, NULL) < 0)
		abort();
	at = strstr(text, line);
	f = fopen(path, "w");
	if (!f || !at)
		abort();
	at += strlen(line) - 1;
	(void)fprintf(f, "%.*s%s%s", (int)(at - text), text,
		      sim->by_hook ? "" : " more.example.com", at);
	if (own_group())
		(void)fprintf(f, "key_group = %s\n", own_group());
	(void)fclose(f);
	free(text);
	free(path);
}

static bool has_mode(const struct sim *sim, const char *name, mode_t mode)
{
	char *path = mem_printf("%s/www/%s", sim->base, name);
	struct stat st;
	bool has = stat(path, &st) == 0 && (st.st_mode & 07777) == mode;

	free(path);
	return has;
}

/* Whether all that the user wrote holds. */
static bool is_applied(const struct sim *sim)
{
	bool group = own_group() != NULL;

	return sim->live_names == (sim->by_hook ? 1 : 2) &&
	       has_mode(sim, "keys", group ? 0750 : 0700) &&
	       has_mode(sim, "keys/0003/ecdsa-p256/privkey.pem", group ? 0640 : 0600) &&
	       has_mode(sim, "state", 0600);
}

/* Set up, rolled over once, changed, renewed once because it was due. */
static bool is_done(const struct sim *sim)
{
	struct lineage_state state;
	bool done;

	if (!load_state(sim, &state))
		return false;
	done = state.stage == STAGE_IDLE && state.current == 2 && state.next == 3 &&
	       state.view_generation == 2 &&
	       sim->live_end > state.created_at + LEAP_DAYS * SIM_DAY + sim->lifetime_s &&
	       is_applied(sim);
	lineage_state_clear(&state);
	return done;
}

static void drive(struct sim *sim, bool *changed)
{
	struct lineage_state state;
	bool leap, rolled;

	if (!load_state(sim, &state)) {
		(void)sim_create(sim);
		return;
	}
	if (state.stage == STAGE_IDLE && state.current == 1 && sim->live >= 0)
		sim->begin = true;
	rolled = state.stage == STAGE_IDLE && state.current == 2;
	/* Once to where the certificate is due, when it is what the user wants now: that
	 * was due at once. */
	leap = rolled && *changed && is_applied(sim) &&
	       sim->now < state.created_at + 20 * SIM_DAY;
	if (rolled && !*changed) {
		change_conf(sim);
		*changed = true;
	}
	lineage_state_clear(&state);
	(void)sim_run(sim);
	sim_advance(sim, leap ? LEAP_DAYS * SIM_DAY : 3 * SIM_HOUR);
}

static void live_once(struct sim *sim, size_t kill_at, size_t fail_at)
{
	struct keys keys = { { NULL } };
	bool by_hook = sim->by_hook, changed = false;
	size_t i;

	sim_reset(sim, 1);
	sim->by_hook = by_hook;
	sim->kill_at = kill_at;
	sim->fail_at = fail_at;
	for (i = 0; i < RUNS_MAX && !is_done(sim); i++) {
		drive(sim, &changed);
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
	for (k = 1; k <= points; k += every()) {
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
	for (k = 1; k <= points; k += every()) {
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

/* To the wait for a key whose record a server can still lose again: the third. */
static bool wait_for_third(struct sim *sim)
{
	struct lineage_state state;
	bool waits = false;
	size_t i;

	for (i = 0; i < 2 * RUNS_MAX && !waits; i++) {
		if (!load_state(sim, &state)) {
			(void)sim_create(sim);
			continue;
		}
		waits = state.goal == 3 && state.stage == STAGE_PUBLISHED &&
			state.agree_since;
		if (state.stage == STAGE_IDLE && sim->live >= 0)
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

	for (i = 0; i < 4 * RUNS_MAX && !done && !sim->offences; i++) {
		(void)sim_run(sim);
		sim_advance(sim, 1800);
		if (!load_state(sim, &state))
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
	sim_free(sim);
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
		cmocka_unit_test(test_a_crash_forgets_no_lagging_server),
		cmocka_unit_test(test_hook_goes_on_after_a_crash_at_any_point),
		cmocka_unit_test(test_hook_goes_on_after_a_failure_at_any_point),
	};

	if (getenv("CRASH_AT"))
		return look_at(getenv("CRASH_AT"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
