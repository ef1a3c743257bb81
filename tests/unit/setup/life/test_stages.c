/* SPDX-License-Identifier: BSD-2-Clause */
/* What may not be done, and what is done by itself, in the stages of a lineage's life:
 * the shipped steps in a world (sim.h) without any bad luck but that of each test. */
#include "setup/life/outcome.h"
#include "setup/life/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../sim.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/agreement.h"
#include "setup/life/rollover.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/lineage_open.h"
#include "setup/world/env.h"

#define STEPS_MAX 60

static struct sim *sim;
static struct outcome result;
static int64_t uptime_s; /* 0: as the world says */
static bool judged = true;

static int64_t uptime(void *arg, char **ret_boot)
{
	(void)arg;
	*ret_boot = mem_text("this run");
	return uptime_s;
}

/* Each call is a run of its own, as the program's are. */
static void open_lineage(struct env *env, struct lineage *l)
{
	struct why why;

	sim_env(sim, env);
	if (uptime_s)
		env->uptime = uptime;
	if (lineage_open(env, sim->base, "www", "test", LINEAGE_WRITE, l, &why) < 0)
		fail_msg("%s", why.text);
}

static enum lineage_stage stage(void)
{
	struct lineage_state s;
	char *path = mem_printf("%s/www/state", sim->base);
	enum lineage_stage now;

	assert_int_equal(lineage_state_load(path, &s, NULL), 0);
	now = s.stage;
	lineage_state_clear(&s);
	free(path);
	return now;
}

typedef int step_fn(struct lineage *l, struct outcome *r, struct why *why);

static enum outcome_kind run(step_fn *fn)
{
	struct lineage l;
	struct env env;
	struct why why;

	outcome_clear(&result);
	open_lineage(&env, &l);
	if (fn(&l, &result, &why) < 0)
		fail_msg("%s", why.text);
	lineage_close(&l);
	if (sim->offences && judged)
		fail_msg("%s", sim->offence);
	return result.kind;
}

static int plain(struct lineage *l, struct outcome *r, struct why *why)
{
	const struct rollover_how how = { .force = true };

	return rollover_step(l, &how, r, why);
}

static int begin(struct lineage *l, struct outcome *r, struct why *why)
{
	const struct rollover_how how = { .begin = true, .again = true, .force = true };

	return rollover_step(l, &how, r, why);
}

static int emergency(struct lineage *l, struct outcome *r, struct why *why)
{
	const struct rollover_how how = { .emergency = true };

	return rollover_step(l, &how, r, why);
}

static void run_until(enum lineage_stage wanted, int64_t pause_s)
{
	int i;

	for (i = 0; i < STEPS_MAX && stage() != wanted; i++) {
		(void)run(plain);
		sim_advance(sim, pause_s);
	}
	assert_int_equal(stage(), wanted);
}

/* A number of the world's keys; made one where it isn't. */
static int number_of(const char *digest)
{
	size_t i;

	for (i = 0; i < sim->keys; i++)
		if (!strcmp(sim->digest[i], digest))
			return (int)i;
	(void)snprintf(sim->digest[sim->keys], sizeof(sim->digest[0]), "%s", digest);
	return (int)sim->keys++;
}

static int key_of(int64_t generation)
{
	uint8_t spki[KEY_TYPE_COUNT][32];
	struct lineage l;
	struct env env;
	char *hex;
	int number;

	open_lineage(&env, &l);
	assert_int_equal(lineage_spki(&l, generation, spki, NULL), 0);
	lineage_close(&l);
	hex = hex_encode(spki[0], 32);
	number = number_of(hex);
	free(hex);
	return number;
}

static uint64_t bit(int64_t generation)
{
	return UINT64_C(1) << key_of(generation);
}

/* All name servers have that, without the judge's being asked. */
static void have(uint64_t set)
{
	size_t i;

	for (i = 0; i < SIM_SERVERS; i++) {
		sim->server[i].set = set;
		sim->server[i].late = false;
	}
}

static void live_to_idle(void)
{
	sim_reset(sim, 7);
	assert_true(sim_create(sim));
	run_until(STAGE_IDLE, 3 * SIM_HOUR);
}

/* The service has a key of its own, and DNS no record. */
static void test_stages_publish_waits_for_the_key_where_there_is_no_record(void **state)
{
	(void)state;
	sim_reset(sim, 7);
	assert_true(sim_create(sim));
	sim->live[0].key =
		number_of("ee00000000000000000000000000000000000000000000000000000000"
			  "000000");
	assert_int_equal(run(rollover_publish), OUTCOME_REFUSED);
	assert_non_null(strstr(result.text, "daneprobe install www"));
	assert_int_equal(sim->server[0].set, 0);
	assert_int_equal(stage(), STAGE_STAGED);
	/* Nobody is there whom a record could harm. */
	sim->live[0].key = -1;
	judged = false;
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	judged = true;
	assert_int_equal(sim->server[0].set, bit(1) | bit(2));
	assert_int_equal(stage(), STAGE_PUBLISHED);
}

/* A publication that failed is no reason not to install where DNS still has nothing. */
static void test_stages_publish_that_failed_lets_the_key_go_first(void **state)
{
	(void)state;
	sim_reset(sim, 7);
	assert_true(sim_create(sim));
	sim->luck.publish = 1000;
	judged = false;
	assert_int_equal(run(rollover_publish), OUTCOME_REFUSED);
	judged = true;
	have(0); /* nothing of it arrived */
	sim->spans = 0;
	sim->offences = 0;
	sim->luck.publish = 0;
	sim->live[0].key =
		number_of("ee00000000000000000000000000000000000000000000000000000000"
			  "000000");
	assert_int_equal(run(rollover_publish), OUTCOME_REFUSED);
	assert_non_null(strstr(result.text, "daneprobe install www"));
	sim->live[0].key = -1;
	assert_int_equal(run(rollover_install), OUTCOME_MOVED);
	assert_int_equal(sim->live[0].key, key_of(1));
}

/* The service has another key, which DNS names. Returns its number. */
static int beside_another(void)
{
	sim_reset(sim, 7);
	assert_true(sim_create(sim));
	sim->live[0].key =
		number_of("ee00000000000000000000000000000000000000000000000000000000"
			  "000000");
	have(UINT64_C(1) << sim->live[0].key);
	sim->live[0].end = sim->now + 90 * SIM_DAY;
	return sim->live[0].key;
}

/* There is nothing to wait for. */
static void test_stages_publish_adds_beside_others(void **state)
{
	int other = beside_another();

	(void)state;
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	assert_int_equal(sim->server[0].set, UINT64_C(1) << other | bit(1) | bit(2));
}

/* Given to DNS is not yet seen there. */
static void test_stages_verified_waits_for_all_servers(void **state)
{
	(void)state;
	sim_reset(sim, 7);
	assert_true(sim_create(sim));
	run_until(STAGE_VERIFIED, 0);
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	sim->server[1].set = 0;
	(void)run(plain);
	assert_int_equal(run(plain), OUTCOME_WAITING);
	assert_int_equal(stage(), STAGE_RETIRING);
}

static void
test_stages_retiring_looks_once_more_before_it_takes_a_record_out(void **state)
{
	uint8_t cert[32];

	(void)state;
	live_to_idle();
	(void)run(begin);
	run_until(STAGE_RETIRING, 0);
	memcpy(cert, sim->live[0].cert, sizeof(cert));
	memset(sim->live[0].cert, 0, sizeof(cert));
	sim->live[0].key = key_of(1); /* restored from an old copy */
	assert_int_equal(run(plain), OUTCOME_REFUSED);
	assert_non_null(strstr(result.text, "the old record stays"));
	assert_true(sim->server[0].set & bit(1));
	memcpy(sim->live[0].cert, cert, sizeof(cert));
	sim->live[0].key = key_of(2);
	assert_int_equal(run(plain), OUTCOME_MOVED);
	assert_false(sim->server[0].set & bit(1));
}

/* Rewrites lineage.conf with one service more. */
static void add_service(void)
{
	char *path = mem_printf("%s/www/lineage.conf", sim->base), *text = NULL, *at;
	size_t len;
	FILE *f;

	assert_int_equal(file_read(path, 65536, &text, &len, NULL), 0);
	at = strstr(text, "https://www.example.com");
	assert_non_null(at);
	at += strlen("https://www.example.com");
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fprintf(f, "%.*s https://www.example.com:8443%s", (int)(at - text), text,
		      at);
	(void)fclose(f);
	free(text);
	free(path);
}

static void test_stages_published_begins_anew_where_other_records_are_wanted(void **state)
{
	time_t before;

	(void)state;
	(void)beside_another();
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	sim_advance(sim, 4 * SIM_HOUR);
	assert_int_equal(run(plain), OUTCOME_WAITING);
	before = result.until;
	sim_advance(sim, SIM_HOUR);
	add_service(); /* and its records, by hand: nobody knows what was there before */
	assert_int_equal(run(plain), OUTCOME_WAITING);
	assert_true(result.until >= before + SIM_HOUR + SIM_DAY);
}

static void test_stages_published_believes_no_clock_that_was_put_forward(void **state)
{
	(void)state;
	(void)beside_another();
	uptime_s = 1000;
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	sim_advance(sim, 4 * SIM_HOUR);
	uptime_s += 4 * SIM_HOUR;
	assert_int_equal(run(plain), OUTCOME_WAITING);
	sim->now += 20 * SIM_HOUR;
	uptime_s += 60;
	assert_int_equal(run(plain), OUTCOME_WAITING);
	assert_int_equal(stage(), STAGE_PUBLISHED);
	sim_advance(sim, 3 * SIM_HOUR);
	uptime_s += 3 * SIM_HOUR;
	assert_int_equal(run(plain), OUTCOME_MOVED);
	assert_int_equal(stage(), STAGE_SAFE);
	uptime_s = 0;
}

/* A timer that runs once a day gets there, too. */
static void test_stages_published_gets_safe_by_runs_a_day_apart(void **state)
{
	int i;

	(void)state;
	(void)beside_another();
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	for (i = 0; i < 4 && stage() == STAGE_PUBLISHED; i++) {
		sim_advance(sim, 25 * SIM_HOUR);
		(void)run(plain);
	}
	assert_int_equal(stage(), STAGE_SAFE);
}

/* Whatever the servers said while nobody looked. */
static void test_emergency_waits_where_nobody_has_watched(void **state)
{
	(void)state;
	live_to_idle();
	sim_advance(sim, 10 * SIM_DAY);
	assert_int_equal(run(emergency), OUTCOME_WAITING);
	assert_int_equal(sim->live[0].key, key_of(1));
}

static void test_emergency_is_quick_where_the_servers_were_watched(void **state)
{
	int i;

	(void)state;
	live_to_idle();
	for (i = 0; i < 12; i++) {
		sim_advance(sim, SIM_HOUR);
		assert_int_equal(run(plain), OUTCOME_NOTHING);
	}
	(void)run(emergency);
	assert_int_equal(sim->live[0].key, key_of(2));
}

/* The TTL that was lowered is still in caches. */
static void test_stages_publish_counts_a_ttl_of_before(void **state)
{
	(void)state;
	live_to_idle();
	sim->ttl_s = SIM_DAY;
	(void)run(begin);
	run_until(STAGE_RETIRING, 3 * SIM_HOUR);
	sim->ttl_s = 60;
	run_until(STAGE_IDLE, 600);
	(void)run(begin);
	(void)run(plain);
	assert_int_equal(run(plain), OUTCOME_WAITING);
	assert_true(result.until > sim->now + SIM_DAY);
}

static void test_stages_idle_gives_lost_records_to_dns_again(void **state)
{
	int i;

	(void)state;
	live_to_idle();
	assert_int_equal(run(plain), OUTCOME_NOTHING);
	have(bit(1)); /* as by a zone restored from an old copy */
	assert_int_equal(run(plain), OUTCOME_WAITING);
	for (i = 0; i < 10 && stage() != STAGE_STUCK; i++) {
		sim_advance(sim, SIM_HOUR);
		(void)run(plain);
	}
	assert_int_equal(stage(), STAGE_STUCK);
	for (i = 0; i < 10; i++) {
		sim_advance(sim, SIM_HOUR);
		(void)run(plain);
	}
	assert_int_equal(sim->server[0].set, bit(1) | bit(2));
	assert_int_equal(stage(), STAGE_IDLE);
	assert_int_equal(run(plain), OUTCOME_NOTHING);
}

static void test_stages_publish_ends_what_failed_before(void **state)
{
	int i;

	(void)state;
	live_to_idle();
	sim->luck.publish = 1000;
	for (i = 0; i < 3; i++)
		assert_int_equal(run(rollover_publish), OUTCOME_REFUSED);
	assert_int_equal(stage(), STAGE_STUCK);
	sim->luck.publish = 0;
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	assert_int_equal(stage(), STAGE_IDLE);
}

/* A host that was away while a key was retired comes back with its record. */
static void test_stages_publish_takes_every_former_key_out(void **state)
{
	(void)state;
	live_to_idle();
	(void)run(begin);
	run_until(STAGE_IDLE, 3 * SIM_HOUR);
	assert_int_equal(sim->server[0].set, bit(2) | bit(3));
	have(bit(1) | bit(2) | bit(3));
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	assert_int_equal(sim->server[0].set, bit(2) | bit(3));
}

static void test_propagation_says_that_a_server_lags(void **state)
{
	(void)state;
	live_to_idle();
	sim->server[1].set = bit(1);
	assert_int_equal(run(rollover_propagation), OUTCOME_LATE);
}

/* Both records were pasted into the zone before the first look: what was there until then
 * nobody knows. */
static void test_stages_publish_doubts_what_others_have_published(void **state)
{
	int other = beside_another();

	(void)state;
	have(UINT64_C(1) << other | bit(1) | bit(2));
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	sim_advance(sim, 4 * SIM_HOUR);
	assert_int_equal(run(plain), OUTCOME_WAITING);
	assert_true(result.until > sim->now + SIM_DAY);
	/* Once more is no way around it. */
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	assert_int_equal(run(plain), OUTCOME_WAITING);
	assert_true(result.until > sim->now + SIM_DAY);
}

/* Where the service has the key already, as an adopted one, it was right until now. */
static void test_stages_publish_believes_what_is_in_use(void **state)
{
	(void)state;
	(void)beside_another();
	sim->live[0].key = key_of(1);
	have(bit(1));
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	sim_advance(sim, 3 * SIM_HOUR); /* the secondaries have it */
	assert_int_equal(run(plain), OUTCOME_WAITING);
	assert_true(result.until <= sim->now + 3 * SIM_HOUR);
}

/* A lost record isn't given back only when everything else is well. */
static void test_stages_idle_gives_lost_records_back_before_old_ones_leave(void **state)
{
	int i;

	(void)state;
	live_to_idle();
	(void)run(begin);
	run_until(STAGE_IDLE, 3 * SIM_HOUR);
	assert_int_equal(run(plain), OUTCOME_NOTHING);
	have(bit(1)); /* an old copy of the zone */
	sim->luck.look = 1000;
	judged = false;
	for (i = 0; i < 20 && !(sim->server[0].set & bit(2)); i++) {
		sim_advance(sim, SIM_HOUR);
		(void)run(plain);
	}
	assert_int_equal(sim->server[0].set, bit(1) | bit(2) | bit(3));
	assert_int_equal(result.kind, OUTCOME_REFUSED);
	assert_non_null(strstr(result.text, "the old record stays"));
	sim->luck.look = 0;
	for (i = 0; i < 20 && sim->server[0].set & bit(1); i++) {
		sim_advance(sim, SIM_HOUR);
		(void)run(plain);
	}
	assert_int_equal(sim->server[0].set, bit(2) | bit(3));
	judged = true;
}

/* The records of a first key that never came to the service are gone again. */
static void test_stages_published_begins_anew_where_all_records_are_gone(void **state)
{
	int i;

	(void)state;
	(void)beside_another();
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	have(0);
	for (i = 0; i < 20 && stage() != STAGE_STAGED; i++) {
		sim_advance(sim, SIM_HOUR);
		(void)run(plain);
	}
	assert_int_equal(stage(), STAGE_STAGED);
	run_until(STAGE_VERIFIED, SIM_HOUR);
	assert_int_equal(sim->live[0].key, key_of(1));
}

/* What was there a moment ago is in caches: the key isn't put under the service before
 * they have lost it. */
static void test_stages_staged_waits_for_caches_where_records_vanished(void **state)
{
	int other = beside_another();

	(void)state;
	assert_int_equal(run(rollover_publish), OUTCOME_MOVED);
	have(0);
	assert_int_equal(run(rollover_publish), OUTCOME_REFUSED);
	assert_int_equal(stage(), STAGE_STAGED);
	assert_int_equal(run(rollover_install), OUTCOME_REFUSED);
	assert_non_null(strstr(result.text, "caches may hold some"));
	assert_int_equal(run(plain), OUTCOME_WAITING);
	sim_advance(sim, sim->ttl_s);
	assert_int_equal(run(plain), OUTCOME_WAITING);
	assert_int_equal(sim->live[0].key, other);
	sim_advance(sim, sim->ttl_s);
	assert_int_equal(run(plain), OUTCOME_MOVED);
	assert_int_equal(stage(), STAGE_SAFE);
}

/* What was cut short is not forgotten by a look. */
static void test_stages_idle_publishes_what_no_publication_was_about(void **state)
{
	struct lineage l;
	struct env env;

	(void)state;
	live_to_idle();
	assert_int_equal(run(plain), OUTCOME_NOTHING);
	open_lineage(&env, &l);
	free(l.state.given);
	l.state.given = NULL;
	assert_int_equal(lineage_save(&l, NULL), 0);
	lineage_close(&l);
	have(bit(1));
	assert_int_equal(run(plain), OUTCOME_MOVED);
	assert_int_equal(sim->server[0].set, bit(1) | bit(2));
	/* Once. */
	have(bit(1));
	assert_int_equal(run(plain), OUTCOME_WAITING);
}

/* That nobody answers says nothing against what was agreed. */
static void test_propagation_that_fails_forgets_no_agreement(void **state)
{
	struct lineage l;
	struct env env;
	struct why why;
	time_t since;

	(void)state;
	live_to_idle();
	assert_int_equal(run(plain), OUTCOME_NOTHING);
	sim_advance(sim, SIM_HOUR);
	assert_int_equal(run(plain), OUTCOME_NOTHING);
	sim->luck.ask = 1000;
	outcome_clear(&result);
	open_lineage(&env, &l);
	since = l.state.agree_since;
	assert_true(since > 0);
	assert_true(rollover_propagation(&l, &result, &why) < 0);
	lineage_close(&l);
	sim->luck.ask = 0;
	assert_int_equal(run(plain), OUTCOME_NOTHING);
	open_lineage(&env, &l);
	assert_int_equal(l.state.agree_since, since);
	lineage_close(&l);
}

static void test_propagation_says_that_all_records_are_gone(void **state)
{
	(void)state;
	live_to_idle();
	have(0);
	assert_int_equal(run(rollover_propagation), OUTCOME_LATE);
}

/* Where all is well again no pause after an earlier failure goes on, and no publication.
 */
static void test_stages_idle_forgets_an_earlier_failure(void **state)
{
	struct lineage l;
	struct env env;

	(void)state;
	live_to_idle();
	open_lineage(&env, &l);
	l.state.failures = 2;
	l.state.retry_at = sim->now + SIM_DAY;
	l.state.intent = INTENT_PUBLISH;
	assert_int_equal(lineage_save(&l, NULL), 0);
	lineage_close(&l);
	assert_int_equal(run(plain), OUTCOME_NOTHING);
	open_lineage(&env, &l);
	assert_int_equal(l.state.failures, 0);
	assert_int_equal(l.state.retry_at, 0);
	assert_int_equal(l.state.intent, INTENT_NONE);
	lineage_close(&l);
}

static int set_up(void **state)
{
	(void)state;
	sim = sim_new(7);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	outcome_clear(&result);
	sim_free(sim);
	return 0;
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_stages_publish_waits_for_the_key_where_there_is_no_record),
		T(test_stages_publish_that_failed_lets_the_key_go_first),
		T(test_stages_publish_adds_beside_others),
		T(test_stages_verified_waits_for_all_servers),
		T(test_stages_retiring_looks_once_more_before_it_takes_a_record_out),
		T(test_stages_published_begins_anew_where_other_records_are_wanted),
		T(test_stages_published_believes_no_clock_that_was_put_forward),
		T(test_stages_published_gets_safe_by_runs_a_day_apart),
		T(test_emergency_waits_where_nobody_has_watched),
		T(test_emergency_is_quick_where_the_servers_were_watched),
		T(test_stages_publish_counts_a_ttl_of_before),
		T(test_stages_idle_gives_lost_records_to_dns_again),
		T(test_stages_publish_ends_what_failed_before),
		T(test_stages_publish_takes_every_former_key_out),
		T(test_propagation_says_that_a_server_lags),
		T(test_stages_publish_doubts_what_others_have_published),
		T(test_stages_publish_believes_what_is_in_use),
		T(test_stages_idle_gives_lost_records_back_before_old_ones_leave),
		T(test_stages_published_begins_anew_where_all_records_are_gone),
		T(test_stages_staged_waits_for_caches_where_records_vanished),
		T(test_stages_idle_publishes_what_no_publication_was_about),
		T(test_propagation_that_fails_forgets_no_agreement),
		T(test_propagation_says_that_all_records_are_gone),
		T(test_stages_idle_forgets_an_earlier_failure),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
