/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/delegation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/why.h"
#include "dns/rrtype.h"
#include "dns/zone.h"
#include "packet.h"

static const struct {
	const char *name, *records, *wanted;
} rows[] = {
	{ "a referral",
	  "--\na.example. 60 IN NS ns1.a.example.\na.example. 60 IN NS ns2.b.\n",
	  "ns1.a.example ns2.b " },
	{ "an answer", "a.example. 60 IN NS NS1.A.example.\n", "ns1.a.example " },
	{ "a referral to another zone", "--\nb.example. 60 IN NS ns1.b.example.\n", "" },
	{ "a referral from above", "--\nexample. 60 IN NS ns1.example.\n", "" },
	{ "another type", "--\na.example. 60 IN DNAME ns1.b.example.\n", "" },
	{ "nothing", "", "" },
};

static void test_delegation_read_rows(void **state)
{
	struct why why;
	size_t i, k, len, count;
	char **names, text[200];
	uint8_t *packet;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		packet = packet_make("a.example", RRTYPE_NS, 0, 0, rows[i].records, NULL,
				     &len);
		if (delegation_read(packet, len, "a.example", &names, &count, &why) < 0)
			fail_msg("%s: %s", rows[i].name, why.text);
		text[0] = '\0';
		for (k = 0; k < count; k++) {
			strcat(strcat(text, names[k]), " ");
			free(names[k]);
		}
		free(names);
		free(packet);
		if (strcmp(text, rows[i].wanted))
			fail_msg("%s: %s", rows[i].name, text);
	}
}

/* One that is left out is one that nobody asks. */
static void test_delegation_read_refuses_more_servers_than_it_takes(void **state)
{
	struct buf records;
	struct why why;
	char **names;
	size_t len, count;
	uint8_t *packet;
	int i, rc;

	(void)state;
	buf_init(&records, 10000);
	buf_text(&records, "--\n");
	for (i = 0; i <= ZONE_SERVERS_MAX; i++) {
		buf_printf(&records, "a.example. 60 IN NS ns%d.b.\n", i);
		packet = packet_make("a.example", RRTYPE_NS, 0, 0, buf_str(&records),
				     NULL, &len);
		rc = delegation_read(packet, len, "a.example", &names, &count, &why);
		free(packet);
		if (i == ZONE_SERVERS_MAX)
			break;
		assert_int_equal(rc, 0);
		assert_int_equal(count, i + 1);
		while (count)
			free(names[--count]);
		free(names);
	}
	assert_int_equal(rc, DP_ELIMIT);
	assert_string_equal(why.text, "the parent of a.example names more than 32 name "
				      "servers for it");
	buf_clear(&records);
}

static void test_delegation_read_refuses_what_is_no_packet(void **state)
{
	struct why why;
	char **names;
	size_t len, count;
	uint8_t *packet =
		packet_make("a.example", RRTYPE_NS, 0, 0, rows[0].records, NULL, &len);

	(void)state;
	assert_int_equal(
		delegation_read(packet, len - 1, "a.example", &names, &count, &why),
		DP_EFORMAT);
	assert_int_equal(delegation_read(packet, 3, "a.example", &names, &count, &why),
			 DP_EFORMAT);
	free(packet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delegation_read_rows),
		cmocka_unit_test(test_delegation_read_refuses_more_servers_than_it_takes),
		cmocka_unit_test(test_delegation_read_refuses_what_is_no_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
