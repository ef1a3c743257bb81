/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/prune.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "../sim_dns.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/key/record.h"
#include "setup/life/status.h"
#include "setup/publish/wanted.h"

#define OTHER "https://www.example.com:8443"
#define OTHER_OWNER "_8443._tcp.www.example.com."

/* What the former service's owner still has, and whether somebody serves there. */
static bool there, others_there, served;

/* Each record asked about that owner is there, and one of others. */
static int ask(void *arg, const struct env_question *q, struct env_dns *ret_dns,
	       struct why *why)
{
	uint8_t x = 1;
	struct tlsa rr[8];
	size_t i, count = 0;
	int rc = sim_dns_ask(arg, q, ret_dns, why);

	for (i = 0; i < q->dead_count && count < 7; i++)
		if (!strcmp(q->dead[i].owner, OTHER_OWNER))
			rr[count++] = q->dead[i].rr;
	if (others_there)
		rr[count++] = (struct tlsa){ 3, 1, 1, &x, 1 };
	if (rc == 0 && there && count)
		env_dns_add_set(ret_dns, OTHER_OWNER, rr, count);
	return rc;
}

static int look(void *arg, const struct env_presented *p, struct env_live *ret_live,
		struct why *why)
{
	(void)arg;
	(void)p;
	(void)why;
	ret_live->asked_key = served;
	if (!served)
		env_live_add(ret_live, mem_text(OTHER), mem_text("another key"));
	return 0;
}

static struct play *play_with_other(void)
{
	struct play *p = play_new(NULL);

	there = true;
	others_there = served = false;
	p->env.ask = ask;
	free(play_state(p)->once);
	p->lineage.state.once = mem_text("https://www.example.com:443 " OTHER);
	play_save(p);
	return p;
}

/* What a run says of it; the caller frees it. */
static char *review(struct play *p, bool to_person)
{
	char *say = NULL;
	struct why why;

	(void)play_state(p);
	if (prune_review(&p->lineage, to_person, &say, &why) < 0)
		fail_msg("%s", why.text);
	return say;
}

static enum status_level level(struct play *p)
{
	struct status s;
	enum status_level l;

	(void)play_state(p); /* lets go of what was saved */
	status_read(&p->env, p->sim->base, "www", &s);
	l = s.level;
	status_clear(&s);
	return l;
}

static void test_prune_review_says_once_and_daily_what_is_left(void **state)
{
	struct play *p = play_with_other();
	char *say;

	(void)state;
	assert_int_equal(level(p), STATUS_OK);
	say = review(p, false);
	assert_non_null(strstr(say, OTHER_OWNER " TLSA 3 1 1 "));
	assert_non_null(strstr(say, "(key 0001)"));
	assert_non_null(strstr(say, "(key 0002)"));
	free(say);
	assert_null(review(p, false));
	assert_int_equal(level(p), STATUS_WARNING);
	say = review(p, true);
	assert_non_null(say);
	free(say);
	sim_advance(p->sim, SIM_DAY);
	say = review(p, false);
	assert_non_null(say);
	free(say);
	there = false;
	assert_null(review(p, false));
	assert_string_equal(p->lineage.state.once, "https://www.example.com:443");
	assert_null(p->lineage.state.left);
	assert_int_equal(level(p), STATUS_OK);
	play_free(p);
}

/* It is no matter of the next rollover any more. */
static void test_prune_review_is_critical_for_a_compromised_key(void **state)
{
	const struct rollover_how emergency = { .begin = true, .emergency = true };
	const struct rollover_how go_on = { .begin = false };
	struct play *p = play_with_other();
	char *say;
	size_t i;

	(void)state;
	play_step(p, &emergency);
	for (i = 0; i < 40 && p->lineage.state.emergency; i++) {
		sim_advance(p->sim, SIM_HOUR);
		play_step(p, &go_on);
	}
	assert_int_equal(p->lineage.state.current, 2);
	play_told(p, p->told.kind,
		  "key 0001 is still published at " OTHER_OWNER ": until that is gone");
	assert_null(strstr(p->told.text, "caches may hold"));
	say = review(p, false);
	assert_non_null(strstr(say, "(key 0001, compromised)"));
	assert_non_null(strstr(say, "can pass for what is there"));
	free(say);
	assert_int_equal(level(p), STATUS_CRITICAL);
	play_free(p);
}

/* Beside records of others the one of a key that is presented is what clients go by. */
static void test_prune_find_leaves_what_would_break_a_service(void **state)
{
	static const struct {
		bool others, served, stays;
	} cases[] = {
		{ false, false, false },
		{ true, false, false },
		{ false, true, false },
		{ true, true, true },
	};
	struct play *p = play_with_other();
	struct wanted w;
	char *stays;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		others_there = cases[i].others;
		served = cases[i].served;
		(void)play_state(p);
		p->env.look = look;
		assert_int_equal(prune_find(&p->lineage, &w, &stays, NULL), 0);
		assert_int_equal(w.want_count, 0);
		assert_int_equal(w.dead_count, cases[i].stays ? 0 : 2);
		assert_int_equal(stays != NULL, cases[i].stays);
		wanted_clear(&w);
		free(stays);
	}
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			test_prune_review_says_once_and_daily_what_is_left, play_end),
		cmocka_unit_test_teardown(
			test_prune_review_is_critical_for_a_compromised_key, play_end),
		cmocka_unit_test_teardown(
			test_prune_find_leaves_what_would_break_a_service, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
