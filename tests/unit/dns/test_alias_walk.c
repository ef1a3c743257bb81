/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/alias_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "base/mem.h"
#include "dns/rrtype.h"
#include "fake_resolver.h"

#define C RRTYPE_CNAME
#define IND SECURITY_INDETERMINATE
#define LINK(from, to)                                                                   \
	{                                                                                \
		from, C, SECURITY_SECURE, "data", NULL, to                               \
	}
#define TO_A "016100"
#define TO_B "016200"
#define TO_C "016300"
#define TEN                                                                              \
	LINK("a", TO_B), LINK("b", TO_C), LINK("c", "016400"), LINK("d", "016500"),      \
		LINK("e", "016600"), LINK("f", "016700"), LINK("g", "016800"),           \
		LINK("h", "016900"), LINK("i", "016a00"), LINK("j", "016b00")

static const struct {
	const char *name;
	const char *fault; /* wanted; NULL none */
	struct fake_answer script[14];
} rows[] = {
	{ "a loop", "alias loop: a -> b -> a", { LINK("a", TO_B), LINK("b", TO_A) } },
	{ "in another case",
	  "alias loop: a -> b -> a",
	  { LINK("a", TO_B), LINK("b", "014100") } },
	{ "of itself", "alias loop: a -> a", { LINK("a", TO_A) } },
	{ "that doesn't come back to where it began",
	  "alias loop: a -> b -> c -> b",
	  { LINK("a", TO_B), LINK("b", TO_C), LINK("c", TO_B) } },
	{ "no alias at all", NULL, { { "a", C, IND, "nodata", NULL, NULL } } },
	{ "an end", NULL, { LINK("a", TO_B), { "b", C, IND, "nodata", NULL, NULL } } },
	{ "a link that isn't answered",
	  NULL,
	  { LINK("a", TO_B), { "b", C, IND, "failed", NULL, NULL } } },
	{ "11 links",
	  NULL,
	  { TEN, LINK("k", "016c00"), { "l", C, IND, "nodata", NULL, NULL } } },
	{ "12 links",
	  "more than 11 aliases: "
	  "a -> b -> c -> d -> e -> f -> g -> h -> i -> j -> k -> l -> m",
	  { TEN, LINK("k", "016c00"), LINK("l", "016d00") } },
};

struct seen {
	struct loop *loop;
	int calls;
	char *fault;
};

static void on_fault(void *arg, const char *fault)
{
	struct seen *s = arg;

	s->calls++;
	s->fault = mem_text(fault);
	loop_stop(s->loop);
}

static void test_alias_walk_rows(void **state)
{
	struct alias_walk *w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen s = { .loop = loop_new() };

		fake_resolver_set(s.loop, rows[i].script);
		w = alias_walk_new(NULL, "a", on_fault, &s);
		loop_run(s.loop);
		alias_walk_free(w);
		if (s.calls != 1 || !s.fault != !rows[i].fault ||
		    (s.fault && strcmp(s.fault, rows[i].fault)))
			fail_msg("%s: %d calls, %s", rows[i].name, s.calls,
				 s.fault ? s.fault : "no fault");
		assert_int_equal(fake_resolver_open(), 0);
		free(s.fault);
		loop_free(s.loop);
	}
}

/* While a question is under way. */
static void test_alias_walk_free_ends_it(void **state)
{
	struct seen s = { .loop = loop_new() };

	(void)state;
	fake_resolver_set(s.loop, rows[0].script);
	alias_walk_free(alias_walk_new(NULL, "a", on_fault, &s));
	assert_int_equal(fake_resolver_open(), 0);
	assert_int_equal(s.calls, 0);
	loop_free(s.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alias_walk_rows),
		cmocka_unit_test(test_alias_walk_free_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
