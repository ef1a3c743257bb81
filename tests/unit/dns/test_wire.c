/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "base/why.h"
#include "dns/dname.h"
#include "dns/rrtype.h"

/* Question "a." A, at octet 12. */
#define HEAD(answers) "1234 8180 0001 000" answers " 0000 0000 0161 00 0001 0001 "
/* The owner by a pointer, then class, TTL and the length of the data. */
#define RR(type, len) "c00c 00" type " 0001 0000003c 00" len " "

static const struct {
	const char *name, *hex;
	size_t rr_count; /* 0: DP_EFORMAT */
} messages[] = {
	{ "a question alone", HEAD("0"), 1 },
	{ "an answer", HEAD("1") RR("01", "04") "c0000201", 2 },
	{ "shorter than a header", "1234 8180 0001 0000 0000 00", 0 },
	{ "no question where one is counted", "1234 8180 0001 0000 0000 0000", 0 },
	{ "more counted than there are", HEAD("2") RR("01", "04") "c0000201", 0 },
	{ "fewer counted than there are", HEAD("0") RR("01", "04") "c0000201", 0 },
	{ "data that passes the end", HEAD("1") RR("01", "05") "c0000201", 0 },
	{ "a record cut before its length", HEAD("1") "c00c 0001 0001 0000003c 00", 0 },
	{ "a name that is only a pointer's half", HEAD("1") "c0", 0 },
	{ "a name that points at itself", HEAD("1") "c013 0001 0001 00000000 0000", 0 },
	{ "a name that points forward", HEAD("1") "c020 0001 0001 00000000 0000 00", 0 },
	{ "a name without an end", HEAD("1") "03616161", 0 },
	{ "a label of another kind", HEAD("1") "41 61 00 0001 0001 00000000 0000", 0 },
	{ "a name that leads back into itself",
	  HEAD("1") "0162 c013 0001 0001 00000000 0000", 0 },
};

static uint8_t *from_hex(const char *hex, size_t *ret_len)
{
	uint8_t *data;

	assert_int_equal(hex_decode(hex, &data, ret_len, NULL), 0);
	return data;
}

static void test_wire_parse_rows(void **state)
{
	struct wire wire;
	size_t i, len;
	uint8_t *data;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		data = from_hex(messages[i].hex, &len);
		rc = wire_parse(data, len, &wire, NULL);
		if (rc != (messages[i].rr_count ? 0 : DP_EFORMAT))
			fail_msg("%s: returned %d", messages[i].name, rc);
		if (rc == 0 && wire.rr_count != messages[i].rr_count)
			fail_msg("%s: %zu records", messages[i].name, wire.rr_count);
		if (rc == 0)
			wire_clear(&wire);
		free(data);
	}
}

/* A name of 255 octets is one, of 256 none, however it is put together. */
static void test_wire_name_length(void **state)
{
	uint8_t data[300] = { 0 };
	struct wire wire = { .data = data, .len = sizeof(data) };
	struct dname name;
	size_t i, end;

	(void)state;
	for (i = 0; i < 3; i++)
		data[64 * i] = 63;
	data[192] = 61;
	assert_int_equal(wire_name(&wire, 0, &name, &end, NULL), 0);
	assert_int_equal(name.len, 255);
	assert_int_equal(end, 255);
	data[260] = 0xc0;
	assert_int_equal(wire_name(&wire, 260, &name, &end, NULL), 0);
	assert_int_equal(name.len, 255);
	assert_int_equal(end, 262);
	data[257] = 1;
	data[259] = 0xc0;
	data[260] = 0;
	assert_int_equal(wire_name(&wire, 257, &name, &end, NULL), DP_EFORMAT);
}

static const struct {
	const char *name, *hex, *wanted; /* NULL: DP_EFORMAT */
} data_rows[] = {
	{ "A", RR("01", "04") "c0000201", "c0000201" },
	{ "A of three octets", RR("01", "03") "c00002", NULL },
	{ "A of five octets", RR("01", "05") "c000020100", NULL },
	{ "CNAME", RR("05", "04") "0162 c00c", "0162016100" },
	{ "CNAME and more", RR("05", "05") "0162 c00c 00", NULL },
	{ "CNAME that ends behind the record", RR("05", "01") "0162 c00c", NULL },
	{ "CNAME of nothing", RR("05", "00"), NULL },
	{ "MX", RR("0f", "04") "000a c00c", "000a016100" },
	{ "MX without a name", RR("0f", "02") "000a", NULL },
	{ "null MX", RR("0f", "03") "0000 00", "000000" },
	{ "SRV", RR("21", "08") "0001 0002 0019 c00c", "000100020019016100" },
	{ "SRV that is short", RR("21", "05") "0001 0002 00", NULL },
	{ "SOA", RR("06", "18") "c00c c00c 00000001 00000002 00000003 00000004 00000005",
	  "0161000161000000000100000002000000030000000400000005" },
	{ "SOA that is cut", RR("06", "06") "c00c c00c 0000", NULL },
	{ "TLSA", RR("34", "05") "030101 c00c", "030101c00c" },
	{ "TLSA without a digest", RR("34", "03") "030101", "030101" },
	{ "TLSA of two octets", RR("34", "02") "0301", NULL },
	{ "a type that we don't know", RR("ff", "02") "c00c", "c00c" },
};

static void test_wire_rdata_rows(void **state)
{
	size_t i, len, got;
	struct wire wire;
	uint8_t *message, *data;
	char hex[400], *text;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(data_rows) / sizeof(data_rows[0]); i++) {
		bool more = strstr(data_rows[i].name, "behind") != NULL;

		snprintf(hex, sizeof(hex), "%s%s", HEAD("1"), data_rows[i].hex);
		message = from_hex(hex, &len);
		/* What follows the record is another's. */
		rc = wire_parse(message, more ? len - 3 : len, &wire, NULL);
		assert_int_equal(rc, 0);
		wire.len = len;
		rc = wire_rdata(&wire, &wire.rr[1], &data, &got, NULL);
		if (rc != (data_rows[i].wanted ? 0 : DP_EFORMAT))
			fail_msg("%s: returned %d", data_rows[i].name, rc);
		if (rc == 0) {
			text = hex_encode(data, got);
			if (strcmp(text, data_rows[i].wanted))
				fail_msg("%s: %s", data_rows[i].name, text);
			free(text);
			free(data);
		}
		wire_clear(&wire);
		free(message);
	}
}

static void test_wire_query(void **state)
{
	struct dname name;
	size_t len;
	uint8_t *query;
	char *text;

	(void)state;
	assert_int_equal(dname_from_text("a.example", &name, NULL), 0);
	query = wire_query(&name, RRTYPE_TLSA, 0xabcd, WIRE_RD | WIRE_CD, 1232, &len);
	text = hex_encode(query, len);
	assert_string_equal(text, "abcd01100001000000000001"
				  "0161076578616d706c650000340001"
				  "00002904d0000080000000");
	free(text);
	free(query);
}

static void test_wire_rcode_text(void **state)
{
	char text[16];

	(void)state;
	wire_rcode_text(2, text);
	assert_string_equal(text, "SERVFAIL");
	wire_rcode_text(11, text);
	assert_string_equal(text, "RCODE11");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wire_parse_rows),
		cmocka_unit_test(test_wire_name_length),
		cmocka_unit_test(test_wire_rdata_rows),
		cmocka_unit_test(test_wire_query),
		cmocka_unit_test(test_wire_rcode_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
