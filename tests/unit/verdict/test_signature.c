/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

#define NOW ((time_t)1795455000)
#define HOUR 3600.0

static struct facts_lookup *add_signed(struct facts_target *t, const char *name,
				       double hours_left, double hours_valid,
				       int64_t ttl_s)
{
	struct facts_lookup *l = facts_add_lookup(t);

	l->name = mem_text(name);
	l->type = mem_text("TLSA");
	l->security = SECURITY_SECURE;
	l->ttl = 60; /* what a cache has left of it */
	l->rrsig_expires = NOW + (time_t)(hours_left * HOUR);
	if (hours_valid >= 0)
		l->rrsig_inception = l->rrsig_expires - (time_t)(hours_valid * HOUR);
	l->rrsig_original_ttl = ttl_s;
	return l;
}

static void test_signature_find_worst_grades_one(void **state)
{
	static const struct {
		const char *name;
		double left, valid; /* hours; valid < 0: not known */
		int64_t ttl_s;
		const char *warn, *crit; /* NULL: the default */
		int severity;
		bool ageing;
	} rows[] = {
		{ "fresh", 300, 336, 3600, NULL, NULL, SEVERITY_INFO, false },
		{ "at 15 %", 50.4, 336, 3600, NULL, NULL, SEVERITY_INFO, false },
		{ "under 15 %", 50.3, 336, 3600, NULL, NULL, SEVERITY_INFO, true },
		{ "Knot's default just before it signs anew", 2.01, 336, 3600, NULL, NULL,
		  SEVERITY_INFO, true },
		{ "TTL and 45 minutes", 1.75, 336, 3600, NULL, NULL, SEVERITY_INFO,
		  true },
		{ "less", 1.74, 336, 3600, NULL, NULL, SEVERITY_WARNING, true },
		{ "a day of TTL", 24.7, 336, 86400, NULL, NULL, SEVERITY_WARNING, true },
		{ "45 minutes", 0.75, 336, 3600, NULL, NULL, SEVERITY_WARNING, true },
		{ "less than that", 0.74, 336, 3600, NULL, NULL, SEVERITY_CRITICAL,
		  true },
		{ "ended", -1, 336, 3600, NULL, NULL, SEVERITY_CRITICAL, true },
		{ "signed for each answer", 1, 1, 3600, NULL, NULL, SEVERITY_INFO,
		  false },
		{ "half of a short one is over", 0.4, 1, 3600, NULL, NULL,
		  SEVERITY_CRITICAL, false },
		{ "life not known", 2, -1, 3600, NULL, NULL, SEVERITY_INFO, false },
		{ "given: no note", 49, 336, 3600, "48h", NULL, SEVERITY_INFO, false },
		{ "given: under it", 47, 336, 3600, "48h", NULL, SEVERITY_WARNING,
		  false },
		{ "given below the default", 1, 336, 3600, "30m", NULL, SEVERITY_INFO,
		  false },
		{ "given, and short-lived", 20, 24, 3600, "48h", NULL, SEVERITY_WARNING,
		  false },
		{ "a warning of 48 hours alone makes no alarm", 96, 336, 3600, "48h",
		  NULL, SEVERITY_INFO, false },
		{ "an alarm of 48 hours alone is no warning's", 47, 336, 3600, NULL,
		  "48h", SEVERITY_CRITICAL, true },
		{ "a warning of a minute alone", 0.5, 336, 3600, "1m", NULL,
		  SEVERITY_INFO, false },
		{ "a share", 50, 336, 3600, "15%", NULL, SEVERITY_WARNING, false },
		{ "a share that is critical", 16, 336, 3600, "15%", "5%",
		  SEVERITY_CRITICAL, false },
		{ "a share of what isn't known", 2, -1, 3600, "15%", "5%", SEVERITY_INFO,
		  false },
		{ "ended, though nothing asks", -1, 336, 3600, "0s", "0s",
		  SEVERITY_CRITICAL, false },
	};
	struct verdict_conf conf;
	struct facts_target *t;
	struct signature s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		verdict_conf_init(&conf);
		if (rows[i].warn)
			threshold_parse(rows[i].warn, true, &conf.warn_rrsig, NULL);
		if (rows[i].crit)
			threshold_parse(rows[i].crit, true, &conf.crit_rrsig, NULL);
		t = facts_target_new();
		add_signed(t, "a", rows[i].left, rows[i].valid, rows[i].ttl_s);
		assert_true(signature_find_worst(t, &conf, NOW, &s));
		if ((int)s.severity != rows[i].severity || s.ageing != rows[i].ageing)
			fail_msg("%s: %s%s", rows[i].name,
				 finding_severity_name(s.severity),
				 s.ageing ? ", ageing" : "");
		facts_target_free(t);
	}
}

/* One that ends first, but is young, doesn't hide one that is nearly over. */
static void test_signature_find_worst_judges_each(void **state)
{
	struct facts_target *t = facts_target_new();
	struct verdict_conf conf;
	struct signature s;

	(void)state;
	verdict_conf_init(&conf);
	add_signed(t, "two-days", 24, 48, 300);
	add_signed(t, "thirty-days", 28.8, 720, 300);
	assert_true(signature_find_worst(t, &conf, NOW, &s));
	assert_string_equal(s.lookup->name, "thirty-days");
	assert_true(s.ageing);
	threshold_parse("15%", true, &conf.warn_rrsig, NULL);
	assert_true(signature_find_worst(t, &conf, NOW, &s));
	assert_string_equal(s.lookup->name, "thirty-days");
	assert_int_equal(s.severity, SEVERITY_WARNING);
	assert_int_equal(signature_first_end(t), NOW + 24 * 3600);

	verdict_conf_init(&conf);
	add_signed(t, "long-ttl", 24, 720, 86400);
	assert_true(signature_find_worst(t, &conf, NOW, &s));
	assert_string_equal(s.lookup->name, "long-ttl");
	assert_int_equal(s.severity, SEVERITY_WARNING);
	facts_target_free(t);
}

static void test_signature_find_worst_looks_at_secure_records_only(void **state)
{
	struct facts_target *t = facts_target_new();
	struct verdict_conf conf;
	struct signature s;

	(void)state;
	verdict_conf_init(&conf);
	add_signed(t, "insecure", -1, 48, 300)->security = SECURITY_INSECURE;
	add_signed(t, "bogus", -1, 48, 300)->security = SECURITY_BOGUS;
	add_signed(t, "failed", -1, 48, 300)->failed = true;
	add_signed(t, "absent", -1, 48, 300)->absent = true;
	add_signed(t, "unsigned", 1, 48, 300)->rrsig_expires = -1;
	assert_false(signature_find_worst(t, &conf, NOW, &s));
	assert_int_equal(signature_first_end(t), -1);
	facts_target_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signature_find_worst_grades_one),
		cmocka_unit_test(test_signature_find_worst_judges_each),
		cmocka_unit_test(test_signature_find_worst_looks_at_secure_records_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
