/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verdict/facts.h"

/* A target's code, and those of its peers; peers that were known to be silent. */
static const struct {
	enum code code, peer[2];
	size_t peers;
	bool known[2], helps;
} rows[] = {
	{ CODE_DNS_ERROR, { 0 }, 0, { 0 }, true },
	{ CODE_BOGUS, { 0 }, 0, { 0 }, false },
	{ CODE_NXDOMAIN, { 0 }, 0, { 0 }, false },
	{ CODE_MATCH, { CODE_MATCH }, 1, { 0 }, false },
	{ CODE_MISMATCH, { CODE_MISMATCH, CODE_TIMEOUT }, 2, { 0 }, false },
	{ CODE_TLS_FAILED, { CODE_TLS_FAILED }, 1, { 0 }, false },
	{ CODE_TIMEOUT, { CODE_TIMEOUT }, 1, { 0 }, true },
	{ CODE_CONNECT_FAILED, { CODE_MATCH, CODE_CONNECT_FAILED }, 2, { 0 }, true },
	{ CODE_TIMEOUT, { CODE_TIMEOUT }, 1, { true }, false },
	{ CODE_TIMEOUT, { CODE_TIMEOUT, CODE_TIMEOUT }, 2, { true, true }, false },
	{ CODE_TIMEOUT, { CODE_TIMEOUT, CODE_TIMEOUT }, 2, { true, false }, true },
	{ CODE_TIMEOUT, { CODE_TIMEOUT, CODE_MATCH }, 2, { true, false }, false },
};

static void test_retry_may_help_rows(void **state)
{
	struct facts_target *facts;
	struct facts_peer *peer;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		facts = facts_target_new();
		facts->code = rows[i].code;
		if (rows[i].peers)
			facts_add_endpoint(facts);
		for (k = 0; k < rows[i].peers; k++) {
			peer = facts_add_peer(&facts->endpoint[0]);
			peer->code = rows[i].peer[k];
			peer->known = rows[i].known[k];
		}
		if (retry_may_help(facts) != rows[i].helps)
			fail_msg("row %zu", i);
		facts_target_free(facts);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retry_may_help_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
