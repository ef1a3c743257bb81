/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *name, *text, *reason;
} rows[] = {
	{ "as it is", "validation failure <a. A IN>: no DNSSEC records from 192.0.2.1",
	  "validation failure <a. A IN>: no DNSSEC records from 192.0.2.1" },
	{ "of a key that was bad before",
	  "validation failure <a. A IN>: key for validation . is marked as invalid "
	  "because of a previous validation failure <. DNSKEY IN>: no signatures from "
	  "192.0.2.1 for trust anchor . while building chain of trust",
	  "validation failure <a. A IN>: no signatures from 192.0.2.1 for trust anchor . "
	  "while building chain of trust" },
	{ "without a reason behind it",
	  "validation failure <a. A IN>: key for validation b. is marked as invalid",
	  "validation failure <a. A IN>: key for validation b. is marked as invalid" },
	{ "nothing", "", "" },
};

static void test_reason_of_bogus_rows(void **state)
{
	char *reason;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reason = reason_of_bogus(rows[i].text);
		if (strcmp(reason, rows[i].reason))
			fail_msg("%s: %s", rows[i].name, reason);
		free(reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reason_of_bogus_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
