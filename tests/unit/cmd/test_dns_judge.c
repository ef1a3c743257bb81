/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/dns_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dane/tlsa.h"
#include "dns/authority.h"
#include "setup/key/record.h"

#define OWNER "_443._tcp.www.example"
#define SERVERS_MAX 4

/* Records by a letter each: a and b are wanted, o is to be gone, x is somebody else's. */
static uint8_t data[][1] = { { 'a' }, { 'b' }, { 'o' }, { 'x' } };

static struct tlsa rr(char letter)
{
	static const char letters[] = "abox";

	return (struct tlsa){ 3, 1, 1, data[strchr(letters, letter) - letters], 1 };
}

static struct record record(char *owner, char letter)
{
	struct record r = { .owner = owner };

	r.rr = rr(letter);
	return r;
}

/* One server: its name and what it has by letters, or why it didn't say. */
struct said {
	const char *name, *has;
	int64_t ttl;
	const char *error;
	bool silent, excused, insecure, wildcard;
};

struct row {
	const char *name;
	bool all_but_one;
	struct said said[SERVERS_MAX];
	bool agree, none;
	int64_t ttl;
	const char *lags; /* NULL: nobody; else a part of the text */
};

static const struct row rows[] = {
	{ "all have it",
	  false,
	  { { .name = "ns1", .has = "ab", .ttl = 30 },
	    { .name = "ns2", .has = "bax", .ttl = 60 } },
	  true,
	  false,
	  60,
	  NULL },
	{ "one lacks one",
	  false,
	  { { .name = "ns1", .has = "ab", .ttl = 30 },
	    { .name = "ns2", .has = "a", .ttl = 60 } },
	  false,
	  false,
	  60,
	  "ns2 (192.0.2.1) lacks the record 3 1 1 62 at " OWNER ", and has 3 1 1 61" },
	{ "one lacks both",
	  false,
	  { { .name = "ns1", .has = "", .ttl = 30 },
	    { .name = "ns2", .has = "ab", .ttl = 60 } },
	  false,
	  false,
	  60,
	  "ns1 (192.0.2.1) lacks the records 3 1 1 61, 3 1 1 62 at " OWNER
	  ", and has none there" },
	{ "one has the old one",
	  false,
	  { { .name = "ns1", .has = "ab", .ttl = 30 },
	    { .name = "ns2", .has = "abo", .ttl = 30 } },
	  false,
	  false,
	  30,
	  "ns2 (192.0.2.1) still has the old record 3 1 1 6f at " OWNER },
	{ "both lag",
	  false,
	  { { .name = "ns1", .has = "a", .ttl = 30 },
	    { .name = "ns2", .has = "abo", .ttl = 30 } },
	  false,
	  false,
	  30,
	  "ns1 (192.0.2.1) lacks the record 3 1 1 62 at " OWNER
	  ", and has 3 1 1 61; ns2 (192.0.2.1) still has the old record 3 1 1 6f "
	  "at " OWNER },
	{ "nobody has any",
	  false,
	  { { .name = "ns1", .has = "", .ttl = 5 },
	    { .name = "ns2", .has = "", .ttl = 5 } },
	  false,
	  true,
	  5,
	  "lacks the records" },
	{ "only others' records",
	  false,
	  { { .name = "ns1", .has = "x", .ttl = 5 },
	    { .name = "ns2", .has = "", .ttl = 5 } },
	  false,
	  false,
	  5,
	  "lacks the records" },
	{ "an unknown TTL stays unknown",
	  false,
	  { { .name = "ns1", .has = "ab", .ttl = -1 },
	    { .name = "ns2", .has = "ab", .ttl = 9 } },
	  true,
	  false,
	  -1,
	  NULL },
	{ "without a chain of trust",
	  false,
	  { { .name = "ns1", .has = "ab", .ttl = 5 },
	    { .name = "ns2", .has = "ab", .ttl = 5, .insecure = true } },
	  false,
	  false,
	  5,
	  "ns2 (192.0.2.1) answers without a chain of trust" },
	{ "an error",
	  false,
	  { { .name = "ns1", .has = "ab", .ttl = 5 },
	    { .name = "ns2", .has = "", .error = "it is bogus" } },
	  false,
	  false,
	  -1,
	  "ns2 (192.0.2.1): it is bogus" },
	{ "silence isn't absence",
	  false,
	  { { .name = "ns1", .has = "", .ttl = 5 },
	    { .name = "ns2", .has = "", .error = "no answer", .silent = true } },
	  false,
	  false,
	  -1,
	  "no answer" },
	{ "no route from here",
	  false,
	  { { .name = "ns1", .has = "ab", .ttl = 5 },
	    { .name = "ns1", .has = "", .error = "no route", .excused = true } },
	  true,
	  false,
	  5,
	  NULL },
	{ "nothing but no routes",
	  false,
	  { { .name = "ns1", .has = "", .error = "no route", .excused = true } },
	  false,
	  false,
	  -1,
	  "no name server of " OWNER " answers" },
	{ "no servers",
	  false,
	  { { .name = NULL } },
	  false,
	  false,
	  -1,
	  "no name server of " OWNER " answers" },
	{ "one may be dead",
	  true,
	  { { .name = "ns1", .has = "ab", .ttl = 5 },
	    { .name = "ns2", .has = "", .error = "no answer", .silent = true } },
	  true,
	  false,
	  5,
	  NULL },
	{ "at each of its addresses",
	  true,
	  { { .name = "ns1", .has = "ab", .ttl = 5 },
	    { .name = "ns2", .has = "", .error = "no answer", .silent = true },
	    { .name = "ns2", .has = "", .error = "no answer", .silent = true } },
	  true,
	  false,
	  5,
	  NULL },
	{ "not two of them",
	  true,
	  { { .name = "ns1", .has = "ab", .ttl = 5 },
	    { .name = "ns2", .has = "", .error = "no answer", .silent = true },
	    { .name = "ns3", .has = "", .error = "no answer", .silent = true } },
	  false,
	  false,
	  -1,
	  "ns3 (192.0.2.1): no answer" },
	{ "not one that speaks",
	  true,
	  { { .name = "ns1", .has = "ab", .ttl = 5 },
	    { .name = "ns2", .has = "", .error = "REFUSED" } },
	  false,
	  false,
	  -1,
	  "ns2 (192.0.2.1): REFUSED" },
	{ "not one that lags",
	  true,
	  { { .name = "ns1", .has = "ab", .ttl = 5 },
	    { .name = "ns2", .has = "a", .ttl = 5 } },
	  false,
	  false,
	  5,
	  "ns2 (192.0.2.1) lacks the record" },
	{ "one is dead, and the others have nothing",
	  true,
	  { { .name = "ns1", .has = "", .ttl = 5 },
	    { .name = "ns2", .has = "", .error = "no answer", .silent = true } },
	  false,
	  true,
	  5,
	  "ns1 (192.0.2.1) lacks the records" },
	{ "not the only one",
	  true,
	  { { .name = "ns1", .has = "", .error = "no answer", .silent = true } },
	  false,
	  false,
	  -1,
	  "no name server of " OWNER " answers" },
};

struct world {
	struct authority_server server[SERVERS_MAX];
	struct tlsa rr[SERVERS_MAX][8];
	struct authority_report report;
};

static void play(struct world *w, const struct said *said)
{
	size_t i, k;

	memset(w, 0, sizeof(*w));
	w->report.server = w->server;
	for (i = 0; i < SERVERS_MAX && said[i].name; i++) {
		for (k = 0; said[i].has[k]; k++)
			w->rr[i][k] = rr(said[i].has[k]);
		w->server[i] = (struct authority_server){
			.name = (char *)(uintptr_t)said[i].name,
			.address = (char *)(uintptr_t) "192.0.2.1",
			.excused = said[i].excused,
			.security =
				said[i].insecure ? SECURITY_INSECURE : SECURITY_SECURE,
			.absent = !k,
			.record = w->rr[i],
			.record_count = k,
			.ttl = said[i].error ? -1 : said[i].ttl,
			.silent = said[i].silent,
			.wildcard = said[i].wildcard,
			.error = (char *)(uintptr_t)said[i].error,
		};
	}
	w->report.server_count = i;
}

static bool as_wanted(const struct row *row, const struct env_dns *dns)
{
	bool lags = row->lags ? dns->who_lags && strstr(dns->who_lags, row->lags)
			      : !dns->who_lags;

	return dns->agree == row->agree && dns->none == row->none &&
	       dns->ttl_s == row->ttl && lags;
}

static void test_dns_judge_add_each_case(void **state)
{
	struct record want[2], dead[1];
	struct env_question q = {
		.want = want, .want_count = 2, .dead = dead, .dead_count = 1
	};
	char owner[] = OWNER ".";
	struct dns_judge judge;
	struct env_dns dns;
	struct world w;
	size_t i;
	int failed = 0;

	(void)state;
	want[0] = record(owner, 'a');
	want[1] = record(owner, 'b');
	dead[0] = record(owner, 'o');
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		q.all_but_one = rows[i].all_but_one;
		play(&w, rows[i].said);
		dns_judge_init(&judge, &q);
		dns_judge_add(&judge, OWNER, &w.report);
		dns_judge_take(&judge, &dns);
		if (!as_wanted(&rows[i], &dns)) {
			print_error("%s: agree %d, none %d, TTL %lld, %s\n", rows[i].name,
				    dns.agree, dns.none, (long long)dns.ttl_s,
				    dns.who_lags ? dns.who_lags : "nobody lags");
			failed++;
		}
		env_dns_clear(&dns);
	}
	assert_int_equal(failed, 0);
}

static bool is_that(const char *owners)
{
	return owners && !strcmp(owners, OWNER ".");
}

/* What publishing has to know: whether there is any record yet, whether one of ours is to
 * go, and whether those that are there are a wildcard's. */
static void test_dns_judge_add_tells_what_is_there(void **state)
{
	static const struct {
		const char *name;
		struct said said[SERVERS_MAX];
		bool absent, dead, wildcard; /* dead: it may be there */
		bool unclear, some, present;
	} cases[] = {
		{ .name = "none anywhere",
		  .said = { { .name = "ns1", .has = "", .ttl = 5 },
			    { .name = "ns2", .has = "", .ttl = 5 } },
		  .absent = true },
		{ .name = "one of others",
		  .said = { { .name = "ns1", .has = "x", .ttl = 5 },
			    { .name = "ns2", .has = "x", .ttl = 5 } },
		  .some = true },
		{ .name = "at one server only",
		  .said = { { .name = "ns1", .has = "", .ttl = 5 },
			    { .name = "ns2", .has = "x", .ttl = 5 } },
		  .some = true },
		{ .name = "nobody who answers has one",
		  .said = { { .name = "ns1", .has = "", .ttl = 5 },
			    { .name = "ns2", .has = "", .error = "REFUSED" } },
		  .unclear = true,
		  .dead = true },
		{ .name = "nobody answers",
		  .said = { { .name = "ns2", .has = "", .error = "REFUSED" } },
		  .unclear = true,
		  .dead = true },
		{ .name = "ours at one server",
		  .said = { { .name = "ns1", .has = "", .ttl = 5 },
			    { .name = "ns2", .has = "ax", .ttl = 5 } },
		  .some = true,
		  .present = true },
		{ .name = "the old one at one server",
		  .said = { { .name = "ns1", .has = "ab", .ttl = 5 },
			    { .name = "ns2", .has = "abo", .ttl = 5 } },
		  .dead = true,
		  .some = true,
		  .present = true },
		{ .name = "a wildcard's",
		  .said = { { .name = "ns1", .has = "x", .ttl = 5, .wildcard = true } },
		  .wildcard = true,
		  .some = true },
	};
	struct record want[1], dead[1];
	struct env_question q = {
		.want = want, .want_count = 1, .dead = dead, .dead_count = 1
	};
	char owner[] = OWNER ".";
	struct dns_judge judge;
	struct env_dns dns;
	struct world w;
	size_t i;

	(void)state;
	want[0] = record(owner, 'a');
	dead[0] = record(owner, 'o');
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		play(&w, cases[i].said);
		dns_judge_init(&judge, &q);
		dns_judge_add(&judge, OWNER, &w.report);
		dns_judge_take(&judge, &dns);
		if (is_that(dns.absent) != cases[i].absent ||
		    is_that(dns.unclear) != cases[i].unclear ||
		    is_that(dns.present) != cases[i].present ||
		    dns.some != cases[i].some || dns.may_have_dead != cases[i].dead ||
		    (dns.wildcard != NULL) != cases[i].wildcard)
			fail_msg("%s: absent %s, unclear %s, present %s, some %d, dead "
				 "%d, "
				 "wildcard %s",
				 cases[i].name, dns.absent ? dns.absent : "none",
				 dns.unclear ? dns.unclear : "none",
				 dns.present ? dns.present : "none", dns.some,
				 dns.may_have_dead, dns.wildcard ? dns.wildcard : "none");
		env_dns_clear(&dns);
	}
}

/* Who answered, and who is silent though it isn't the one that may be dead. */
static void test_dns_judge_add_tells_who_answered(void **state)
{
	static const struct said said[SERVERS_MAX] = {
		{ .name = "ns1", .has = "a", .ttl = 5 },
		{ .name = "ns2", .has = "", .error = "no answer", .silent = true },
		{ .name = "ns3", .has = "a", .ttl = 7 },
	};
	char owner[] = OWNER ".";
	struct record want[1] = { record(owner, 'a') };
	struct env_question q = { .want = want, .want_count = 1 };
	struct dns_judge judge;
	struct env_dns dns;
	struct world w;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		q.all_but_one = i;
		play(&w, said);
		dns_judge_init(&judge, &q);
		dns_judge_add(&judge, OWNER, &w.report);
		dns_judge_take(&judge, &dns);
		assert_string_equal(dns.answered, "ns1@192.0.2.1 ns3@192.0.2.1");
		assert_int_equal(dns.answered_ttl_s, 7);
		assert_int_equal(dns.ttl_s, i ? 7 : -1);
		if (i)
			assert_null(dns.silent);
		else
			assert_string_equal(dns.silent, "ns2@192.0.2.1");
		env_dns_clear(&dns);
	}
}

/* Each owner's records are asked of that owner; the one that is dead is the same for all.
 */
static void test_dns_judge_add_two_owners(void **state)
{
	static const struct said one[SERVERS_MAX] = {
		{ .name = "ns1", .has = "a", .ttl = 5 },
		{ .name = "ns2", .has = "", .error = "no answer", .silent = true }
	};
	static const struct said other[SERVERS_MAX] = {
		{ .name = "ns1", .has = "", .error = "no answer", .silent = true },
		{ .name = "ns2", .has = "b", .ttl = 7 }
	};
	static const struct said good[SERVERS_MAX] = {
		{ .name = "ns1", .has = "b", .ttl = 7 },
		{ .name = "ns2", .has = "b", .ttl = 7 }
	};
	static const struct said silent[SERVERS_MAX] = {
		{ .name = "ns1", .has = "b", .ttl = 7 },
		{ .name = "ns2", .has = "", .error = "no answer", .silent = true }
	};
	char owner[] = OWNER ".", mail[] = "_25._tcp.www.example.";
	struct record want[2] = { record(owner, 'a'), record(mail, 'b') };
	struct env_question q = { .want = want, .want_count = 2, .all_but_one = true };
	struct dns_judge judge;
	struct env_dns dns;
	struct world w, second;

	(void)state;
	play(&w, one);
	play(&second, good);
	dns_judge_init(&judge, &q);
	dns_judge_add(&judge, OWNER, &w.report);
	dns_judge_add(&judge, "_25._tcp.www.example", &second.report);
	dns_judge_take(&judge, &dns);
	assert_true(dns.agree);
	assert_int_equal(dns.ttl_s, 7);
	env_dns_clear(&dns);

	play(&second, other);
	dns_judge_init(&judge, &q);
	dns_judge_add(&judge, OWNER, &w.report);
	dns_judge_add(&judge, "_25._tcp.www.example", &second.report);
	dns_judge_take(&judge, &dns);
	assert_false(dns.agree);
	assert_string_equal(dns.who_lags, "ns1 (192.0.2.1): no answer");
	assert_string_equal(dns.who_fails, "ns1 (192.0.2.1): no answer");
	env_dns_clear(&dns);

	/* One that doesn't answer is told once, of however many owners. */
	q.all_but_one = false;
	play(&w, one);
	play(&second, silent);
	dns_judge_init(&judge, &q);
	dns_judge_add(&judge, OWNER, &w.report);
	dns_judge_add(&judge, "_25._tcp.www.example", &second.report);
	dns_judge_take(&judge, &dns);
	assert_string_equal(dns.who_lags, "ns2 (192.0.2.1): no answer");
	assert_string_equal(dns.who_fails, "ns2 (192.0.2.1): no answer");
	env_dns_clear(&dns);
}

/* More than fits is cut, and never taken for nobody. */
static void test_dns_judge_add_very_many(void **state)
{
	static const struct said lag[SERVERS_MAX] = {
		{ .name = "ns1", .has = "", .ttl = 5 },
		{ .name = "ns2", .has = "", .ttl = 5 }
	};
	char owner[] = OWNER ".";
	struct record want[1] = { record(owner, 'a') };
	struct env_question q = { .want = want, .want_count = 1 };
	struct dns_judge judge;
	struct env_dns dns;
	struct world w;
	int i;

	(void)state;
	play(&w, lag);
	dns_judge_init(&judge, &q);
	for (i = 0; i < 200; i++)
		dns_judge_add(&judge, OWNER, &w.report);
	dns_judge_take(&judge, &dns);
	assert_false(dns.agree);
	assert_true(strlen(dns.who_lags) <= 2000);
	env_dns_clear(&dns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dns_judge_add_each_case),
		cmocka_unit_test(test_dns_judge_add_tells_who_answered),
		cmocka_unit_test(test_dns_judge_add_tells_what_is_there),
		cmocka_unit_test(test_dns_judge_add_two_owners),
		cmocka_unit_test(test_dns_judge_add_very_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
