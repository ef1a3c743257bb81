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
#include "render/prometheus.h"
#include "render/render.h"
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
	const struct renderer *r = prometheus_renderer();
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

static size_t count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

/* The collector refuses a file in which a series is twice. */
static void test_prometheus_tells_a_target_once(void **state)
{
	struct facts_target *t[] = { sample(0), sample(1), sample(0) };
	char *text = printed(t, 3);

	(void)state;
	assert_int_equal(count_of(text, "daneprobe_target_state{"), 2);
	assert_int_equal(count_of(text, "# TYPE daneprobe_target_state gauge\n"), 1);
	assert_non_null(strstr(text, "daneprobe_targets{state=\"OK\"} 2\n"));
	assert_non_null(strstr(text, "daneprobe_targets{state=\"CRITICAL\"} 1\n"));
	free(text);
}

static void test_prometheus_escapes_labels(void **state)
{
	struct facts_target *t = sample(0);
	char *text;

	(void)state;
	free(t->normalized);
	t->normalized = NULL;
	free(t->target);
	t->target = mem_text("a\"b\\c\nd");
	text = printed(&t, 1);
	assert_non_null(strstr(text, "{target=\"a\\\"b\\\\c\\\\x0ad\"} 0\n"));
	free(text);
}

static void test_prometheus_leaves_out_what_is_unknown(void **state)
{
	struct facts_target *t = sample(0);
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < t->lookup_count; i++)
		t->lookup[i].rrsig_expires = -1;
	t->dns_ms = t->total_ms = -1;
	t->endpoint[0].peer[0].chain[0].not_after = -1;
	text = printed(&t, 1);
	assert_null(strstr(text, "rrsig_expiry"));
	assert_null(strstr(text, "target_duration"));
	assert_null(strstr(text, "dns_duration"));
	assert_int_equal(count_of(text, "\ndaneprobe_peer_certificate_expiry"), 1);
	assert_null(strstr(text, " -1\n"));
	free(text);
}

static void test_prometheus_of_no_target_says_so(void **state)
{
	char *text = printed(NULL, 0);

	(void)state;
	assert_null(strstr(text, "daneprobe_target_state"));
	assert_non_null(strstr(text, "daneprobe_targets{state=\"OK\"} 0\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prometheus_tells_a_target_once),
		cmocka_unit_test(test_prometheus_escapes_labels),
		cmocka_unit_test(test_prometheus_leaves_out_what_is_unknown),
		cmocka_unit_test(test_prometheus_of_no_target_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
