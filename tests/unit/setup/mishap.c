/* SPDX-License-Identifier: BSD-2-Clause */
#include "mishap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/key/key.h"
#include "setup/life/outcome.h"
#include "setup/life/preflight.h"
#include "setup/life/prune.h"
#include "setup/life/rollover.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/lineage_open.h"
#include "setup/lineage/lineage_state.h"
#include "sim.h"
#include "sim_dns.h"

#define SETUP_STEPS_MAX 60
#define FILE_MAX (1 << 20)
#define QUIET_S (2 * SIM_DAY) /* before something happens */

static struct ordeal *suffering; /* for run(), whose arg is the world's */

/* --- the world ---------------------------------------------------------------------- */

static int run(void *arg, const struct env_command *command, struct why *why)
{
	struct ordeal *o = suffering;

	if (!strcmp(command->text, "deploy") && o->reloads_fail) {
		o->reloads_fail--;
		return why_set(why, DP_EIO, "'deploy' failed with exit status 7");
	}
	if (o->no_order && strstr(command->text, o->no_order))
		return why_set(why, DP_EIO, "'order' failed with exit status 1: no luck");
	return o->run(arg, command, why);
}

char *mishap_path(const struct ordeal *o, const char *rest)
{
	return mem_printf("%s/www/%s", o->sim->base, rest);
}

void mishap_configure(struct ordeal *o, const char *key, const char *value)
{
	char *path = mishap_path(o, "lineage.conf"), *text = NULL, *line, *rest;
	size_t len;
	FILE *f;

	if (file_read(path, FILE_MAX, &text, &len, NULL) < 0 || !(f = fopen(path, "w")))
		abort();
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, key, strlen(key)) != 0 || line[strlen(key)] != ' ')
			(void)fprintf(f, "%s\n", line);
	(void)fprintf(f, "%s = %s\n", key, value);
	(void)fclose(f);
	free(text);
	free(path);
}

/* --- what is said ------------------------------------------------------------------- */

static void forget(struct ordeal *o)
{
	free(o->said);
	o->said = mem_text("");
}

static void hear(struct ordeal *o, const char *who, const char *text)
{
	char *longer;

	if (!text)
		return;
	if (getenv("SIM_TRACE"))
		(void)fprintf(stderr, "# %lld %s: %s\n", (long long)o->sim->now, who,
			      text);
	longer = mem_printf("%s%s\n", o->said, text);
	free(o->said);
	o->said = longer;
	if (strstr(o->told, text))
		return;
	longer = mem_printf("%s%s\n", o->told, text);
	free(o->told);
	o->told = longer;
}

static void hear_why(struct ordeal *o, const char *who, int rc, const struct why *why)
{
	if (rc < 0)
		hear(o, who, why->text);
}

/* --- runs --------------------------------------------------------------------------- */

/* As the verbs do after their step. */
static void review(struct ordeal *o, struct lineage *l)
{
	char *say = NULL;

	if (preflight_review(l, false, &say, NULL) == 0)
		hear(o, "ahead", say);
	free(say);
	say = NULL;
	if (prune_review(l, false, &say, NULL) == 0)
		hear(o, "behind", say);
	free(say);
}

static int say(struct ordeal *o, const char *name, bool is_person, mishap_verb *verb,
	       const struct rollover_how *how)
{
	struct outcome result = { 0 };
	struct lineage l;
	struct why why = { "" };
	int rc =
		lineage_open(&o->env, o->sim->base, "www", name, LINEAGE_WRITE, &l, &why);

	if (rc < 0) {
		hear_why(o, name, rc, &why);
		return rc;
	}
	if (is_person)
		lineage_state_end_pause(&l.state);
	rc = verb ? verb(&l, &result, &why) : rollover_step(&l, how, &result, &why);
	hear_why(o, name, rc, &why);
	hear(o, name, result.text);
	o->ended = strstr(l.dir, "/www") == NULL;
	if (rc == 0 && !o->ended)
		review(o, &l);
	outcome_clear(&result);
	lineage_close(&l);
	sim_dns_judge(o->sim);
	return rc;
}

void mishap_roll(struct ordeal *o, const struct rollover_how *how)
{
	(void)say(o, "rollover", true, NULL, how);
}

void mishap_say(struct ordeal *o, const char *name, mishap_verb *verb)
{
	(void)say(o, name, true, verb, NULL);
}

static int renew(struct lineage *l, struct outcome *r, struct why *why)
{
	return rollover_renew(l, false, true, r, why);
}

static void run_timer(struct ordeal *o)
{
	static const struct rollover_how how = { .begin = false };
	char *status;

	forget(o);
	(void)say(o, "rollover", false, NULL, &how);
	(void)say(o, "renew", false, renew, NULL);
	status = sim_status_judge(o->sim, &o->env, o->mood, o->mishap->trouble);
	hear(o, "status", status);
	free(status);
}

void mishap_run_on(struct ordeal *o, int64_t every_s, int64_t for_s)
{
	int64_t left;

	for (left = for_s; left > 0 && !o->sim->offences && !o->ended; left -= every_s) {
		sim_advance(o->sim, every_s);
		run_timer(o);
	}
}

void mishap_run_other(struct ordeal *o)
{
	char base[sizeof(o->sim->base)];

	memcpy(base, o->sim->base, sizeof(base));
	(void)snprintf(o->sim->base, sizeof(o->sim->base), "%.50s/other", base);
	run_timer(o);
	memcpy(o->sim->base, base, sizeof(base));
}

/* --- the whole ---------------------------------------------------------------------- */

bool mishap_state(const struct ordeal *o, struct lineage_state *ret_state)
{
	char *path = mishap_path(o, "state");
	int rc = lineage_state_load(path, ret_state, NULL);

	free(path);
	return rc == 0;
}

static bool is_idle(const struct ordeal *o)
{
	struct lineage_state s;
	bool idle;

	if (!mishap_state(o, &s))
		return false;
	idle = s.stage == STAGE_IDLE;
	lineage_state_clear(&s);
	return idle;
}

/* The records of a generation at each service of lineage.conf. */
static uint64_t find_records(struct sim *sim, const struct lineage *l, int64_t generation)
{
	uint8_t spki[KEY_TYPE_COUNT][32];
	uint64_t set = 0;
	size_t i, k;
	char *hex;

	if (lineage_spki(l, generation, spki, NULL) < 0)
		return 0;
	for (k = 0; k < l->conf.key_types; k++) {
		hex = hex_encode(spki[k], 32);
		for (i = 0; i < l->conf.services.count; i++)
			set |= UINT64_C(1) << sim_dns_record(
				       sim,
				       strstr(l->conf.services.item[i], "shop") ? 1 : 0,
				       hex);
		free(hex);
	}
	return set;
}

/* Those of a set that no message has named, or left to people. */
static uint64_t find_unsaid(const struct ordeal *o, uint64_t set)
{
	char begin[9];
	size_t i;

	if (strstr(o->told, "by hand"))
		return 0;
	for (i = 0; i < o->sim->keys; i++) {
		(void)snprintf(begin, sizeof(begin), "%.8s", o->sim->digest[i]);
		if (strstr(o->told, begin))
			set &= ~(UINT64_C(1) << i);
	}
	return set;
}

/* No record is missing, or left behind unsaid, and the server has the current key. */
static void check_zone(struct ordeal *o)
{
	struct sim *sim = o->sim;
	struct lineage l;
	struct why why;
	uint64_t current, want;

	if (lineage_open(&o->env, sim->base, "www", "test", LINEAGE_READ, &l, &why) < 0) {
		sim_offend(sim, "in the end: %.150s", why.text);
		return;
	}
	current = find_records(sim, &l, l.state.current);
	want = current | find_records(sim, &l, l.state.next);
	if (want & ~sim->server[0].set || find_unsaid(o, sim->server[0].set & ~want))
		sim_offend(sim, "in the end DNS has the set %#llx, not %#llx",
			   (unsigned long long)sim->server[0].set,
			   (unsigned long long)want);
	else
		sim_dns_set(sim, want); /* as a person was told to */
	if (sim->live[0].key < 0 || !(current & (UINT64_C(1) << sim->live[0].key)))
		sim_offend(sim, "in the end key %d is presented, not %s",
			   sim->live[0].key, lineage_number(l.state.current).text);
	lineage_close(&l);
}

static void run_until_idle(struct ordeal *o)
{
	size_t i;

	o->mood = SIM_STATUS_BUSY;
	for (i = 0; i < SETUP_STEPS_MAX && !o->sim->offences; i++) {
		mishap_run_on(o, SIM_HOUR, SIM_HOUR);
		if (is_idle(o))
			return;
	}
	sim_offend(o->sim, "it doesn't become idle: %.180s", o->said);
}

struct ordeal *mishap_new(uint64_t seed, const char *key_types)
{
	static const struct mishap none = { .name = "none" };
	struct ordeal *o = mem_zero(sizeof(*o));

	o->sim = sim_new(seed);
	o->sim->key_types = key_types;
	o->sim->kinds = key_types && strchr(key_types, ' ') ? 2 : 1;
	o->mishap = &none;
	o->said = mem_text("");
	o->told = mem_text("");
	suffering = o;
	if (!sim_create(o->sim))
		sim_offend(o->sim, "it can't be made");
	sim_env(o->sim, &o->env);
	o->env.files.before = NULL; /* no power is lost here */
	o->run = o->env.run;
	o->env.run = run;
	run_until_idle(o);
	return o;
}

void mishap_free(struct ordeal *o)
{
	suffering = NULL;
	sim_free(o->sim);
	free(o->said);
	free(o->told);
	free(o);
}

void mishap_live_on(struct ordeal *o, int64_t days)
{
	static const struct rollover_how how = { .begin = true, .again = true };

	if (o->sim->offences || o->ended)
		return;
	mishap_roll(o, &how);
	o->mood = SIM_STATUS_WELL;
	mishap_run_on(o, 2 * SIM_HOUR, SIM_DAY);
	mishap_run_on(o, SIM_DAY, days * SIM_DAY);
	if (!o->sim->offences && !is_idle(o))
		sim_offend(o->sim, "a rollover doesn't end: %.180s", o->said);
	if (!o->sim->offences)
		check_zone(o);
}

void mishap_rest(struct ordeal *o, int64_t days)
{
	o->mood = SIM_STATUS_WELL;
	mishap_run_on(o, SIM_DAY, days * SIM_DAY);
}

/* Where much time goes by, a day at once: that is what a timer has to do at least. */
static void run_for(struct ordeal *o, int64_t every_s, int64_t for_s)
{
	mishap_run_on(o, for_s > 4 * SIM_DAY ? SIM_DAY : every_s, for_s);
}

/* The person reads, and does. */
static void come(struct ordeal *o)
{
	const struct mishap *m = o->mishap;

	if (m->advice && !strstr(o->said, m->advice))
		sim_offend(o->sim, "'%.60s' isn't advised: %.150s", m->advice, o->said);
	if (m->act && !o->sim->offences)
		m->act(o);
}

void mishap_play(struct ordeal *o, const struct mishap *m)
{
	o->mishap = m;
	o->mood = SIM_STATUS_WELL;
	mishap_run_on(o, SIM_DAY / 2, QUIET_S);
	if (!o->sim->offences && !is_idle(o)) /* the yearly rollover */
		run_until_idle(o);
	if (o->sim->offences)
		return;
	free(o->told);
	o->told = mem_text("");
	m->happen(o);
	o->mood = m->trouble ? SIM_STATUS_BUSY : SIM_STATUS_WELL;
	run_for(o, SIM_HOUR * 6, m->seen_s);
	o->mood = m->trouble ? SIM_STATUS_TROUBLED : SIM_STATUS_WELL;
	run_for(o, SIM_HOUR * 6, m->noticed_s);
	if (!o->sim->offences)
		come(o);
	o->mood = m->stays ? SIM_STATUS_TROUBLED : SIM_STATUS_BUSY;
	mishap_run_on(o, SIM_HOUR, m->settle_s);
	if (!m->stays)
		o->mood = SIM_STATUS_WELL;
	run_for(o, SIM_DAY / 2, SIM_DAY + m->later_s);
	if (m->check && !o->sim->offences)
		m->check(o);
	if (m->stays || o->ended || o->sim->offences)
		return;
	if (!is_idle(o)) /* the yearly rollover */
		run_until_idle(o);
	check_zone(o);
}
