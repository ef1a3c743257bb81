/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/ari.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "base/buf.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/key/delivered.h"

#define T0 1800000000
#define DAY 86400
#define HOUR 3600

/* RFC 9773 appendix A. */
static const char example[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt\n"
	"cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS\n"
	"BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu\n"
	"7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf\n"
	"qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B\n"
	"yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb\n"
	"+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK\n"
	"-----END CERTIFICATE-----\n";

static void test_ari_cert_id_of_the_rfc(void **state)
{
	const struct delivered_question q = { 0 };
	struct delivered d = { 0 };
	char *id;

	(void)state;
	assert_int_equal(delivered_read(example, strlen(example), &q, &d, NULL), 0);
	assert_int_equal(ari_cert_id(&d, &id, NULL), 0);
	assert_string_equal(id, "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
	free(id);
	delivered_clear(&d);
}

static void test_ari_cert_id_needs_both_parts(void **state)
{
	const struct delivered no_key = { .serial.len = 1 };
	const struct delivered no_serial = { .authority_key.len = 1 };
	char *id;

	(void)state;
	assert_int_equal(ari_cert_id(&no_key, &id, NULL), DP_EFORMAT);
	assert_int_equal(ari_cert_id(&no_serial, &id, NULL), DP_EFORMAT);
}

#define WINDOW(start, end) "{\"suggestedWindow\":{\"start\":" start ",\"end\":" end "}}"

static const struct row {
	const char *name, *text;
	time_t start, end; /* 0: refused */
} rows[] = {
	{ "a window", WINDOW("\"2026-12-01T00:00:00Z\"", "\"2026-12-02T00:00:00Z\""),
	  1796083200, 1796169600 },
	{ "with an offset",
	  WINDOW("\"2026-12-01T01:00:00+01:00\"", "\"2026-12-02T00:00:00Z\""), 1796083200,
	  1796169600 },
	{ "more than that",
	  "{\"explanationURL\":\"x\",\"suggestedWindow\":{\"x\":1,\"end\":"
	  "\"2026-12-02T00:00:00Z\",\"start\":\"2026-12-01T00:00:00Z\"}}",
	  1796083200, 1796169600 },
	{ "ends before it begins",
	  WINDOW("\"2026-12-02T00:00:00Z\"", "\"2026-12-01T00:00:00Z\""), 0, 0 },
	{ "ends as it begins",
	  WINDOW("\"2026-12-02T00:00:00Z\"", "\"2026-12-02T00:00:00Z\""), 0, 0 },
	{ "before 1970", WINDOW("\"1960-12-02T00:00:00Z\"", "\"2026-12-02T00:00:00Z\""),
	  0, 0 },
	{ "numbers", WINDOW("1796083200", "1796169600"), 0, 0 },
	{ "no time", WINDOW("\"soon\"", "\"later\""), 0, 0 },
	{ "half a window", "{\"suggestedWindow\":{\"start\":\"2026-12-01T00:00:00Z\"}}",
	  0, 0 },
	{ "a list", "[]", 0, 0 },
	{ "a problem", "{\"type\":\"urn:ietf:params:acme:error:malformed\"}", 0, 0 },
	{ "no JSON", "<html>", 0, 0 },
	{ "nothing", "", 0, 0 },
};

static void follow_table(int (*read)(const char *, struct ari_answer *, struct why *))
{
	struct ari_answer a;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		a = (struct ari_answer){ 0 };
		rc = read(rows[i].text, &a, NULL);
		if (rc != (rows[i].end ? 0 : DP_EFORMAT) || a.start != rows[i].start ||
		    a.end != rows[i].end)
			fail_msg("%s: %d, %lld to %lld", rows[i].name, rc,
				 (long long)a.start, (long long)a.end);
		ari_answer_clear(&a);
	}
}

static void test_ari_read_follows_the_table(void **state)
{
	(void)state;
	follow_table(ari_read);
}

static void test_ari_read_apart_follows_the_table(void **state)
{
	(void)state;
	follow_table(ari_read_apart);
}

/* What a reader says that was taken over. */
static void test_ari_take_believes_no_reader(void **state)
{
	static const struct {
		const char *name;
		int64_t start, end;
		const char *url, *more;
		bool good;
	} said[] = {
		{ "a window", 1796083200, 1796169600, "https://ca.example/", "", true },
		{ "no URL", 1796083200, 1796169600, "", "", true },
		{ "ends before it begins", 1796169600, 1796083200, "", "", false },
		{ "ends as it begins", 1796083200, 1796083200, "", "", false },
		{ "begins never", 0, 1796169600, "", "", false },
		{ "before 1970", -1, 1796169600, "", "", false },
		{ "never ends", 1796083200, INT64_MAX, "", "", false },
		{ "begins at the end of time", INT64_MAX, INT64_MAX, "", "", false },
		{ "a terminal's words", 1796083200, 1796169600, "https://\033[2J", "",
		  false },
		{ "more than that", 1796083200, 1796169600, "", "x", false },
	};
	struct ari_answer a;
	struct buf facts;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		a = (struct ari_answer){ 0 };
		buf_init(&facts, 1000);
		fields_put_number(&facts, said[i].start);
		fields_put_number(&facts, said[i].end);
		fields_put_octets(&facts, said[i].url, strlen(said[i].url));
		buf_text(&facts, said[i].more);
		if (ari_take(&facts, &a, NULL) != (said[i].good ? 0 : DP_EFORMAT) ||
		    (a.end != 0) != said[i].good)
			fail_msg("%s", said[i].name);
		ari_answer_clear(&a);
		buf_clear(&facts);
	}
}

#define EXPLAINED(url)                                                                   \
	"{\"explanationURL\":" url ",\"suggestedWindow\":{\"start\":"                    \
	"\"2026-12-01T00:00:00Z\",\"end\":\"2026-12-02T00:00:00Z\"}}"

/* Section 4.2: it's for the operator, and may hold anything. */
static void test_ari_read_takes_the_explanation(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: nothing is shown */
	} urls[] = {
		{ EXPLAINED("\"https://ca.example/why\""), "https://ca.example/why" },
		{ EXPLAINED("\"http://ca.example\""), "http://ca.example" },
		{ EXPLAINED("\"\""), NULL },
		{ EXPLAINED("1"), NULL },
		{ EXPLAINED("\"javascript:x\""), NULL },
		{ EXPLAINED("\"https://ca.example/ x\""), NULL },
		{ EXPLAINED("\"https://ca.example/\\u001b[1m\""), NULL },
		{ EXPLAINED("\"https://ca.example/\xc3\xbc\""), NULL },
	};
	struct ari_answer a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		assert_int_equal(ari_read(urls[i].text, &a, NULL), 0);
		if ((a.explanation != NULL) != (urls[i].want != NULL) ||
		    (a.explanation && strcmp(a.explanation, urls[i].want) != 0))
			fail_msg("%s: %s", urls[i].text,
				 a.explanation ? a.explanation : "NULL");
		ari_answer_clear(&a);
	}
}

/* Of 1000 draws about 250 fall into each quarter; below 150 is seven deviations off. */
static void test_ari_draw_is_uniform(void **state)
{
	int quarter[4] = { 0 }, i;
	time_t t;

	(void)state;
	for (i = 0; i < 1000; i++) {
		t = ari_draw(T0, T0 + 4 * DAY);
		assert_true(t >= T0 && t < T0 + 4 * DAY);
		quarter[(t - T0) / DAY]++;
	}
	for (i = 0; i < 4; i++)
		assert_true(quarter[i] > 150);
	assert_int_equal(ari_draw(T0, T0 + 1), T0);
}

/*
 * A CA that is asked by a lineage
 */
static struct {
	int rc, status;
	const char *body;
	int64_t retry_after_s;
	int asked; /* about certificates */
} ca;

static int fetch(void *arg, const struct env_request *request, struct env_page *ret_page,
		 struct why *why)
{
	(void)arg;
	if (!strcmp(request->url, "https://ca.example/dir")) {
		*ret_page = (struct env_page){
			200, mem_text("{\"renewalInfo\":\"https://ca.example/info\"}"), 0
		};
		return 0;
	}
	ca.asked++;
	if (ca.rc < 0)
		return why_set(why, ca.rc, "it failed");
	*ret_page = (struct env_page){ ca.status, mem_text(ca.body), ca.retry_after_s };
	return 0;
}

/* Idle, and nothing was asked yet. */
static struct play *begin_play(void)
{
	struct play *p = play_new(NULL);
	struct why why;

	p->env.fetch = fetch;
	(void)play_state(p);
	lineage_conf_unset(&p->lineage.conf, LINEAGE_CONF_ACME_DIRECTORY);
	assert_int_equal(lineage_conf_put(&p->lineage.conf, LINEAGE_CONF_ACME_DIRECTORY,
					  "https://ca.example/dir", &why),
			 0);
	ca.rc = 0;
	ca.status = 200;
	ca.body = WINDOW("\"2026-12-01T00:00:00Z\"", "\"2026-12-02T00:00:00Z\"");
	ca.retry_after_s = 7200;
	ca.asked = 0;
	return p;
}

/* How long it waits before it asks again; it is asked now. */
static int64_t ask_again(struct play *p)
{
	struct lineage_state *s = &p->lineage.state;
	int asked = ca.asked;

	s->ari_again_at = 0;
	assert_true(ari_refresh(&p->lineage, s->current));
	assert_int_equal(ca.asked, asked + 1);
	return (int64_t)(s->ari_again_at - p->sim->now);
}

static void test_ari_refresh_keeps_the_moment_of_a_window(void **state)
{
	struct play *p = begin_play();
	struct lineage_state *s = &p->lineage.state;
	time_t at;
	int i;

	(void)state;
	assert_int_equal(ask_again(p), 7200);
	at = s->ari_at;
	assert_true(at >= s->ari_start && at < s->ari_end);
	assert_false(ari_refresh(&p->lineage, s->current));
	assert_int_equal(ca.asked, 1);
	for (i = 0; i < 5; i++) {
		(void)ask_again(p);
		assert_int_equal(s->ari_at, at);
	}
	ca.body = WINDOW("\"2026-11-01T00:00:00Z\"", "\"2026-11-02T00:00:00Z\"");
	(void)ask_again(p);
	assert_true(s->ari_at < at && s->ari_at >= s->ari_start);
	/* What the CA says no more is no answer. */
	ca.body = "{}";
	at = s->ari_at;
	(void)ask_again(p);
	assert_int_equal(s->ari_at, at);
	play_free(p);
}

/* Section 4.3.3: what may pass is tried again soon, and less and less so; all else, and
 * an answer without Retry-After, after six hours. */
static void test_ari_refresh_waits_longer_and_longer(void **state)
{
	static const struct {
		const char *name;
		int rc, status;
		int64_t retry_after_s, wait_s[7];
	} waits[] = {
		{ "no answer in time",
		  DP_ELATER,
		  0,
		  0,
		  { 60, 120, 240, 480, 960, 6 * HOUR, 60 } },
		{ "a server's error",
		  0,
		  503,
		  30,
		  { 60, 120, 240, 480, 960, 6 * HOUR, 60 } },
		{ "refused", DP_EIO, 0, 0, { 6 * HOUR, 6 * HOUR } },
		{ "not found", 0, 404, 60, { 6 * HOUR, 6 * HOUR } },
		{ "no Retry-After", 0, 200, 0, { 6 * HOUR } },
		{ "a second", 0, 200, 1, { 60 } },
		{ "a year", 0, 200, 365 * DAY, { DAY } },
		{ "an hour", 0, 200, HOUR, { HOUR } },
	};
	struct play *p;
	size_t i, k;
	int64_t wait_s;

	(void)state;
	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		p = begin_play();
		ca.rc = waits[i].rc;
		ca.status = waits[i].status;
		ca.retry_after_s = waits[i].retry_after_s;
		for (k = 0; k < 7 && waits[i].wait_s[k]; k++) {
			wait_s = ask_again(p);
			if (wait_s != waits[i].wait_s[k])
				fail_msg("%s, %zu: %lld", waits[i].name, k,
					 (long long)wait_s);
		}
		play_free(p);
	}
}

/* Section 4.3: nobody asks about a certificate that has expired. */
static void test_ari_refresh_asks_about_no_expired_certificate(void **state)
{
	struct play *p = begin_play();
	struct lineage_state *s = &p->lineage.state;

	(void)state;
	p->sim->now += p->sim->lifetime_s + SIM_DAY;
	assert_false(ari_refresh(&p->lineage, s->current));
	p->sim->now -= p->sim->lifetime_s + SIM_DAY;
	assert_int_equal(ca.asked, 0);
	assert_int_equal(s->ari_asked_at, 0);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ari_cert_id_of_the_rfc),
		cmocka_unit_test(test_ari_cert_id_needs_both_parts),
		cmocka_unit_test(test_ari_read_follows_the_table),
		cmocka_unit_test(test_ari_read_apart_follows_the_table),
		cmocka_unit_test(test_ari_take_believes_no_reader),
		cmocka_unit_test(test_ari_read_takes_the_explanation),
		cmocka_unit_test(test_ari_draw_is_uniform),
		cmocka_unit_test_teardown(test_ari_refresh_keeps_the_moment_of_a_window,
					  play_end),
		cmocka_unit_test_teardown(test_ari_refresh_waits_longer_and_longer,
					  play_end),
		cmocka_unit_test_teardown(
			test_ari_refresh_asks_about_no_expired_certificate, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
