/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "base/mem.h"
#include "dns/rrtype.h"
#include "fake_resolver.h"

#define SEC SECURITY_SECURE
#define INS SECURITY_INSECURE
#define BOG SECURITY_BOGUS
#define IND SECURITY_INDETERMINATE

#define OWNER "_443._tcp.www.a"
#define NS_A                                                                             \
	"036e73310161"                                                                   \
	"00" /* ns1.a */
#define NS_B                                                                             \
	"036e73320162"                                                                   \
	"00" /* ns2.b */
#define RR "030101aabb"

struct row {
	const char *name;
	const char *owner, *apex; /* wanted */
	const char *servers;	  /* wanted, blanks between */
	enum security security;	  /* wanted */
	const char *error;	  /* begins with it; NULL: none */
	struct fake_answer script[8];
	bool no_follow;
	bool has_keys; /* where it is not secure */
};

static const struct row rows[] = {
	{ "the zone is above the owner",
	  OWNER,
	  "a",
	  "ns1.a ns2.b",
	  SEC,
	  NULL,
	  { { OWNER, RRTYPE_TLSA, SEC, "data", NULL, RR },
	    { OWNER, RRTYPE_NS, SEC, "nodata", NULL, NULL },
	    { "_tcp.www.a", RRTYPE_NS, SEC, "nodata", NULL, NULL },
	    { "www.a", RRTYPE_NS, SEC, "nxdomain", NULL, NULL },
	    { "a", RRTYPE_NS, SEC, "data", NULL, NS_A " " NS_B } },
	  false,
	  false },
	{ "an alias leads into another zone",
	  "_dane.b",
	  "b",
	  "ns2.b",
	  SEC,
	  NULL,
	  { { OWNER, RRTYPE_TLSA, SEC, "data", "_dane.b", RR },
	    { "_dane.b", RRTYPE_NS, SEC, "nodata", NULL, NULL },
	    { "b", RRTYPE_NS, SEC, "data", NULL, NS_B } },
	  false,
	  false },
	{ "an alias to where nothing is yet is followed too",
	  "_dane.b",
	  "b",
	  "ns2.b",
	  SEC,
	  NULL,
	  { { OWNER, RRTYPE_TLSA, SEC, "nodata", "_dane.b", NULL },
	    { "_dane.b", RRTYPE_NS, SEC, "nxdomain", NULL, NULL },
	    { "b", RRTYPE_NS, SEC, "data", NULL, NS_B } },
	  false,
	  false },
	{ "records that are bogus don't hide their zone",
	  OWNER,
	  OWNER,
	  "ns1.a",
	  SEC,
	  NULL,
	  { { OWNER, RRTYPE_TLSA, BOG, "failed", NULL, NULL },
	    { OWNER, RRTYPE_NS, SEC, "data", NULL, NS_A } },
	  false,
	  false },
	{ "name servers of an alias' target are not the name's",
	  "www.a",
	  "a",
	  "ns1.a",
	  SEC,
	  NULL,
	  { { "www.a", RRTYPE_NS, SEC, "data", "b", NS_B },
	    { "a", RRTYPE_NS, SEC, "data", NULL, NS_A } },
	  true,
	  false },
	{ "not signed",
	  "a",
	  "a",
	  "ns1.a",
	  INS,
	  NULL,
	  { { "a", RRTYPE_NS, INS, "data", NULL, NS_A },
	    { "a", RRTYPE_DNSKEY, INS, "nodata", NULL, NULL } },
	  true,
	  false },
	{ "signed, without a DS",
	  "a",
	  "a",
	  "ns1.a",
	  INS,
	  NULL,
	  { { "a", RRTYPE_NS, INS, "data", NULL, NS_A },
	    { "a", RRTYPE_DNSKEY, INS, "data", NULL, "0101030f00" } },
	  true,
	  true },
	{ "a failure on the way is not taken for no zone",
	  "www.a",
	  NULL,
	  "",
	  IND,
	  "can't look up www.a NS",
	  { { "www.a", RRTYPE_NS, IND, "failed", NULL, NULL },
	    { "a", RRTYPE_NS, SEC, "data", NULL, NS_A } },
	  true,
	  false },
	{ "a bogus answer on the way says so",
	  "www.a",
	  NULL,
	  "",
	  IND,
	  "the answer for www.a NS is bogus",
	  { { "www.a", RRTYPE_NS, BOG, "failed", NULL, NULL } },
	  true,
	  false },
	{ "up to the root",
	  "a",
	  "",
	  "ns1.a",
	  SEC,
	  NULL,
	  { { "a", RRTYPE_NS, SEC, "nxdomain", NULL, NULL },
	    { ".", RRTYPE_NS, SEC, "data", NULL, NS_A } },
	  true,
	  false },
};

struct seen {
	int calls;
	struct zone zone;
};

static void on_zone(void *arg, const struct zone *zone)
{
	struct seen *s = arg;

	s->calls++;
	zone_copy(zone, &s->zone);
}

static void check_servers(const struct row *row, const struct zone *zone)
{
	char text[200] = "";
	size_t i;

	for (i = 0; i < zone->server_count; i++) {
		strncat(text, i ? " " : "", sizeof(text) - strlen(text) - 1);
		strncat(text, zone->server[i], sizeof(text) - strlen(text) - 1);
	}
	if (strcmp(text, row->servers))
		fail_msg("%s: servers %s", row->name, text);
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void check_row(const struct row *row)
{
	struct loop *loop = loop_new();
	struct seen s = { 0 };
	struct zone_search *search;

	fake_resolver_set(loop, row->script);
	search = zone_search_new(NULL, row->no_follow ? row->owner : OWNER,
				 !row->no_follow, on_zone, &s);
	assert_int_equal(s.calls, 0);
	loop_run(loop);
	if (s.calls != 1)
		fail_msg("%s: %d calls", row->name, s.calls);
	if (!same(s.zone.owner, row->owner) || !same(s.zone.apex, row->apex))
		fail_msg("%s: owner %s, apex %s", row->name, s.zone.owner, s.zone.apex);
	if (s.zone.security != row->security)
		fail_msg("%s: security %d", row->name, s.zone.security);
	check_servers(row, &s.zone);
	if (row->error ? !s.zone.error ||
				 strncmp(s.zone.error, row->error, strlen(row->error))
		       : s.zone.error != NULL)
		fail_msg("%s: %s", row->name, s.zone.error ? s.zone.error : "no error");
	if (s.zone.security == INS && s.zone.has_keys != row->has_keys)
		fail_msg("%s: has_keys %d", row->name, s.zone.has_keys);
	zone_search_free(search);
	zone_clear(&s.zone);
	assert_int_equal(fake_resolver_open(), 0);
	loop_free(loop);
}

static void test_zone_search_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

static void test_zone_search_free_ends_it_silently(void **state)
{
	struct loop *loop = loop_new();
	struct seen s = { 0 };

	(void)state;
	fake_resolver_set(loop, rows[0].script);
	zone_search_free(zone_search_new(NULL, OWNER, true, on_zone, &s));
	zone_search_free(NULL);
	loop_run(loop);
	assert_int_equal(s.calls, 0);
	assert_int_equal(fake_resolver_open(), 0);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zone_search_rows),
		cmocka_unit_test(test_zone_search_free_ends_it_silently),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
