/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/contact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fnv.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dane/chain.h"
#include "probe/gate.h"
#include "probe/ledger.h"
#include "probe/quota.h"

/*
 * Stands in for peer.c: the name of the SNI says what comes of it, after 20 ms. "chain",
 * "refused", "noraw", "reset" (after the connect), "closed" (no connect), "silent"
 * (never); "slow" is a chain after 100 ms.
 */
struct peer {
	struct peer_result result;
	struct loop_timer *timer;
	char *sni;
	peer_fn *fn;
	void *arg;
};

static int conversations, open_now, most_open;
static int64_t last_deadline_ms; /* that a conversation was given */

static void on_end(void *arg)
{
	struct peer *p = arg;

	loop_timer_free(p->timer);
	p->timer = NULL;
	open_now--;
	p->result.connect_ms = strncmp(p->sni, "closed", 6) ? 1 : -1;
	if (!strncmp(p->sni, "noraw", 5))
		p->result.status = PEER_NO_RAW_KEY;
	else if (!strncmp(p->sni, "chain", 5) || !strncmp(p->sni, "slow", 4))
		p->result.status = PEER_CHAIN;
	else if (!strncmp(p->sni, "refused", 7))
		p->result.status = PEER_REFUSED;
	else
		p->result.status = PEER_NO_CONNECT;
	why_set(&p->result.why, DP_EIO, "it is %s", p->sni);
	p->fn(p->arg);
}

struct peer *peer_new(const struct peer_conf *conf, peer_fn *fn, void *arg)
{
	struct peer *p = mem_zero(sizeof(*p));

	conversations++;
	if (++open_now > most_open)
		most_open = open_now;
	p->sni = mem_text(conf->sni);
	p->fn = fn;
	p->arg = arg;
	p->result.connect_ms = -1;
	last_deadline_ms = conf->deadline_ms;
	if (strncmp(p->sni, "silent", 6))
		p->timer = loop_timer_new(
			conf->loop, strncmp(p->sni, "slow", 4) ? 20 : 100, on_end, p);
	return p;
}

struct peer_result *peer_result(struct peer *p)
{
	return &p->result;
}

bool peer_is_connecting(const struct peer *p)
{
	return !p->result.status && p->result.connect_ms < 0;
}

char *peer_late(const struct peer *p, int64_t timeout_ms)
{
	(void)p;
	(void)timeout_ms;
	return mem_text("connect did not end");
}

void peer_free(struct peer *p)
{
	if (!p)
		return;
	if (!p->result.status)
		open_now--;
	loop_timer_free(p->timer);
	chain_clear(&p->result.chain);
	free(p->sni);
	free(p);
}

/* The test's side */
struct party {
	struct loop *loop;
	struct quota *quota;
	struct gate *gate;
	struct contact_book *all;
};

struct asker {
	struct contact *contact;
	int done, waits;
	enum peer_status status;
	bool known;
};

static void on_done(void *arg)
{
	struct asker *a = arg;

	a->done++;
	a->status = contact_result(a->contact)->status;
	a->known = contact_is_known(a->contact);
}

static void on_waits(void *arg, bool waits)
{
	struct asker *a = arg;

	a->waits += waits ? 1 : -1;
}

static void ask(struct party *p, struct asker *a, const char *address, const char *sni)
{
	struct peer_conf conf = {
		.loop = p->loop, .address = address, .port = 443, .sni = sni
	};
	struct contact_ask fns = { .done = on_done, .waits = on_waits, .arg = a };

	*a = (struct asker){ 0 };
	conf.deadline_ms = clock_ms() + 1000;
	a->contact = contact_new(p->all, &conf, &fns);
	assert_int_equal(a->done, 0);
}

static void leave(struct asker *a)
{
	contact_free(a->contact);
	a->contact = NULL;
}

static void run_for(struct party *p, int64_t ms)
{
	struct loop_timer *end =
		loop_timer_new(p->loop, ms, (loop_fn *)loop_stop, p->loop);

	loop_run(p->loop);
	loop_timer_free(end);
}

static int meet(void **state)
{
	static struct party p;
	struct gate_conf gate = { .per_host_tls = 1 };
	struct contact_book_conf conf = { .remember = true };

	p = (struct party){ .loop = loop_new(), .quota = quota_new(1, 100) };
	gate.loop = conf.loop = p.loop;
	gate.quota = p.quota;
	conf.gate = p.gate = gate_new(&gate);
	p.all = contact_book_new(&conf);
	conversations = open_now = most_open = 0;
	*state = &p;
	return 0;
}

static int part(void **state)
{
	struct party *p = *state;

	contact_book_free(p->all);
	gate_free(p->gate);
	quota_free(p->quota);
	loop_free(p->loop);
	return open_now;
}

static void test_contact_same_is_asked_once(void **state)
{
	struct party *p = *state;
	struct asker a, b, c, d;

	ask(p, &a, "192.0.2.1", "chain");
	ask(p, &b, "192.0.2.1", "chain");
	run_for(p, 60);
	assert_int_equal(conversations, 1);
	assert_int_equal(a.status, PEER_CHAIN);
	assert_int_equal(b.status, PEER_CHAIN);
	ask(p, &c, "192.0.2.1", "chain"); /* just now */
	run_for(p, 10);
	assert_int_equal(conversations, 1);
	assert_int_equal(c.done, 1);
	assert_false(c.known);
	assert_ptr_equal(contact_result(c.contact), contact_result(a.contact));
	leave(&a);
	leave(&b);
	assert_int_equal(contact_result(c.contact)->status, PEER_CHAIN); /* still there */
	leave(&c);
	ask(p, &d, "192.0.2.1", "chain2"); /* another name is another conversation */
	run_for(p, 60);
	assert_int_equal(conversations, 2);
	leave(&d);
}

static void test_contact_every_part_of_the_conversation_counts(void **state)
{
	struct party *p = *state;
	struct peer_conf base = { .loop = p->loop,
				  .address = "192.0.2.1",
				  .port = 443,
				  .sni = "chain",
				  .deadline_ms = clock_ms() + 1000 },
			 conf[13];
	struct asker a[13];
	struct contact_ask fns = { .done = on_done, .waits = on_waits };
	size_t i;

	for (i = 0; i < 13; i++)
		conf[i] = base;
	conf[0].address = "192.0.2.2";
	conf[1].port = 444;
	conf[2].alpn = "x";
	conf[3].auth = HANDSHAKE_RSA;
	conf[4].keys = PEER_RAW_KEY;
	conf[5].start = SERVICE_SMTP;
	conf[6].helo = "x";
	conf[7].inside = SERVICE_IMAP;
	conf[8].start = conf[9].start = SERVICE_XMPP_SERVER; /* which says the domain */
	conf[8].domain = "x";
	conf[9].domain = "y";
	conf[10].inside = conf[11].inside = SERVICE_XMPP_CLIENT;
	conf[10].domain = "x";
	conf[11].domain = "y";
	for (i = 0; i < 13; i++) {
		a[i] = (struct asker){ 0 };
		fns.arg = &a[i];
		a[i].contact = contact_new(p->all, &conf[i], &fns);
	}
	run_for(p, 600);
	assert_int_equal(conversations, 13);
	for (i = 0; i < 13; i++)
		leave(&a[i]);
}

/* A host that has the mail of many domains is asked once; what isn't said to it makes no
 * other conversation. */
static void test_contact_is_one_for_all_domains_of_a_host(void **state)
{
	struct party *p = *state;
	struct peer_conf conf = { .loop = p->loop,
				  .address = "192.0.2.1",
				  .port = 25,
				  .sni = "chain",
				  .start = SERVICE_SMTP,
				  .deadline_ms = clock_ms() + 1000 };
	static const char *const domain[] = { "a.example", "b.example", NULL };
	struct contact_ask fns = { .done = on_done, .waits = on_waits };
	struct asker a[3];
	size_t i;

	for (i = 0; i < 3; i++) {
		a[i] = (struct asker){ 0 };
		fns.arg = &a[i];
		conf.domain = domain[i];
		a[i].contact = contact_new(p->all, &conf, &fns);
	}
	run_for(p, 60);
	assert_int_equal(conversations, 1);
	for (i = 0; i < 3; i++) {
		assert_int_equal(a[i].status, PEER_CHAIN);
		leave(&a[i]);
	}
}

/* What failed on the way is tried anew; what the server itself said is not. */
static void test_contact_failures_on_the_way_are_not_kept(void **state)
{
	struct party *p = *state;
	struct asker a;
	int i;

	for (i = 1; i <= 2; i++) {
		ask(p, &a, "192.0.2.1", "reset");
		run_for(p, 60);
		assert_int_equal(conversations, i);
		leave(&a);
	}
	for (i = 1; i <= 2; i++) {
		ask(p, &a, "192.0.2.1", "refused");
		run_for(p, 60);
		assert_int_equal(conversations, 3);
		assert_int_equal(a.status, PEER_REFUSED);
		leave(&a);
	}
}

static void test_contact_a_closed_address_is_known_after_two_failures(void **state)
{
	struct party *p = *state;
	struct asker a, b;
	int i;

	for (i = 1; i <= 2; i++) {
		ask(p, &a, "192.0.2.1", i == 1 ? "closed" : "closed2");
		run_for(p, 60);
		assert_int_equal(conversations, i);
		assert_false(a.known);
		leave(&a);
	}
	ask(p, &a, "192.0.2.1", "chain");
	run_for(p, 60);
	assert_int_equal(conversations, 2);
	assert_true(a.known);
	assert_int_equal(a.status, PEER_NO_CONNECT);
	assert_non_null(strstr(contact_result(a.contact)->why.text,
			       "it is closed2 (seen 0 s ago"));
	leave(&a);
	ask(p, &b, "192.0.2.9", "chain"); /* another address */
	run_for(p, 60);
	assert_int_equal(b.status, PEER_CHAIN);
	leave(&b);
}

static void test_contact_an_answer_between_makes_it_no_silence(void **state)
{
	struct party *p = *state;
	static const char *const sni[] = { "closed", "reset", "closed2", "chain" };
	struct asker a;
	size_t i;

	for (i = 0; i < 4; i++) {
		ask(p, &a, "192.0.2.1", sni[i]);
		run_for(p, 60);
		assert_false(a.known);
		leave(&a);
	}
	assert_int_equal(conversations, 4);
}

/* Those who wait for room at an address that is silent all end with that. */
static void test_contact_silence_dismisses_who_waits(void **state)
{
	struct party *p = *state;
	struct asker a[5];
	char *late;
	size_t i;

	for (i = 0; i < 5; i++) {
		char sni[16] = "silent0";

		sni[6] = (char)('0' + i);
		ask(p, &a[i], "192.0.2.1", sni);
	}
	assert_int_equal(conversations, 1);
	assert_int_equal(a[0].waits, 0);
	assert_int_equal(a[4].waits, 1);
	run_for(p, 80);
	free(contact_time_out(a[0].contact, 1000000)); /* too soon to tell */
	leave(&a[0]);
	run_for(p, 80);
	assert_int_equal(a[1].waits, 0);
	late = contact_time_out(a[1].contact, 80);
	assert_string_equal(late, "connect did not end");
	free(late);
	leave(&a[1]);
	run_for(p, 120);
	assert_int_equal(conversations, 3);
	free(contact_time_out(a[2].contact, 80)); /* the second time */
	leave(&a[2]);
	run_for(p, 20);
	assert_int_equal(conversations, 3);
	for (i = 3; i < 5; i++) {
		assert_int_equal(a[i].done, 1);
		assert_int_equal(a[i].waits, 0);
		assert_int_equal(a[i].status, PEER_SILENT);
		assert_true(a[i].known);
		leave(&a[i]);
	}
}

/* It has its time once it has room, whatever becomes of those who asked. */
static void test_contact_does_not_hold_an_address_for_ever(void **state)
{
	struct party *p = *state;
	struct peer_conf conf = { .loop = p->loop,
				  .address = "192.0.2.1",
				  .port = 443,
				  .sni = "silent",
				  .deadline_ms = clock_ms() + 50 };
	struct contact_ask fns = { .done = on_done, .waits = on_waits };
	struct asker a = { 0 }, b = { 0 };

	fns.arg = &a;
	a.contact = contact_new(p->all, &conf, &fns);
	conf.sni = "chain";
	fns.arg = &b;
	b.contact = contact_new(p->all, &conf, &fns);
	assert_int_equal(b.waits, 1);
	run_for(p, 400);
	assert_int_equal(a.done, 1);
	assert_int_equal(a.status, PEER_SILENT);
	assert_string_equal(contact_result(a.contact)->why.text, "connect did not end");
	assert_int_equal(b.done, 1);
	assert_int_equal(b.status, PEER_CHAIN);
	assert_false(a.known);
	leave(&a);
	leave(&b);
}

static void test_contact_waits_for_room(void **state)
{
	struct party *p = *state;
	struct asker a[4];
	size_t i;

	for (i = 0; i < 4; i++) {
		char sni[16] = "chain0";

		sni[5] = (char)('0' + i);
		ask(p, &a[i], "192.0.2.1", sni);
		assert_int_equal(a[i].waits, i > 0);
	}
	run_for(p, 200);
	assert_int_equal(most_open, 1);
	assert_int_equal(conversations, 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal(a[i].done, 1);
		assert_int_equal(a[i].waits, 0);
		leave(&a[i]);
	}
}

static void test_contact_without_others_asks_for_itself(void **state)
{
	struct party *p = *state;
	struct party alone = { .loop = p->loop };
	struct asker a, b;

	ask(&alone, &a, "192.0.2.1", "chain");
	ask(&alone, &b, "192.0.2.1", "chain");
	run_for(p, 60);
	assert_int_equal(conversations, 2);
	assert_int_equal(a.status, PEER_CHAIN);
	leave(&a);
	leave(&b);
	ask(&alone, &a, "192.0.2.1", "silent");
	leave(&a);
	contact_free(NULL);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, meet, part)

/* What was seen a while ago may have changed. */
static void test_contact_forgets_with_time(void **state)
{
	struct party *p = *state;
	struct asker a;
	int i;

	for (i = 1; i <= 2; i++) {
		ask(p, &a, "192.0.2.1", "chain");
		run_for(p, 60);
		assert_int_equal(conversations, i);
		leave(&a);
		clock_skip(i == 1 ? 599000 : 0);
		ask(p, &a, "192.0.2.1", "chain");
		run_for(p, 60);
		assert_int_equal(conversations, i);
		leave(&a);
		clock_skip(601000);
	}
	for (i = 1; i <= 2; i++) {
		ask(p, &a, "192.0.2.2", i == 1 ? "closed" : "closed2");
		run_for(p, 60);
		leave(&a);
	}
	assert_int_equal(conversations, 4);
	clock_skip(50000);
	ask(p, &a, "192.0.2.2", "chain");
	run_for(p, 60);
	assert_true(a.known);
	leave(&a);
	clock_skip(11000);
	ask(p, &a, "192.0.2.2", "chain2");
	run_for(p, 60);
	assert_false(a.known);
	assert_int_equal(a.status, PEER_CHAIN);
	leave(&a);
}

static struct contact *ask_for(struct party *p, struct asker *a, const char *sni,
			       bool recent)
{
	struct peer_conf conf = { .loop = p->loop,
				  .address = "192.0.2.1",
				  .port = 25,
				  .sni = sni,
				  .deadline_ms = clock_ms() + 1000 };
	struct contact_ask how = { .done = on_done,
				   .waits = on_waits,
				   .arg = a,
				   .recent = recent,
				   .common = true };

	*a = (struct asker){ 0 };
	a->contact = contact_new(p->all, &conf, &how);
	return a->contact;
}

/* How old it is, each is told; and who wants nothing old gets nothing old. */
static void test_contact_tells_the_age(void **state)
{
	struct party *p = *state;
	struct asker first, old, recent, last;

	assert_int_equal(contact_age_ms(ask_for(p, &first, "chain", false)), -1);
	run_for(p, 60);
	clock_skip(60000);
	assert_in_range(contact_age_ms(ask_for(p, &old, "chain", false)), 60000, 61000);
	assert_int_equal(contact_age_ms(ask_for(p, &recent, "chain", true)), -1);
	run_for(p, 60);
	assert_int_equal(conversations, 2);
	assert_in_range(contact_age_ms(ask_for(p, &last, "chain", true)), 0, 1000);
	leave(&first);
	leave(&old);
	leave(&recent);
	leave(&last);
}

/* What isn't a chain passes sooner. */
static void test_contact_a_refusal_is_forgotten_soon(void **state)
{
	struct party *p = *state;
	struct asker a;
	int i;

	for (i = 1; i <= 2; i++) {
		ask(p, &a, "192.0.2.1", "refused");
		run_for(p, 60);
		leave(&a);
		assert_int_equal(conversations, i);
		clock_skip(31000);
	}
}

/* Two books as two workers have them. */
struct pair {
	struct party here, there;
	struct ledger *ledger;
};

static void begin_pair(struct pair *w, const struct party *p)
{
	struct contact_book_conf conf = { .loop = p->loop, .remember = true };

	w->ledger = conf.ledger = ledger_new();
	w->here = w->there = *p;
	w->here.all = contact_book_new(&conf);
	conf.lane = 1;
	w->there.all = contact_book_new(&conf);
}

static void end_pair(struct pair *w)
{
	contact_book_free(w->here.all);
	contact_book_free(w->there.all);
	ledger_free(w->ledger);
}

static void fill_chain(struct contact *c)
{
	static const unsigned char der[] = { 0x30, 0 };
	struct peer_result *r = (struct peer_result *)(uintptr_t)contact_result(c);
	gnutls_datum_t one = { (unsigned char *)(uintptr_t)der, sizeof(der) };

	assert_int_equal(chain_from_ders(&one, 1, &r->chain, NULL), 0);
	r->handshake_ms = 17;
}

static void test_contact_workers_ask_a_common_host_once(void **state)
{
	struct pair w;
	struct asker a, b, c;

	begin_pair(&w, *state);
	fill_chain(ask_for(&w.here, &a, "chain", false));
	ask_for(&w.there, &b, "chain", false); /* while the other does */
	assert_int_equal(b.waits, 1);
	run_for(&w.here, 120);
	assert_int_equal(conversations, 1);
	assert_int_equal(a.status, PEER_CHAIN);
	assert_int_equal(b.done, 1);
	assert_int_equal(b.waits, 0);
	assert_int_equal(b.status, PEER_CHAIN);
	assert_int_equal(contact_result(b.contact)->chain.count, 1);
	assert_int_equal(contact_result(b.contact)->handshake_ms, 17);
	clock_skip(60000);
	assert_in_range(contact_age_ms(ask_for(&w.there, &c, "chain", false)), 60000,
			61000);
	run_for(&w.here, 10);
	assert_int_equal(conversations, 1);
	leave(&a);
	leave(&b);
	leave(&c);
	end_pair(&w);
}

/* A worker whose conversation comes to nothing, or that drops it, leaves it to the
 * others. */
static void test_contact_workers_go_on_where_another_failed(void **state)
{
	struct pair w;
	struct asker a, b;

	begin_pair(&w, *state);
	ask_for(&w.here, &a, "refused", false);
	ask_for(&w.there, &b, "refused", false);
	run_for(&w.here, 200);
	assert_int_equal(conversations, 2);
	assert_int_equal(b.status, PEER_REFUSED);
	leave(&a);
	leave(&b);
	fill_chain(ask_for(&w.here, &a, "slow", false));
	ask_for(&w.there, &b, "slow", false);
	leave(&a);
	run_for(&w.here, 40);
	fill_chain(b.contact);
	run_for(&w.here, 200);
	assert_int_equal(b.status, PEER_CHAIN);
	assert_int_equal(conversations, 4);
	leave(&b);
	end_pair(&w);
}

/* One that hangs holds them for no longer than their own deadline. */
static void test_contact_workers_do_not_wait_for_ever(void **state)
{
	struct pair w;
	struct asker a, b;

	begin_pair(&w, *state);
	ask_for(&w.here, &a, "silent", false);
	clock_skip(600);
	ask_for(&w.there, &b, "silent", false);
	run_for(&w.here, 60);
	assert_int_equal(conversations, 1);
	clock_skip(1100);
	run_for(&w.there, 60);
	assert_int_equal(conversations, 2);
	assert_int_equal(b.waits, 0);
	leave(&a);
	leave(&b);
	end_pair(&w);
}

static void test_contact_a_missing_raw_key_is_kept(void **state)
{
	struct party *p = *state;
	struct asker a;
	int i;

	for (i = 0; i < 2; i++) {
		ask(p, &a, "192.0.2.1", "noraw");
		run_for(p, 60);
		assert_int_equal(a.status, PEER_NO_RAW_KEY);
		leave(&a);
	}
	assert_int_equal(conversations, 1);
}

/* An address that fell silent for others may still be talking to one. */
static void test_contact_silence_leaves_those_who_talk(void **state)
{
	struct party *p = *state;
	struct contact_book_conf conf = { .loop = p->loop, .remember = true };
	struct contact_book *gated = p->all;
	struct asker slow, a;
	int i;

	p->all = contact_book_new(&conf);
	ask(p, &slow, "192.0.2.1", "slow");
	for (i = 0; i < 2; i++) {
		ask(p, &a, "192.0.2.1", i ? "closed2" : "closed");
		run_for(p, 30);
		leave(&a);
	}
	assert_int_equal(slow.done, 0);
	run_for(p, 150);
	assert_int_equal(slow.done, 1);
	assert_int_equal(slow.status, PEER_CHAIN);
	assert_false(slow.known);
	leave(&slow);
	contact_book_free(p->all);
	p->all = gated;
}

/* Its time begins when it has room. */
static void test_contact_gives_all_its_time_to_who_waited(void **state)
{
	struct party *p = *state;
	struct asker a, b;
	int64_t asked_ms;

	ask(p, &a, "192.0.2.1", "slow");
	asked_ms = clock_ms();
	ask(p, &b, "192.0.2.1", "chain");
	run_for(p, 200);
	assert_int_equal(b.status, PEER_CHAIN);
	assert_true(last_deadline_ms >= asked_ms + 1090);
	leave(&a);
	leave(&b);
}

/* Also where nobody is left who would say so. */
static void test_contact_remembers_a_limit_that_passed(void **state)
{
	struct party *p = *state;
	struct peer_conf conf = { .loop = p->loop, .address = "192.0.2.1", .port = 443 };
	struct contact_ask fns = { .done = on_done, .waits = on_waits };
	struct asker a;
	int i;

	for (i = 0; i < 3; i++) {
		a = (struct asker){ 0 };
		fns.arg = &a;
		conf.sni = i == 0 ? "silent" : i == 1 ? "silent2" : "chain";
		conf.deadline_ms = clock_ms() + 50;
		a.contact = contact_new(p->all, &conf, &fns);
		run_for(p, 250);
		assert_int_equal(a.status, PEER_SILENT);
		assert_int_equal(a.known, i == 2);
		leave(&a);
	}
	assert_int_equal(conversations, 2);
}

/* The book is as small as it is: two addresses may have one place, and then neither is
 * blamed for the other. */
static void test_contact_silences_of_two_addresses_at_one_place(void **state)
{
	struct party *p = *state;
	char other[20] = "", key[40];
	uint64_t place = fnv_text("192.0.2.1 443") % 1024;
	struct asker a;
	int i;

	for (i = 0; i < 65536 && !*other; i++) {
		snprintf(key, sizeof(key), "198.51.%d.%d 443", i / 256, i % 256);
		if (fnv_text(key) % 1024 == place)
			snprintf(other, sizeof(other), "198.51.%d.%d", i / 256, i % 256);
	}
	assert_true(*other);
	ask(p, &a, "192.0.2.1", "closed");
	run_for(p, 60);
	leave(&a);
	ask(p, &a, other, "closed");
	run_for(p, 60);
	leave(&a);
	ask(p, &a, other, "chain");
	run_for(p, 60);
	assert_false(a.known);
	assert_int_equal(a.status, PEER_CHAIN);
	leave(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_contact_same_is_asked_once),
		ROW(test_contact_every_part_of_the_conversation_counts),
		ROW(test_contact_is_one_for_all_domains_of_a_host),
		ROW(test_contact_failures_on_the_way_are_not_kept),
		ROW(test_contact_a_closed_address_is_known_after_two_failures),
		ROW(test_contact_an_answer_between_makes_it_no_silence),
		ROW(test_contact_silence_dismisses_who_waits),
		ROW(test_contact_does_not_hold_an_address_for_ever),
		ROW(test_contact_waits_for_room),
		ROW(test_contact_without_others_asks_for_itself),
		cmocka_unit_test_setup_teardown(test_contact_forgets_with_time, meet,
						part),
		ROW(test_contact_tells_the_age),
		ROW(test_contact_a_refusal_is_forgotten_soon),
		ROW(test_contact_workers_ask_a_common_host_once),
		ROW(test_contact_workers_go_on_where_another_failed),
		ROW(test_contact_workers_do_not_wait_for_ever),
		cmocka_unit_test_setup_teardown(test_contact_a_missing_raw_key_is_kept,
						meet, part),
		cmocka_unit_test_setup_teardown(
			test_contact_silence_leaves_those_who_talk, meet, part),
		cmocka_unit_test_setup_teardown(
			test_contact_gives_all_its_time_to_who_waited, meet, part),
		cmocka_unit_test_setup_teardown(
			test_contact_remembers_a_limit_that_passed, meet, part),
		cmocka_unit_test_setup_teardown(
			test_contact_silences_of_two_addresses_at_one_place, meet, part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
