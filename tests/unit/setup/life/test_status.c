/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/status.h"

#include <gnutls/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/cert/certificate.h"
#include "setup/cert/lineage_make.h"
#include "setup/install/view.h"
#include "setup/key/key.h"
#include "setup/lineage/lineage.h"
#include "setup/world/env.h"

#define HOUR ((time_t)3600)
#define DAY (24 * HOUR)
#define BEGIN ((time_t)1795046400) /* 2026-11-19T00:00:00Z */
#define TYPES 2

static time_t clock_now_is;

static time_t now(void *arg)
{
	(void)arg;
	return clock_now_is;
}

struct world {
	char base[32];
	struct env env;
};

static void begin(struct world *w)
{
	(void)snprintf(w->base, sizeof(w->base), "/tmp/test_status.XXXXXX");
	assert_non_null(mkdtemp(w->base));
	env_init(&w->env);
	w->env.now = now;
	clock_now_is = BEGIN;
}

/* The name is mkdtemp's. */
static void end(struct world *w)
{
	char *command = mem_printf("rm -rf '%s'", w->base);

	assert_int_equal(system(command), 0);
	free(command);
}

static void make(struct world *w, const char *name, const char *key_types,
		 struct lineage *ret_lineage)
{
	const char *const lines[] = {
		"domains = www.example.com",
		"services = https://www.example.com",
		"publish = exec publish",
		"deploy = deploy",
		"acme = exec order",
		"rollover_every = 365d",
		"ttl = 3600",
	};
	char *types = mem_printf("key_types = %s", key_types);
	struct lineage_conf conf;
	struct why why = { "" };
	size_t i;

	lineage_conf_init(&conf);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(lineage_conf_set(&conf, lines[i], &why), 0);
	assert_int_equal(lineage_conf_set(&conf, types, &why), 0);
	if (lineage_make_new(&w->env, w->base, name, &conf, NULL, 0, ret_lineage, &why) <
	    0)
		fail_msg("%s", why.text);
	lineage_conf_clear(&conf);
	free(types);
}

/* A rollover that somebody is to continue. Hours before now; 0: never. */
static const struct move_row {
	const char *name;
	enum lineage_stage stage;
	int since, retry, published, agree, seen, ttl, due;
	const char *problem; /* NULL: as planned */
} move_rows[] = {
	{ "staged yesterday", STAGE_STAGED, .since = 47 },
	{ "staged, and left", STAGE_STAGED, .since = 49, .problem = "2026-11-16" },
	{ "tried again", STAGE_STAGED, .since = 49, .retry = 1 },
	{ "tried no more", STAGE_STAGED, .since = 99, .retry = 49, .problem = "11-14" },
	{ "safe yesterday", STAGE_SAFE, .since = 47 },
	{ "safe, and left", STAGE_SAFE, .since = 49, .problem = "2026-11-16" },
	{ "installed, and left", STAGE_INSTALLED, .since = 49, .problem = "2026-11-16" },
	{ "verified, and left", STAGE_VERIFIED, .since = 49, .problem = "2026-11-16" },
	{ "retiring, and left", STAGE_RETIRING, .since = 49, .problem = "2026-11-16" },
	{ "old record leaves", STAGE_RETIRING, .since = 99, .published = 47 },
	{ "old record doesn't leave", STAGE_RETIRING, .since = 99, .published = 49,
	  .problem = "2026-11-16" },
	{ "published yesterday", STAGE_PUBLISHED, .since = 47 },
	{ "published, and left", STAGE_PUBLISHED, .since = 49, .problem = "2026-11-16" },
	{ "published again", STAGE_PUBLISHED, .since = 99, .published = 47 },
	{ "looked at yesterday", STAGE_PUBLISHED, .since = 960, .seen = 47 },
	{ "looked at no more", STAGE_PUBLISHED, .since = 960, .seen = 49,
	  .problem = "2026-11-16" },
	/* With a day's TTL a server may lag for two, and is called stuck then. */
	{ "may lag", STAGE_PUBLISHED, .since = 71, .ttl = 24 },
	{ "may lag no more", STAGE_PUBLISHED, .since = 73, .ttl = 24,
	  .problem = "2026-11-15" },
	{ "safe in a moment", STAGE_PUBLISHED, .since = 99, .agree = 1, .ttl = 1 },
	{ "safe since yesterday", STAGE_PUBLISHED, .since = 99, .agree = 49, .ttl = 1 },
	{ "safe for days", STAGE_PUBLISHED, .since = 99, .agree = 51, .seen = 51,
	  .ttl = 1, .problem = "2026-11-16" },
	{ "forty days later", STAGE_PUBLISHED, .since = 960, .agree = 959, .seen = 958,
	  .ttl = 1, .problem = "2026-10-10" },
	{ "idle, no rollover yet", STAGE_IDLE, .since = 9000 },
	{ "a rollover is due", STAGE_IDLE, .since = 9000, .due = 47 },
	{ "a rollover was due", STAGE_IDLE, .since = 9000, .due = 49,
	  .problem = "2026-11-16" },
	{ "stuck", STAGE_STUCK, .since = 99, .problem = "stuck: ns2 lacks" },
};

static time_t ago(int hours)
{
	return hours ? BEGIN - hours * HOUR : 0;
}

static void set_state(struct lineage *l, const struct move_row *r)
{
	struct lineage_state *s = &l->state;

	s->stage = r->stage;
	s->resume = r->stage == STAGE_STUCK ? STAGE_PUBLISHED : r->stage;
	s->goal = r->stage == STAGE_IDLE ? 0 : 1;
	s->since = ago(r->since);
	s->retry_at = ago(r->retry);
	s->published_at = ago(r->published);
	s->agree_since = ago(r->agree);
	s->agree_seen = ago(r->seen);
	s->old_ttl_s = s->hold_ttl_s = r->ttl ? r->ttl * HOUR : -1;
	s->rolled_at = r->due ? ago(r->due) - 365 * DAY : 0;
	lineage_state_reason(s, r->stage == STAGE_STUCK ? "ns2 lacks it" : NULL, BEGIN);
}

static void expect(const char *name, const struct status *s, enum status_level level,
		   const char *problem)
{
	const char *has = s->problem ? s->problem : "nothing";

	if (s->error)
		fail_msg("%s: %s", name, s->error);
	if (s->level != level)
		fail_msg("%s: level %d, not %d: %s", name, (int)s->level, (int)level,
			 has);
	if (!problem != !s->problem || (problem && !strstr(has, problem)))
		fail_msg("%s: '%s', not '%s'", name, has, problem ? problem : "nothing");
}

static void test_status_tells_when_nothing_moves(void **state)
{
	struct world w;
	struct lineage l;
	struct why why;
	size_t i;

	(void)state;
	begin(&w);
	make(&w, "www", "ecdsa-p256", &l);
	for (i = 0; i < sizeof(move_rows) / sizeof(move_rows[0]); i++) {
		const struct move_row *r = &move_rows[i];
		struct status s;

		set_state(&l, r);
		assert_int_equal(lineage_save(&l, &why), 0);
		status_read(&w.env, w.base, "www", &s);
		expect(r->name, &s, r->problem ? STATUS_WARNING : STATUS_OK, r->problem);
		if (r->problem && r->stage != STAGE_STUCK)
			assert_non_null(strstr(s.problem, ": does a timer run daneprobe "
							  "rollover --all?"));
		status_clear(&s);
	}
	lineage_close(&l);
	end(&w);
}

static void test_status_names_a_compromised_key(void **state)
{
	static const struct {
		int64_t live, compromised;
		bool emergency;
		const char *problem;
	} rows[] = {
		{ 1, 1, true, "key 0001 is compromised and in use" },
		{ 2, 1, true, "key 0001 is compromised and its record may be in caches" },
		{ 1, 0, true, NULL }, /* no key was in use */
		{ 2, 1, false, NULL },
	};
	struct status s;
	struct world w;
	struct lineage l;
	struct why why;
	char *json;
	size_t i;

	(void)state;
	begin(&w);
	make(&w, "www", "ecdsa-p256", &l);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		l.state.view_generation = rows[i].live;
		l.state.compromised = rows[i].compromised;
		l.state.emergency = rows[i].emergency;
		assert_int_equal(lineage_save(&l, &why), 0);
		status_read(&w.env, w.base, "www", &s);
		expect("compromised", &s, rows[i].problem ? STATUS_WARNING : STATUS_OK,
		       rows[i].problem);
		json = status_json(&s, 1);
		assert_non_null(strstr(json, rows[i].problem ? "\"compromised\":\"0001\""
							     : "\"compromised\":null"));
		free(json);
		status_clear(&s);
	}
	lineage_close(&l);
	end(&w);
}

static void test_status_tells_what_the_next_step_would_fail_at(void **state)
{
	struct status s;
	struct world w;
	struct lineage l;
	struct why why;
	char *json;

	(void)state;
	begin(&w);
	make(&w, "www", "ecdsa-p256", &l);
	l.state.unready = mem_text("deploy: there is no program systemctl");
	assert_int_equal(lineage_save(&l, &why), 0);
	status_read(&w.env, w.base, "www", &s);
	expect("unready", &s, STATUS_WARNING,
	       "the next step would fail: deploy: there is no program systemctl");
	json = status_json(&s, 1);
	assert_non_null(strstr(json, "\"check\":null"));
	free(json);
	status_clear(&s);
	/* What is looked at now counts, not what a run saw before. */
	status_check(&w.env, w.base, "www", &s);
	assert_null(strstr(s.problem, "systemctl"));
	json = status_json(&s, 1);
	assert_non_null(strstr(json, "{\"what\":\"key 0001\",\"problem\":null}"));
	free(json);
	status_clear(&s);
	lineage_close(&l);
	end(&w);
}

/* What the servers have, and what is kept. Days after the beginning. */
static const struct certificate_row {
	const char *name;
	int to[TYPES];	/* the life of the first certificates, from day 0; 0: no such type
			 */
	bool elsewhere; /* not installed */
	int kept;	/* a newer one of the first type was stored then, for 90 days */
	bool domain;	/* lineage.conf has one more */
	int failures;
	const char *error;
	const char *why; /* the CA's, of the time to renew */
	bool rollover;	 /* in the middle of one */
	int at;		 /* looked at on that day */
	enum status_level level;
	const char *problem, *action;
	int ends; /* the day that is shown */
} certificate_rows[] = {
	{ "fresh", { 90 }, .at = 50, .action = "renew certificate", .ends = 90 },
	{ "explained",
	  { 90 },
	  .at = 50,
	  .why = "https://ca.example/why",
	  .action = "renew certificate (why then: https://ca.example/why)",
	  .ends = 90 },
	{ "due",
	  { 90 },
	  .at = 70,
	  .failures = 9,
	  .error = "no CA",
	  .action = "renew certificate",
	  .ends = 90,
	  .level = STATUS_WARNING,
	  .problem = "renewal failed: no CA (tried again at " },
	{ "late",
	  { 90 },
	  .at = 76,
	  .level = STATUS_WARNING,
	  .ends = 90,
	  .problem = "the certificate is not renewed: does a timer run daneprobe renew "
		     "--all?" },
	{ "not yet critical",
	  { 90 },
	  .at = 82,
	  .level = STATUS_WARNING,
	  .problem = "the certificate is not renewed" },
	{ "a week before its end",
	  { 90 },
	  .at = 83,
	  .level = STATUS_CRITICAL,
	  .problem = "the certificate is not renewed" },
	{ "late by an error",
	  { 90 },
	  .at = 76,
	  .failures = 9,
	  .error = "no CA",
	  .level = STATUS_WARNING,
	  .problem = "the certificate is not renewed: no CA" },
	{ "expired",
	  { 90 },
	  .at = 91,
	  .error = "no CA",
	  .level = STATUS_CRITICAL,
	  .problem = "the certificate has expired: no CA",
	  .ends = 90 },
	{ "kept",
	  { 90 },
	  .kept = 61,
	  .at = 62,
	  .action = "install the renewed certificate",
	  .ends = 90 },
	{ "kept, and not installed",
	  { 90 },
	  .kept = 61,
	  .at = 62,
	  .failures = 1,
	  .error = "mismatch",
	  .level = STATUS_WARNING,
	  .ends = 90,
	  .problem = "the renewed certificate is not installed: mismatch" },
	{ "the same within a rollover",
	  { 90 },
	  .kept = 61,
	  .at = 62,
	  .failures = 3,
	  .error = "mismatch",
	  .rollover = true,
	  .level = STATUS_WARNING,
	  .problem = "the renewed certificate is not installed: mismatch" },
	{ "kept, and nobody runs",
	  { 90 },
	  .kept = 61,
	  .at = 76,
	  .level = STATUS_WARNING,
	  .problem = "the renewed certificate is not installed: does a timer" },
	{ "kept until the other expired",
	  { 90 },
	  .kept = 61,
	  .at = 91,
	  .failures = 30,
	  .error = "mismatch",
	  .level = STATUS_CRITICAL,
	  .ends = 90,
	  .problem = "the certificate has expired: mismatch" },
	{ "not installed at all: the newest counts",
	  { 90 },
	  .kept = 61,
	  .elsewhere = true,
	  .at = 91,
	  .failures = 3,
	  .error = "no CA",
	  .ends = 151,
	  .level = STATUS_WARNING,
	  .problem = "renewal failed: no CA (tried again at " },
	{ "not installed, and late",
	  { 90 },
	  .elsewhere = true,
	  .at = 76,
	  .level = STATUS_WARNING,
	  .problem = "not renewed",
	  .ends = 90 },
	{ "the second type ends first", { 90, 30 }, .at = 5, .ends = 30 },
	{ "the second type is late",
	  { 90, 30 },
	  .at = 26,
	  .ends = 30,
	  .level = STATUS_WARNING,
	  .problem = "the certificate is not renewed" },
	{ "the second type has expired",
	  { 90, 30 },
	  .at = 31,
	  .ends = 30,
	  .level = STATUS_CRITICAL,
	  .problem = "the certificate has expired" },
	{ "the first type ends first",
	  { 30, 90 },
	  .at = 26,
	  .ends = 30,
	  .level = STATUS_WARNING,
	  .problem = "the certificate is not renewed" },
	{ "a domain more", { 90 }, .domain = true, .at = 50, .ends = 90 },
	{ "an order that failed once, with days to go",
	  { 90 },
	  .at = 61,
	  .failures = 1,
	  .error = "no proof",
	  .ends = 90,
	  .level = STATUS_WARNING,
	  .problem = "renewal failed: no proof (tried again at " },
	{ "a domain more, and no certificate of it",
	  { 90 },
	  .domain = true,
	  .at = 5,
	  .failures = 3,
	  .error = "no proof",
	  .level = STATUS_WARNING,
	  .problem = "the certificate lacks a domain of lineage.conf: no proof" },
};

/* Self-signed, by the key of its folder. */
static void issue(struct lineage *l, enum key_type type, int from, int days)
{
	static const char domain[] = "www.example.com";
	char *path = lineage_key_path(l, 1, type, "privkey.pem");
	unsigned char serial[] = { 1 };
	gnutls_x509_crt_t crt = NULL;
	struct certificate c;
	struct key *key = NULL;
	gnutls_datum_t pem;
	struct why why = { "" };

	clock_now_is = BEGIN + from * DAY;
	assert_int_equal(key_load(path, &key, &why), 0);
	gnutls_x509_crt_init(&crt);
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	gnutls_x509_crt_set_activation_time(crt, clock_now_is);
	gnutls_x509_crt_set_expiration_time(crt, clock_now_is + days * DAY);
	gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, domain,
					     sizeof(domain) - 1, GNUTLS_FSAN_SET);
	gnutls_x509_crt_set_key(crt, key_handle(key));
	assert_int_equal(
		gnutls_x509_crt_sign2(crt, crt, key_handle(key), GNUTLS_DIG_SHA256, 0),
		0);
	assert_int_equal(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), 0);
	if (certificate_store(l, 1, type, (const char *)pem.data, pem.size, &c, &why) < 0)
		fail_msg("%s", why.text);
	gnutls_free(pem.data);
	gnutls_x509_crt_deinit(crt);
	key_free(key);
	free(path);
}

static void add_domain(struct lineage *l)
{
	static const struct file_access access = { .mode = 0600, .group = (gid_t)-1 };
	char *path = lineage_path(l, "lineage.conf"), *text, *at, *more;
	static const char line[] = "domains = www.example.com";
	struct why why;

	text = lineage_conf_text(&l->conf);
	at = strstr(text, line);
	assert_non_null(at);
	at += strlen(line);
	more = mem_printf("%.*s more.example.com%s", (int)(at - text), text, at);
	assert_int_equal(
		file_replace(&l->env->files, path, &access, more, strlen(more), &why), 0);
	free(more);
	free(text);
	free(path);
}

static void fill(struct lineage *l, const struct certificate_row *r)
{
	struct lineage_state *s = &l->state;
	struct why why = { "" };
	size_t i;

	for (i = 0; i < l->conf.key_types; i++)
		issue(l, l->conf.key_type[i], 0, r->to[i]);
	if (!r->elsewhere) {
		assert_int_equal(view_build(l, 1, 1, &why), 0);
		assert_int_equal(view_switch(l, 1, &why), 0);
		s->view = s->view_generation = s->last_view = 1;
	}
	if (r->kept)
		issue(l, l->conf.key_type[0], r->kept, 90);
	clock_now_is = BEGIN + r->at * DAY;
	s->stage = s->resume = r->rollover ? STAGE_SAFE : STAGE_IDLE;
	s->goal = r->rollover ? 2 : 0;
	s->since = clock_now_is;
	s->renew_failures = r->failures;
	s->renew_error = r->error ? mem_text(r->error) : NULL;
	s->ari_explanation = r->why ? mem_text(r->why) : NULL;
	if (r->domain)
		add_domain(l);
	assert_int_equal(lineage_save(l, &why), 0);
}

static void test_status_judges_what_the_servers_have(void **state)
{
	struct world w;
	size_t i;

	(void)state;
	begin(&w);
	for (i = 0; i < sizeof(certificate_rows) / sizeof(certificate_rows[0]); i++) {
		const struct certificate_row *r = &certificate_rows[i];
		char *name = mem_printf("r%zu", i);
		struct lineage l;
		struct status s;

		make(&w, name, r->to[1] ? "ecdsa-p256 ecdsa-p384" : "ecdsa-p256", &l);
		fill(&l, r);
		lineage_close(&l);
		status_read(&w.env, w.base, name, &s);
		expect(r->name, &s, r->level, r->problem);
		if (r->action && strcmp(r->action, s.action) != 0)
			fail_msg("%s: next '%s', not '%s'", r->name, s.action, r->action);
		if (r->ends && s.not_after != BEGIN + r->ends * DAY)
			fail_msg("%s: ends on day %d", r->name,
				 (int)((s.not_after - BEGIN) / DAY));
		status_clear(&s);
		free(name);
	}
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_tells_when_nothing_moves),
		cmocka_unit_test(test_status_names_a_compromised_key),
		cmocka_unit_test(test_status_tells_what_the_next_step_would_fail_at),
		cmocka_unit_test(test_status_judges_what_the_servers_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
