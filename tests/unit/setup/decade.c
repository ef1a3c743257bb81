/* SPDX-License-Identifier: BSD-2-Clause */
#include "decade.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/number.h"
#include "setup/lineage/lineage_state.h"
#include "sim.h"

#define DAYS 365

static const struct sim_luck luck = { .crash = 60,
				      .full = 2,
				      .publish = 300,
				      .deploy = 80,
				      .ask = 30,
				      .silent = 2,
				      .look = 30,
				      .slow = 300,
				      .relapse = 8,
				      .outage = 3,
				      .wrong = 60 };
#define EMERGENCY_DAYS 900 /* one in so many, about */

uint64_t decade_seed(uint64_t otherwise)
{
	const char *given = getenv("SIM_SEED");
	int64_t seed = 0;

	if (given && number_parse(given, 1, INT64_MAX, &seed, NULL) == 0)
		return (uint64_t)seed;
	return otherwise;
}

uint64_t decade_worlds(void)
{
	const char *given = getenv("SIM_WORLDS");
	int64_t worlds = 1;

	if (given)
		(void)number_parse(given, 1, 1000000, &worlds, NULL);
	return (uint64_t)worlds;
}

int64_t decade_years(void)
{
	const char *given = getenv("SIM_YEARS");
	int64_t years = DECADE_YEARS;

	if (given)
		(void)number_parse(given, 1, DECADE_YEARS, &years, NULL);
	return years;
}

/* A timer runs several times in the time that is left when a certificate is due: with
 * six-day ones a day's pause after each failure is no schedule. */
static int64_t pause_max(const struct sim *sim)
{
	int64_t pause = sim->lifetime_s / 18;

	return pause < 24 * SIM_HOUR ? pause : 24 * SIM_HOUR;
}

/* The generation in use while the lineage is idle; 0 while it isn't. */
static int64_t idle_generation(const struct sim *sim)
{
	char *path = mem_printf("%s/www/state", sim->base);
	struct lineage_state state;
	int64_t generation = 0;

	if (lineage_state_load(path, &state, NULL) == 0) {
		if (state.stage == STAGE_IDLE)
			generation = state.current;
		lineage_state_clear(&state);
	}
	free(path);
	return generation;
}

/* Certificates get shorter over the years, as many as there are. */
static int64_t lifetime(int64_t days, int64_t years)
{
	int64_t year = days * DECADE_YEARS / (years * DAYS);

	if (year < 5)
		return 90 * SIM_DAY;
	return year < 8 ? 45 * SIM_DAY : 6 * SIM_DAY;
}

/* What the operator may do; the worst time for a rollover is just after one. */
/* The yearly ones are let room. */
static bool is_room_left(const struct sim *sim)
{
	return sim->keys + (DECADE_YEARS + 4) * sim->kinds < SIM_KEYS_MAX;
}

static void maybe_begin(struct sim *sim, int64_t generation, int64_t *last,
			int64_t paused_s)
{
	bool is_new = generation != *last;

	*last = generation;
	if (!is_room_left(sim))
		return;
	if (is_new)
		sim->begin = sim_chance(sim, 500);
	if (sim_random(sim, EMERGENCY_DAYS * SIM_DAY) >= (uint64_t)paused_s)
		return;
	sim->begin = sim->emergency = true;
	sim->emergencies++;
}

void decade_live(struct sim *sim, const struct decade_world *world, uint64_t seed)
{
	static const int64_t ttls[] = { 3 * SIM_HOUR, 12 * SIM_HOUR, 24 * SIM_HOUR };
	int64_t generation, last = 0, pause_s = 0;
	time_t begun;

	sim_reset(sim, seed);
	sim->by_hook = world->by_hook;
	sim->kinds = world->kinds;
	sim->ttl_s = ttls[sim_random(sim, 3)];
	begun = sim->now;
	while (!sim_create(sim))
		sim_advance(sim, 60);
	sim->luck = luck;
	while (sim->now - begun < (time_t)world->years * DAYS * SIM_DAY &&
	       !sim->offences) {
		sim->lifetime_s = lifetime((sim->now - begun) / SIM_DAY, world->years);
		(void)sim_run(sim);
		generation = idle_generation(sim);
		if (generation)
			maybe_begin(sim, generation, &last, pause_s);
		pause_s = generation && !sim->begin
				  ? SIM_HOUR + (int64_t)sim_random(
						       sim, (uint64_t)pause_max(sim))
				  : 600 + (int64_t)sim_random(sim, 3 * SIM_HOUR);
		sim_advance(sim, pause_s);
	}
}
