/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/counts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/why.h"

/* A match, one that is about to expire, two mismatches of which --on excuses one, and a
 * bad target. */
static struct counts sample(void)
{
	struct counts c = { .resumed = 2 };

	counts_add(&c, STATE_OK, CODE_MATCH);
	counts_add(&c, STATE_WARNING, CODE_MATCH);
	counts_add(&c, STATE_CRITICAL, CODE_MISMATCH);
	counts_add(&c, STATE_OK, CODE_MISMATCH);
	counts_add(&c, STATE_UNKNOWN, CODE_BAD_TARGET);
	return c;
}

static void test_counts_worst_is_the_monitors_order(void **state)
{
	struct counts c = { 0 };

	(void)state;
	assert_int_equal(counts_worst(&c), STATE_UNKNOWN);
	counts_add(&c, STATE_OK, CODE_MATCH);
	assert_int_equal(counts_worst(&c), STATE_OK);
	counts_add(&c, STATE_WARNING, CODE_MATCH);
	assert_int_equal(counts_worst(&c), STATE_WARNING);
	counts_add(&c, STATE_UNKNOWN, CODE_DNS_ERROR);
	assert_int_equal(counts_worst(&c), STATE_UNKNOWN);
	counts_add(&c, STATE_CRITICAL, CODE_BOGUS);
	assert_int_equal(counts_worst(&c), STATE_CRITICAL);
	assert_int_equal(counts_total(&c), 4);
}

static void test_counts_print(void **state)
{
	static const char want[] = "5 targets: 2 OK, 1 WARNING, 1 CRITICAL, 1 UNKNOWN (2 "
				   "from an earlier run)\n"
				   "  mismatch          OK               1\n"
				   "  mismatch          CRITICAL         1\n"
				   "  bad-target        UNKNOWN          1\n"
				   "  match             OK               1\n"
				   "  match             WARNING          1\n";
	struct counts c = sample();
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	counts_print(&c, out);
	fclose(out);
	assert_string_equal(text, want);
	free(text);
}

static long long number(const json_t *o, const char *member, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(o, member), name));
}

static void test_counts_write_has_every_state_and_code(void **state)
{
	char path[] = "/tmp/test_counts.XXXXXX";
	struct counts c = sample();
	json_t *o;

	(void)state;
	close(mkstemp(path));
	assert_int_equal(counts_write(&c, true, path, NULL), 0);
	o = json_load_file(path, 0, NULL);
	assert_non_null(o);
	assert_true(json_is_true(json_object_get(o, "complete")));
	assert_int_equal(json_integer_value(json_object_get(o, "version")), 1);
	assert_int_equal(json_integer_value(json_object_get(o, "targets")), 5);
	assert_int_equal(json_integer_value(json_object_get(o, "resumed")), 2);
	assert_int_equal(json_object_size(json_object_get(o, "states")), COUNTS_STATES);
	assert_int_equal(json_object_size(json_object_get(o, "codes")), CODE_COUNT);
	assert_int_equal(number(o, "states", "OK"), 2);
	assert_int_equal(number(o, "states", "CRITICAL"), 1);
	assert_int_equal(number(o, "codes", "mismatch"), 2);
	assert_int_equal(number(o, "codes", "match"), 2);
	assert_int_equal(number(o, "codes", "bogus"), 0);
	json_decref(o);
	unlink(path);
}

static void test_counts_write_names_what_it_cannot_write(void **state)
{
	struct counts c = { 0 };
	struct why why = { "" };

	(void)state;
	assert_int_equal(counts_write(&c, true, "/nonexistent/f", &why), DP_ENOENT);
	assert_non_null(strstr(why.text, "/nonexistent/f"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_worst_is_the_monitors_order),
		cmocka_unit_test(test_counts_print),
		cmocka_unit_test(test_counts_write_has_every_state_and_code),
		cmocka_unit_test(test_counts_write_names_what_it_cannot_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
