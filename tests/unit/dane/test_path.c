/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pki.h"

static void test_path_link_needs_name_and_signature(void **state)
{
	static const struct {
		const char *cert, *issuer;
		bool linked;
		unsigned spent;
	} rows[] = {
		{ "leaf", "sub", true, 1 },
		{ "sub", "root", true, 1 },
		{ "root", "root", true, 1 },
		{ "leaf", "root", false, 0 },
		{ "leaf", "evil-sub", false, 1 },
		{ "leaf", "leaf", false, 0 },
		{ "leaf-sha1", "sub", true, 1 },
		{ "leaf", "sub-false", true, 1 },
		{ "pss-leaf", "pss-root", true, 1 },
		{ "rsa-pss-leaf", "rsa-root", true, 1 },
		{ "huge-leaf", "huge-root", false, 0 },
	};
	struct path_budget budget;
	struct chain pair;
	char names[80];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(names, sizeof(names), "%s %s", rows[i].cert, rows[i].issuer);
		pki_chain(names, &pair);
		path_budget_init(&budget);
		if (path_link(&budget, &pair.cert[0], &pair.cert[1]) != rows[i].linked ||
		    PATH_CHECKS_MAX - budget.left != rows[i].spent)
			fail_msg("%s: %u", names, PATH_CHECKS_MAX - budget.left);
		chain_clear(&pair);
	}
}

static void test_path_link_ends_with_its_budget(void **state)
{
	struct path_budget budget;
	struct chain pair;
	unsigned i;

	(void)state;
	pki_chain("leaf sub", &pair);
	path_budget_init(&budget);
	for (i = 0; i < PATH_CHECKS_MAX; i++)
		assert_true(path_link(&budget, &pair.cert[0], &pair.cert[1]));
	assert_false(budget.exhausted);
	assert_false(path_link(&budget, &pair.cert[0], &pair.cert[1]));
	assert_true(budget.exhausted);
	chain_clear(&pair);
}

struct seen {
	size_t count, longest;
	char ends[80]; /* the last certificate of each path, by its place in the pool */
	const struct chain *chain;
	size_t stop_at; /* paths of this length aren't extended; 0: all are */
};

static bool on_path(const struct path *path, void *arg)
{
	struct seen *seen = arg;
	size_t i;

	for (i = 0; i < seen->chain->count; i++)
		if (path->cert[path->len - 1] == &seen->chain->cert[i])
			seen->ends[seen->count++] = (char)('0' + i);
	if (path->len > seen->longest)
		seen->longest = path->len;
	return path->len != seen->stop_at;
}

static void test_path_walk_visits_every_path_once(void **state)
{
	static const struct {
		const char *pool, *ends;
		size_t stop_at;
	} rows[] = {
		{ "leaf", "0", 0 },
		{ "leaf sub root", "012", 0 },
		{ "leaf root sub", "021", 0 },
		{ "leaf sub root", "01", 2 },
		{ "leaf sub root", "0", 1 },
		{ "leaf leaf sub sub root", "024", 0 },
		{ "leaf cross sub root root2", "01423", 0 },
		{ "leaf old-sub sub root",
		  "013"
		  "23",
		  0 },
		{ "leaf stranger evil-sub", "0", 0 },
	};
	struct path_pool pool = { .count = 0 };
	struct path_budget budget;
	struct chain chain;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen seen = { .stop_at = rows[i].stop_at };

		pki_chain(rows[i].pool, &chain);
		seen.chain = &chain;
		path_pool_add(&pool, chain.cert, chain.count);
		path_budget_init(&budget);
		path_walk(&budget, &pool, on_path, &seen);
		if (strcmp(seen.ends, rows[i].ends))
			fail_msg("%s: %s", rows[i].pool, seen.ends);
		assert_false(budget.too_long || budget.exhausted);
		path_pool_clear(&pool);
		chain_clear(&chain);
	}
}

static int free_certificates(void **state)
{
	(void)state;
	pki_free_all();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_link_needs_name_and_signature),
		cmocka_unit_test(test_path_link_ends_with_its_budget),
		cmocka_unit_test(test_path_walk_visits_every_path_once),
	};

	return cmocka_run_group_tests(tests, NULL, free_certificates);
}
