/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/assumption.h"

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

/* Idle for days; then all that was seen of the records is forgotten, as where a service
 * comes, and an emergency has to wait for two days. */
static struct play *begin(bool emergency)
{
	const struct rollover_how how = { .begin = true, .emergency = emergency };
	const struct rollover_how look = { .begin = false };
	struct play *p = play_new(NULL);
	struct lineage_state *s;
	int i;

	for (i = 0; i < 10; i++) {
		sim_advance(p->sim, SIM_DAY / 2);
		play_step(p, &look);
	}
	s = play_state(p);
	s->agree_since = 0;
	s->old_ttl_s = -1;
	play_save(p);
	play_step(p, &how);
	if (!emergency)
		play_step(p, &how);
	return p;
}

static void assume(struct play *p, int64_t ago_s)
{
	const struct rollover_how how = { .assume_since = p->sim->now - (time_t)ago_s,
					  .assume_reason = "I saw it with \"dig\"" };

	play_step(p, &how);
}

static char *journal(const struct play *p)
{
	char *path = mem_printf("%s/www/journal", p->sim->base), *text = NULL;
	size_t len;

	assert_int_equal(file_read(path, 1 << 20, &text, &len, NULL), 0);
	free(path);
	return text;
}

static void test_assumption_ends_an_inflated_wait(void **state)
{
	struct play *p = begin(true);
	char *text;

	(void)state;
	play_told(p, OUTCOME_WAITING,
		  "2 days since all servers agreed, as a TTL is unknown");
	assert_int_equal(p->lineage.state.stage, STAGE_PUBLISHED);
	assume(p, SIM_DAY); /* of two: the wait is shorter, and not over */
	play_told(p, OUTCOME_WAITING, "safe in 23 hours");
	play_told(p, OUTCOME_WAITING,
		  "by your word all caches could know key 0002 since ");
	assume(p, 3 * SIM_DAY);
	assert_int_equal(p->lineage.state.current, 2);
	assert_int_equal(p->lineage.state.view_generation, 2);
	text = journal(p);
	assert_non_null(strstr(text, "assumed   generation=0002 published-since="));
	assert_non_null(strstr(text, "why=\"I saw it with 'dig'\""));
	free(text);
	play_free(p);
}

static void expect_refused(struct play *p, int64_t ago_s, const char *has)
{
	assume(p, ago_s);
	play_told(p, OUTCOME_REFUSED, "--assume-published-since is refused: ");
	play_told(p, OUTCOME_REFUSED, has);
}

static void test_assumption_is_refused_where_a_server_contradicts(void **state)
{
	struct play *p = begin(true);
	uint64_t set = p->sim->server[2].set;

	(void)state;
	expect_refused(p, -60, "is still to come");
	/* It lacks the record at the last look, and has it at this one. */
	p->sim->server[2].set = 0;
	play_step(p, &(const struct rollover_how){ .force = true });
	assume(p, 3 * SIM_DAY); /* lacks it now: said by the step itself */
	assert_int_equal(p->lineage.state.stage, STAGE_PUBLISHED);
	assert_int_equal(p->lineage.state.current, 1);
	p->sim->server[2].set = set;
	expect_refused(p, 3 * SIM_DAY, "a name server still lacked a record");
	play_told(p, OUTCOME_REFUSED, "the holder of key 0001 can pass");
	assert_int_equal(p->lineage.state.current, 1);
	play_free(p);
}

static void test_assumption_is_of_emergencies(void **state)
{
	struct play *p = begin(false);

	(void)state;
	expect_refused(p, 3 * SIM_DAY, "there is no emergency");
	assert_int_equal(p->lineage.state.stage, STAGE_PUBLISHED);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_assumption_ends_an_inflated_wait,
					  play_end),
		cmocka_unit_test_teardown(
			test_assumption_is_refused_where_a_server_contradicts, play_end),
		cmocka_unit_test_teardown(test_assumption_is_of_emergencies, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
