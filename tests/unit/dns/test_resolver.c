/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/resolver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/why.h"
#include "dns/answer.h"
#include "dns/rrtype.h"
#include "dns_server.h"

struct seen {
	struct loop *loop;
	struct resolver_question *question;
	enum answer_kind kind;
	enum security security;
	size_t rr_count;
	char error[200];
	int calls;
};

static void on_answer(void *arg, const struct answer *answer)
{
	struct seen *s = arg;

	s->calls++;
	resolver_question_free(s->question); /* the answer lives on for the call */
	s->question = NULL;
	s->kind = answer->kind;
	s->security = answer->security;
	s->rr_count = answer->rr_count;
	s->error[0] = '\0';
	if (answer->error)
		strncat(s->error, answer->error, sizeof(s->error) - 1);
	loop_stop(s->loop);
}

static const struct {
	const char *name;
	enum dns_server_mode mode;
	bool blind;
	int type;
	enum answer_kind kind; /* wanted, as all of these */
	enum security security;
	size_t rr_count;
} rows[] = {
	{ "data, unchecked", DNS_SERVER_UNSIGNED, true, RRTYPE_A, ANSWER_DATA,
	  SECURITY_INSECURE, 1 },
	{ "none, unchecked", DNS_SERVER_UNSIGNED, true, RRTYPE_TLSA, ANSWER_ABSENT,
	  SECURITY_INSECURE, 0 },
	{ "a resolver that refuses", DNS_SERVER_REFUSES, true, RRTYPE_A, ANSWER_FAILED,
	  SECURITY_INDETERMINATE, 0 },
	{ "signatures stripped", DNS_SERVER_UNSIGNED, false, RRTYPE_A, ANSWER_FAILED,
	  SECURITY_BOGUS, 0 },
	{ "signatures that aren't right", DNS_SERVER_SIGNED, false, RRTYPE_A,
	  ANSWER_FAILED, SECURITY_BOGUS, 0 },
};

static void check_row(size_t i)
{
	struct seen s = { .loop = loop_new() };
	struct dns_server *server = dns_server_new(s.loop, rows[i].mode);
	const char *forward[] = { dns_server_address(server) };
	struct resolver_conf conf = { .forward = forward,
				      .forward_count = 1,
				      .blind = rows[i].blind };
	char first_error[sizeof(s.error)] = "";
	struct resolver *r;
	int round;

	assert_int_equal(resolver_new(s.loop, &conf, &r, NULL), 0);
	/* The second answer comes from the cache, and not from inside the call either. */
	for (round = 1; round <= 2; round++) {
		s.question = resolver_ask(r, "www.example", (uint16_t)rows[i].type,
					  on_answer, &s);
		if (s.calls != round - 1)
			fail_msg("%s: answered at once", rows[i].name);
		loop_run(s.loop);
		if (s.calls != round || s.kind != rows[i].kind ||
		    s.security != rows[i].security || s.rr_count != rows[i].rr_count)
			fail_msg("%s: kind %d, security %d, %zu records: %s",
				 rows[i].name, s.kind, s.security, s.rr_count, s.error);
		if ((s.kind == ANSWER_FAILED) != (s.error[0] != '\0'))
			fail_msg("%s: error %s", rows[i].name, s.error);
		/* and in the same words */
		if (round == 1)
			memcpy(first_error, s.error, sizeof(first_error));
		else if (strcmp(s.error, first_error))
			fail_msg("%s: said '%s', and then '%s'", rows[i].name,
				 first_error, s.error);
	}
	resolver_free(r);
	dns_server_free(server);
	loop_free(s.loop);
}

static void test_resolver_ask_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
}

/* Each key set once, whoever asks for it and how often. */
static void test_resolver_prime_asks_once(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct dns_server *server = dns_server_new(s.loop, DNS_SERVER_UNSIGNED);
	const char *forward[] = { dns_server_address(server) };
	struct resolver_conf conf = { .forward = forward,
				      .forward_count = 1,
				      .blind = true };
	struct resolver *r;
	int round;

	(void)state;
	assert_int_equal(resolver_new(s.loop, &conf, &r, NULL), 0);
	for (round = 1; round <= 2; round++) {
		resolver_prime(r, "www.example");
		s.question = resolver_ask(r, "www.example", RRTYPE_A, on_answer, &s);
		loop_run(s.loop);
		assert_int_equal(s.calls, round);
		assert_int_equal(s.kind, ANSWER_DATA);
		assert_int_equal(dns_server_questions(server), 3);
	}
	resolver_prime(r, "single");
	resolver_free(r);
	dns_server_free(server);
	loop_free(s.loop);
}

static void test_resolver_drops_open_questions(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct dns_server *server = dns_server_new(s.loop, DNS_SERVER_SILENT);
	const char *forward[] = { dns_server_address(server) };
	struct resolver_conf conf = { .forward = forward,
				      .forward_count = 1,
				      .blind = true };
	struct resolver_question *kept, *dropped;
	struct resolver *r;

	(void)state;
	assert_int_equal(resolver_new(s.loop, &conf, &r, NULL), 0);
	kept = resolver_ask(r, "a.example", RRTYPE_A, on_answer, &s);
	dropped = resolver_ask(r, "b.example", RRTYPE_A, on_answer, &s);
	resolver_question_free(dropped);
	resolver_free(r);
	assert_int_equal(s.calls, 0);
	resolver_question_free(kept); /* also after its resolver */
	resolver_question_free(NULL);
	resolver_free(NULL);
	dns_server_free(server);
	loop_free(s.loop);
}

static void test_resolver_ask_for_no_name(void **state)
{
	struct resolver_conf conf = { .blind = true };
	struct seen s = { .loop = loop_new() };
	struct resolver *r;

	(void)state;
	assert_int_equal(resolver_new(s.loop, &conf, &r, NULL), 0);
	s.question = resolver_ask(r, "a..b", RRTYPE_A, on_answer, &s);
	assert_int_equal(s.calls, 0);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.kind, ANSWER_FAILED);
	assert_int_equal(s.security, SECURITY_INDETERMINATE);
	resolver_free(r);
	loop_free(s.loop);
}

static void stop(void *arg)
{
	loop_stop(arg);
}

/* A zone's first question goes ahead of the others; no answer to it holds them up for
 * long, nor does one whose asker has lost interest, and one that waits may be dropped. */
static void test_resolver_ask_lets_one_go_ahead(void **state)
{
	static const char *const names[] = { "a.zone.example", "b.zone.example",
					     "_443._tcp.c.zone.example",
					     "d.zone.example" };
	struct seen s[4] = { { .loop = loop_new() } };
	struct dns_server *server = dns_server_new(s[0].loop, DNS_SERVER_SILENT);
	const char *forward[] = { dns_server_address(server) };
	struct resolver_conf conf = {
		.forward = forward, .forward_count = 1, .blind = true, .many = true
	};
	struct resolver *r;
	struct loop_timer *timer;
	int i;

	(void)state;
	assert_int_equal(resolver_new(s[0].loop, &conf, &r, NULL), 0);
	for (i = 0; i < 4; i++) {
		s[i].loop = s[0].loop;
		s[i].question = resolver_ask(r, names[i], RRTYPE_A, on_answer, &s[i]);
	}
	resolver_question_free(s[0].question);
	resolver_question_free(s[1].question);
	timer = loop_timer_new(s[0].loop, 100, stop, s[0].loop);
	loop_run(s[0].loop);
	assert_int_equal(dns_server_questions(server), 1);
	loop_timer_free(timer);
	timer = loop_timer_new(s[0].loop, 200, stop, s[0].loop);
	loop_run(s[0].loop);
	assert_int_equal(dns_server_questions(server), 3);
	loop_timer_free(timer);
	resolver_free(r);
	resolver_question_free(s[2].question);
	resolver_question_free(s[3].question);
	dns_server_free(server);
	loop_free(s[0].loop);
}

/* With one target one goes ahead, too, but not for long: then all is asked, and with it
 * what is going to be asked, each once. With many, nobody's time is better than others'.
 */
static void test_resolver_asks_ahead_where_answers_take_long(void **state)
{
	/* two sets of keys, A and AAAA, DS and DNSKEY of the zone, DS above it, TLSA */
	static const int wanted[] = { 2 + 2 + 3 + 1, 2 + 1 };
	int many;

	(void)state;
	for (many = 0; many <= 1; many++) {
		struct seen s = { .loop = loop_new() };
		struct dns_server *server = dns_server_new(s.loop, DNS_SERVER_SILENT);
		const char *forward[] = { dns_server_address(server) };
		struct resolver_conf conf = { .forward = forward,
					      .forward_count = 1,
					      .many = many };
		struct resolver_question *a, *aaaa;
		struct loop_timer *timer;
		struct resolver *r;

		assert_int_equal(resolver_new(s.loop, &conf, &r, NULL), 0);
		resolver_prime(r, "www.zone.example");
		resolver_ask_ahead(r, "_443._tcp.www.zone.example", RRTYPE_TLSA);
		resolver_ask_ahead(r, "_443._tcp.www.zone.example", RRTYPE_TLSA);
		a = resolver_ask(r, "www.zone.example", RRTYPE_A, on_answer, &s);
		aaaa = resolver_ask(r, "www.zone.example", RRTYPE_AAAA, on_answer, &s);
		timer = loop_timer_new(s.loop, 100, stop, s.loop);
		loop_run(s.loop);
		loop_timer_free(timer);
		if (dns_server_questions(server) != wanted[many])
			fail_msg("%d questions", dns_server_questions(server));
		resolver_question_free(a);
		resolver_question_free(aaaa);
		resolver_free(r);
		dns_server_free(server);
		loop_free(s.loop);
	}
}

struct work {
	struct loop *loop;
	struct loop_timer *timer;
	int rounds;
};

static void work_on(void *arg)
{
	struct work *w = arg;

	clock_work(1000);
	loop_timer_free(w->timer);
	w->timer = NULL;
	if (w->rounds--)
		w->timer = loop_timer_new(w->loop, 1, work_on, w);
	else
		loop_stop(w->loop);
}

/* As long as answers come in, which are work, all else waits; not in idleness. */
static void test_resolver_asks_ahead_only_when_idle(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct dns_server *server = dns_server_new(s.loop, DNS_SERVER_SILENT);
	const char *forward[] = { dns_server_address(server) };
	struct resolver_conf conf = { .forward = forward, .forward_count = 1 };
	struct work work = { .loop = s.loop, .rounds = 20 };
	struct resolver_question *a, *aaaa;
	struct loop_timer *timer;
	struct resolver *r;

	(void)state;
	assert_int_equal(resolver_new(s.loop, &conf, &r, NULL), 0);
	resolver_prime(r, "www.zone.example");
	a = resolver_ask(r, "www.zone.example", RRTYPE_A, on_answer, &s);
	aaaa = resolver_ask(r, "www.zone.example", RRTYPE_AAAA, on_answer, &s);
	work_on(&work);
	loop_run(s.loop);
	assert_int_equal(dns_server_questions(server), 1);
	timer = loop_timer_new(s.loop, 50, stop, s.loop);
	loop_run(s.loop);
	loop_timer_free(timer);
	assert_int_equal(dns_server_questions(server), 7);
	resolver_question_free(a);
	resolver_question_free(aaaa);
	resolver_free(r);
	dns_server_free(server);
	loop_free(s.loop);
}

/* Answers have taken long: what is likely to be asked isn't kept for another time. */
static void test_resolver_asks_ahead_at_once_where_answers_took_long(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct dns_server *server = dns_server_new(s.loop, DNS_SERVER_SILENT);
	const char *forward[] = { dns_server_address(server) };
	struct resolver_conf conf = { .forward = forward, .forward_count = 1 };
	struct resolver_question *a;
	struct loop_timer *timer;
	struct resolver *r;
	int round;

	(void)state;
	assert_int_equal(resolver_new(s.loop, &conf, &r, NULL), 0);
	a = resolver_ask(r, "www.zone.example", RRTYPE_A, on_answer, &s);
	for (round = 1; round <= 2; round++) {
		timer = loop_timer_new(s.loop, 50, stop, s.loop);
		loop_run(s.loop);
		loop_timer_free(timer);
		assert_int_equal(dns_server_questions(server), round);
		resolver_ask_ahead(r, "_25._tcp.mx.example", RRTYPE_TLSA);
	}
	resolver_question_free(a);
	resolver_free(r);
	dns_server_free(server);
	loop_free(s.loop);
}

/* An answer that proves nothing waits; released, it is delivered as it is; asked
 * elsewhere, it is that of there. */
static void test_resolver_hold_keeps_what_is_no_proof(void **state)
{
	int change;

	(void)state;
	for (change = 0; change <= 1; change++) {
		struct seen s = { .loop = loop_new() };
		struct dns_server *bad = dns_server_new(s.loop, DNS_SERVER_REFUSES);
		struct dns_server *good = dns_server_new(s.loop, DNS_SERVER_UNSIGNED);
		const char *forward[] = { dns_server_address(bad) };
		struct resolver_conf conf = { .forward = forward,
					      .forward_count = 1,
					      .blind = true };
		struct resolver_question *dropped;
		struct loop_timer *timer;
		struct resolver *r;

		assert_int_equal(resolver_new(s.loop, &conf, &r, NULL), 0);
		resolver_hold(r);
		s.question = resolver_ask(r, "www.example", RRTYPE_A, on_answer, &s);
		dropped = resolver_ask(r, "b.zone.example", RRTYPE_A, on_answer, &s);
		resolver_question_free(dropped);
		timer = loop_timer_new(s.loop, 100, stop, s.loop);
		loop_run(s.loop);
		loop_timer_free(timer);
		assert_int_equal(s.calls, 0);
		assert_false(resolver_has_proof(r));
		forward[0] = dns_server_address(good);
		if (change)
			assert_int_equal(resolver_change(r, &conf, NULL), 0);
		else
			resolver_release(r);
		assert_int_equal(s.calls, 0);
		loop_run(s.loop);
		assert_int_equal(s.calls, 1);
		assert_int_equal(s.kind, change ? ANSWER_DATA : ANSWER_FAILED);
		resolver_free(r);
		dns_server_free(bad);
		dns_server_free(good);
		loop_free(s.loop);
	}
}

/* The question is under way, and an answer is delivered at once that shows what it is. */
static void test_resolver_change_takes_what_is_under_way_along(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct dns_server *silent = dns_server_new(s.loop, DNS_SERVER_SILENT);
	struct dns_server *good = dns_server_new(s.loop, DNS_SERVER_UNSIGNED);
	const char *forward[] = { dns_server_address(silent) };
	struct resolver_conf conf = { .forward = forward,
				      .forward_count = 1,
				      .blind = true };
	struct resolver_conf wrong = { .trust_anchor = "/nonexistent/anchor" };
	struct loop_timer *timer;
	struct resolver *r;

	(void)state;
	assert_int_equal(resolver_new(s.loop, &conf, &r, NULL), 0);
	resolver_hold(r);
	s.question = resolver_ask(r, "www.example", RRTYPE_A, on_answer, &s);
	timer = loop_timer_new(s.loop, 20, stop, s.loop);
	loop_run(s.loop);
	loop_timer_free(timer);
	assert_int_equal(resolver_change(r, &wrong, NULL), DP_ENOENT);
	forward[0] = dns_server_address(good);
	assert_int_equal(resolver_change(r, &conf, NULL), 0);
	resolver_hold(r);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.kind, ANSWER_DATA);
	resolver_free(r);
	dns_server_free(silent);
	dns_server_free(good);
	loop_free(s.loop);
}

/* What is held back is answered all the same. */
static void test_resolver_ask_answers_all(void **state)
{
	struct seen s[8] = { { .loop = loop_new() } };
	struct dns_server *server = dns_server_new(s[0].loop, DNS_SERVER_UNSIGNED);
	const char *forward[] = { dns_server_address(server) };
	struct resolver_conf conf = {
		.forward = forward, .forward_count = 1, .blind = true, .many = true
	};
	struct resolver *r;
	int i;

	(void)state;
	assert_int_equal(resolver_new(s[0].loop, &conf, &r, NULL), 0);
	for (i = 0; i < 8; i++) {
		s[i].loop = s[0].loop;
		s[i].question =
			resolver_ask(r, i % 2 ? "www.zone.example" : "zone.example",
				     RRTYPE_A, on_answer, &s[i]);
	}
	for (i = 0; i < 8;) {
		loop_run(s[0].loop);
		for (i = 0; i < 8 && s[i].calls == 1;)
			i++;
	}
	resolver_free(r);
	dns_server_free(server);
	loop_free(s[0].loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolver_ask_rows),
		cmocka_unit_test(test_resolver_prime_asks_once),
		cmocka_unit_test(test_resolver_drops_open_questions),
		cmocka_unit_test(test_resolver_ask_for_no_name),
		cmocka_unit_test(test_resolver_ask_lets_one_go_ahead),
		cmocka_unit_test(test_resolver_asks_ahead_where_answers_take_long),
		cmocka_unit_test(
			test_resolver_asks_ahead_at_once_where_answers_took_long),
		cmocka_unit_test(test_resolver_hold_keeps_what_is_no_proof),
		cmocka_unit_test(test_resolver_change_takes_what_is_under_way_along),
		cmocka_unit_test(test_resolver_ask_answers_all),
		cmocka_unit_test(test_resolver_asks_ahead_only_when_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
