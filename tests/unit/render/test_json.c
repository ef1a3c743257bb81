/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "render/json.h"
#include "render/render.h"
#include "sample.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

static char *printed(const struct renderer *r, size_t count)
{
	struct verdict_conf verdict;
	char *text = NULL;
	size_t len = 0, i;
	struct render_conf conf = { .out = open_memstream(&text, &len),
				    .now = SAMPLE_NOW,
				    .verdict = &verdict };
	struct render_state *s = r->begin(&conf);

	verdict_conf_init(&verdict);
	for (i = 0; i < count; i++) {
		struct facts_target *t = sample_make(i, &verdict);

		r->target(s, t);
		facts_target_free(t);
	}
	r->end(s);
	fclose(conf.out);
	return text;
}

static size_t all_samples(void)
{
	size_t n = 0;

	while (sample_name(n))
		n++;
	return n;
}

static void check_keys(const char *name, json_t *object, const char *wanted)
{
	char keys[500] = "";
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		strncat(keys, key, sizeof(keys) - strlen(keys) - 1);
		strncat(keys, " ", sizeof(keys) - strlen(keys) - 1);
	}
	if (strcmp(keys, wanted))
		fail_msg("%s has %s", name, keys);
}

static json_t *sample_in(json_t *array, const char *name)
{
	size_t i;

	for (i = 0; i < json_array_size(array); i++)
		if (!strcmp(sample_name(i), name))
			return json_array_get(array, i);
	fail_msg("no sample %s", name);
	return NULL;
}

/* One address: nothing to sum up. Two hosts: a cell each where nothing was judged. */
static void check_matrix(json_t *array)
{
	json_t *matrix, *cell;

	assert_true(
		json_is_null(json_object_get(sample_in(array, "mismatch"), "matrix")));
	matrix = json_object_get(sample_in(array, "mx"), "matrix");
	check_keys("matrix", matrix, "cells clients text ");
	assert_int_equal(json_array_size(json_object_get(matrix, "cells")), 3);
	cell = json_array_get(json_object_get(matrix, "cells"), 2);
	check_keys("cell", cell, "endpoint peer host address key record verdict ");
	assert_true(json_is_null(json_object_get(cell, "record")));
	assert_string_equal(json_string_value(json_object_get(cell, "verdict")),
			    "insecure");
	check_keys("client", json_array_get(json_object_get(matrix, "clients"), 0),
		   "client passes fails_at reason ");
}

static void test_json_array_holds_all(void **state)
{
	size_t count = all_samples(), i;
	char *text = printed(json_array_renderer(), count);
	json_error_t error;
	json_t *array = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	(void)state;
	if (!array)
		fail_msg("line %d: %s", error.line, error.text);
	assert_int_equal(json_array_size(array), count);
	for (i = 0; i < count; i++)
		check_keys(sample_name(i), json_array_get(array, i),
			   strcmp(sample_name(i), "looked-up")
				   ? "version target line normalized state code summary "
				     "discovery endpoints matrix findings timing_ms "
				   : "version target line normalized state code "
				     "lookup_only summary discovery endpoints matrix "
				     "findings timing_ms ");
	check_matrix(array);
	json_decref(array);
	free(text);
	text = printed(json_array_renderer(), 0);
	assert_string_equal(text, "[]\n");
	free(text);
}

static void test_json_lines_are_one_object_each(void **state)
{
	size_t count = all_samples(), lines = 0;
	char *text = printed(json_lines_renderer(), count), *p, *end;
	json_t *o;

	(void)state;
	for (p = text; (end = strchr(p, '\n')); p = end + 1, lines++) {
		*end = '\0';
		o = json_loads(p, 0, NULL);
		if (!json_is_object(o))
			fail_msg("line %zu: %s", lines, p);
		json_decref(o);
	}
	assert_int_equal(lines, count);
	free(text);
	text = printed(json_lines_renderer(), 0);
	assert_string_equal(text ? text : "", "");
	free(text);
}

static void test_json_peer_has_every_key_when_nothing_is_known(void **state)
{
	struct facts_target *t = facts_target_new();
	struct facts_peer *p = facts_add_peer(facts_add_endpoint(t));
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	json_t *o;

	(void)state;
	json_write_peer(out, p);
	fclose(out);
	o = json_loads(text, 0, NULL);
	check_keys("peer", o,
		   "address port state code matched error http tls chain timing_ms ");
	check_keys("tls", json_object_get(o, "tls"), "version cipher group alpn sni ");
	assert_true(json_is_null(json_object_get(o, "matched")));
	assert_true(json_is_null(json_object_get(o, "http")));
	assert_int_equal(json_array_size(json_object_get(o, "chain")), 0);
	json_decref(o);
	free(text);
	facts_target_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_array_holds_all),
		cmocka_unit_test(test_json_lines_are_one_object_each),
		cmocka_unit_test(test_json_peer_has_every_key_when_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
