/* SPDX-License-Identifier: BSD-2-Clause */
/* What befalls lineages and their operators, one a row: each must end well for clients,
 * and status has to say what is so all the time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "mishap.h"
#include "setup/cert/lineage_make.h"
#include "setup/life/end.h"
#include "setup/life/outcome.h"
#include "setup/life/prune.h"
#include "setup/life/rollover.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/lineage_state.h"
#include "setup/publish/wanted.h"
#include "sim.h"
#include "sim_dns.h"
#include "tree.h"

#define SEED 19
#define BOTH_NAMES "www.example.com shop.example.com"
#define BOTH_SERVICES "https://www.example.com https://shop.example.com"

static const struct rollover_how begin = { .begin = true, .again = true };
static const struct rollover_how emergency = { .begin = true, .emergency = true };

/* --- backups ------------------------------------------------------------------------ */

static char *kept_path(const struct ordeal *o, const char *rest)
{
	return mem_printf("%s/kept%s", o->sim->base, rest);
}

static void keep_backup(struct ordeal *o)
{
	char *from = mishap_path(o, ""), *to = kept_path(o, "");

	tree_remove(to);
	tree_copy(from, to);
	free(from);
	free(to);
}

static void restore_all(struct ordeal *o)
{
	char *from = kept_path(o, ""), *to = mishap_path(o, "");

	tree_remove(to);
	tree_copy(from, to);
	free(from);
	free(to);
}

static void copy(const char *from, const char *to)
{
	char *command = mem_printf("cp -p '%s' '%s'", from, to);

	assert_int_equal(system(command), 0);
	free(command);
}

static void restore_file(struct ordeal *o, const char *name)
{
	char *rest = mem_printf("/%s", name);
	char *from = kept_path(o, rest), *to = mishap_path(o, name);

	copy(from, to);
	free(rest);
	free(from);
	free(to);
}

static void restore_state(struct ordeal *o)
{
	restore_file(o, "state");
}

static void restore_conf(struct ordeal *o)
{
	restore_file(o, "lineage.conf");
}

static void lose(struct ordeal *o, const char *name)
{
	char *path = mishap_path(o, name);

	(void)unlink(path);
	tree_remove(path);
	free(path);
}

/* `cp -p FROM TO` of the message, to the letter. */
static void obey_copy(struct ordeal *o)
{
	const char *at = strstr(o->said, "`cp -p ");
	char from[200], to[200];

	assert_int_equal(sscanf(at, "`cp -p %199s %199[^`]", from, to), 2);
	copy(from, to);
}

/* --- keys and state ----------------------------------------------------------------- */

static void lose_generation(struct ordeal *o, bool next)
{
	struct lineage_state s;
	char *name;

	keep_backup(o);
	assert_true(mishap_state(o, &s));
	name = mem_printf("keys/%s", lineage_number(next ? s.next : s.current).text);
	o->marked = s.stage == STAGE_IDLE ? o->sim->server[0].set &
						    ~(UINT64_C(1) << o->sim->live[0].key)
					  : 0;
	lose(o, name);
	free(name);
	lineage_state_clear(&s);
}

static void lose_next(struct ordeal *o)
{
	lose_generation(o, true);
}

/* A rollover has just begun to it. */
static void lose_goal(struct ordeal *o)
{
	mishap_roll(o, &begin);
	lose_next(o);
	o->marked = o->sim->server[0].set & ~(UINT64_C(1) << o->sim->live[0].key);
}

static enum lineage_stage stage_of(const struct ordeal *o)
{
	struct lineage_state s;
	enum lineage_stage stage;

	assert_true(mishap_state(o, &s));
	stage = s.stage;
	lineage_state_clear(&s);
	return stage;
}

/* A rollover has just made it, and its record isn't in DNS yet. */
static void lose_new_next(struct ordeal *o)
{
	mishap_roll(o, &begin);
	o->mood = SIM_STATUS_BUSY;
	while (stage_of(o) != STAGE_RETIRING && !o->sim->offences)
		mishap_run_on(o, SIM_HOUR, SIM_HOUR);
	lose_next(o);
}

static void lose_current(struct ordeal *o)
{
	lose_generation(o, false);
}

/* Takes its record out by hand, too, as the message says: nobody else knows it now. */
static void discard_next(struct ordeal *o)
{
	mishap_say(o, "rollover", rollover_discard_next);
	if (!strstr(o->said, "take out by hand the one that is of neither key "))
		sim_offend(o->sim, "a record is left behind unsaid: %.150s", o->said);
	sim_dns_set(o->sim, o->sim->server[0].set & ~o->marked);
}

static void lose_state(struct ordeal *o)
{
	lose(o, "state");
}

static void lose_both_states(struct ordeal *o)
{
	keep_backup(o);
	lose(o, "state");
	lose(o, LINEAGE_STATE_COPY);
}

static void cut_state(struct ordeal *o)
{
	char *path = mishap_path(o, "state");

	assert_int_equal(truncate(path, 100), 0);
	free(path);
}

/* --- lineage.conf ------------------------------------------------------------------- */

static void break_conf(struct ordeal *o)
{
	keep_backup(o);
	mishap_configure(o, "pubish", "exec publish");
}

static void lose_conf(struct ordeal *o)
{
	keep_backup(o);
	lose(o, "lineage.conf");
}

/* --- services ----------------------------------------------------------------------- */

static void add_service(struct ordeal *o)
{
	mishap_configure(o, "domains", BOTH_NAMES);
	mishap_configure(o, "services", BOTH_SERVICES);
}

/* Its server is off. */
static void remove_service(struct ordeal *o)
{
	add_service(o);
	o->sim->closed[1] = false;
	o->mood = SIM_STATUS_BUSY;
	mishap_run_on(o, SIM_HOUR, SIM_DAY);
	assert_true(sim_dns_at(o->sim, o->sim->server[0].set, 1) != 0);
	mishap_configure(o, "services", "https://www.example.com");
	o->sim->closed[1] = true;
}

static int prune(struct lineage *l, struct outcome *r, struct why *why)
{
	struct wanted w = { 0 };
	char *stays = NULL;
	int rc = prune_find(l, &w, &stays, why);

	if (rc == 0)
		rc = prune_give(l, &w, stays, r, why);
	wanted_clear(&w);
	free(stays);
	return rc;
}

static void prune_records(struct ordeal *o)
{
	mishap_say(o, "publish", prune);
}

static void roll_twice(struct ordeal *o)
{
	mishap_roll(o, &begin);
	mishap_run_on(o, SIM_HOUR, SIM_DAY);
	mishap_roll(o, &begin);
	mishap_run_on(o, SIM_HOUR, SIM_DAY);
}

/* --- emergencies -------------------------------------------------------------------- */

static void nothing(struct ordeal *o)
{
	(void)o;
}

static void declare_emergency(struct ordeal *o)
{
	const struct sim *sim = o->sim;
	size_t i;

	for (i = 0, o->marked = 0; i < sim->keys; i++)
		if (!strcmp(sim->digest[i], sim->digest[sim->live[0].key]))
			o->marked |= UINT64_C(1) << i;
	mishap_roll(o, &emergency);
}

/* The record of the key stays at the service that is closed. */
static void declare_emergency_after_removal(struct ordeal *o)
{
	remove_service(o);
	declare_emergency(o);
	mishap_run_on(o, SIM_HOUR, SIM_DAY);
}

static void check_compromised(struct ordeal *o)
{
	if (o->sim->server[0].set & o->marked)
		sim_offend(o->sim, "the compromised key is published");
	if (o->marked & (UINT64_C(1) << o->sim->live[0].key))
		sim_offend(o->sim, "the compromised key is presented");
}

/* A state from before it. */
static void forget_emergency(struct ordeal *o)
{
	keep_backup(o);
	declare_emergency(o);
	o->mood = SIM_STATUS_BUSY;
	mishap_run_on(o, SIM_HOUR, SIM_DAY);
	restore_state(o);
}

/* The compromised key's certificate is due in that state. */
static void forget_emergency_when_due(struct ordeal *o)
{
	keep_backup(o);
	declare_emergency(o);
	o->mood = SIM_STATUS_BUSY;
	mishap_run_on(o, SIM_HOUR, SIM_DAY);
	mishap_run_on(o, SIM_DAY, 60 * SIM_DAY);
	restore_state(o);
}

static void lose_state_after_emergency(struct ordeal *o)
{
	declare_emergency(o);
	o->mood = SIM_STATUS_BUSY;
	mishap_run_on(o, SIM_HOUR, SIM_DAY);
	lose_state(o);
}

/* An earlier message said so where the state was lost. */
static void make_anew(struct ordeal *o)
{
	struct lineage_conf conf;
	struct lineage l;
	char *path = mishap_path(o, "");
	uint64_t before = tree_fingerprint(path);

	lineage_conf_init(&conf);
	assert_int_equal(lineage_conf_set(&conf, "domains = www.example.com", NULL), 0);
	assert_int_equal(
		lineage_conf_set(&conf, "services = https://www.example.com", NULL), 0);
	if (lineage_make_new(&o->env, o->sim->base, "www", &conf, NULL, 0, &l, NULL) == 0)
		sim_offend(o->sim, "a lineage with a history is made anew");
	if (tree_fingerprint(path) != before)
		sim_offend(o->sim, "new has changed what is left of the lineage");
	lineage_conf_clear(&conf);
	free(path);
	obey_copy(o);
}

/* --- copies ------------------------------------------------------------------------- */

static void roll_times(struct ordeal *o, size_t times)
{
	o->mood = SIM_STATUS_BUSY;
	while (times--) {
		mishap_roll(o, &begin);
		mishap_run_on(o, SIM_HOUR, SIM_DAY);
	}
}

static void put_back_one_rollover(struct ordeal *o)
{
	keep_backup(o);
	roll_times(o, 1);
	restore_all(o);
}

static void put_back_one_rollover_when_due(struct ordeal *o)
{
	keep_backup(o);
	roll_times(o, 1);
	mishap_run_on(o, SIM_DAY, 75 * SIM_DAY);
	restore_all(o);
}

static void put_back_two_rollovers(struct ordeal *o)
{
	keep_backup(o);
	roll_times(o, 2);
	restore_all(o);
}

static void put_back_two_rollovers_when_due(struct ordeal *o)
{
	keep_backup(o);
	roll_times(o, 2);
	mishap_run_on(o, SIM_DAY, 75 * SIM_DAY);
	restore_all(o);
}

static void put_back_state_one_rollover(struct ordeal *o)
{
	keep_backup(o);
	roll_times(o, 1);
	restore_state(o);
}

static void put_back_state_two_rollovers(struct ordeal *o)
{
	keep_backup(o);
	roll_times(o, 2);
	restore_state(o);
}

static void roll(struct ordeal *o)
{
	mishap_roll(o, &begin);
}

/* Its key comes when no cache can lack its record; by a renewal, if that is due. */
static void publish_and_install(struct ordeal *o)
{
	mishap_say(o, "publish", rollover_publish);
	o->mood = SIM_STATUS_BUSY;
	mishap_run_on(o, SIM_HOUR, SIM_DAY);
	if (strstr(o->told, "daneprobe install www"))
		mishap_say(o, "install", rollover_install);
	else if (!strstr(o->told, "the certificate is renewed"))
		sim_offend(o->sim, "install isn't advised: %.150s", o->told);
}

/* Two hosts with one lineage, of which one is forgotten: its timer goes on. The services
 * are where the first is. */
static void run_second_host(struct ordeal *o)
{
	uint64_t set = o->sim->server[0].set;
	size_t deploys = o->sim->deploys, i;

	for (i = 0; i < 3; i++) {
		mishap_run_other(o);
		sim_advance(o->sim, SIM_DAY / 2);
	}
	if (o->sim->server[0].set != set || o->sim->deploys != deploys)
		sim_offend(o->sim, "the forgotten host has changed DNS or a server");
}

static void live_on_two_hosts(struct ordeal *o, size_t rollovers)
{
	char *folder = mem_printf("%s/other", o->sim->base);
	char *from = mishap_path(o, ""), *to = mem_printf("%s/www", folder);

	assert_int_equal(mkdir(folder, 0755), 0);
	tree_copy(from, to);
	roll_times(o, rollovers);
	mishap_run_on(o, SIM_DAY, 70 * SIM_DAY); /* the other's certificate is due, too */
	o->mood = SIM_STATUS_TROUBLED;
	run_second_host(o);
	tree_remove(folder);
	free(from);
	free(to);
	free(folder);
}

static void forget_a_host_one_rollover(struct ordeal *o)
{
	live_on_two_hosts(o, 1);
}

static void forget_a_host_two_rollovers(struct ordeal *o)
{
	live_on_two_hosts(o, 2);
}

/* --- files -------------------------------------------------------------------------- */

static char *key_path_of(struct ordeal *o, bool next)
{
	struct lineage_state s;
	char *rest, *path;

	assert_true(mishap_state(o, &s));
	rest = mem_printf("keys/%s/ecdsa-p256/privkey.pem",
			  lineage_number(next ? s.next : s.current).text);
	path = mishap_path(o, rest);
	lineage_state_clear(&s);
	free(rest);
	return path;
}

static void empty_key(struct ordeal *o, bool next)
{
	char *path;

	keep_backup(o);
	path = key_path_of(o, next);
	assert_int_equal(truncate(path, 0), 0);
	free(path);
}

static void empty_next_key(struct ordeal *o)
{
	empty_key(o, true);
}

static void empty_current_key(struct ordeal *o)
{
	empty_key(o, false);
}

/* A person rolls over all the same, as before the message was there. */
static void roll_then_discard(struct ordeal *o)
{
	mishap_roll(o, &begin);
	mishap_run_on(o, SIM_HOUR, SIM_DAY);
	if (!strstr(o->said, "--discard-next www"))
		sim_offend(o->sim, "no way out is told: %.150s", o->said);
	mishap_say(o, "rollover", rollover_discard_next);
}

/* --- the end ------------------------------------------------------------------------ */

static int end(struct lineage *l, struct outcome *r, struct why *why)
{
	return end_step(l, false, r, why);
}

static void end_and_take_back(struct ordeal *o)
{
	mishap_say(o, "end", end);
	mishap_say(o, "end", end_take_back);
}

/* Its server has another key by now, of which DNS has nothing. */
static void end_for_good(struct ordeal *o)
{
	size_t i;

	o->sim->closed[0] = true;
	o->sim->live[0].key = sim_dns_key(o->sim, "another key");
	for (i = 0; i < 48 && !o->ended; i++) {
		mishap_say(o, "end", end);
		sim_advance(o->sim, SIM_HOUR);
	}
}

static void check_ended(struct ordeal *o)
{
	size_t i;

	if (!o->ended)
		sim_offend(o->sim, "it doesn't end: %.150s", o->said);
	for (i = 0; i < SIM_SERVERS; i++)
		if (o->sim->server[i].set)
			sim_offend(o->sim, "a record is left behind");
}

/* --- certificates ------------------------------------------------------------------- */

static void close_ca(struct ordeal *o)
{
	o->sim->may_expire = true;
	o->sim->outage_end = o->sim->now + (time_t)SIM_DAY * 1000;
}

static void open_ca(struct ordeal *o)
{
	o->sim->outage_end = 0;
}

static void check_renewed(struct ordeal *o)
{
	if (o->sim->live[0].end < o->sim->now + 30 * SIM_DAY)
		sim_offend(o->sim, "the certificate isn't renewed");
	if (o->reloads_fail)
		sim_offend(o->sim, "no reload has failed: that shows nothing");
	o->sim->may_expire = false;
}

/* A backup of which the certificate has ended, while its servers have a newer one of the
 * same key. */
static void put_back_ended(struct ordeal *o)
{
	keep_backup(o);
	o->mood = SIM_STATUS_BUSY;
	mishap_run_on(o, SIM_DAY, 100 * SIM_DAY);
	restore_all(o);
}

static void put_back_ended_and_fail_reloads(struct ordeal *o)
{
	put_back_ended(o);
	o->reloads_fail = 1;
}

static void put_back_ended_and_fail_orders(struct ordeal *o)
{
	put_back_ended(o);
	o->no_order = "rsa-2048";
}

static void let_orders_succeed(struct ordeal *o)
{
	o->no_order = NULL;
}

/* --- the table ---------------------------------------------------------------------- */

static struct mishap mishaps[] = {
	{ .name = "next key's folder lost",
	  .happen = lose_next,
	  .trouble = "the next key is gone",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe rollover --discard-next www",
	  .act = discard_next,
	  .settle_s = SIM_DAY },
	{ .name = "next key's folder lost when a rollover to it has begun",
	  .happen = lose_goal,
	  .trouble = "the next key is gone",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe rollover --discard-next www",
	  .act = discard_next,
	  .settle_s = SIM_DAY },
	{ .name = "next key's folder lost while the last rollover ends",
	  .happen = lose_new_next,
	  .trouble = "the next key is gone",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe rollover --discard-next www",
	  .act = discard_next,
	  .settle_s = SIM_DAY },
	{ .name = "current key's folder lost",
	  .happen = lose_current,
	  .trouble = "the current key is gone",
	  .noticed_s = SIM_DAY,
	  .advice = "from a backup",
	  .act = restore_all },
	{ .name = "current key's folder lost, and rollover",
	  .happen = lose_current,
	  .trouble = "the current key is gone",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe rollover www",
	  .act = roll,
	  .settle_s = SIM_DAY },
	{ .name = "state lost, its copy taken",
	  .happen = lose_state,
	  .trouble = "there is no state",
	  .noticed_s = SIM_DAY,
	  .advice = "`cp -p ",
	  .act = obey_copy },
	{ .name = "state cut short, its copy taken",
	  .happen = cut_state,
	  .trouble = "the state is damaged",
	  .noticed_s = SIM_DAY,
	  .advice = "`cp -p ",
	  .act = obey_copy },
	{ .name = "state and its copy lost, restored from a backup",
	  .happen = lose_both_states,
	  .trouble = "there is no state",
	  .noticed_s = SIM_DAY,
	  .advice = "restore it from a backup that is no older than the last rollover",
	  .act = restore_state },
	{ .name = "lineage.conf with a wrong line for a week",
	  .happen = break_conf,
	  .trouble = "lineage.conf can't be read",
	  .noticed_s = 7 * SIM_DAY,
	  .advice = "publish",
	  .act = restore_conf },
	{ .name = "lineage.conf lost for a week",
	  .happen = lose_conf,
	  .trouble = "there is no lineage.conf",
	  .noticed_s = 7 * SIM_DAY,
	  .advice = "lineage.conf",
	  .act = restore_conf },
	{ .name = "service added", .happen = add_service, .noticed_s = 2 * SIM_DAY },
	{ .name = "service removed, its records taken out",
	  .happen = remove_service,
	  .trouble = "records are left behind",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe publish --prune www",
	  .act = prune_records,
	  .settle_s = SIM_DAY },
	{ .name = "service removed, its records left through two rollovers",
	  .happen = remove_service,
	  .trouble = "records are left behind",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe publish --prune www",
	  .act = roll_twice,
	  .stays = true },
	{ .name = "emergency",
	  .happen = nothing,
	  .act = declare_emergency,
	  .settle_s = SIM_DAY,
	  .check = check_compromised },
	{ .name = "the CA away until the certificate has ended",
	  .happen = close_ca,
	  .trouble = "the certificate isn't renewed",
	  .seen_s = 65 * SIM_DAY,
	  .noticed_s = 30 * SIM_DAY,
	  .advice = "the certificate has expired",
	  .act = open_ca,
	  .settle_s = SIM_DAY,
	  .check = check_renewed },
	{ .name = "an emergency after a service was removed",
	  .happen = declare_emergency_after_removal,
	  .trouble = "the compromised key is published where the service was",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe publish --prune www",
	  .act = prune_records,
	  .settle_s = SIM_DAY,
	  .check = check_compromised },
	{ .name = "an emergency, then a state from before it",
	  .happen = forget_emergency,
	  .trouble = "the state is older than the emergency",
	  .settle_s = 3 * SIM_DAY,
	  .check = check_compromised },
	{ .name = "an emergency, then a state from before it whose certificate is due",
	  .happen = forget_emergency_when_due,
	  .trouble = "the state is older than the emergency",
	  .settle_s = 3 * SIM_DAY,
	  .check = check_compromised },
	{ .name = "an emergency, the state lost, and new of the same name",
	  .happen = lose_state_after_emergency,
	  .trouble = "there is no state",
	  .noticed_s = SIM_DAY,
	  .advice = "`cp -p ",
	  .act = make_anew,
	  .check = check_compromised },
	{ .name = "a backup from before one rollover put back, and rollover",
	  .happen = put_back_one_rollover,
	  .trouble = "an old copy is in use",
	  .noticed_s = SIM_DAY,
	  .act = roll,
	  .settle_s = 3 * SIM_DAY },
	{ .name = "a backup from before one rollover put back, and publish",
	  .happen = put_back_one_rollover,
	  .trouble = "an old copy is in use",
	  .noticed_s = SIM_DAY,
	  .act = publish_and_install,
	  .settle_s = 3 * SIM_DAY,
	  .later_s = 65 * SIM_DAY },
	{ .name = "a backup from before one rollover put back, and nobody comes",
	  .happen = put_back_one_rollover,
	  .trouble = "an old copy is in use",
	  .noticed_s = 70 * SIM_DAY,
	  .stays = true },
	{ .name = "a backup from before one rollover put back when it is due",
	  .happen = put_back_one_rollover_when_due,
	  .trouble = "an old copy is in use",
	  .noticed_s = SIM_DAY,
	  .act = roll,
	  .settle_s = 3 * SIM_DAY },
	{ .name = "a backup from before two rollovers put back, and rollover",
	  .happen = put_back_two_rollovers,
	  .trouble = "an old copy is in use",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe rollover www",
	  .act = roll,
	  .settle_s = 3 * SIM_DAY },
	{ .name = "a backup from before two rollovers put back, and publish",
	  .happen = put_back_two_rollovers,
	  .trouble = "an old copy is in use",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe publish www",
	  .act = publish_and_install,
	  .settle_s = 3 * SIM_DAY,
	  .later_s = 65 * SIM_DAY },
	{ .name = "a backup from before two rollovers put back when it is due, and "
		  "publish",
	  .happen = put_back_two_rollovers_when_due,
	  .trouble = "an old copy is in use",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe publish www",
	  .act = publish_and_install,
	  .settle_s = SIM_DAY },
	{ .name = "a backup from before two rollovers put back, and nobody comes",
	  .happen = put_back_two_rollovers,
	  .trouble = "an old copy is in use",
	  .noticed_s = 70 * SIM_DAY,
	  .stays = true },
	{ .name = "a state from before one rollover",
	  .happen = put_back_state_one_rollover,
	  .trouble = "the state is an old one",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe rollover www",
	  .act = roll,
	  .settle_s = 3 * SIM_DAY,
	  .later_s = 65 * SIM_DAY },
	{ .name = "a state from before two rollovers",
	  .happen = put_back_state_two_rollovers,
	  .trouble = "the state is an old one",
	  .noticed_s = SIM_DAY,
	  .advice = "daneprobe rollover www",
	  .act = roll,
	  .settle_s = 3 * SIM_DAY,
	  .later_s = 65 * SIM_DAY },
	{ .name = "a forgotten second host, one rollover later",
	  .happen = forget_a_host_one_rollover,
	  .trouble = "the forgotten host is an old copy",
	  .settle_s = SIM_HOUR },
	{ .name = "a forgotten second host, two rollovers later",
	  .happen = forget_a_host_two_rollovers,
	  .trouble = "the forgotten host is an old copy",
	  .settle_s = SIM_HOUR },
	{ .name = "next key's file emptied",
	  .happen = empty_next_key,
	  .trouble = "the next key can't be used",
	  .noticed_s = SIM_DAY,
	  .advice = "--discard-next www",
	  .act = roll_then_discard,
	  .settle_s = SIM_DAY },
	{ .name = "current key's file emptied",
	  .happen = empty_current_key,
	  .trouble = "the current key can't be used",
	  .noticed_s = SIM_DAY,
	  .advice = "from a backup",
	  .act = restore_all },
	{ .name = "a backup of which the certificate has ended",
	  .happen = put_back_ended,
	  .settle_s = SIM_DAY,
	  .check = check_renewed },
	{ .name = "a backup of which the certificate has ended, and a reload that fails",
	  .happen = put_back_ended_and_fail_reloads,
	  .settle_s = SIM_DAY,
	  .check = check_renewed },
	{ .name = "a backup of which both certificates have ended, and one order fails",
	  .key_types = "ecdsa-p256 rsa-2048",
	  .happen = put_back_ended_and_fail_orders,
	  .trouble = "one certificate isn't renewed",
	  .noticed_s = SIM_DAY,
	  .advice = "no luck",
	  .act = let_orders_succeed,
	  .settle_s = 2 * SIM_DAY,
	  .check = check_renewed },
	{ .name = "end taken back",
	  .happen = nothing,
	  .act = end_and_take_back,
	  .settle_s = SIM_DAY },
	{ .name = "end", .happen = nothing, .act = end_for_good, .check = check_ended },
};

#define MISHAPS (sizeof(mishaps) / sizeof(mishaps[0]))

static void test_mishap(void **state)
{
	const struct mishap *m = *state;
	struct ordeal *o = mishap_new(SEED, m->key_types);

	mishap_play(o, m);
	if (!m->stays)
		mishap_live_on(o, 3);
	if (o->sim->offences)
		fail_msg("%s: %s", m->name, o->sim->offence);
	mishap_free(o);
}

/* Whether it can befall a lineage in the middle of its life, which goes on after it. A
 * backup of long ago is in that life also one from before a rollover, and a host may be
 * forgotten amid one. */
static bool is_survived(const struct mishap *m)
{
	return !m->stays && !m->key_types && m->happen != nothing &&
	       m->happen != add_service && m->happen != put_back_ended &&
	       m->happen != put_back_ended_and_fail_reloads &&
	       m->happen != forget_a_host_one_rollover &&
	       m->happen != forget_a_host_two_rollovers;
}

/* One a year, drawn from the table, between long times in which nothing may be said. */
static void test_ten_years_with_a_mishap_each(void **state)
{
	struct ordeal *o = mishap_new(SEED, NULL);
	time_t begun = o->sim->now;
	bool met[MISHAPS] = { false };
	const struct mishap *m;
	size_t year, drawn;

	(void)state;
	for (year = 0; year < 10 && !o->sim->offences; year++) {
		do
			drawn = sim_random(o->sim, MISHAPS);
		while (met[drawn] || !is_survived(&mishaps[drawn]));
		met[drawn] = true;
		m = &mishaps[drawn];
		(void)fprintf(stderr, "# year %zu: %s\n", year + 1, m->name);
		mishap_play(o, m);
		mishap_rest(o, (int64_t)(year + 1) * 365 -
				       (int64_t)(o->sim->now - begun) / SIM_DAY);
	}
	if (o->sim->offences)
		fail_msg("%s: %s", o->mishap->name, o->sim->offence);
	assert_true(o->sim->orders >= 50);
	mishap_free(o);
}

/* MISHAP: only the rows with that in their names; "ten years": all in one life. */
int main(void)
{
	const char *only = getenv("MISHAP");
	struct CMUnitTest tests[MISHAPS + 1] = { { 0 } };
	size_t i, count = 0;

	for (i = 0; i < MISHAPS; i++)
		if (!only || strstr(mishaps[i].name, only))
			tests[count++] =
				(struct CMUnitTest){ .name = mishaps[i].name,
						     .test_func = test_mishap,
						     .initial_state = &mishaps[i] };
	if (!only || strstr("ten years", only))
		tests[count++] = (struct CMUnitTest)cmocka_unit_test(
			test_ten_years_with_a_mishap_each);
	return _cmocka_run_group_tests("mishaps", tests, count, NULL, NULL);
}
