/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/endpoints.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage/lineage.h"
#include "setup/world/env.h"
#include "target/target.h"

static const struct row {
	const char *host;
	bool ours;
} rows[] = {
	{ "example.com", true },	   { "www.example.com", false },
	{ "a.example.net", true },	   { "b.a.example.net", false },
	{ "example.net", false },	   { "aexample.net", false },
	{ "mx.example.org", true },	   { "xmx.example.org", false },
	{ "example.com.evil.org", false }, { "com", false },
};

static void test_endpoints_is_ours_follows_the_table(void **state)
{
	struct lineage_conf conf;
	struct why why;
	size_t i;

	(void)state;
	lineage_conf_init(&conf);
	assert_int_equal(
		lineage_conf_set(&conf,
				 "domains = example.com *.example.net mx.example.org",
				 &why),
		0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (endpoints_is_ours(&conf, rows[i].host) != rows[i].ours)
			fail_msg("%s", rows[i].host);
	lineage_conf_clear(&conf);
}

/* Of mx://example.com: our own host, and twice that of others. */
static int discover(void *arg, const struct target *service, struct target **ret_targets,
		    size_t *ret_count, struct why *why)
{
	static const char *const hosts[] = { "smtp://mx.example.org",
					     "smtp://mx2.others.net",
					     "smtp://mx2.others.net" };
	size_t i;

	(void)arg;
	if (!strcmp(service->host, "away.example.com"))
		return why_set(why, DP_EDNS, "no answer");
	*ret_targets = mem_array(3, sizeof(**ret_targets));
	for (i = 0; i < 3; i++)
		assert_int_equal(target_parse(hosts[i], &(*ret_targets)[i], why), 0);
	*ret_count = 3;
	return 0;
}

static int find(const char *services, bool can_discover, struct endpoints *ret_endpoints)
{
	struct env env;
	struct lineage l = { .env = &env };
	struct why why;
	char *line = mem_printf("services = %s", services);
	int rc;

	env_init(&env);
	if (can_discover)
		env.discover = discover;
	lineage_conf_init(&l.conf);
	assert_int_equal(
		lineage_conf_set(&l.conf, "domains = example.com mx.example.org", &why),
		0);
	assert_int_equal(lineage_conf_set(&l.conf, line, &why), 0);
	rc = endpoints_find(&l, ret_endpoints, &why);
	lineage_conf_clear(&l.conf);
	free(line);
	return rc;
}

static void test_endpoints_find_tells_ours_from_others(void **state)
{
	struct endpoints e = { 0 };

	(void)state;
	assert_int_equal(
		find("https://example.com mx://example.com https://www.others.net", true,
		     &e),
		0);
	assert_int_equal(e.count, 2);
	assert_string_equal(e.ours[0].host, "example.com");
	assert_string_equal(e.ours[1].host, "mx.example.org");
	assert_int_equal(e.others_count, 2); /* each once */
	assert_string_equal(e.others[0], "smtp://mx2.others.net");
	assert_string_equal(e.others[1], "https://www.others.net");
	endpoints_clear(&e);
}

/* A host that isn't known must not be left out of what is looked at. */
static void test_endpoints_find_fails_where_hosts_are_not_known(void **state)
{
	struct endpoints e = { 0 };

	(void)state;
	assert_int_equal(find("https://example.com mx://away.example.com", true, &e),
			 DP_EDNS);
	assert_int_equal(find("mx://example.com", false, &e), DP_EINVAL);
	assert_int_equal(e.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoints_is_ours_follows_the_table),
		cmocka_unit_test(test_endpoints_find_tells_ours_from_others),
		cmocka_unit_test(test_endpoints_find_fails_where_hosts_are_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
