/* SPDX-License-Identifier: BSD-2-Clause */
/* A record that somebody else has put beside the lineage's. */
#define _GNU_SOURCE
#include "setup/agree/foreign.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/agreement.h"
#include "setup/key/chain_file.h"
#include "setup/key/record.h"
#include "setup/life/status.h"
#include "target/target.h"

#define STEPS_MAX 60

/* Certificates that this process parsed itself. */
static size_t parsed_here;

int gnutls_x509_crt_import(gnutls_x509_crt_t crt, const gnutls_datum_t *data,
			   gnutls_x509_crt_fmt_t format)
{
	int (*import)(gnutls_x509_crt_t, const gnutls_datum_t *, gnutls_x509_crt_fmt_t);

	*(void **)&import = dlsym(RTLD_NEXT, "gnutls_x509_crt_import");
	parsed_here++;
	return import(crt, data, format);
}

static const struct rollover_how go_on, begin = { .begin = true };

/* The record of that form for the certificate that is live. */
static void put_beside(struct play *p, uint8_t usage, uint8_t selector, uint8_t mtype)
{
	struct sim_foreign *f = &p->sim->foreign;
	char *path = mem_printf("%s/www/live/fullchain.pem", p->sim->base);
	struct record_source source = { 0 };
	struct target target = { 0 };
	struct record record = { 0 };
	char *pem = NULL;
	size_t len = 0;

	assert_int_equal(target_parse("https://www.example.com", &target, NULL), 0);
	assert_int_equal(chain_file_read(path, &pem, &len, NULL), 0);
	assert_int_equal(record_source_cert(pem, len, usage, &source, NULL), 0);
	free(pem);
	assert_int_equal(
		record_make(&target, &source, usage, selector, mtype, 60, &record, NULL),
		0);
	*f = (struct sim_foreign){ .usage = usage,
				   .selector = selector,
				   .mtype = mtype,
				   .len = record.rr.len,
				   .only = mtype == TLSA_SHA512 ? p->sim->live[0].key
								: -1 };
	assert_true(record.rr.len <= sizeof(f->data));
	memcpy(f->data, record.rr.data, record.rr.len);
	record_clear(&record);
	record_source_clear(&source);
	target_clear(&target);
	free(path);
}

static void take_record_out(struct play *p)
{
	p->sim->foreign = (struct sim_foreign){ .len = 0 };
}

static void step_to(struct play *p, enum lineage_stage stage)
{
	size_t i;

	for (i = 0; i < STEPS_MAX && p->lineage.state.stage != stage; i++) {
		sim_advance(p->sim, 1800);
		play_step(p, i ? &go_on : &begin);
	}
	assert_int_equal(p->lineage.state.stage, stage);
}

/* What status says of it; NULL: nothing. On the heap. */
static char *warning_of(struct play *p)
{
	struct status s;
	char *problem;

	status_read(&p->env, p->sim->base, "www", &s);
	assert_null(s.error);
	problem = s.level == STATUS_OK ? NULL : mem_text(s.problem);
	assert_true(s.level <= STATUS_WARNING);
	status_clear(&s);
	return problem;
}

/* What the state keeps of it, while status has the step to tell that failed. */
static void expect_stale(struct play *p, const char *text)
{
	const char *stale = p->lineage.state.goes_stale;

	if (!stale || !strstr(stale, text))
		fail_msg("'%s' isn't in: %s", text, stale ? stale : "nothing");
}

static void expect_warning(struct play *p, const char *text)
{
	char *warning = warning_of(p);

	if (!warning || !strstr(warning, text))
		fail_msg("'%s' isn't in: %s", text, warning ? warning : "nothing");
	free(warning);
}

static void expect_no_warning(struct play *p)
{
	char *warning = warning_of(p);

	if (warning)
		fail_msg("it warns: %s", warning);
}

/* RFC 7671 section 9: beside a stronger digest the weaker one isn't looked at. */
static void test_foreign_judge_refuses_a_switch_that_a_record_would_break(void **state)
{
	struct play *p = play_new(NULL);
	size_t i;

	(void)state;
	put_beside(p, 3, 1, 2);
	for (i = 0; i < STEPS_MAX; i++) {
		sim_advance(p->sim, 1800);
		play_step(p, &begin);
		assert_int_equal(p->lineage.state.view_generation, 1);
	}
	play_told(p, OUTCOME_REFUSED, "the record '3 1 2 ");
	play_told(p, OUTCOME_REFUSED, "at _443._tcp.www.example.com. is not www's");
	play_told(p, OUTCOME_REFUSED, "clients would refuse key 0002");
	play_told(p, OUTCOME_REFUSED, "daneprobe record -m 2 --csr ");
	expect_warning(p, "the record '3 1 2 ");
	play_verb_of(p, rollover_install);
	play_told(p, OUTCOME_REFUSED, "the record '3 1 2 ");
	/* Caches may hold it for a while, and then there is nothing in the way. */
	take_record_out(p);
	play_step(p, &go_on);
	play_told(p, OUTCOME_WAITING, "safe in 2 hours");
	play_until_idle(p);
	assert_int_equal(p->lineage.state.current, 2);
	expect_no_warning(p);
	play_free(p);
}

/* An emergency would be held up by it. */
static void test_foreign_judge_warns_before_a_rollover_is_begun(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	put_beside(p, 3, 1, 2);
	play_step(p, &go_on);
	play_told(p, OUTCOME_LATE, "clients would refuse key 0002");
	expect_warning(p, "the record '3 1 2 ");
	take_record_out(p);
	play_step(p, &go_on);
	play_told(p, OUTCOME_NOTHING, "nothing to do");
	expect_no_warning(p);
	play_free(p);
}

static void test_foreign_judge_looks_once_more_at_the_last_moment(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	step_to(p, STAGE_SAFE);
	put_beside(p, 3, 1, 2);
	play_step(p, &go_on);
	play_told(p, OUTCOME_REFUSED, "clients would refuse key 0002");
	assert_int_equal(p->lineage.state.view_generation, 1);
	assert_int_equal(lineage_state_stage(&p->lineage.state), STAGE_PUBLISHED);
	take_record_out(p);
	play_until_idle(p);
	assert_int_equal(p->lineage.state.current, 2);
	play_free(p);
}

/* RFC 7671 section 8: a client may know only records of that form. */
static void test_foreign_judge_tells_what_a_switch_leaves_behind(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	put_beside(p, 3, 0, 1);
	step_to(p, STAGE_SAFE);
	play_until_idle(p);
	assert_int_equal(p->lineage.state.current, 2);
	play_free(p);
	p = play_new(NULL);
	put_beside(p, 3, 0, 1);
	step_to(p, STAGE_SAFE);
	/* Its certificate is ordered now, and is another one. */
	p->sim->luck.look = 1000;
	play_step(p, &go_on);
	expect_stale(p, "the record '3 0 1 ");
	expect_stale(p, "doesn't fit key 0002");
	p->sim->luck.look = 0;
	play_until_idle(p);
	play_free(p);
}

static void test_foreign_judge_tells_what_a_renewal_leaves_behind(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	put_beside(p, 3, 0, 1);
	play_until_due(p);
	play_renew(p, false);
	play_told(p, OUTCOME_LATE, "the certificate is renewed, but the record '3 0 1 ");
	play_free(p);
}

/* Nothing but its own record lets clients take the certificate that is renewed. */
static void test_foreign_judge_refuses_a_renewal_that_a_record_would_break(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	put_beside(p, 3, 0, 1);
	p->sim->server[0].set = p->sim->server[1].set = 0;
	p->sim->server[2].set = p->sim->server[3].set = 0;
	play_until_due(p);
	play_renew(p, false);
	play_told(p, OUTCOME_REFUSED, "clients would refuse the renewed certificate");
	/* which a record of a key alone wouldn't mend */
	play_told(p, OUTCOME_REFUSED, "take it out of DNS, or ask whoever put it there");
	assert_int_equal(p->lineage.state.renew_failures, 1);
	take_record_out(p);
	play_free(p);
}

static void test_foreign_judge_minds_nothing_else(void **state)
{
	static const uint8_t form[][3] = {
		{ 3, 1, 1 }, { 3, 1, 0 }, { 1, 1, 1 }, { 3, 1, 7 }, { 9, 9, 9 }
	};
	struct play *p = play_new(NULL);
	struct sim_foreign *f = &p->sim->foreign;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		*f = (struct sim_foreign){ .usage = form[i][0],
					   .selector = form[i][1],
					   .mtype = form[i][2],
					   .len = 32,
					   .only = -1 };
		memset(f->data, 7, sizeof(f->data));
		play_step(p, &go_on);
		play_told(p, OUTCOME_NOTHING, "nothing to do");
		expect_no_warning(p);
	}
	play_free(p);
}

/* A CA made the certificates, and this process has the lineage's keys. */
static void test_foreign_judge_parses_no_certificate_here(void **state)
{
	struct play *p = play_new(NULL);
	struct foreign f = { 0 };

	(void)state;
	step_to(p, STAGE_SAFE);
	put_beside(p, 3, 1, 2);
	parsed_here = 0;
	assert_int_equal(agreement_foreign(&p->lineage, 2, &f, NULL), 0);
	assert_int_equal(parsed_here, 0);
	assert_non_null(f.blocked);
	assert_non_null(strstr(f.blocked, "the record '3 1 2 "));
	foreign_clear(&f);
	/* nor does a renewal, of what is live */
	put_beside(p, 3, 0, 1);
	parsed_here = 0;
	assert_int_equal(agreement_foreign(&p->lineage, 1, &f, NULL), 0);
	assert_int_equal(parsed_here, 0);
	foreign_clear(&f);
	play_free(p);
}

/* A certificate in live/ that nobody can read is told, where a record asks for it. */
static void test_foreign_judge_names_what_it_can_not_read(void **state)
{
	struct play *p = play_new(NULL);
	struct foreign f = { 0 };
	struct why why = { "" };
	char *path;

	(void)state;
	step_to(p, STAGE_SAFE);
	path = lineage_path(&p->lineage, "views/%s/ecdsa-p256/fullchain.pem",
			    lineage_number(p->lineage.state.view).text);
	assert_int_equal(agreement_foreign(&p->lineage, 2, &f, NULL), 0);
	put_beside(p, 3, 1, 2);
	assert_int_equal(remove(path), 0); /* a link */
	assert_int_equal(file_replace(NULL, path, FILE_ACCESS(0600), "no chain", 8, &why),
			 0);
	assert_int_equal(agreement_foreign(&p->lineage, 2, &f, &why), DP_EFORMAT);
	assert_non_null(strstr(why.text, "_443._tcp.www.example.com."));
	assert_non_null(strstr(why.text, "isn't known: "));
	free(path);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			test_foreign_judge_refuses_a_switch_that_a_record_would_break,
			play_end),
		cmocka_unit_test_teardown(
			test_foreign_judge_warns_before_a_rollover_is_begun, play_end),
		cmocka_unit_test_teardown(
			test_foreign_judge_looks_once_more_at_the_last_moment, play_end),
		cmocka_unit_test_teardown(
			test_foreign_judge_tells_what_a_switch_leaves_behind, play_end),
		cmocka_unit_test_teardown(
			test_foreign_judge_tells_what_a_renewal_leaves_behind, play_end),
		cmocka_unit_test_teardown(
			test_foreign_judge_refuses_a_renewal_that_a_record_would_break,
			play_end),
		cmocka_unit_test_teardown(test_foreign_judge_minds_nothing_else,
					  play_end),
		cmocka_unit_test_teardown(test_foreign_judge_parses_no_certificate_here,
					  play_end),
		cmocka_unit_test_teardown(test_foreign_judge_names_what_it_can_not_read,
					  play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
