/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/lineage_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

static const struct bad {
	const char *name, *text, *want;
} bad[] = {
	{ "no value", "domains =", "line 1: domains has no value" },
	{ "no equals", "\ndomains example.com", "line 2: " },
	{ "unknown", "domain = example.com", "did you mean domains" },
	{ "twice", "ttl = 60\nttl = 61\n", "line 2: ttl stands there twice" },
	{ "a name", "domains = 192.0.2.1", "line 1: domains: name '192.0.2.1'" },
	{ "all services of a host", "services = host://www.example.com",
	  "it finds the services that have TLSA records already" },
	{ "a service", "services = https://www.example.com:0", "services: " },
	{ "a key type", "key_types = dsa", "'dsa' is none of" },
	{ "a key type twice", "key_types = rsa-2048 rsa-2048", "stands there twice" },
	{ "a way to publish", "publish = fax", "'fax' is no way to publish" },
	{ "an ACME client", "acme = cerbot --webroot", "acme: 'cerbot'" },
	{ "a duration", "rollover_every = 365",
	  "rollover_every: '365' has no unit: 365d are days, and h, m and s are known" },
	{ "a renewal without a unit", "renew_at = 30",
	  "renew_at: '30' has no unit: 30d is so many days before the end, 30% that "
	  "share "
	  "of the lifetime" },
	{ "a ttl", "ttl = 604801", "ttl: " },
	{ "ttl 0", "ttl = 0", "ttl: " },
	{ "a policy", "ns_policy = most", "neither all nor all-but-one" },
	{ "percent", "renew_at = 100%", "renew_at: " },
	{ "a control character", "acme = exec a\x01", "acme: a control character" },
};

static void test_lineage_conf_parse_refuses(void **state)
{
	struct lineage_conf conf;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		lineage_conf_init(&conf);
		why.text[0] = '\0';
		if (lineage_conf_parse(&conf, bad[i].text, &why) == 0)
			fail_msg("%s: taken", bad[i].name);
		if (!strstr(why.text, bad[i].want))
			fail_msg("%s: %s", bad[i].name, why.text);
		lineage_conf_clear(&conf);
	}
}

static const char whole[] = "# a comment\n"
			    "domains = example.com  www.example.com\r\n"
			    "services = https://www.example.com smtp://mx1.example.com\n"
			    "foreign = smtp://mx2.example.net\n"
			    "key_types = rsa-4096 ecdsa-p256\n"
			    "acme = exec get '{csr}' = #1\n"
			    "  publish = exec put\n"
			    "deploy = systemctl reload nginx\n"
			    "deploy = ssh b systemctl reload nginx\n"
			    "renew_at = 40%\n"
			    "rollover_every = 90d\n"
			    "ttl = 300\n"
			    "ns_policy = all-but-one\n"
			    "key_group = ssl-cert";

static void check_whole(const struct lineage_conf *conf)
{
	assert_int_equal(conf->domains.count, 2);
	assert_string_equal(conf->domains.item[1], "www.example.com");
	assert_int_equal(conf->services.count, 2);
	assert_string_equal(conf->services.item[1], "smtp://mx1.example.com");
	assert_int_equal(conf->foreign.count, 1);
	assert_int_equal(conf->key_types, 2);
	assert_int_equal(conf->key_type[0], KEY_RSA_4096);
	assert_int_equal(conf->key_type[1], KEY_ECDSA_P256);
	assert_string_equal(lineage_conf_get(conf, LINEAGE_CONF_ACME),
			    "exec get '{csr}' = #1");
	assert_int_equal(conf->deploy.count, 2);
	assert_string_equal(conf->deploy.item[1], "ssh b systemctl reload nginx");
	assert_int_equal(conf->renew_percent, 40);
	assert_int_equal(conf->rollover_every_s, 90 * 86400);
	assert_int_equal(conf->ttl, 300);
	assert_true(conf->all_but_one);
}

/* What new writes is read again as the same. */
static void test_lineage_conf_text_is_read_again(void **state)
{
	struct lineage_conf conf, again;
	struct why why;
	char *text;

	(void)state;
	lineage_conf_init(&conf);
	if (lineage_conf_parse(&conf, whole, &why) < 0)
		fail_msg("%s", why.text);
	check_whole(&conf);
	assert_int_equal(lineage_conf_check(&conf, NULL), 0);
	text = lineage_conf_text(&conf);
	lineage_conf_init(&again);
	if (lineage_conf_parse(&again, text, &why) < 0)
		fail_msg("%s", why.text);
	check_whole(&again);
	free(text);
	lineage_conf_clear(&conf);
	lineage_conf_clear(&again);
}

static void test_lineage_conf_text_of_defaults_sets_nothing(void **state)
{
	struct lineage_conf conf;
	char *text;
	int key;

	(void)state;
	lineage_conf_init(&conf);
	text = lineage_conf_text(&conf);
	assert_int_equal(lineage_conf_parse(&conf, text, NULL), 0);
	for (key = 0; key < LINEAGE_CONF_COUNT; key++)
		assert_null(conf.text[key]);
	assert_int_equal(lineage_conf_check(&conf, NULL), DP_EINVAL);
	assert_int_equal(conf.rollover_every_s, 365 * 86400);
	assert_int_equal(conf.key_types, 1);
	free(text);
	lineage_conf_clear(&conf);
}

static void test_lineage_conf_set_replaces(void **state)
{
	struct lineage_conf conf;

	(void)state;
	lineage_conf_init(&conf);
	assert_int_equal(lineage_conf_set(&conf, "ttl = 60", NULL), 0);
	assert_int_equal(lineage_conf_set(&conf, "ttl=61", NULL), 0);
	assert_int_equal(conf.ttl, 61);
	assert_int_equal(lineage_conf_set(&conf, "rollover_every = never", NULL), 0);
	assert_int_equal(conf.rollover_every_s, 0);
	lineage_conf_unset(&conf, LINEAGE_CONF_TTL);
	assert_int_equal(conf.ttl, 3600);
	assert_int_equal(lineage_conf_set(&conf, "deploy = a", NULL), 0);
	assert_int_equal(lineage_conf_set(&conf, "deploy = b", NULL), 0);
	assert_int_equal(conf.deploy.count, 2);
	lineage_conf_unset(&conf, LINEAGE_CONF_DEPLOY);
	assert_int_equal(conf.deploy.count, 0);
	lineage_conf_clear(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lineage_conf_parse_refuses),
		cmocka_unit_test(test_lineage_conf_text_is_read_again),
		cmocka_unit_test(test_lineage_conf_text_of_defaults_sets_nothing),
		cmocka_unit_test(test_lineage_conf_set_replaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
