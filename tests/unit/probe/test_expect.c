/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "base/why.h"
#include "net/http.h"

static const struct {
	const char *name, *pattern;
	int status;
	const char *body;
	size_t len;
	const char *error, *says; /* says NULL: as expected */
} rows[] = {
	{ "status", NULL, 200, "", 0, NULL, NULL },
	{ "another status", NULL, 404, "", 0, NULL, "404" },
	{ "no status", NULL, 0, "", 0, NULL, "0" },
	{ "a status out of range", NULL, 5000, "", 0, NULL, "5000" },
	{ "a negative status", NULL, -1, "", 0, NULL, "-1" },
	{ "transport", NULL, 200, "", 0, "it broke", "it broke" },
	{ "body", "heal(thy|ed)", 200, "all healthy\n", 12, NULL, NULL },
	{ "body that doesn't match", "^healthy$", 200, "not healthy\n", 12, NULL,
	  "body" },
	{ "each line is one", "^healthy$", 200, "a\nhealthy\nb\n", 12, NULL, NULL },
	{ "behind a NUL", "healthy", 200, "a\0healthy", 9, NULL, NULL },
	{ "no more than its length", "healthy", 200, "healthy", 3, NULL, "body" },
	{ "empty body", "x", 200, "", 0, NULL, "body" },
	{ "the status counts first", "healthy", 500, "healthy", 7, NULL, "500" },
};

struct found {
	struct loop *loop;
	enum search_result result;
};

static void on_search(void *arg, enum search_result result)
{
	struct found *found = arg;

	found->result = result;
	loop_stop(found->loop);
}

/* Both judgements in a row, as a probe makes them. */
static char *judge(const struct expect *e, const struct http_reply *reply)
{
	struct found found = { .result = SEARCH_FAILED };
	struct search *search = NULL;
	char *said = expect_judge(e, reply);

	if (said || !e->has_body)
		return said;
	found.loop = loop_new();
	assert_int_equal(search_new(found.loop, &e->body, reply->body, reply->body_len,
				    on_search, &found, &search, NULL),
			 0);
	loop_run(found.loop);
	search_free(search);
	loop_free(found.loop);
	return expect_judge_body(reply->status, found.result);
}

static void test_expect_judge_rows(void **state)
{
	bool wanted[EXPECT_STATUS_END] = { [200] = true };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_reply reply = { .status = rows[i].status,
					    .body = rows[i].body,
					    .body_len = rows[i].len,
					    .error = rows[i].error };
		struct expect e;
		char *said;

		assert_int_equal(expect_init(wanted, false, rows[i].pattern, &e, NULL),
				 0);
		assert_int_equal(e.given, rows[i].pattern != NULL);
		said = judge(&e, &reply);
		if ((said == NULL) != (rows[i].says == NULL) ||
		    (said && !strstr(said, rows[i].says)))
			fail_msg("%s: says %s", rows[i].name, said);
		free(said);
		expect_clear(&e);
		expect_clear(&e);
	}
}

static void test_expect_init_refuses_a_bad_pattern(void **state)
{
	struct why why = { "" };
	struct expect e;

	(void)state;
	assert_int_equal(expect_init(NULL, true, "(", &e, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "'('"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expect_judge_rows),
		cmocka_unit_test(test_expect_init_refuses_a_bad_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
