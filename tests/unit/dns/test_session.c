/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/why.h"
#include "dns/upstream.h"

#define TIMEOUT_MS 80

static const char *const nobody[] = { "127.0.0.1@9" };
static const struct upstream_conf conf = { .given = nobody, .given_count = 1 };

static struct session *make_session(void)
{
	struct session *s = NULL;
	struct why why;

	if (session_new(&conf, TIMEOUT_MS, &s, &why) < 0 || session_begin(s, &why) < 0)
		fail_msg("%s", why.text);
	assert_non_null(session_resolver(s));
	return s;
}

static void stop_session(void *arg)
{
	session_stop(arg);
}

/* Where something ends it after delay_ms; 0: nothing does. */
static bool run_for(struct session *s, int64_t delay_ms)
{
	struct loop_timer *timer = NULL;
	bool in_time;

	if (delay_ms)
		timer = loop_timer_new(session_loop(s), delay_ms, stop_session, s);
	in_time = session_run(s);
	loop_timer_free(timer);
	return in_time;
}

static void test_session_run_ends_with_its_time(void **state)
{
	struct session *s = make_session();
	int64_t began_ms = clock_ms();

	(void)state;
	assert_false(run_for(s, 0));
	assert_true(clock_ms() - began_ms >= TIMEOUT_MS / 2);
	session_free(s);
}

static void test_session_stop_ends_a_run(void **state)
{
	struct session *s = make_session();

	(void)state;
	assert_true(run_for(s, 1));
	session_free(s);
}

/* Several questions have one time, unless each is to have its own. */
static void test_session_extend_begins_the_time_anew(void **state)
{
	struct session *s = make_session();
	int64_t began_ms;

	(void)state;
	assert_false(run_for(s, 0));
	began_ms = clock_ms();
	assert_false(run_for(s, 0));
	assert_true(clock_ms() - began_ms < TIMEOUT_MS);
	session_extend(s);
	assert_true(run_for(s, 1));
	session_free(s);
}

static void test_session_new_refuses_a_resolver_that_is_none(void **state)
{
	static const char *const wrong[] = { "not an address" };
	const struct upstream_conf bad = { .given = wrong, .given_count = 1 };
	struct session *s = NULL;
	struct why why = { "" };

	(void)state;
	assert_true(session_new(&bad, TIMEOUT_MS, &s, &why) < 0);
	assert_null(s);
	assert_true(*why.text);
	session_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session_run_ends_with_its_time),
		cmocka_unit_test(test_session_stop_ends_a_run),
		cmocka_unit_test(test_session_extend_begins_the_time_anew),
		cmocka_unit_test(test_session_new_refuses_a_resolver_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
