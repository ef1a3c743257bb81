/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/tlsa_lookup.h"

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
#include "verdict/facts.h"

#define T RRTYPE_TLSA
#define SEC SECURITY_SECURE
#define INS SECURITY_INSECURE
#define BOG SECURITY_BOGUS
#define IND SECURITY_INDETERMINATE

#define LONG "_443._tcp.expanded"
#define SHORT "_443._tcp.host"
#define RR "030101aabb"

struct row {
	const char *name;
	enum tlsa_lookup_status status;
	const char *base;  /* wanted */
	const char *asked; /* wanted */
	size_t records;	   /* wanted */
	struct fake_answer script[3];
	bool one; /* only the original name is a candidate */
};

static const struct row rows[] = {
	{ "one candidate, found",
	  TLSA_LOOKUP_FOUND,
	  "host",
	  "TLSA " SHORT,
	  1,
	  { { SHORT, T, SEC, "data", NULL, RR } },
	  true },
	{ "one candidate, several records",
	  TLSA_LOOKUP_FOUND,
	  "host",
	  "TLSA " SHORT,
	  3,
	  { { SHORT, T, SEC, "data", NULL, RR " 020001cc 03ff00dd" } },
	  true },
	{ "a record too short to be one is kept, and unusable",
	  TLSA_LOOKUP_FOUND,
	  "host",
	  "TLSA " SHORT,
	  2,
	  { { SHORT, T, SEC, "data", NULL, "0301 " RR } },
	  true },
	{ "securely absent by NODATA",
	  TLSA_LOOKUP_ABSENT,
	  "host",
	  "TLSA " SHORT,
	  0,
	  { { SHORT, T, SEC, "nodata", NULL, NULL } },
	  true },
	{ "securely absent by NXDOMAIN",
	  TLSA_LOOKUP_ABSENT,
	  "host",
	  "TLSA " SHORT,
	  0,
	  { { SHORT, T, SEC, "nxdomain", NULL, NULL } },
	  true },
	{ "R8: insecure records are none",
	  TLSA_LOOKUP_INSECURE,
	  "host",
	  "TLSA " SHORT,
	  0,
	  { { SHORT, T, INS, "data", NULL, RR } },
	  true },
	{ "R8: insecurely absent isn't absent",
	  TLSA_LOOKUP_INSECURE,
	  "host",
	  "TLSA " SHORT,
	  0,
	  { { SHORT, T, INS, "nxdomain", NULL, NULL } },
	  true },
	{ "R8: bogus",
	  TLSA_LOOKUP_BOGUS,
	  "host",
	  "TLSA " SHORT,
	  0,
	  { { SHORT, T, BOG, "failed", NULL, NULL } },
	  true },
	{ "R8: not answered",
	  TLSA_LOOKUP_FAILED,
	  "host",
	  "TLSA " SHORT,
	  0,
	  { { SHORT, T, IND, "failed", NULL, NULL } },
	  true },
	{ "R8: data of unknown security",
	  TLSA_LOOKUP_FAILED,
	  "host",
	  "TLSA " SHORT,
	  0,
	  { { SHORT, T, IND, "data", NULL, RR } },
	  true },
	{ "R8: absence of unknown security",
	  TLSA_LOOKUP_FAILED,
	  "host",
	  "TLSA " SHORT,
	  0,
	  { { SHORT, T, IND, "nodata", NULL, NULL } },
	  true },
	{ "R1: found at the expanded name",
	  TLSA_LOOKUP_FOUND,
	  "expanded",
	  "TLSA " LONG,
	  1,
	  { { LONG, T, SEC, "data", NULL, RR },
	    { SHORT, T, SEC, "data", NULL, RR " " RR } },
	  false },
	{ "R1: absent there, found at the original",
	  TLSA_LOOKUP_FOUND,
	  "host",
	  "TLSA " LONG " TLSA " SHORT,
	  1,
	  { { LONG, T, SEC, "nxdomain", NULL, NULL },
	    { SHORT, T, SEC, "data", NULL, RR } },
	  false },
	{ "R1: insecure there, found at the original",
	  TLSA_LOOKUP_FOUND,
	  "host",
	  "TLSA " LONG " TLSA " SHORT,
	  1,
	  { { LONG, T, INS, "data", NULL, RR " " RR },
	    { SHORT, T, SEC, "data", NULL, RR } },
	  false },
	{ "R1: absent at both",
	  TLSA_LOOKUP_ABSENT,
	  "host",
	  "TLSA " LONG " TLSA " SHORT,
	  0,
	  { { LONG, T, SEC, "nodata", NULL, NULL },
	    { SHORT, T, SEC, "nodata", NULL, NULL } },
	  false },
	{ "R1: absent there, insecure at the original",
	  TLSA_LOOKUP_INSECURE,
	  "host",
	  "TLSA " LONG " TLSA " SHORT,
	  0,
	  { { LONG, T, SEC, "nodata", NULL, NULL }, { SHORT, T, INS, "data", NULL, RR } },
	  false },
	{ "R1: bogus there stops",
	  TLSA_LOOKUP_BOGUS,
	  "expanded",
	  "TLSA " LONG,
	  0,
	  { { LONG, T, BOG, "failed", NULL, NULL }, { SHORT, T, SEC, "data", NULL, RR } },
	  false },
	{ "R1: unanswered there stops",
	  TLSA_LOOKUP_FAILED,
	  "expanded",
	  "TLSA " LONG,
	  0,
	  { { LONG, T, IND, "failed", NULL, NULL }, { SHORT, T, SEC, "data", NULL, RR } },
	  false },
	{ "R1: absent there, bogus at the original",
	  TLSA_LOOKUP_BOGUS,
	  "host",
	  "TLSA " LONG " TLSA " SHORT,
	  0,
	  { { LONG, T, SEC, "nodata", NULL, NULL },
	    { SHORT, T, BOG, "failed", NULL, NULL } },
	  false },
	{ "R1: absent there, unanswered at the original",
	  TLSA_LOOKUP_FAILED,
	  "host",
	  "TLSA " LONG " TLSA " SHORT,
	  0,
	  { { LONG, T, SEC, "nodata", NULL, NULL },
	    { SHORT, T, IND, "failed", NULL, NULL } },
	  false },
	{ "an owner that is itself an alias",
	  TLSA_LOOKUP_FOUND,
	  "host",
	  "TLSA " SHORT,
	  1,
	  { { SHORT, T, SEC, "data", "elsewhere", RR } },
	  true },
};

struct seen {
	struct tlsa_lookup *lookup;
	struct facts_endpoint *endpoint; /* filled in from within */
	enum tlsa_lookup_status status;
	char *base, *owner, *error;
	int calls;
};

static void on_result(void *arg, enum tlsa_lookup_status status, const char *base_domain,
		      const char *owner, const char *error)
{
	struct seen *s = arg;

	s->calls++;
	s->status = status;
	s->base = mem_text(base_domain);
	s->owner = mem_text(owner);
	s->error = mem_text(error);
	tlsa_lookup_fill(s->lookup, s->endpoint);
	tlsa_lookup_free(s->lookup);
}

static void check_facts(const struct row *row, const struct seen *s,
			const struct facts_target *t)
{
	const struct facts_endpoint *e = s->endpoint;
	bool failed = s->status == TLSA_LOOKUP_BOGUS || s->status == TLSA_LOOKUP_FAILED;

	if (e->record_count != row->records)
		fail_msg("%s: %zu records", row->name, e->record_count);
	if (strcmp(e->base_domain, row->base) || strcmp(e->tlsa_name, s->owner))
		fail_msg("%s: facts of %s at %s", row->name, e->base_domain,
			 e->tlsa_name);
	if (s->status == TLSA_LOOKUP_FOUND &&
	    (e->tlsa_security != SEC || e->tlsa_ttl != 300 ||
	     e->tlsa_rrsig_expires != 2000000000))
		fail_msg("%s: security, TTL or signature isn't the answer's", row->name);
	if ((e->tlsa_why_bogus != NULL) != (s->status == TLSA_LOOKUP_BOGUS))
		fail_msg("%s: bogus because of %s", row->name, e->tlsa_why_bogus);
	if (failed && !row->records && s->error == NULL &&
	    !strcmp(row->script[0].what, "failed"))
		fail_msg("%s: no reason", row->name);
	if (t->lookup_count != (size_t)(strchr(row->asked + 5, ' ') ? 2 : 1) +
				       (row->script[0].alias != NULL))
		fail_msg("%s: %zu lines", row->name, t->lookup_count);
}

static void check_row(const struct row *row)
{
	struct facts_target *t = facts_target_new();
	struct seen s = { .endpoint = facts_add_endpoint(t) };
	struct loop *loop = loop_new();
	struct tlsa_lookup_conf conf = { .facts = t, .port = 443, .protocol = "tcp" };

	conf.candidate[0] = row->one ? "host" : "expanded";
	conf.candidate[1] = row->one ? NULL : "host";
	fake_resolver_set(loop, row->script);
	s.lookup = tlsa_lookup_new(&conf, on_result, &s);
	assert_int_equal(s.calls, 0);
	loop_run(loop);
	if (s.calls != 1 || s.status != row->status)
		fail_msg("%s: status %d, %d calls", row->name, s.status, s.calls);
	if (strcmp(s.base, row->base))
		fail_msg("%s: base domain %s", row->name, s.base);
	if (strcmp(fake_resolver_asked(), row->asked))
		fail_msg("%s: asked %s", row->name, fake_resolver_asked());
	check_facts(row, &s, t);
	assert_int_equal(fake_resolver_open(), 0);
	free(s.base);
	free(s.owner);
	free(s.error);
	facts_target_free(t);
	loop_free(loop);
}

static void test_tlsa_lookup_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

static void test_tlsa_lookup_free_ends_it_silently(void **state)
{
	static const struct fake_answer script[] = { { SHORT, T, SEC, "data", NULL, RR },
						     { .name = NULL } };
	struct facts_target *t = facts_target_new();
	struct tlsa_lookup_conf conf = {
		.facts = t, .candidate = { "host" }, .port = 443, .protocol = "tcp"
	};
	struct loop *loop = loop_new();
	struct seen s = { 0 };

	(void)state;
	fake_resolver_set(loop, script);
	tlsa_lookup_free(tlsa_lookup_new(&conf, on_result, &s));
	tlsa_lookup_free(NULL);
	loop_run(loop);
	assert_int_equal(s.calls, 0);
	assert_int_equal(fake_resolver_open(), 0);
	facts_target_free(t);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tlsa_lookup_rows),
		cmocka_unit_test(test_tlsa_lookup_free_ends_it_silently),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
