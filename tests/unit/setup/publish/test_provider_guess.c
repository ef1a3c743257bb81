/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/provider_guess.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage/lineage_conf.h"
#include "setup/provider/provider.h"
#include "setup/world/env.h"

#define SERVERS_MAX 3

static const struct row {
	const char *domain, *owner;
	const char *server[SERVERS_MAX];
	const char *provider; /* NULL: refused, with says */
	const char *says;
} rows[] = {
	{ "www.example.com",
	  "_443._tcp.www.example.com.",
	  { "ns1.desec.io", "ns2.desec.org" },
	  "desec",
	  "ns1.desec.io" },
	{ "*.example.com",
	  "_443._tcp.example.com.",
	  { "ada.ns.cloudflare.com" },
	  "cloudflare",
	  "ada.ns.cloudflare.com" },
	/* a secondary of somebody's own beside the provider's */
	{ "a.example",
	  "_443._tcp.a.example.",
	  { "ns9.a.example", "ns1.desec.io" },
	  "desec",
	  "ns1.desec.io" },
	{ "a.example",
	  "_443._tcp.a.example.",
	  { "ns1.a.example", "ns2.a.example" },
	  NULL,
	  "(ns1.a.example, ns2.a.example) are of no provider that is known" },
	{ "a.example",
	  "_443._tcp.a.example.",
	  { "ns1.desec.io", "ns-1-a.gandi.net" },
	  NULL,
	  "served by both deSEC (ns1.desec.io) and Gandi (ns-1-a.gandi.net)" },
	{ "a.example", "_443._tcp.a.example.", { NULL }, NULL, "of no provider" },
};

static int find_zone_of(void *arg, const char *owner, struct env_zone *ret_zone,
			struct why *why)
{
	const struct row *row = arg;
	struct env_zone zone = { .owner = mem_text(owner),
				 .apex = mem_text("a.example") };
	size_t i;

	(void)why;
	assert_string_equal(owner, row->owner);
	zone.name = mem_array(SERVERS_MAX, sizeof(*zone.name));
	for (i = 0; i < SERVERS_MAX && row->server[i]; i++)
		zone.name[zone.name_count++] = mem_text(row->server[i]);
	*ret_zone = zone;
	return 0;
}

static void guess_row(const struct row *row)
{
	struct row copy = *row;
	struct env env = { .arg = &copy, .zone = find_zone_of };
	struct lineage_conf conf;
	struct provider_guess g = { 0 };
	struct why why = { "" };

	lineage_conf_init(&conf);
	assert_int_equal(lineage_conf_put(&conf, LINEAGE_CONF_DOMAINS, row->domain, &why),
			 0);
	assert_int_equal(provider_guess_find(&env, &conf, &g, &why),
			 row->provider ? 0 : DP_EINVAL);
	if (row->provider) {
		assert_string_equal(g.provider->name, row->provider);
		assert_string_equal(g.server, row->says);
		assert_string_equal(g.zone, "a.example");
	} else {
		assert_non_null(strstr(why.text, row->says));
		assert_null(g.provider);
	}
	provider_guess_clear(&g);
	lineage_conf_clear(&conf);
}

static void test_provider_guess_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		guess_row(&rows[i]);
}

static int fail_zone(void *arg, const char *owner, struct env_zone *ret_zone,
		     struct why *why)
{
	(void)arg;
	(void)ret_zone;
	return why_set(why, DP_EDNS, "no zone of %s", owner);
}

static void test_provider_guess_without_dns(void **state)
{
	struct env env = { .zone = fail_zone };
	struct lineage_conf conf;
	struct provider_guess g = { 0 };

	(void)state;
	lineage_conf_init(&conf);
	assert_int_equal(lineage_conf_put(&conf, LINEAGE_CONF_DOMAINS, "a.example", NULL),
			 0);
	assert_int_equal(provider_guess_find(&env, &conf, &g, NULL), DP_EDNS);
	lineage_conf_clear(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_provider_guess_rows),
		cmocka_unit_test(test_provider_guess_without_dns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
