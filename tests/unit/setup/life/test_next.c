/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/next.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "setup/life/movement.h"
#include "setup/lineage/lineage.h"

#define DAY 86400
#define HOUR 3600
#define NOW ((time_t)1800000000)
#define AGO(s) (NOW - (s))

/* A state, and what it leads to at NOW. */
static const struct row {
	const char *name;
	struct lineage_state state;
	uint64_t every_s;
	enum next_action action;
	time_t at;
	time_t missed; /* since when nobody takes it on; 0: all is as planned */
} rows[] = {
	{ "idle for ever",
	  { .stage = STAGE_IDLE, .since = AGO(99 * DAY) },
	  0,
	  NEXT_STAY,
	  0,
	  0 },
	{ "idle before the next rollover",
	  { .stage = STAGE_IDLE, .since = AGO(DAY), .rolled_at = AGO(DAY) },
	  9 * DAY,
	  NEXT_STAY,
	  NOW + 8 * DAY,
	  0 },
	{ "idle when it is due",
	  { .stage = STAGE_IDLE, .rolled_at = AGO(9 * DAY) },
	  9 * DAY,
	  NEXT_BEGIN,
	  NOW,
	  0 },
	{ "idle, and nobody begins it",
	  { .stage = STAGE_IDLE, .rolled_at = AGO(12 * DAY) },
	  9 * DAY,
	  NEXT_BEGIN,
	  AGO(3 * DAY),
	  AGO(3 * DAY) },
	{ "idle in an emergency",
	  { .stage = STAGE_IDLE, .since = AGO(HOUR), .emergency = true },
	  0,
	  NEXT_BEGIN,
	  AGO(HOUR),
	  0 },
	{ "idle in an emergency that nobody takes on",
	  { .stage = STAGE_IDLE, .since = AGO(4 * DAY), .emergency = true },
	  0,
	  NEXT_BEGIN,
	  AGO(4 * DAY),
	  AGO(4 * DAY) },
	{ "staged",
	  { .stage = STAGE_STAGED, .since = AGO(60) },
	  0,
	  NEXT_PUBLISH,
	  AGO(60),
	  0 },
	{ "staged, after a try that failed",
	  { .stage = STAGE_STAGED, .since = AGO(60), .retry_at = NOW + HOUR },
	  0,
	  NEXT_PUBLISH,
	  NOW + HOUR,
	  0 },
	{ "published, a server lags",
	  { .stage = STAGE_PUBLISHED,
	    .since = AGO(HOUR),
	    .published_at = AGO(HOUR),
	    .agree_seen = AGO(60) },
	  0,
	  NEXT_AWAIT_SERVERS,
	  AGO(60),
	  0 },
	{ "published, and nobody has looked for days",
	  { .stage = STAGE_PUBLISHED,
	    .since = AGO(9 * DAY),
	    .published_at = AGO(9 * DAY) },
	  0,
	  NEXT_AWAIT_SERVERS,
	  AGO(9 * DAY),
	  AGO(9 * DAY) },
	{ "published, caches may lack it",
	  { .stage = STAGE_PUBLISHED,
	    .since = AGO(HOUR),
	    .agree_since = AGO(HOUR),
	    .old_ttl_s = HOUR,
	    .hold_ttl_s = HOUR },
	  0,
	  NEXT_AWAIT_CACHES,
	  NOW + HOUR,
	  0 },
	{ "published, a TTL is unknown",
	  { .stage = STAGE_PUBLISHED,
	    .since = AGO(HOUR),
	    .agree_since = AGO(HOUR),
	    .old_ttl_s = -1,
	    .hold_ttl_s = HOUR },
	  0,
	  NEXT_AWAIT_CACHES,
	  AGO(HOUR) + 2 * DAY,
	  0 },
	{ "published just now, of records that have been there for months",
	  { .stage = STAGE_PUBLISHED,
	    .since = AGO(60),
	    .agree_since = AGO(99 * DAY),
	    .agree_seen = AGO(60),
	    .published_at = AGO(99 * DAY),
	    .old_ttl_s = HOUR,
	    .hold_ttl_s = HOUR },
	  0,
	  NEXT_AWAIT_CACHES,
	  AGO(60),
	  0 },
	{ "published, safe, and nobody goes on",
	  { .stage = STAGE_PUBLISHED,
	    .since = AGO(8 * DAY),
	    .agree_since = AGO(8 * DAY),
	    .agree_seen = AGO(7 * DAY),
	    .old_ttl_s = HOUR,
	    .hold_ttl_s = HOUR },
	  0,
	  NEXT_AWAIT_CACHES,
	  AGO(8 * DAY) + 2 * HOUR,
	  AGO(7 * DAY) },
	{ "safe",
	  { .stage = STAGE_SAFE, .since = AGO(60) },
	  0,
	  NEXT_INSTALL,
	  AGO(60),
	  0 },
	{ "installed",
	  { .stage = STAGE_INSTALLED, .since = AGO(60) },
	  0,
	  NEXT_LOOK,
	  AGO(60),
	  0 },
	{ "verified",
	  { .stage = STAGE_VERIFIED, .since = AGO(60) },
	  0,
	  NEXT_CHANGE,
	  AGO(60),
	  0 },
	{ "verified, and nobody goes on",
	  { .stage = STAGE_VERIFIED, .since = AGO(3 * DAY) },
	  0,
	  NEXT_CHANGE,
	  AGO(3 * DAY),
	  AGO(3 * DAY) },
	{ "retiring",
	  { .stage = STAGE_RETIRING, .since = AGO(60) },
	  0,
	  NEXT_RETIRE,
	  AGO(60),
	  0 },
	{ "retiring, given to DNS",
	  { .stage = STAGE_RETIRING, .since = AGO(60), .published_at = AGO(30) },
	  0,
	  NEXT_AWAIT_RETIRED,
	  AGO(30),
	  0 },
	{ "stuck in what it was doing",
	  { .stage = STAGE_STUCK,
	    .resume = STAGE_SAFE,
	    .since = AGO(9 * DAY),
	    .retry_at = NOW + 60 },
	  0,
	  NEXT_INSTALL,
	  NOW + 60,
	  0 },
	{ "stuck for days, which says so itself",
	  { .stage = STAGE_STUCK, .resume = STAGE_SAFE, .since = AGO(9 * DAY) },
	  0,
	  NEXT_INSTALL,
	  AGO(9 * DAY),
	  0 },
	{ "stuck when idle",
	  { .stage = STAGE_STUCK, .resume = STAGE_IDLE },
	  0,
	  NEXT_STAY,
	  0,
	  0 },
};

static void test_next_of_says_what_and_when(void **state)
{
	struct lineage l = { .lock = -1 };
	struct next next;
	time_t missed;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		l.state = rows[i].state;
		l.conf.rollover_every_s = rows[i].every_s;
		next = next_of(&l, NOW);
		if (next.action != rows[i].action)
			fail_msg("%s: action %d", rows[i].name, next.action);
		if (next.at != rows[i].at)
			fail_msg("%s: at NOW%+lld", rows[i].name,
				 (long long)(next.at - NOW));
		missed = movement_missed(&l, NOW);
		if (missed != rows[i].missed)
			fail_msg("%s: missed since NOW%+lld", rows[i].name,
				 (long long)(missed - NOW));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_of_says_what_and_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
