/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "render/render.h"
#include "render/tap.h"
#include "sample.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

/* What is printed of these targets, which it frees. */
static char *printed(struct facts_target *const *take_targets, size_t count)
{
	struct verdict_conf verdict;
	char *text = NULL;
	size_t len = 0, i;
	struct render_conf conf = { .out = open_memstream(&text, &len),
				    .now = SAMPLE_NOW,
				    .verdict = &verdict };
	const struct renderer *r = tap_renderer();
	struct render_state *s = r->begin(&conf);

	verdict_conf_init(&verdict);
	for (i = 0; i < count; i++) {
		r->target(s, take_targets[i]);
		facts_target_free(take_targets[i]);
	}
	r->end(s);
	fclose(conf.out);
	return text;
}

static struct facts_target *sample(size_t i)
{
	struct verdict_conf conf;

	verdict_conf_init(&conf);
	return sample_make(i, &conf);
}

static void test_tap_lets_no_directive_in(void **state)
{
	struct facts_target *t = sample(1);
	char *text;

	(void)state;
	free(t->summary);
	t->summary = mem_text("refused # TODO later\nok 2 - all is well");
	text = printed(&t, 1);
	assert_ptr_equal(strstr(text, "TAP version 13\nnot ok 1 - "), text);
	assert_non_null(
		strstr(text, "refused \\x23 TODO later\\x0aok 2 - all is well\n"));
	assert_null(strstr(text, "\nok"));
	assert_non_null(strstr(text, "\n1..1\n"));
	free(text);
}

static void test_tap_skips_what_is_excused(void **state)
{
	struct facts_target *t = sample(0);
	struct facts_peer *p = &t->endpoint[0].peer[1];
	char *text;

	(void)state;
	p->code = CODE_NO_ROUTE;
	p->state = STATE_UNKNOWN;
	match_clear(&p->match);
	p->has_match = p->has_tls = false;
	p->error = mem_text("no IPv6 # here");
	text = printed(&t, 1);
	assert_non_null(strstr(text, "\nok 2 - https://www.example.com "
				     "[2001:db8::10]:443 no-route # SKIP no IPv6 \\x23 "
				     "here\n1..2\n"));
	free(text);
}

static void test_tap_numbers_through_all_targets(void **state)
{
	struct facts_target *t[] = { sample(0), sample(1) };
	char *text = printed(t, 2);

	(void)state;
	assert_non_null(strstr(text, "\nok 2 - "));
	assert_non_null(strstr(text, "\nnot ok 3 - smtp://mx1.example.com "));
	assert_non_null(strstr(text, "\n1..3\n"));
	free(text);
}

static void test_tap_of_no_target_fails(void **state)
{
	char *text = printed(NULL, 0);

	(void)state;
	assert_string_equal(text, "Bail out! no target\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tap_lets_no_directive_in),
		cmocka_unit_test(test_tap_skips_what_is_excused),
		cmocka_unit_test(test_tap_numbers_through_all_targets),
		cmocka_unit_test(test_tap_of_no_target_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
