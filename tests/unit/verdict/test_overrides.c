/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "verdict/overrides.h"

static void test_overrides_parse_sets_codes_and_findings(void **state)
{
	struct overrides o = { 0 };
	struct finding_list list = { 0 };

	(void)state;
	assert_int_equal(overrides_parse(&o, "no-tlsa=warning", NULL), 0);
	assert_int_equal(overrides_parse(&o, "TIMEOUT=Unknown", NULL), 0);
	assert_int_equal(overrides_parse(&o, "ipv6-unreachable=CRITICAL", NULL), 0);
	assert_int_equal(overrides_parse(&o, "slow=ok", NULL), 0);
	assert_int_equal(overrides_code_state(&o, CODE_NO_TLSA), STATE_WARNING);
	assert_int_equal(overrides_code_state(&o, CODE_TIMEOUT), STATE_UNKNOWN);
	assert_int_equal(overrides_code_state(&o, CODE_BOGUS), STATE_CRITICAL);
	assert_int_equal(overrides_code_state(NULL, CODE_NO_TLSA), STATE_CRITICAL);
	finding_take(&list, FINDING_IPV6_UNREACHABLE, SEVERITY_INFO, &o, mem_text("a"));
	finding_take(&list, FINDING_SLOW, SEVERITY_CRITICAL, &o, mem_text("b"));
	finding_take(&list, FINDING_SLOW, SEVERITY_CRITICAL, &o, mem_text("b"));
	assert_int_equal(list.count, 2);
	assert_int_equal(list.item[0].state, STATE_CRITICAL);
	assert_int_equal(list.item[1].state, STATE_OK);
	finding_list_clear(&list);
}

static void test_overrides_parse_names_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *told;
	} rows[] = {
		{ "no-tlsa", "CODE=STATE" },	{ "no-tlsa=", "no state" },
		{ "no-tlsa=fine", "critical" }, { "notlsa=ok", "no-tlsa" },
		{ "=ok", "no code" },		{ "no-tls=ok", "no code" },
		{ "no-tlsa =ok", "no code" },
	};
	struct overrides o = { 0 };
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (overrides_parse(&o, rows[i].text, &why) != DP_EINVAL)
			fail_msg("accepted: %s", rows[i].text);
		if (!strstr(why.text, rows[i].told))
			fail_msg("%s: %s", rows[i].text, why.text);
	}
	assert_int_equal(overrides_code_state(&o, CODE_NO_TLSA), STATE_CRITICAL);
}

static void test_state_worse_orders_unknown_below_critical(void **state)
{
	(void)state;
	assert_int_equal(state_worse(STATE_UNKNOWN, STATE_CRITICAL), STATE_CRITICAL);
	assert_int_equal(state_worse(STATE_CRITICAL, STATE_UNKNOWN), STATE_CRITICAL);
	assert_int_equal(state_worse(STATE_WARNING, STATE_UNKNOWN), STATE_UNKNOWN);
	assert_int_equal(state_worse(STATE_OK, STATE_WARNING), STATE_WARNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overrides_parse_sets_codes_and_findings),
		cmocka_unit_test(test_overrides_parse_names_what_is_wrong),
		cmocka_unit_test(test_state_worse_orders_unknown_below_critical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
