/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/lineage_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/world/env.h"

static const struct file_access access_0600 = { .mode = 0600, .group = (gid_t)-1 };
static char folder[64], path[80];

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/test_state.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/state", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
}

static void test_lineage_state_load_reads_what_save_wrote(void **state)
{
	struct lineage_state a, b;
	struct env env;
	struct why why;

	(void)state;
	env_init(&env);
	lineage_state_init(&a);
	a.stage = STAGE_STUCK;
	a.resume = STAGE_PUBLISHED;
	a.since = 1800000000;
	lineage_state_reason(&a, "ns2.example.net \"lacks\" the record", 1800000001);
	a.current = a.goal = 3;
	a.next = a.last = 4;
	a.intent = INTENT_GO_BACK;
	a.intent_view = 7;
	a.emergency = true;
	a.old_ttl_s = 3600;
	if (lineage_state_save(&env, path, &access_0600, &a, &why) < 0 ||
	    lineage_state_load(path, &b, &why) < 0)
		fail_msg("%s", why.text);
	assert_int_equal(b.stage, STAGE_STUCK);
	assert_int_equal(b.resume, STAGE_PUBLISHED);
	assert_int_equal(b.since, 1800000000);
	assert_int_equal(b.reason_since, 1800000001);
	assert_string_equal(b.reason, a.reason);
	assert_int_equal(b.goal, 3);
	assert_int_equal(b.last, 4);
	assert_int_equal(b.intent, INTENT_GO_BACK);
	assert_int_equal(b.intent_view, 7);
	assert_true(b.emergency);
	assert_int_equal(b.old_ttl_s, 3600);
	assert_int_equal(b.hold_ttl_s, -1);
	assert_null(b.renew_error);
	lineage_state_clear(&a);
	lineage_state_clear(&b);
}

static const char *const bad[] = {
	"",
	"null",
	"[]",
	"{}",
	"{\"version\":1}",
	"{\"version\":2,\"current\":1,\"last\":1}",
	"{\"version\":\"1\",\"current\":1,\"last\":1}",
	"{\"version\":1,\"current\":0,\"last\":1}",
	"{\"version\":1,\"current\":2,\"last\":1}",
	"{\"version\":1,\"current\":1,\"last\":1,\"goal\":2}",
	"{\"version\":1,\"current\":1,\"last\":1,\"stage\":\"asleep\"}",
	"{\"version\":1,\"current\":1,\"last\":1,\"stage\":1}",
	"{\"version\":1,\"current\":1,\"last\":1,\"since\":\"today\"}",
	"{\"version\":1,\"current\":1,\"last\":1,\"since\":5}",
	"{\"version\":1,\"current\":1,\"last\":1,\"reason\":5}",
	"{\"version\":1,\"current\":1,\"last\":1,\"emergency\":\"no\"}",
	"{\"version\":1,\"current\":1,\"last\":1,\"current\":1}",
	"{\"version\":1,\"current\":1,\"last\":1",
	"{\"version\":1,\"current\":1,\"last\":1} more",
};

static void test_lineage_state_load_refuses_what_is_no_state(void **state)
{
	struct lineage_state s;
	size_t i;

	(void)state;
	assert_int_equal(lineage_state_load(path, &s, NULL), DP_ENOENT);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(bad[i]);
		if (lineage_state_load(path, &s, NULL) != DP_EFORMAT)
			fail_msg("taken: %s", bad[i]);
	}
	write_file("{\"version\":1,\"current\":1,\"last\":1,\"later\":true}");
	assert_int_equal(lineage_state_load(path, &s, NULL), 0);
	lineage_state_clear(&s);
}

/* As the first version wrote it, with the names that the fields keep. */
static const char old_file[] =
	"{\n \"version\": 1,\n \"stage\": \"stuck\",\n \"resume\": \"published\",\n"
	" \"since\": \"2026-11-01T10:00:00Z\",\n \"reason\": \"ns2 lags\",\n"
	" \"failures\": 2,\n \"current\": 3,\n \"next\": 4,\n \"goal\": 4,\n"
	" \"last\": 4,\n \"view\": 7,\n \"former_view\": 6,\n \"view_generation\": 3,\n"
	" \"last_view\": 7,\n \"intent\": \"publish\",\n"
	" \"published_at\": \"2026-11-01T10:00:00Z\",\n \"agree_since\": null,\n"
	" \"old_ttl_s\": 3600,\n \"emergency\": true,\n \"compromised\": 3,\n"
	" \"renew_failures\": 1,\n \"renew_error\": \"no luck\"\n}\n";

static void test_lineage_state_load_reads_what_an_older_version_wrote(void **state)
{
	struct lineage_state s;
	struct why why;

	(void)state;
	write_file(old_file);
	if (lineage_state_load(path, &s, &why) < 0)
		fail_msg("%s", why.text);
	assert_int_equal(s.stage, STAGE_STUCK);
	assert_int_equal(s.resume, STAGE_PUBLISHED);
	assert_string_equal(s.reason, "ns2 lags");
	assert_int_equal(s.goal, 4);
	assert_int_equal(s.view_generation, 3);
	assert_int_equal(s.intent, INTENT_PUBLISH);
	assert_int_equal(s.old_ttl_s, 3600);
	assert_true(s.emergency);
	assert_int_equal(s.compromised, 3);
	assert_string_equal(s.renew_error, "no luck");
	/* What it didn't know */
	assert_int_equal(s.hold_ttl_s, -1);
	assert_int_equal(s.filled_at, 0);
	assert_null(s.goes_stale);
	lineage_state_clear(&s);
}

static void test_lineage_state_reason_keeps_its_time(void **state)
{
	struct lineage_state s;

	(void)state;
	lineage_state_init(&s);
	lineage_state_reason(&s, "a", 1);
	lineage_state_reason(&s, "a", 2);
	assert_int_equal(s.reason_since, 1);
	lineage_state_reason(&s, "b", 3);
	assert_int_equal(s.reason_since, 3);
	lineage_state_reason(&s, NULL, 4);
	assert_null(s.reason);
	assert_int_equal(s.reason_since, 0);
}

/* A full disk: what was there stays. */
static int disk_full(void *arg, enum file_op op, const char *file)
{
	(void)arg;
	(void)file;
	return op == FILE_WRITE ? 28 : 0;
}

static void test_lineage_state_save_leaves_the_old_one_on_a_full_disk(void **state)
{
	struct lineage_state s;
	struct env env;
	char *tmp;

	(void)state;
	env_init(&env);
	lineage_state_init(&s);
	s.current = s.last = 1;
	assert_int_equal(lineage_state_save(&env, path, &access_0600, &s, NULL), 0);
	env.files.before = disk_full;
	s.current = s.last = 2;
	assert_int_equal(lineage_state_save(&env, path, &access_0600, &s, NULL), DP_EIO);
	assert_int_equal(lineage_state_load(path, &s, NULL), 0);
	assert_int_equal(s.current, 1);
	tmp = mem_printf("%s.tmp", path);
	assert_int_not_equal(access(tmp, F_OK), 0);
	free(tmp);
}

#define NOW 1800000000
#define AHEAD (NOW + 3 * 365 * 86400)

static struct lineage_state from_ahead(void)
{
	struct lineage_state s;

	lineage_state_init(&s);
	s.since = s.published_at = s.rolled_at = s.reason_since = AHEAD;
	s.retry_at = AHEAD + 3600;
	s.failures = s.renew_failures = 1;
	s.renew_tried_at = AHEAD;
	s.agree_since = NOW - 7200;
	s.agree_seen = AHEAD;
	s.filled_at = AHEAD;
	return s;
}

static void test_lineage_state_mend_forgets_a_clock_that_was_ahead(void **state)
{
	struct lineage_state s = from_ahead();

	(void)state;
	assert_true(lineage_state_mend(&s, NOW));
	/* Nothing failed at a time that is known, so nothing is waited for. */
	assert_int_equal(s.retry_at, 0);
	assert_int_equal(s.renew_tried_at, 0);
	/* It did happen: what is counted from it counts from now. */
	assert_int_equal(s.since, NOW);
	assert_int_equal(s.published_at, NOW);
	assert_int_equal(s.rolled_at, NOW);
	/* So do the caches that may still hold what was there. */
	assert_int_equal(s.filled_at, NOW);
	/* When the servers were last seen isn't known. */
	assert_int_equal(s.agree_since, NOW - 7200);
	assert_int_equal(s.agree_seen, 0);
	assert_false(lineage_state_mend(&s, NOW));
}

static void test_lineage_state_mend_leaves_what_may_be(void **state)
{
	struct lineage_state s;

	(void)state;
	lineage_state_init(&s);
	assert_false(lineage_state_mend(&s, NOW));
	s.since = s.published_at = s.agree_seen = s.renew_tried_at = NOW - 1;
	s.retry_at = NOW + 86400; /* the longest pause */
	assert_false(lineage_state_mend(&s, NOW));
	assert_int_equal(s.retry_at, NOW + 86400);
	/* A clock that is set back by seconds, as time daemons do */
	s.since = s.published_at = s.renew_tried_at = NOW + 2;
	assert_false(lineage_state_mend(&s, NOW));
	assert_int_equal(s.renew_tried_at, NOW + 2);
	s.retry_at = NOW + 86400 + 1000;
	assert_true(lineage_state_mend(&s, NOW));
	assert_int_equal(s.retry_at, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_lineage_state_load_reads_what_save_wrote, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_lineage_state_load_reads_what_an_older_version_wrote, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_lineage_state_load_refuses_what_is_no_state, set_up,
			tear_down),
		cmocka_unit_test(test_lineage_state_mend_forgets_a_clock_that_was_ahead),
		cmocka_unit_test(test_lineage_state_mend_leaves_what_may_be),
		cmocka_unit_test(test_lineage_state_reason_keeps_its_time),
		cmocka_unit_test_setup_teardown(
			test_lineage_state_save_leaves_the_old_one_on_a_full_disk, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
