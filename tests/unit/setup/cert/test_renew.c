/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/renew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/cert/certificate.h"
#include "setup/key/key.h"

#define TWO "ecdsa-p256 ecdsa-p384"

/* The newest one's number, and whether live shows it. */
static int64_t newest(struct play *p, int64_t generation, enum key_type type,
		      bool *ret_live)
{
	struct certificate c, live;
	char *path;
	int64_t number;

	(void)play_state(p);
	path = lineage_path(&p->lineage, "live/%s/cert.pem", key_type_name(type));
	assert_int_equal(certificate_newest(&p->lineage, generation, type, &c, NULL), 0);
	assert_int_equal(certificate_read(path, &live, NULL), 0);
	free(path);
	*ret_live = !memcmp(c.sha256, live.sha256, sizeof(c.sha256));
	number = c.number;
	return number;
}

static void test_renew_order_lets_no_type_hold_up_another(void **state)
{
	struct play *p = play_new(TWO);
	struct lineage_state *s;
	bool live = false;
	size_t orders;

	(void)state;
	play_until_due(p);
	p->no_order = "/ecdsa-p384/";
	orders = p->orders;
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "ecdsa-p384: 'order' failed with exit status 1");
	play_told(p, OUTCOME_REFUSED, "the certificates that could be renewed");
	assert_null(strstr(p->told.text, "ecdsa-p256"));
	assert_int_equal(p->orders, orders + 2);
	assert_int_equal(newest(p, 1, KEY_ECDSA_P256, &live), 2);
	assert_true(live);
	s = play_state(p);
	assert_int_equal(s->renew_failures, 1);
	assert_non_null(strstr(s->renew_error, "ecdsa-p384: 'order' failed"));
	/* It waits for its turn, and the other one isn't ordered again. */
	play_renew(p, false);
	play_told(p, OUTCOME_LATE, "ecdsa-p384: 'order' failed");
	sim_advance(p->sim, SIM_HOUR + 60);
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "ecdsa-p384: 'order' failed");
	assert_int_equal(p->orders, orders + 3);
	assert_int_equal(p->lineage.state.renew_failures, 2);
	sim_advance(p->sim, 2 * SIM_HOUR + 60);
	p->no_order = NULL;
	play_renew(p, false);
	play_told(p, OUTCOME_MOVED, "renewed and every endpoint");
	assert_int_equal(p->orders, orders + 4);
	assert_null(p->lineage.state.renew_error);
	assert_int_equal(newest(p, 1, KEY_ECDSA_P384, &live), 2);
	assert_true(live);
	play_free(p);
}

/* The first to fail is the first of lineage.conf. */
static void test_renew_order_goes_on_after_the_first_type(void **state)
{
	struct play *p = play_new(TWO);
	bool live = false;

	(void)state;
	play_until_due(p);
	p->no_order = "/ecdsa-p256/";
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "ecdsa-p256: 'order' failed with exit status 1");
	assert_int_equal(newest(p, 1, KEY_ECDSA_P384, &live), 2);
	assert_true(live);
	/* Both */
	p->no_order = "/ecdsa-p";
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED, "ecdsa-p256: 'order' failed");
	play_told(p, OUTCOME_REFUSED, "ecdsa-p384");
	play_free(p);
}

/* One failure is told beside the other, and counts once. */
static void test_renew_order_is_told_beside_a_switch_that_failed(void **state)
{
	struct play *p = play_new(TWO);
	bool live = true;

	(void)state;
	play_until_due(p);
	p->no_order = "/ecdsa-p384/";
	p->deploys_fail = 1;
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "'deploy' failed with exit status 7");
	play_told(p, OUTCOME_REFUSED, "; and ecdsa-p384: 'order' failed");
	assert_int_equal(p->lineage.state.renew_failures, 1);
	assert_non_null(strstr(p->lineage.state.renew_error, "'deploy' failed"));
	assert_int_equal(newest(p, 1, KEY_ECDSA_P256, &live), 2);
	assert_false(live);
	sim_advance(p->sim, SIM_HOUR + 60);
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "ecdsa-p384: 'order' failed");
	assert_int_equal(newest(p, 1, KEY_ECDSA_P256, &live), 2);
	assert_true(live);
	play_free(p);
}

/* A window of the CA's is one for all types. */
static void test_renew_order_takes_a_window_once(void **state)
{
	struct play *p = play_new(TWO);
	struct lineage_state *s = play_state(p);
	size_t orders = p->orders;

	(void)state;
	s->ari_start = p->sim->now - 2 * SIM_HOUR;
	s->ari_end = s->ari_at = p->sim->now - SIM_HOUR;
	play_save(p);
	p->no_order = "/ecdsa-p384/";
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "ecdsa-p384: ");
	assert_int_equal(p->orders, orders + 2);
	sim_advance(p->sim, SIM_HOUR + 60);
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "ecdsa-p384: ");
	assert_int_equal(p->orders, orders + 3);
	sim_advance(p->sim, 2 * SIM_HOUR + 60);
	p->no_order = NULL;
	play_renew(p, false);
	play_told(p, OUTCOME_MOVED, "renewed");
	assert_int_equal(p->orders, orders + 4);
	play_renew(p, false);
	play_told(p, OUTCOME_NOTHING, "isn't due");
	play_free(p);
}

/* What isn't live yet goes there only whole. */
static void test_renew_order_switches_no_key_that_lacks_a_certificate(void **state)
{
	const struct rollover_how begin = { .begin = true, .force = true };
	struct play *p = play_new(TWO);
	size_t i;

	(void)state;
	p->no_order = "/0002/ecdsa-p384/";
	for (i = 0; i < 8; i++) {
		play_step(p, &begin);
		sim_advance(p->sim, SIM_HOUR);
	}
	play_told(p, OUTCOME_REFUSED, "ecdsa-p384: 'order' failed");
	assert_int_equal(p->lineage.state.view_generation, 1);
	/* The one in use is renewed all the same. */
	play_until_due(p);
	play_renew(p, false);
	play_told(p, OUTCOME_MOVED, "renewed");
	p->no_order = NULL;
	play_until_idle(p);
	assert_int_equal(p->lineage.state.view_generation, 2);
	play_free(p);
}

/* --- what is no renewal ----------------------------------------------------------- */

static void test_renew_order_refuses_the_certificate_that_is_there(void **state)
{
	struct play *p = play_new(NULL);
	size_t deploys;
	bool live = false;

	(void)state;
	play_until_due(p);
	p->cached = true;
	deploys = p->sim->deploys;
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED,
		  "the acme command brought the certificate that is there already: does "
		  "the client need an option to force a renewal?");
	assert_int_equal(p->lineage.state.renew_failures, 1);
	play_renew(p, false);
	play_told(p, OUTCOME_LATE, "that is there already");
	play_renew(p, true);
	play_told(p, OUTCOME_REFUSED, "that is there already");
	assert_int_equal(p->sim->deploys, deploys);
	assert_int_equal(newest(p, 1, KEY_ECDSA_P256, &live), 1);
	p->cached = false;
	play_renew(p, true);
	play_told(p, OUTCOME_MOVED, "renewed");
	play_free(p);
}

/* By its dates it is due, and would be still. */
static void test_renew_order_refuses_one_that_ends_no_later(void **state)
{
	struct play *p = play_new(NULL);
	bool live = false;

	(void)state;
	play_until_due(p);
	p->sim->lifetime_s = 20 * SIM_DAY;
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "no later than the one in place");
	play_told(p, OUTCOME_REFUSED, "daneprobe renew --force www");
	assert_int_equal(newest(p, 1, KEY_ECDSA_P256, &live), 1);
	play_renew(p, true);
	play_told(p, OUTCOME_MOVED, "renewed");
	assert_int_equal(newest(p, 1, KEY_ECDSA_P256, &live), 2);
	play_free(p);
}

static void add_domain(struct play *p)
{
	static const char line[] = "\ndomains = www.example.com";
	char *path, *text = NULL, *at;
	size_t len;
	FILE *f;

	(void)play_state(p);
	path = lineage_path(&p->lineage, "lineage.conf");
	assert_int_equal(file_read(path, 65536, &text, &len, NULL), 0);
	at = strstr(text, line);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_non_null(at);
	at += strlen(line);
	(void)fprintf(f, "%.*s more.example.com%s", (int)(at - text), text, at);
	(void)fclose(f);
	free(text);
	free(path);
}

/* With other names, or since the CA wants it so, an earlier end is what was asked for. */
static void test_renew_order_takes_an_earlier_end_for_another_reason(void **state)
{
	struct play *p = play_new(NULL);
	struct lineage_state *s;

	(void)state;
	p->sim->lifetime_s = 6 * SIM_DAY;
	s = play_state(p);
	s->ari_start = p->sim->now - 2 * SIM_HOUR;
	s->ari_end = s->ari_at = p->sim->now - SIM_HOUR;
	play_save(p);
	play_renew(p, false);
	play_told(p, OUTCOME_MOVED, "renewed");
	p->sim->lifetime_s = 5 * SIM_DAY;
	add_domain(p);
	play_renew(p, false);
	play_told(p, OUTCOME_MOVED, "renewed");
	/* A CA that gives one end to all, and an operator who orders twice */
	p->sim->lifetime_s -= 60;
	sim_advance(p->sim, 40);
	play_renew(p, true);
	play_told(p, OUTCOME_MOVED, "renewed");
	play_free(p);
}

/* It would ask whether the CA's terms are accepted, and nobody hears it. */
static void test_renew_order_asks_for_uacmes_account_first(void **state)
{
	struct play *p = play_new(NULL);
	struct why why;
	char *line;

	(void)state;
	(void)play_state(p);
	line = mem_printf("acme = uacme -c %s/uacme -h /hook", p->sim->base);
	assert_int_equal(lineage_conf_set(&p->lineage.conf, line, &why), 0);
	assert_int_equal(renew_order(&p->lineage, 1, true, &why), DP_ENOENT);
	if (!strstr(why.text, "uacme has no account (") ||
	    !strstr(why.text,
		    "/uacme -h /hook new` makes one, and accepts the CA's terms"))
		fail_msg("%s", why.text);
	free(line);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_renew_order_asks_for_uacmes_account_first,
					  play_end),
		cmocka_unit_test_teardown(test_renew_order_lets_no_type_hold_up_another,
					  play_end),
		cmocka_unit_test_teardown(test_renew_order_goes_on_after_the_first_type,
					  play_end),
		cmocka_unit_test_teardown(
			test_renew_order_is_told_beside_a_switch_that_failed, play_end),
		cmocka_unit_test_teardown(test_renew_order_takes_a_window_once, play_end),
		cmocka_unit_test_teardown(
			test_renew_order_switches_no_key_that_lacks_a_certificate,
			play_end),
		cmocka_unit_test_teardown(
			test_renew_order_refuses_the_certificate_that_is_there, play_end),
		cmocka_unit_test_teardown(test_renew_order_refuses_one_that_ends_no_later,
					  play_end),
		cmocka_unit_test_teardown(
			test_renew_order_takes_an_earlier_end_for_another_reason,
			play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
