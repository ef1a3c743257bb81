/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish_exec.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/publish.h"
#include "setup/publish/wanted.h"
#include "setup/world/env.h"

#define APEX "a\\\"b\\032c.example" /* as text: a"b c, and a backslash before each */

struct seen {
	char *input; /* owned */
	int calls;
};

static int find_zone(void *arg, const char *owner, struct env_zone *ret_zone,
		     struct why *why)
{
	(void)arg;
	(void)why;
	*ret_zone = (struct env_zone){ .owner = mem_text(owner), .apex = mem_text(APEX) };
	return 0;
}

static int take_input(void *arg, const struct env_command *command, struct why *why)
{
	struct seen *seen = arg;

	(void)why;
	assert_string_equal(command->text, "publish it");
	free(seen->input);
	seen->input = mem_text(command->input);
	seen->calls++;
	return 0;
}

/* One server has a record of others, another one also that which is to go. */
static int tell_dns(void *arg, const struct env_question *question,
		    struct env_dns *ret_dns, struct why *why)
{
	struct tlsa rr[3] = { { 0 } };
	size_t i;

	(void)arg;
	(void)why;
	assert_int_equal(question->want_count, 1);
	assert_int_equal(tlsa_parse("2 1 1 cc", &rr[0], NULL), 0);
	assert_int_equal(tlsa_parse("3 1 1 bb", &rr[1], NULL), 0);
	assert_int_equal(tlsa_parse("3 1 1 dd", &rr[2], NULL), 0);
	*ret_dns = (struct env_dns){ .answered = mem_text("ns1 ns2") };
	env_dns_add_set(ret_dns, question->want[0].owner, rr, 2);
	env_dns_add_set(ret_dns, question->want[0].owner, rr, 3);
	for (i = 0; i < 3; i++)
		tlsa_clear(&rr[i]);
	return 0;
}

static const char *member(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static void check_record(const json_t *list, const char *name, const char *data)
{
	const json_t *record = json_array_get(list, 0);

	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(member(record, "name"), name);
	assert_string_equal(member(record, "data"), data);
}

/* One object a line, whatever is in the zone's name. */
static void test_publish_exec_records_writes_json(void **state)
{
	char owner[] = "_443._tcp.x." APEX;
	struct record want = { .owner = owner, .ttl = 60 };
	struct record dead = want;
	struct wanted wanted = {
		.want = &want, .want_count = 1, .dead = &dead, .dead_count = 1
	};
	struct seen seen = { 0 };
	struct env env;
	struct lineage l = { .env = &env };
	enum publish_result result;
	struct why why;
	json_t *root, *list;

	(void)state;
	env_init(&env);
	env.arg = &seen;
	env.zone = find_zone;
	env.run = take_input;
	assert_int_equal(tlsa_parse("3 1 1 aa", &want.rr, NULL), 0);
	assert_int_equal(tlsa_parse("3 1 1 bb", &dead.rr, NULL), 0);
	assert_int_equal(
		publish_exec_records(&l, "publish it", &wanted, NULL, &result, &why), 0);
	assert_int_equal(result, PUBLISH_DONE);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(strcspn(seen.input, "\n"), strlen(seen.input) - 1);
	root = json_loads(seen.input, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	assert_int_equal(json_integer_value(json_object_get(root, "version")), 1);
	assert_string_equal(member(root, "zone"), APEX);
	check_record(json_object_get(root, "add"), "_443._tcp.x." APEX ".", "aa");
	check_record(json_object_get(root, "remove"), "_443._tcp.x." APEX ".", "bb");
	assert_true(json_is_null(json_object_get(root, "want"))); /* nobody says it */
	json_decref(root);
	env.ask = tell_dns;
	assert_int_equal(
		publish_exec_records(&l, "publish it", &wanted, NULL, &result, &why), 0);
	root = json_loads(seen.input, JSON_REJECT_DUPLICATES, NULL);
	list = json_object_get(root, "want");
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(member(json_array_get(list, 0), "data"), "aa");
	assert_string_equal(member(json_array_get(list, 1), "data"), "cc");
	assert_string_equal(member(json_array_get(list, 2), "data"), "dd");
	json_decref(root);
	free(seen.input);
	tlsa_clear(&want.rr);
	tlsa_clear(&dead.rr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_publish_exec_records_writes_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
