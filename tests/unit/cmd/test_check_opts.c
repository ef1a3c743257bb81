/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/check_opts.h"
#include "probe/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

/* The strings of argv live until the next call. */
static int parse(const char *line, struct check_opts *o, struct opts_rest *rest,
		 struct why *why)
{
	static char copy[600];
	char *argv[80], *p, *next = NULL;
	int argc = 0;

	snprintf(copy, sizeof(copy), "check %s", line);
	for (p = strtok_r(copy, " ", &next); p; p = strtok_r(NULL, " ", &next))
		argv[argc++] = p;
	argv[argc] = NULL;
	return check_opts_parse(argc, argv, o, rest, why);
}

static void test_check_opts_defaults(void **state)
{
	struct check_opts o;
	struct opts_rest rest;

	(void)state;
	assert_int_equal(parse("h.example.com", &o, &rest, NULL), 0);
	assert_string_equal(o.output, "text");
	assert_int_equal(o.timeout_ms, 0);
	assert_null(o.helo);
	assert_int_equal(o.auth, PROBE_AUTH_AUTO);
	assert_true(o.verdict.warn_expiry.is_share);
	assert_false(o.verdict.warn_expiry.given);
	assert_false(o.verdict.crit_rrsig.given);
	assert_false(o.verdict.warn_time.given);
	assert_false(o.expect_status.given);
	assert_true(o.expect_status.wanted[200] && o.expect_status.wanted[399]);
	assert_false(o.expect_status.wanted[199] || o.expect_status.wanted[400]);
	check_opts_clear(&o, &rest);
}

static void test_check_opts_every_option(void **state)
{
	struct check_opts o;
	struct opts_rest rest;
	struct why why = { "" };

	(void)state;
	if (parse("-f - -o nagios --resolver 192.0.2.1@53 --resolver ::1 --trust-anchor "
		  "a "
		  "--connect-to h:443:127.0.0.1:1 --connect-to h:443:127.0.0.2:1 -4 "
		  "--auth both -t 2 --wait 1m -j 3 --ca-file c --ee-name-check "
		  "--warn-expiry 14d --crit-time 5s --expect-status 200,300-302 "
		  "--expect-body a+ --on no-tlsa=warning --on slow=ok --dry-run -q -vv h",
		  &o, &rest, &why) < 0)
		fail_msg("%s", why.text);
	assert_string_equal(o.output, "nagios");
	assert_int_equal(o.resolvers.count, 2);
	assert_int_equal(o.connect_to.count, 2);
	assert_true(o.ipv4_only && !o.ipv6_only);
	assert_int_equal(o.auth, PROBE_AUTH_BOTH);
	assert_int_equal(o.wait_ms, 60000);
	assert_true(o.verdict.warn_expiry.given && !o.verdict.warn_expiry.is_share);
	assert_true(o.verdict.crit_time.given);
	assert_true(o.expect_status.given && o.expect_status.wanted[301]);
	assert_false(o.expect_status.wanted[201]);
	assert_true(o.verdict.overrides.code_set[CODE_NO_TLSA]);
	assert_int_equal(o.verbose, 2);
	assert_int_equal(rest.args.count, 1);
	check_opts_clear(&o, &rest);
}

static const struct {
	const char *line, *word;
} errors[] = {
	{ "", "no target" },
	{ "-o", "-o needs a value" },
	{ "-o yaml h", "'yaml' is none of text|nagios|json|ndjson" },
	{ "--resolver dns.example.com h", "--resolver 'dns.example.com'" },
	{ "--resolver 192.0.2.1:53 h", "ADDR@PORT" },
	{ "--resolver 192.0.2.1@0 h", "'192.0.2.1@0'" },
	{ "--resolver [::1] h", "--resolver '[::1]'" },
	{ "--resolver tls://192.0.2.1 h", "DNS over TLS is not supported" },
	{ "--resolver TLS://192.0.2.1@853#dns.example h", "DNS over TLS" },
	{ "--recurse --resolver 192.0.2.1 h", "exclude" },
	{ "--root-hints f --resolver 192.0.2.1 h", "exclude" },
	{ "-4 -6 h", "exclude" },
	{ "--resume f --wait 5s h", "exclude" },
	{ "--warn-expiry 20d --crit-expiry 30d h", "--warn-expiry and --crit-expiry" },
	{ "--crit-expiry 30% --warn-expiry 20% h", "wrong way round" },
	{ "--warn-rrsig 1h --crit-rrsig 61m h", "--warn-rrsig and --crit-rrsig" },
	{ "--warn-time 5s --crit-time 4999ms h", "takes the smaller value" },
	{ "--lookup-only --wait 5s h", "exclude" },
	{ "--lookup-only -o nagios h", "-o nagios" },
	{ "-o junit --lookup-only h", "-o junit" },
	{ "-o tap --lookup-only h", "-o tap" },
	{ "-o prometheus --lookup-only h", "-o prometheus" },
	{ "--shard 9/8 h", "--shard: '9/8'" },
	{ "--summary= h", "--summary: no file" },
	{ "--connect-to h h", "--connect-to: 'h' is not HOST:PORT:ADDR:PORT" },
	{ "--warn-expiry 14 h", "--warn-expiry:" },
	{ "--warn-time 5% h", "--warn-time:" },
	{ "--wait 5 h", "--wait: '5' has no unit" },
	{ "-t 0 h", "--timeout: 0 is not between" },
	{ "--on nonsense=ok h", "--on:" },
	{ "--on no-tlsa h", "--on:" },
	{ "--expect-status 99 h", "--expect-status: '99'" },
	{ "--expect-status 300-200 h", "'300-200'" },
	{ "--expect-status 200, h", "--expect-status: ''" },
	{ "--expect-body ( h", "--expect-body: '('" },
};

static void test_check_opts_errors_name_the_option(void **state)
{
	struct check_opts o;
	struct opts_rest rest;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		why.text[0] = '\0';
		if (parse(errors[i].line, &o, &rest, &why) == 0)
			fail_msg("%s: taken", errors[i].line);
		if (!strstr(why.text, errors[i].word))
			fail_msg("%s: %s", errors[i].line, why.text);
		check_opts_clear(&o, &rest);
	}
}

/* The line's words as argv. */
static bool nagios(const char *line)
{
	char copy[100], *argv[10], *p, *next = NULL;
	int argc = 0;

	snprintf(copy, sizeof(copy), "check %s", line);
	for (p = strtok_r(copy, " ", &next); p; p = strtok_r(NULL, " ", &next))
		argv[argc++] = p;
	return check_opts_nagios(argc, argv);
}

static void test_check_opts_nagios_is_seen_in_broken_lines(void **state)
{
	(void)state;
	assert_true(nagios("--nonsense -o nagios"));
	assert_true(nagios("--output=nagios --nonsense"));
	assert_false(nagios("nagios"));
	assert_false(nagios("-- -o nagios"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_opts_defaults),
		cmocka_unit_test(test_check_opts_every_option),
		cmocka_unit_test(test_check_opts_errors_name_the_option),
		cmocka_unit_test(test_check_opts_nagios_is_seen_in_broken_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
