/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "target/target.h"

/* SHA-256 of "key" and "cert" (sha256sum). */
#define KEY_SHA256 "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"
#define CERT_SHA256 "06298432e8066b29e2223bcc23aa9504b56ae508fabf3435508869b9c3190e22"

static int make(const char *text, uint8_t selector, uint8_t mtype, bool has_cert,
		struct record *ret_record, struct why *why)
{
	uint8_t cert[] = { 'c', 'e', 'r', 't' }, key[] = { 'k', 'e', 'y' };
	struct record_source source = { .key = key, .key_len = 3 };
	struct target target;
	int rc;

	if (has_cert) {
		source.cert = cert;
		source.cert_len = 4;
	}
	assert_int_equal(target_parse(text, &target, why), 0);
	rc = record_make(&target, &source, 3, selector, mtype, 300, ret_record, why);
	target_clear(&target);
	return rc;
}

static void check_line(char *take_text, const char *want)
{
	assert_string_equal(take_text, want);
	free(take_text);
}

static void test_record_lines(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(make("https://WWW.example.com", 1, 1, true, &r, NULL), 0);
	check_line(record_zone_line(&r),
		   "_443._tcp.www.example.com. 300 IN TLSA 3 1 1 " KEY_SHA256);
	check_line(record_generic_line(&r),
		   "_443._tcp.www.example.com. 300 IN TYPE52 \\# 35 030101" KEY_SHA256);
	check_line(record_update_line(&r),
		   "update add _443._tcp.www.example.com. 300 IN TLSA 3 1 1 " KEY_SHA256);
	check_line(record_json(&r),
		   "{\"name\":\"_443._tcp.www.example.com.\",\"ttl\":300,\"usage\":3,"
		   "\"selector\":1,\"mtype\":1,\"data\":\"" KEY_SHA256 "\"}");
	record_clear(&r);
	assert_int_equal(make("mx.example.com:25", 0, 1, true, &r, NULL), 0);
	check_line(record_zone_line(&r),
		   "_25._tcp.mx.example.com. 300 IN TLSA 3 0 1 " CERT_SHA256);
	record_clear(&r);
	assert_int_equal(make("m\xc3\xbcnchen.example", 1, 0, false, &r, NULL), 0);
	check_line(record_zone_line(&r),
		   "_443._tcp.xn--mnchen-3ya.example. 300 IN TLSA 3 1 0 6b6579");
	record_clear(&r);
}

static void test_record_make_refuses(void **state)
{
	char name[300];
	struct record r;
	struct why why;
	size_t i;

	(void)state;
	assert_int_equal(make("www.example.com", 0, 1, false, &r, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "selector 0"));
	assert_int_equal(make("mx://example.com", 1, 1, true, &r, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "smtp://HOST"));
	assert_int_equal(make("srv://_imaps._tcp.example.com", 1, 1, true, &r, &why),
			 DP_EINVAL);
	assert_int_equal(make("host://www.example.com", 1, 1, true, &r, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "name each service"));
	assert_int_equal(make("www.example.com", 1, 9, true, &r, &why), DP_EINVAL);
	for (i = 0; i < 250; i++)
		name[i] = i % 10 == 9 ? '.' : 'a';
	name[250] = 'a';
	name[251] = '\0';
	assert_int_equal(make(name, 1, 1, true, &r, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "too long"));
}

static const struct {
	const char *owner, *zone, *relative; /* zone as guessed */
} zones[] = {
	{ "_443._tcp.example.com.", "example.com", "_443._tcp" },
	{ "_443._tcp.www.example.com.", "example.com", "_443._tcp.www" },
	{ "_443._tcp.a.b.example.com.", "example.com", "_443._tcp.a.b" },
	{ "_443._tcp.www.example.co.uk.", "example.co.uk", "_443._tcp.www" },
	{ "_443._tcp.example.co.uk.", "example.co.uk", "_443._tcp" },
	{ "_443._tcp.co.uk.", "co.uk", "_443._tcp" },
	{ "_443._tcp.www.example.uk.", "example.uk", "_443._tcp.www" },
	{ "_443._tcp.localhost.", "localhost", "_443._tcp" },
};

static void test_record_guess_zone_and_owner_in_it(void **state)
{
	struct record r = { 0 };
	char *zone, *relative;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		r.owner = mem_text(zones[i].owner);
		zone = record_guess_zone(&r);
		relative = record_owner_in_zone(&r, zone);
		if (strcmp(zone, zones[i].zone) || !relative ||
		    strcmp(relative, zones[i].relative))
			fail_msg("%s: zone %s, owner %s", zones[i].owner, zone,
				 relative ? relative : "none");
		free(zone);
		free(relative);
		free(r.owner);
	}
	r.owner = mem_text("_443._tcp.www.example.com.");
	assert_null(record_owner_in_zone(&r, "example.org"));
	assert_null(record_owner_in_zone(&r, "ample.com"));
	relative = record_owner_in_zone(&r, "www.example.com");
	assert_string_equal(relative, "_443._tcp");
	free(relative);
	free(r.owner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_lines),
		cmocka_unit_test(test_record_make_refuses),
		cmocka_unit_test(test_record_guess_zone_and_owner_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
