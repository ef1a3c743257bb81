/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/by_hand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "../sim_dns.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"

/* An idle lineage whose records a person has put in. */
static struct play *begin(void)
{
	struct play *p = play_new("ecdsa-p256");
	char *command = mem_printf("sed -i 's/^publish = .*/publish = print/' "
				   "%s/www/lineage.conf",
				   p->sim->base);

	assert_int_equal(system(command), 0);
	free(command);
	return p;
}

static char *digest(struct play *p, int64_t generation)
{
	uint8_t spki[KEY_TYPE_COUNT][32];

	assert_int_equal(lineage_spki(&p->lineage, generation, spki, NULL), 0);
	return hex_encode(spki[0], 32);
}

/* What is to be said now, on the heap; NULL: nothing. */
static char *review(struct play *p, bool to_person)
{
	char *text = NULL;
	struct why why;

	(void)play_state(p);
	if (by_hand_review(&p->lineage, to_person, &text, &why) < 0)
		fail_msg("%s", why.text);
	return text;
}

static void expect(struct play *p, bool to_person, const char *has)
{
	char *text = review(p, to_person);

	if (!has != !text || (text && !strstr(text, has)))
		fail_msg("'%s' isn't in: %s", has ? has : "", text ? text : "nothing");
	free(text);
}

static uint64_t bit(struct play *p, int64_t generation)
{
	char *hex = digest(p, generation);
	int number = sim_dns_key(p->sim, hex);

	free(hex);
	return UINT64_C(1) << number;
}

static void roll_until(struct play *p, enum lineage_stage stage)
{
	const struct rollover_how begin_it = { .begin = true }, how = { .begin = false };
	int i;

	play_step(p, &begin_it);
	for (i = 0; i < 40 && p->lineage.state.stage != stage; i++) {
		sim_advance(p->sim, 1800);
		play_step(p, &how);
	}
	assert_int_equal(p->lineage.state.stage, stage);
}

static void test_by_hand_review_asks_once_a_day(void **state)
{
	const struct rollover_how how = { .begin = false };
	struct play *p = begin();
	char *old, *new, *line, *text;
	int hour, said = 0;

	(void)state;
	expect(p, true, NULL); /* all is there */
	roll_until(p, STAGE_RETIRING);
	play_step(p, &how); /* the records are a person's */
	old = digest(p, 1);
	new = digest(p, 3);
	for (hour = 0; hour < 48; hour++) {
		text = review(p, false);
		said += text != NULL;
		assert_true(hour || text);
		free(text);
		sim_advance(p->sim, SIM_HOUR);
		play_step(p, &how);
	}
	assert_int_equal(said, 2);
	line = mem_printf(
		"  add     _443._tcp.www.example.com. 3600 IN TLSA 3 1 1 %s\n"
		"  remove  _443._tcp.www.example.com. 3600 IN TLSA 3 1 1 %s\n"
		"  now     _443._tcp.www.example.com. has, at one server or more\n",
		new, old);
	expect(p, true, line);
	free(line);
	line = mem_printf("          3 1 1 %s  too many\n", old);
	expect(p, true, line);
	free(line);
	expect(p, true, "  see     daneprobe propagation www");

	/* Half of it is done: the other half is news. */
	(void)play_state(p);
	sim_dns_set(p->sim, bit(p, 1) | bit(p, 2) | bit(p, 3));
	sim_advance(p->sim, SIM_DAY);
	play_step(p, &how);
	text = review(p, false);
	assert_non_null(text);
	assert_null(strstr(text, "  add "));
	assert_non_null(strstr(text, "  remove  "));
	free(text);
	(void)play_state(p);
	sim_dns_set(p->sim, bit(p, 2) | bit(p, 3));
	sim_advance(p->sim, SIM_DAY);
	play_step(p, &how);
	assert_int_equal(p->lineage.state.stage, STAGE_IDLE);
	expect(p, true, NULL);
	free(old);
	free(new);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_by_hand_review_asks_once_a_day, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
