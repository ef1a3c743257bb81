/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/secure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage/lineage_conf.h"
#include "setup/world/env.h"
#include "target/target.h"

static char asked[500];

/* Names below plain are in a zone that isn't signed. */
static int secure(void *arg, const char *owner, struct why *why)
{
	(void)arg;
	strcat(strcat(asked, owner), " ");
	return strstr(owner, "plain.") ? why_set(why, DP_EDNS,
						 "the zone plain. is not "
						 "signed")
				       : 0;
}

/* Of mx://NAME: a host of our own, one that is unsigned, and one of others. */
static int discover(void *arg, const struct target *service, struct target **ret_targets,
		    size_t *ret_count, struct why *why)
{
	static const char *const hosts[] = { "smtp://mx.example", "smtp://mx.plain",
					     "smtp://mx2.plain",
					     "smtp://mx.others.plain" };
	size_t i;

	(void)arg;
	if (!strcmp(service->host, "gone.example"))
		return why_set(why, DP_EDNS, "the hosts of %s can't be found",
			       service->text);
	*ret_count = !strcmp(service->host, "good.example") ? 1 : 4;
	*ret_targets = mem_array(4, sizeof(**ret_targets));
	for (i = 0; i < *ret_count; i++)
		assert_int_equal(target_parse(hosts[i], &(*ret_targets)[i], why), 0);
	return 0;
}

static const struct row {
	const char *services;
	const char *asked;
	size_t missing; /* each told once */
} rows[] = {
	{ "https://www.example", "_443._tcp.www.example. ", 0 },
	{ "https://www.plain", "_443._tcp.www.plain. ", 1 },
	{ "https://others.plain", "", 0 },
	{ "mx://good.example", "good.example. _25._tcp.mx.example. ", 0 },
	{ "mx://two.example",
	  "two.example. _25._tcp.mx.example. _25._tcp.mx.plain. _25._tcp.mx2.plain. ",
	  1 },
	/* Whose hosts nobody can trust aren't asked for. */
	{ "mx://www.plain https://www.example", "www.plain. _443._tcp.www.example. ", 1 },
	{ "mx://gone.example https://www.plain", "gone.example. _443._tcp.www.plain. ",
	  2 },
	{ "mx://good.example smtp://mx.example", "good.example. _25._tcp.mx.example. ",
	  0 },
};

static void tell(void *arg, const char *what)
{
	size_t *told = arg;

	assert_true(*what);
	++*told;
}

static void check_row(const struct row *row)
{
	char *line = mem_printf("services = %s", row->services);
	struct lineage_conf conf;
	size_t told = 0, missing;
	struct why why;
	struct env env;

	env_init(&env);
	env.secure = secure;
	env.discover = discover;
	lineage_conf_init(&conf);
	assert_int_equal(lineage_conf_set(&conf,
					  "domains = www.example www.plain mx.example "
					  "mx.plain mx2.plain",
					  &why),
			 0);
	assert_int_equal(lineage_conf_set(&conf, line, &why), 0);
	asked[0] = '\0';
	missing = secure_find_missing(&env, &conf, tell, &told);
	if (strcmp(asked, row->asked) || missing != row->missing || told != missing)
		fail_msg("%s: asked %s, %zu missing, %zu told", row->services, asked,
			 missing, told);
	lineage_conf_clear(&conf);
	free(line);
}

static void test_secure_find_missing_asks_for_each_owner_in_its_zone(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_secure_find_missing_asks_for_each_owner_in_its_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
