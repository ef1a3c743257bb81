/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/wanted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "base/why.h"
#include "setup/key/record.h"

static const struct row {
	const char *name;
	bool emergency;
	int64_t goal; /* of a lineage whose current key is 2 and whose next is 3 */
	uint32_t ttl;
	uint32_t want_ttl;
	size_t dead; /* records of key 1 */
} rows[] = {
	{ "idle", false, 0, 3600, 3600, 1 },
	{ "a new key is on its way: the old one's record stays", false, 3, 3600, 3600,
	  0 },
	{ "the key is there, its predecessor goes", false, 2, 3600, 3600, 1 },
	{ "an emergency", true, 3, 3600, 60, 0 },
	{ "an emergency, and a TTL that is shorter anyway", true, 3, 30, 30, 0 },
	{ "an emergency whose key is out of use", true, 2, 3600, 3600, 1 },
	{ "an emergency that is over", true, 0, 3600, 3600, 1 },
};

static void check_row(struct play *p, const struct row *row)
{
	struct lineage_state *s = play_state(p);
	struct wanted w;
	struct why why;
	size_t i;

	s->emergency = row->emergency;
	s->goal = row->goal;
	p->lineage.conf.ttl = row->ttl;
	if (wanted_make(&p->lineage, NULL, &w, &why) < 0)
		fail_msg("%s: %s", row->name, why.text);
	if (w.want_count != 2 || w.dead_count != row->dead)
		fail_msg("%s: %zu and %zu records", row->name, w.want_count,
			 w.dead_count);
	for (i = 0; i < w.want_count; i++)
		if (w.want[i].ttl != row->want_ttl)
			fail_msg("%s: TTL %u", row->name, (unsigned)w.want[i].ttl);
	wanted_clear(&w);
}

static void test_wanted_make_follows_the_table(void **state)
{
	const struct rollover_how begin = { .begin = true };
	struct play *p = play_new(NULL);
	size_t i;

	(void)state;
	play_step(p, &begin);
	play_until_idle(p);
	assert_int_equal(p->lineage.state.current, 2);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(p, &rows[i]);
	play_free(p);
}

static void test_wanted_make_leaves_out_what_is_held(void **state)
{
	struct play *p = play_new(NULL);
	struct wanted w;

	(void)state;
	(void)play_state(p);
	assert_int_equal(wanted_make(&p->lineage, "_443._tcp.www.example.com.", &w, NULL),
			 0);
	assert_int_equal(w.want_count, 0);
	assert_int_equal(w.endpoints.count, 1);
	wanted_clear(&w);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_wanted_make_follows_the_table, play_end),
		cmocka_unit_test_teardown(test_wanted_make_leaves_out_what_is_held,
					  play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
