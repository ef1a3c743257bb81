/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/hold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "base/mem.h"
#include "base/why.h"

#define OWNER "_443._tcp.www.example.com."

static struct {
	bool at_once;
	int looks;
	const char *fault; /* NULL: the lineage's key is presented */
} seen;

static int look(void *arg, const struct env_presented *presented,
		struct env_live *ret_live, struct why *why)
{
	(void)arg;
	(void)why;
	seen.at_once = presented->at_once;
	seen.looks++;
	if (seen.fault)
		env_live_add(ret_live, mem_text("https://www.example.com"),
			     mem_text(seen.fault));
	return 0;
}

static const struct row {
	const char *name;
	time_t since_s; /* ago: when live was switched */
	int64_t view;
	bool at_once; /* nothing has to settle */
} rows[] = {
	{ "just switched", 1, 1, false },	  { "switched 59 s ago", 59, 1, false },
	{ "switched a minute ago", 60, 1, true }, { "switched long ago", 86400, 1, true },
	{ "never switched", 1, 0, true },
};

/* A server's old workers go on for a while after a reload. */
static void test_hold_decide_lets_a_reload_settle(void **state)
{
	struct play *p = play_new(NULL);
	struct env_dns dns = { .absent = mem_text(OWNER) };
	struct lineage_state *s;
	struct hold hold;
	size_t i;

	(void)state;
	p->env.look = look;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s = play_state(p);
		s->view = rows[i].view;
		s->since = p->sim->now - rows[i].since_s;
		seen.fault = NULL;
		seen.looks = 0;
		assert_int_equal(hold_decide(&p->lineage, &dns, false, NULL, &hold, NULL),
				 0);
		if (seen.looks != 1 || seen.at_once != rows[i].at_once)
			fail_msg("%s: %d looks, at once %d", rows[i].name, seen.looks,
				 seen.at_once);
		assert_null(hold.held);
		hold_clear(&hold);
	}
	env_dns_clear(&dns);
	play_free(p);
}

static void test_hold_decide_holds_the_first_record_back(void **state)
{
	struct play *p = play_new(NULL);
	struct env_dns dns = { .absent = mem_text(OWNER) };
	struct hold hold;

	(void)state;
	p->env.look = look;
	(void)play_state(p);
	seen.fault = "presents another key";
	assert_int_equal(hold_decide(&p->lineage, &dns, false, NULL, &hold, NULL), 0);
	assert_string_equal(hold.held, OWNER);
	assert_non_null(strstr(hold.reason, "presents another key"));
	hold_clear(&hold);
	env_dns_clear(&dns);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_hold_decide_lets_a_reload_settle,
					  play_end),
		cmocka_unit_test_teardown(test_hold_decide_holds_the_first_record_back,
					  play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
