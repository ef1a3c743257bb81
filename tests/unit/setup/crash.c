/* SPDX-License-Identifier: BSD-2-Clause */
#include "crash.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "setup/lineage_state.h"
#include "sim.h"

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

	if (!crash_load_state(sim, &state))
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

	if (!crash_load_state(sim, &state)) {
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

void crash_live(struct sim *sim, size_t kill_at, size_t fail_at)
{
	struct keys keys = { { NULL } };
	bool by_hook = sim->by_hook, changed = false;
	size_t i;

	sim_reset(sim, 1);
	sim->by_hook = by_hook;
	sim->kill_at = kill_at;
	sim->fail_at = fail_at;
	for (i = 0; i < CRASH_RUNS_MAX && !is_done(sim); i++) {
		drive(sim, &changed);
		watch_keys(sim, &keys);
	}
	if (!is_done(sim))
		sim_offend(sim, "it didn't come to its end");
	for (i = 0; i < GENERATIONS; i++)
		free(keys.text[i]);
}
