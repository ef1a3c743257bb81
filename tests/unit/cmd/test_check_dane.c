/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/check_dane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"
#include "target/service.h"
#include "target/target.h"

/* The strings of argv live until the next call. */
static int parse(const char *line, struct check_dane_opts *o, struct opts_rest *rest,
		 struct why *why)
{
	static char copy[600];
	char *argv[80], *p, *next = NULL;
	int argc = 0;

	snprintf(copy, sizeof(copy), "check_dane %s", line);
	for (p = strtok_r(copy, " ", &next); p; p = strtok_r(NULL, " ", &next))
		argv[argc++] = p;
	argv[argc] = NULL;
	return check_dane_parse(argc, argv, o, rest, why);
}

static void test_check_dane_called_by_its_name_only(void **state)
{
	(void)state;
	assert_true(check_dane_called("check_dane"));
	assert_true(check_dane_called("/usr/lib/nagios/plugins/check_dane"));
	assert_false(check_dane_called("daneprobe"));
	assert_false(check_dane_called("/opt/check_dane/daneprobe"));
	assert_false(check_dane_called("check_dane2"));
	assert_false(check_dane_called(""));
	assert_false(check_dane_called(NULL));
}

static void test_check_dane_parse_makes_the_target(void **state)
{
	static const struct {
		const char *line, *target;
	} rows[] = {
		{ "-H h.example", "h.example" },
		{ "-H h.example -p 993", "h.example:993" },
		{ "--hostname=h.example --port=8443", "h.example:8443" },
		{ "-H h.example --starttls imap", "imap://h.example" },
		{ "-H h.example -p 2525 --starttls smtp", "smtp://h.example:2525" },
		{ "-H h.example --starttls xmpp", "xmpp-client://h.example" },
		{ "-H https://h.example/x", "https://h.example/x" },
		{ "-H 2001:db8::1 -p 443", "[2001:db8::1]:443" },
		{ "-H 192.0.2.1", "192.0.2.1" },
	};
	struct check_dane_opts o;
	struct opts_rest rest;
	struct why why = { "" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(rows[i].line, &o, &rest, &why) < 0)
			fail_msg("%s: %s", rows[i].line, why.text);
		assert_int_equal(rest.args.count, 1);
		assert_string_equal(rest.args.item[0], rows[i].target);
		assert_string_equal(o.check.output, "nagios");
		check_dane_clear(&o, &rest);
	}
}

static void test_check_dane_parse_reads_thresholds(void **state)
{
	struct check_dane_opts o;
	struct opts_rest rest;

	(void)state;
	assert_int_equal(parse("-H h -w 20 -c 5%", &o, &rest, NULL), 0);
	assert_true(o.check.verdict.warn_expiry.given);
	assert_false(o.check.verdict.warn_expiry.is_share);
	assert_true(o.check.verdict.warn_expiry.value == 20 * 86400.0);
	assert_true(o.check.verdict.crit_expiry.given);
	assert_true(o.check.verdict.crit_expiry.is_share);
	assert_true(o.check.verdict.crit_expiry.value == 5);
	check_dane_clear(&o, &rest);
	assert_int_equal(parse("-H h -w 1.5 -c 12h", &o, &rest, NULL), 0);
	assert_true(o.check.verdict.warn_expiry.value == 1.5 * 86400);
	assert_true(o.check.verdict.crit_expiry.value == 12 * 3600.0);
	check_dane_clear(&o, &rest);
	assert_int_equal(parse("-H h", &o, &rest, NULL), 0);
	assert_false(o.check.verdict.warn_expiry.given);
	check_dane_clear(&o, &rest);
}

/* The ranges of the guidelines that alarm below a number. */
static void test_check_dane_parse_reads_ranges(void **state)
{
	static const char *const same[] = {
		"20", "20:", "@20", "@0:20", "@~:20", "20d:"
	};
	struct check_dane_opts o;
	struct opts_rest rest;
	char line[80];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		snprintf(line, sizeof(line), "-H h -w %s -c 5%%:", same[i]);
		assert_int_equal(parse(line, &o, &rest, NULL), 0);
		assert_true(o.check.verdict.warn_expiry.value == 20 * 86400.0);
		assert_true(o.check.verdict.crit_expiry.is_share);
		check_dane_clear(&o, &rest);
	}
}

static void test_check_dane_parse_takes_addresses(void **state)
{
	struct check_dane_opts o;
	struct opts_rest rest;

	(void)state;
	assert_int_equal(
		parse("-H h -I 192.0.2.1 -I 2001:db8::1 -I [::1]", &o, &rest, NULL), 0);
	assert_int_equal(o.check.connect_to.count, 3);
	assert_null(o.check.connect_to.item[0].host);
	assert_int_equal(o.check.connect_to.item[0].port, 0);
	assert_string_equal(o.check.connect_to.item[0].address, "192.0.2.1");
	assert_string_equal(o.check.connect_to.item[1].address, "2001:db8::1");
	assert_string_equal(o.check.connect_to.item[2].address, "::1");
	check_dane_clear(&o, &rest);
}

/* What is said names the option and the remedy. */
static void test_check_dane_parse_refuses(void **state)
{
	static const struct {
		const char *line, *said;
	} rows[] = {
		{ "", "give -H HOST" },
		{ "-p 25", "-p needs -H" },
		{ "--starttls smtp x.example", "--starttls needs -H" },
		{ "-H https://h.example -p 443", "leave out -p" },
		{ "-H imap://h.example --starttls imap", "leave out --starttls" },
		{ "-H h --starttls https", "none of the protocols" },
		{ "-H h --starttls mx", "none of the protocols" },
		{ "-H h --starttls nonsense", "'nonsense'" },
		{ "-H h -w 5w", "'5w'" },
		{ "-H h -w", "-w needs a value" },
		{ "-H h -c 120%", "'120%'" },
		{ "-H h -c -5", "'-5'" },
		{ "-H h -I host.example", "-I: 'host.example' is not an address" },
		{ "-H h -I 192.0.2.1:443", "not an address" },
		{ "-H h -p 0", "--port" },
		{ "-H h -p 65536", "--port" },
		{ "-H h -4 -6", "exclude" },
		{ "-H h -Z", "unknown option -Z" },
		{ "-H h --warn", "" },
		{ "-H h -w 20 -c 30", "wrong way round" },
		{ "-H h -w 10:20", "upper limit" },
		{ "-H h -w ~:20", "upper limit" },
		{ "-H h -w :20", "upper limit" },
		{ "-H h -w @10:20", "upper limit" },
		{ "-H h -w @0:20:30", "upper limit" },
		{ "-H h -w :", "neither days" },
		{ "-H h -w @", "neither days" },
	};
	struct check_dane_opts o;
	struct opts_rest rest;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(rows[i].line, &o, &rest, &why) >= 0)
			fail_msg("%s: not refused", rows[i].line);
		if (!strstr(why.text, rows[i].said))
			fail_msg("%s: %s", rows[i].line, why.text);
		check_dane_clear(&o, &rest);
	}
}

/* Every protocol that begins in plaintext can be named. */
static void test_check_dane_parse_knows_every_starttls(void **state)
{
	const struct service *s;
	struct check_dane_opts o;
	struct opts_rest rest;
	struct target target;
	char line[80];
	size_t i, n = 0;

	(void)state;
	for (i = 0; (s = service_at(i)); i++) {
		if (s->start == SERVICE_TLS_AT_ONCE || s->discovery != SERVICE_HOST)
			continue;
		snprintf(line, sizeof(line), "-H h.example --starttls %s", s->name);
		assert_int_equal(parse(line, &o, &rest, NULL), 0);
		assert_int_equal(target_parse(rest.args.item[0], &target, NULL), 0);
		assert_ptr_equal(target.service, s);
		target_clear(&target);
		check_dane_clear(&o, &rest);
		n++;
	}
	assert_true(n >= 13);
}

/* One letter and one name for one thing. */
static void test_check_dane_table_has_no_name_twice(void **state)
{
	const struct opt *table = check_dane_table();
	size_t i, k;

	(void)state;
	for (i = 0; table[i].long_name; i++) {
		for (k = 0; k < i; k++) {
			assert_string_not_equal(table[i].long_name, table[k].long_name);
			if (table[i].short_name)
				assert_int_not_equal(table[i].short_name,
						     table[k].short_name);
		}
	}
	assert_true(i > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_dane_called_by_its_name_only),
		cmocka_unit_test(test_check_dane_parse_makes_the_target),
		cmocka_unit_test(test_check_dane_parse_reads_thresholds),
		cmocka_unit_test(test_check_dane_parse_reads_ranges),
		cmocka_unit_test(test_check_dane_parse_takes_addresses),
		cmocka_unit_test(test_check_dane_parse_refuses),
		cmocka_unit_test(test_check_dane_parse_knows_every_starttls),
		cmocka_unit_test(test_check_dane_table_has_no_name_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
