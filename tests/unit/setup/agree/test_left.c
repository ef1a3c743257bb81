/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/left.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "base/mem.h"
#include "base/why.h"

#define WWW "https://www.example.com:443"
#define OTHER "https://www.example.com:8443"
#define OTHER_OWNER "_8443._tcp.www.example.com."

/* What the servers have at the owner of the other service. */
static struct {
	const struct tlsa *rr; /* borrowed */
	size_t count;
	bool silent;
} there;

static uint8_t x[] = { 1 };
static struct tlsa stranger = { 3, 1, 1, x, 1 };
static const char *alias; /* of the other owner; NULL: none */

static int ask(void *arg, const struct env_question *q, struct env_dns *ret_dns,
	       struct why *why)
{
	(void)arg;
	(void)why;
	assert_true(q->dead_count > 0);
	assert_int_equal(q->want_count, 0);
	*ret_dns = (struct env_dns){ .may_have_dead = there.silent };
	if (there.silent)
		ret_dns->silent = mem_text("ns1@192.0.2.1");
	if (there.count)
		env_dns_add_set(ret_dns, OTHER_OWNER, there.rr, there.count);
	return 0;
}

static int zone(void *arg, const char *owner, struct env_zone *ret_zone, struct why *why)
{
	bool is = alias && !strcmp(owner, OTHER_OWNER);

	(void)arg;
	(void)why;
	*ret_zone = (struct env_zone){ .owner = mem_text(is ? alias : owner),
				       .apex = mem_text("example.com") };
	return 0;
}

/* A lineage with one service that had one more; the records of both generations at that
 * are made by rr, which the caller clears. */
static struct play *play_with_other(struct tlsa *rr)
{
	struct play *p = play_new(NULL);
	uint8_t spki[1][32];
	size_t i;

	p->env.ask = ask;
	p->env.zone = zone;
	alias = NULL;
	(void)play_state(p);
	free(p->lineage.state.once);
	p->lineage.state.once = mem_text(WWW " " OTHER);
	for (i = 0; i < 2; i++) {
		assert_int_equal(lineage_spki(&p->lineage, (int64_t)i + 1, spki, NULL),
				 0);
		rr[i] = (struct tlsa){ 3, 1, 1, mem_copy(spki[0], 32), 32 };
	}
	return p;
}

static void find(struct play *p, struct left *ret_left)
{
	struct why why;

	if (left_find(&p->lineage, ret_left, &why) < 0)
		fail_msg("%s", why.text);
}

static void test_left_find_tells_what_servers_still_have(void **state)
{
	struct tlsa rr[3] = { { 0 } };
	struct play *p = play_with_other(rr);
	struct left left;

	(void)state;
	rr[2] = stranger;
	there.rr = rr;
	there.count = 1;
	find(p, &left);
	assert_int_equal(left.count, 1);
	assert_string_equal(left.item[0].record.owner, OTHER_OWNER);
	assert_string_equal(left.item[0].service, OTHER);
	assert_int_equal(left.item[0].generation, 1);
	assert_false(left.item[0].among_others);
	assert_null(left.gone);
	left_clear(&left);

	there.count = 3;
	find(p, &left);
	assert_int_equal(left.count, 2);
	assert_true(left.item[0].among_others);
	left_clear(&left);

	/* Nothing of ours: it needn't be asked again, if all have said so. */
	there.rr = rr + 2;
	there.count = 1;
	find(p, &left);
	assert_int_equal(left.count, 0);
	assert_string_equal(left.gone, OTHER);
	left_clear(&left);
	there.silent = true;
	find(p, &left);
	assert_int_equal(left.count, 0);
	assert_true(left.unsure);
	assert_null(left.gone);
	left_clear(&left);
	there.silent = false;
	tlsa_clear(&rr[0]);
	tlsa_clear(&rr[1]);
	play_free(p);
}

/* They are the records of that one. */
static void test_left_find_leaves_what_a_present_service_has_by_an_alias(void **state)
{
	struct tlsa rr[2] = { { 0 } };
	struct play *p = play_with_other(rr);
	struct left left;

	(void)state;
	alias = "_443._tcp.www.example.com.";
	there.rr = rr;
	there.count = 2;
	find(p, &left);
	assert_int_equal(left.count, 0);
	assert_string_equal(left.gone, OTHER);
	left_clear(&left);
	tlsa_clear(&rr[0]);
	tlsa_clear(&rr[1]);
	play_free(p);
}

static void test_left_find_key_looks_at_former_services_too(void **state)
{
	struct tlsa rr[2] = { { 0 } };
	struct play *p = play_with_other(rr);
	struct left left;
	struct why why;

	(void)state;
	there.rr = rr;
	there.count = 2;
	assert_int_equal(left_find_key(&p->lineage, 2, &left, &why), 0);
	assert_int_equal(left.count, 1);
	assert_int_equal(left.item[0].generation, 2);
	assert_true(left.item[0].is_former);
	left_clear(&left);
	tlsa_clear(&rr[0]);
	tlsa_clear(&rr[1]);
	play_free(p);
}

/* A look remembers each service once. */
static void test_left_note_is_what_a_look_does(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	assert_string_equal(play_state(p)->once, WWW);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_left_find_tells_what_servers_still_have,
					  play_end),
		cmocka_unit_test_teardown(
			test_left_find_leaves_what_a_present_service_has_by_an_alias,
			play_end),
		cmocka_unit_test_teardown(test_left_find_key_looks_at_former_services_too,
					  play_end),
		cmocka_unit_test_teardown(test_left_note_is_what_a_look_does, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
