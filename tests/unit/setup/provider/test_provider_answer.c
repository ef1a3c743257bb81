/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/provider_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"

/* Fills all that an answer can have; "bad": none. */
static int read_all(const char *body, const char *arg, struct provider_answer *a,
		    struct why *why)
{
	if (!strcmp(body, "bad"))
		return why_set(why, DP_EFORMAT, "it is bad");
	a->zone = mem_text(arg);
	a->sign_word = mem_text("on");
	a->is_signed = PROVIDER_SIGNED;
	a->ttl = 300;
	a->ttl_min = 60;
	a->number = -7;
	a->token[2] = mem_text("t");
	a->error = mem_text("wrong \x1b[31m");
	if (!strcmp(body, "odd"))
		return provider_answer_add_record(a, "1", "3 1 1 \x01", why);
	return provider_answer_add_record(a, "17", "3 1 1 AB cd", why);
}

static void test_provider_answer_read_apart_takes_all(void **state)
{
	struct provider_answer a;

	(void)state;
	assert_int_equal(provider_answer_read_apart(read_all, "", "a.example", &a, NULL),
			 0);
	assert_string_equal(a.zone, "a.example");
	assert_null(a.zone_id);
	assert_string_equal(a.sign_word, "on");
	assert_int_equal(a.is_signed, PROVIDER_SIGNED);
	assert_int_equal(a.ttl, 300);
	assert_int_equal(a.ttl_min, 60);
	assert_int_equal(a.number, -7);
	assert_string_equal(a.token[2], "t");
	assert_string_equal(a.error, "wrong ?[31m");
	assert_int_equal(a.count, 1);
	assert_string_equal(a.record[0].id, "17");
	assert_string_equal(a.record[0].content, "3 1 1 AB cd");
	provider_answer_clear(&a);
}

/* A record is taken as it is or not at all: it may be written back. */
static void test_provider_answer_read_apart_refuses(void **state)
{
	struct provider_answer a;
	struct why why;

	(void)state;
	assert_int_equal(provider_answer_read_apart(read_all, "odd", "a", &a, &why),
			 DP_EFORMAT);
	assert_int_equal(provider_answer_read_apart(read_all, "bad", "a", &a, &why),
			 DP_EFORMAT);
	assert_string_equal(why.text, "it is bad");
}

static void test_provider_answer_add_record_bounds(void **state)
{
	struct provider_answer a = { 0 };
	int i;

	(void)state;
	for (i = 0; i < PROVIDER_RECORDS_MAX; i++)
		assert_int_equal(provider_answer_add_record(&a, "", "x", NULL), 0);
	assert_int_equal(provider_answer_add_record(&a, "", "x", NULL), DP_ELIMIT);
	assert_int_equal(a.count, PROVIDER_RECORDS_MAX);
	provider_answer_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_provider_answer_read_apart_takes_all),
		cmocka_unit_test(test_provider_answer_read_apart_refuses),
		cmocka_unit_test(test_provider_answer_add_record_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
