/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/nameserver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "dns/rrtype.h"
#include "fake_resolver.h"

#define SEC SECURITY_SECURE
#define V6 "20010db8000000000000000000000001"

static char text[1000];

static void on_servers(void *arg, const struct nameserver *server, size_t count)
{
	int *calls = arg;
	size_t i, k;

	++*calls;
	text[0] = '\0';
	for (i = 0; i < count; i++) {
		strcat(strcat(text, server[i].name), ":");
		for (k = 0; k < server[i].address_count; k++)
			strcat(strcat(text, " "), server[i].address[k]);
		if (server[i].error)
			strcat(strcat(text, " "), server[i].error);
		strcat(text, "; ");
	}
}

static void test_nameserver_search_finds_the_addresses_of_each(void **state)
{
	static const struct fake_answer script[] = {
		{ "ns1", RRTYPE_A, SEC, "data", NULL, "c0000201 c0000202" },
		{ "ns1", RRTYPE_AAAA, SECURITY_INSECURE, "data", NULL, V6 },
		{ "ns2", RRTYPE_A, SEC, "data", NULL, "c0000203" },
		{ "ns2", RRTYPE_AAAA, SEC, "failed", NULL, NULL },
		{ "ns3", RRTYPE_A, SEC, "nodata", NULL, NULL },
		{ "ns3", RRTYPE_AAAA, SEC, "nodata", NULL, NULL },
		{ "ns4", RRTYPE_A, SECURITY_BOGUS, "failed", NULL, NULL },
		{ "ns4", RRTYPE_AAAA, SEC, "nodata", NULL, NULL },
		{ "ns5", RRTYPE_A, SEC, "data", NULL, "c00002" }, /* no address */
		{ "ns5", RRTYPE_AAAA, SEC, "nodata", NULL, NULL },
		{ .name = NULL },
	};
	static const char *const names[] = { "ns1", "ns2", "ns3", "ns4", "ns5" };
	struct loop *loop = loop_new();
	struct nameserver_search *s;
	int calls = 0;

	(void)state;
	fake_resolver_set(loop, script);
	s = nameserver_search_new(NULL, names, 5, on_servers, &calls);
	assert_int_equal(calls, 0);
	loop_run(loop);
	assert_int_equal(calls, 1);
	assert_non_null(strstr(text, "ns1: 192.0.2.1 192.0.2.2 2001:db8::1; "));
	assert_non_null(strstr(text,
			       "ns2: 192.0.2.3 its IPv6 address can't be looked up: "
			       "ns2 failed; "));
	assert_non_null(strstr(text, "ns3: has no address; "));
	assert_non_null(strstr(text, "ns4: its IPv4 address can't be looked up: "));
	assert_non_null(strstr(text, "ns5: has no address; "));
	nameserver_search_free(s);
	assert_int_equal(fake_resolver_open(), 0);
	loop_free(loop);
}

#define FOUR(n) "c00002" n "0 c00002" n "1 c00002" n "2 c00002" n "3 "
#define SIXTEEN FOUR("1") FOUR("2") FOUR("3") FOUR("4")

/* One that is left out is one that nobody asks. */
static void test_nameserver_search_tells_of_addresses_that_it_leaves_out(void **state)
{
	static const struct fake_answer script[] = {
		{ "ns1", RRTYPE_A, SEC, "data", NULL, SIXTEEN },
		{ "ns1", RRTYPE_AAAA, SEC, "nxdomain", NULL, NULL },
		{ "ns2", RRTYPE_A, SEC, "data", NULL, SIXTEEN "c0000201" },
		{ "ns2", RRTYPE_AAAA, SEC, "nodata", NULL, NULL },
		{ .name = NULL },
	};
	static const char *const names[] = { "ns1", "ns2" };
	struct loop *loop = loop_new();
	struct nameserver_search *s;
	int calls = 0;

	(void)state;
	fake_resolver_set(loop, script);
	s = nameserver_search_new(NULL, names, 2, on_servers, &calls);
	loop_run(loop);
	assert_int_equal(calls, 1);
	assert_non_null(strstr(text, "192.0.2.67; ns2: 192.0.2.16 "));
	assert_non_null(strstr(text, "192.0.2.67 has more than 16 IPv4 addresses; "));
	nameserver_search_free(s);
	assert_int_equal(fake_resolver_open(), 0);
	loop_free(loop);
}

static void test_nameserver_search_free_ends_it_silently(void **state)
{
	static const struct fake_answer script[] = { { .name = NULL } };
	static const char *const names[] = { "ns1" };
	struct loop *loop = loop_new();
	int calls = 0;

	(void)state;
	fake_resolver_set(loop, script);
	nameserver_search_free(nameserver_search_new(NULL, names, 1, on_servers, &calls));
	nameserver_search_free(NULL);
	loop_run(loop);
	assert_int_equal(calls, 0);
	assert_int_equal(fake_resolver_open(), 0);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nameserver_search_finds_the_addresses_of_each),
		cmocka_unit_test(
			test_nameserver_search_tells_of_addresses_that_it_leaves_out),
		cmocka_unit_test(test_nameserver_search_free_ends_it_silently),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
