/* SPDX-License-Identifier: BSD-2-Clause */
#include "crash.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/fnv.h"
#include "base/mem.h"
#include "setup/lineage/lineage_state.h"
#include "sim.h"
#include "tree.h"

#define GENERATIONS 3
#define LEAP_DAYS 62 /* to where a certificate of 90 days is due */

bool crash_load_state(const struct sim *sim, struct lineage_state *ret_state)
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

	return sim->live[0].names == (sim->by_hook ? 1 : 2) &&
	       has_mode(sim, "keys", group ? 0750 : 0700) &&
	       has_mode(sim, "keys/0003/ecdsa-p256/privkey.pem", group ? 0640 : 0600) &&
	       has_mode(sim, "state", 0600);
}

/* Set up, rolled over once, changed, renewed once because it was due. */
static bool is_done(const struct sim *sim)
{
	struct lineage_state state;
	bool done;

	if (!crash_load_state(sim, &state))
		return false;
	done = state.stage == STAGE_IDLE && state.current == 2 && state.next == 3 &&
	       state.view_generation == 2 &&
	       sim->live[0].end >
		       state.created_at + LEAP_DAYS * SIM_DAY + sim->lifetime_s &&
	       is_applied(sim);
	lineage_state_clear(&state);
	return done;
}

static void drive(struct sim *sim, bool *changed)
{
	struct lineage_state state;
	bool leap, rolled;

	if (!crash_load_state(sim, &state)) {
		(void)sim_create(sim);
		return;
	}
	if (state.stage == STAGE_IDLE && state.current == 1 && sim->live[0].key >= 0)
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

/* What the life without a fault was like before each of its runs: one with a fault is the
 * same up to there. */
static struct moment {
	struct sim sim;
	struct keys keys; /* owned */
	bool changed;
} * moments;
static size_t moment_count;
static char *kept; /* owned; the folder with a copy of sim's for each */

static void copy_keys(const struct keys *from, struct keys *ret_keys)
{
	size_t i;

	for (i = 0; i < GENERATIONS; i++)
		ret_keys->text[i] = mem_text(from->text[i]);
}

static void free_keys(struct keys *keys)
{
	size_t i;

	for (i = 0; i < GENERATIONS; i++)
		free(keys->text[i]);
	*keys = (struct keys){ { NULL } };
}

static void remember(const struct sim *sim, const struct keys *keys, bool changed)
{
	char *folder;

	if (!kept) {
		kept = mem_printf("%s.kept", sim->base);
		if (mkdir(kept, 0700) < 0)
			abort();
	}
	folder = mem_printf("%s/%zu", kept, moment_count);
	tree_copy(sim->base, folder);
	free(folder);
	moments = mem_grow(moments, moment_count, sizeof(*moments));
	moments[moment_count].sim = *sim;
	moments[moment_count].changed = changed;
	copy_keys(keys, &moments[moment_count].keys);
	moment_count++;
}

/* To the last moment before that point. */
static void recall(struct sim *sim, size_t point, struct keys *keys, bool *changed)
{
	size_t i = moment_count;
	char *folder;

	while (i > 1 && moments[i - 1].sim.points >= point)
		i--;
	tree_remove(sim->base);
	*sim = moments[i - 1].sim;
	sim->keys_written = true;
	folder = mem_printf("%s/%zu", kept, i - 1);
	tree_copy(folder, sim->base);
	free(folder);
	copy_keys(&moments[i - 1].keys, keys);
	*changed = moments[i - 1].changed;
}

/* Worlds that a fault has left behind: two that are the same have one future, and most
 * faults leave what another has left. */
static struct world {
	uint64_t tree, rest;
} * worlds;
static size_t world_count;

/* What the future hangs on, without what is only counted or was planned for the past. */
static struct sim without_past(const struct sim *sim)
{
	struct sim s = *sim;

	memset(&s.power, 0, sizeof(s.power));
	s.loss = POWER_ALL;
	s.points = s.kill_at = s.fail_at = 0;
	s.killed = s.failed = s.at_risk = s.keys_written = false;
	s.runs = s.crashes = s.orders = s.deploys = s.publications = 0;
	return s;
}

/* Whether that fault's world was gone on from before; else it is from now on. */
static bool is_known(const struct sim *sim, bool changed)
{
	const struct sim rest = without_past(sim);
	const struct world now = { tree_fingerprint(sim->base),
				   fnv_octets(&rest, sizeof(rest)) ^ changed };
	size_t i;

	for (i = 0; i < world_count; i++)
		if (worlds[i].tree == now.tree && worlds[i].rest == now.rest)
			return true;
	worlds = mem_grow(worlds, world_count, sizeof(*worlds));
	worlds[world_count++] = now;
	return false;
}

void crash_forget(void)
{
	while (moment_count)
		free_keys(&moments[--moment_count].keys);
	free(moments);
	moments = NULL;
	if (kept)
		tree_remove(kept);
	free(kept);
	kept = NULL;
	free(worlds);
	worlds = NULL;
	world_count = 0;
}

size_t crash_worlds(void)
{
	return world_count;
}

/* To its end, or with a fault in it to a world whose future is known. */
static void live_on(struct sim *sim, struct keys *keys, bool changed, bool whole)
{
	bool met = false;
	size_t i;

	for (i = 0; i < CRASH_RUNS_MAX && !is_done(sim); i++) {
		if (whole)
			remember(sim, keys, changed);
		drive(sim, &changed);
		watch_keys(sim, keys);
		if (sim->offences)
			return;
		if (met || !(sim->killed || sim->failed))
			continue;
		met = true;
		if (is_known(sim, changed))
			return;
	}
	if (!is_done(sim))
		sim_offend(sim, "it didn't come to its end");
}

void crash_live_well(struct sim *sim)
{
	bool by_hook = sim->by_hook;
	struct keys keys = { { NULL } };

	crash_forget();
	sim_reset(sim, 1);
	sim->by_hook = by_hook;
	live_on(sim, &keys, false, true);
	free_keys(&keys);
}

void crash_live(struct sim *sim, size_t kill_at, enum power_loss loss, size_t fail_at)
{
	struct keys keys = { { NULL } };
	bool changed = false;

	recall(sim, kill_at ? kill_at : fail_at, &keys, &changed);
	sim->kill_at = kill_at;
	sim->loss = loss;
	sim->fail_at = fail_at;
	live_on(sim, &keys, changed, false);
	free_keys(&keys);
}
