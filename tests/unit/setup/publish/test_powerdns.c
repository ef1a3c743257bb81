/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/powerdns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/fields.h"
#include "base/why.h"
#include "dane/tlsa.h"

#define OWNER "_443._tcp.www.example.com"
#define OURS "3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define OTHER "2 1 1 ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define NEW "3 1 1 aa112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define RECORD(content, disabled)                                                        \
	"{\"content\":\"" content "\",\"disabled\":" disabled "}"
#define RRSET(name, type, records)                                                       \
	"{\"name\":\"" name "\",\"type\":\"" type "\",\"ttl\":300,\"records\":[" records \
	"]}"
#define ZONE(rrsets) "{\"id\":\"example.com.\",\"rrsets\":[" rrsets "]}"

static void test_powerdns_zone_url_forms(void **state)
{
	static const struct {
		const char *url, *id, *zone, *want;
	} rows[] = {
		{ "http://127.0.0.1:8081", "localhost", "example.com",
		  "http://127.0.0.1:8081/api/v1/servers/localhost/zones/example.com." },
		{ "https://dns.example/", "localhost", "example.com",
		  "https://dns.example/api/v1/servers/localhost/zones/example.com." },
		{ "https://dns.example/api/v1", "main", "example.com",
		  "https://dns.example/api/v1/servers/main/zones/example.com." },
		{ "https://dns.example/sub/api/v1/", "main", "0/25.2.0.192.in-addr.arpa",
		  "https://dns.example/sub/api/v1/servers/main/zones/"
		  "0=2F25.2.0.192.in-addr.arpa." },
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = powerdns_zone_url(rows[i].url, rows[i].id, rows[i].zone);
		assert_string_equal(text, rows[i].want);
		free(text);
	}
}

static struct row {
	const char *name, *text;
	int rc;
	size_t count;
} reads[] = {
	{ "no RRset", ZONE(""), 0, 0 },
	{ "ours", ZONE(RRSET(OWNER ".", "TLSA", RECORD(OURS, "false"))), 0, 1 },
	{ "any case",
	  ZONE(RRSET("_443._TCP.WWW.example.com.", "TLSA", RECORD(OURS, "false"))), 0,
	  1 },
	{ "two, one disabled",
	  ZONE(RRSET(OWNER ".", "TLSA", RECORD(OURS, "false") "," RECORD(OTHER, "true"))),
	  0, 2 },
	{ "another name",
	  ZONE(RRSET("_25._tcp.www.example.com.", "TLSA", RECORD(OURS, "false"))), 0, 0 },
	{ "a longer name", ZONE(RRSET(OWNER ".au.", "TLSA", RECORD(OURS, "false"))), 0,
	  0 },
	{ "another type", ZONE(RRSET(OWNER ".", "TXT", RECORD("x", "false"))), 0, 0 },
	{ "an alias", ZONE(RRSET(OWNER ".", "CNAME", RECORD("x.example.com.", "false"))),
	  DP_EINVAL, 0 },
	{ "a disabled alias",
	  ZONE(RRSET(OWNER ".", "CNAME", RECORD("x.example.com.", "true"))), 0, 0 },
	{ "no JSON", "<html>", DP_EFORMAT, 0 },
	{ "another JSON", "[]", DP_EFORMAT, 0 },
	{ "no RRsets", "{\"rrsets\":{}}", DP_EFORMAT, 0 },
	{ "no records", ZONE("{\"name\":\"" OWNER ".\",\"type\":\"TLSA\"}"), DP_EFORMAT,
	  0 },
	{ "no content", ZONE(RRSET(OWNER ".", "TLSA", "{\"content\":1}")), DP_EFORMAT,
	  0 },
};

static void test_powerdns_read_row(void **state)
{
	const struct row *row = *state;
	struct powerdns_rrset r = { 0 };
	struct why why = { "" };

	assert_int_equal(powerdns_read(row->text, OWNER, &r, &why), row->rc);
	assert_int_equal(r.count, row->count);
	assert_int_equal(r.ttl, row->count ? 300 : 0);
	assert_int_equal(why.text[0] != '\0', row->rc < 0);
	powerdns_clear(&r);
}

/* The same comes of reading it apart. */
static void test_powerdns_read_apart_agrees(void **state)
{
	struct powerdns_rrset here, apart;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		here = apart = (struct powerdns_rrset){ 0 };
		assert_int_equal(powerdns_read(reads[i].text, OWNER, &here, NULL),
				 reads[i].rc);
		assert_int_equal(powerdns_read_apart(reads[i].text, OWNER, &apart, NULL),
				 reads[i].rc);
		assert_int_equal(apart.count, here.count);
		assert_int_equal(apart.ttl, here.ttl);
		for (k = 0; k < here.count; k++) {
			assert_string_equal(apart.record[k].content,
					    here.record[k].content);
			assert_int_equal(apart.record[k].disabled,
					 here.record[k].disabled);
		}
		powerdns_clear(&here);
		powerdns_clear(&apart);
	}
}

/* What a reader says that was taken over. */
static void test_powerdns_take_believes_no_reader(void **state)
{
	static const struct {
		const char *name;
		int64_t ttl, count;
		const char *content;
		int64_t disabled;
		bool good;
	} said[] = {
		{ "a record", 300, 1, OURS, 0, true },
		{ "a disabled one", UINT32_MAX, 1, "x", 1, true },
		{ "one more than there are", 300, 2, OURS, 0, false },
		{ "one less", 300, 0, OURS, 0, false },
		{ "more than can be", 300, POWERDNS_RECORDS_MAX + 1, OURS, 0, false },
		{ "fewer than none", 300, -1, OURS, 0, false },
		{ "a negative TTL", -1, 1, OURS, 0, false },
		{ "too large a TTL", INT64_C(1) << 32, 1, OURS, 0, false },
		{ "two lines", 300, 1, "3 1 1\n00", 0, false },
		{ "no text", 300, 1, "\xff", 0, false },
		{ "neither nor", 300, 1, OURS, 2, false },
	};
	struct powerdns_rrset r;
	struct buf facts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		r = (struct powerdns_rrset){ 0 };
		buf_init(&facts, 1000);
		fields_put_number(&facts, said[i].ttl);
		fields_put_number(&facts, said[i].count);
		fields_put_octets(&facts, said[i].content, strlen(said[i].content));
		fields_put_number(&facts, said[i].disabled);
		if (powerdns_take(&facts, &r, NULL) != (said[i].good ? 0 : DP_EFORMAT) ||
		    r.count != said[i].good)
			fail_msg("%s", said[i].name);
		powerdns_clear(&r);
		buf_clear(&facts);
	}
}

/* The request that one change of this zone gives. */
static char *patch(const char *zone, const char *add, const char *remove)
{
	struct powerdns_rrset before = { 0 };
	struct powerdns_change change = { .owner = OWNER, .ttl = 60 };
	struct tlsa a = { 0 }, r = { 0 };
	char *text;

	assert_int_equal(powerdns_read(zone, OWNER, &before, NULL), 0);
	if (add) {
		assert_int_equal(tlsa_parse(add, &a, NULL), 0);
		change.add = &a;
		change.add_count = 1;
	}
	if (remove) {
		assert_int_equal(tlsa_parse(remove, &r, NULL), 0);
		change.remove = &r;
		change.remove_count = 1;
	}
	text = powerdns_patch(&before, &change);
	tlsa_clear(&a);
	tlsa_clear(&r);
	powerdns_clear(&before);
	return text;
}

#define PATCH(change, records)                                                           \
	"{\"rrsets\":[{\"name\":\"" OWNER                                                \
	".\",\"type\":\"TLSA\",\"changetype\":\"" change                                 \
	"\",\"ttl\":60,\"records\":[" records "]}]}"

static void test_powerdns_patch_keeps_what_is_not_ours(void **state)
{
	static const struct {
		const char *before, *add, *remove, *want;
	} rows[] = {
		{ ZONE(""), NEW, NULL, PATCH("REPLACE", RECORD(NEW, "false")) },
		{ ZONE(RRSET(OWNER ".", "TLSA",
			     RECORD(OTHER, "false") "," RECORD("odd", "false") "," RECORD(
				     OURS, "false"))),
		  NEW, OURS,
		  PATCH("REPLACE", RECORD(OTHER, "false") "," RECORD(
					   "odd", "false") "," RECORD(NEW, "false")) },
		{ ZONE(RRSET(OWNER ".", "TLSA", RECORD(OURS, "false"))), NULL, OURS,
		  PATCH("DELETE", "") },
		{ ZONE(RRSET(OWNER ".", "TLSA", RECORD(OURS, "true"))), OURS, NULL,
		  PATCH("REPLACE", RECORD(OURS, "false")) },
		{ ZONE(RRSET(OWNER ".", "TLSA",
			     RECORD(OTHER, "true") "," RECORD(OURS, "false"))),
		  NULL, OURS, PATCH("REPLACE", RECORD(OTHER, "true")) },
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = patch(rows[i].before, rows[i].add, rows[i].remove);
		assert_string_equal(text, rows[i].want);
		free(text);
	}
}

static void test_powerdns_error_is_text(void **state)
{
	char *text = powerdns_error("{\"error\":\"Not\\u001b[31m\\nFound\"}");

	(void)state;
	assert_string_equal(text, "Not [31m Found");
	free(text);
	text = powerdns_error("Unauthorized");
	assert_string_equal(text, "");
	free(text);
	text = powerdns_error_apart("{\"error\":\"Not\\u001b[31m\\nF\\u00f6und\"}");
	assert_string_equal(text, "Not [31m F??und");
	free(text);
	text = powerdns_error_apart("Unauthorized");
	assert_string_equal(text, "");
	free(text);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(reads) / sizeof(reads[0]) + 5] = {
		cmocka_unit_test(test_powerdns_zone_url_forms),
		cmocka_unit_test(test_powerdns_patch_keeps_what_is_not_ours),
		cmocka_unit_test(test_powerdns_error_is_text),
		cmocka_unit_test(test_powerdns_read_apart_agrees),
		cmocka_unit_test(test_powerdns_take_believes_no_reader),
	};
	size_t i;

	for (i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
		tests[5 + i] = (struct CMUnitTest){ .name = reads[i].name,
						    .test_func = test_powerdns_read_row,
						    .initial_state = &reads[i] };
	return cmocka_run_group_tests_name("setup/powerdns", tests, NULL, NULL);
}
