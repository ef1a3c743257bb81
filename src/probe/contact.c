/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/contact.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fnv.h"
#include "base/loop.h"
#include "base/mem.h"
#include "probe/gate.h"
#include "probe/ledger.h"
#include "probe/peer_pack.h"
#include "probe/shelf.h"
#include "probe/silence.h"
#include "probe/talk.h"

/* how soon we see what another worker found out */
#define LOOK_MS 25
#define GRACE_MS 100 /* so that those who asked end it by their own deadlines */

struct contact {
	struct talk *talk;
	struct contact_ask ask;
	struct loop *loop;	     /* borrowed */
	struct loop_timer *delivery; /* owned */
	int64_t age_ms;		     /* of what was there when it asked; -1 */
	bool waiting;		     /* waits() was called with true */
	struct contact *before, *next;
};

struct contact_book {
	struct contact_book_conf conf;
	struct talk *in_flight;
	struct shelf *shelf;	     /* owned */
	struct silence_book *silent; /* owned */
};

/*
 * Conversations
 */
static void drop_from_flight(struct talk *t)
{
	if (!t->all)
		return;
	*(t->before ? &t->before->next : &t->all->in_flight) = t->next;
	if (t->next)
		t->next->before = t->before;
	t->before = t->next = NULL;
}

/*
 * What other workers know
 */
/* Tells them what came of it, where they wait for that. */
static void keep_promise(struct talk *t)
{
	const struct contact_book_conf *c = t->promised ? &t->all->conf : NULL;
	struct buf octets;

	if (!c)
		return;
	t->promised = false;
	buf_init(&octets, LEDGER_ENTRY_MAX);
	if (t->done && talk_result(t)->status == PEER_CHAIN)
		peer_pack(talk_result(t), &octets);
	if (octets.len && !octets.overflow)
		ledger_write(c->ledger, c->lane, t->key, octets.data, octets.len);
	else
		ledger_drop(c->ledger, c->lane, t->key);
	buf_clear(&octets);
}

static void free_talk(struct talk *t)
{
	if (!t->done)
		drop_from_flight(t);
	keep_promise(t);
	talk_free(t);
}

static void free_if_unused(struct talk *t)
{
	if (!t->first && !t->kept)
		free_talk(t);
}

static void tell_done(void *arg)
{
	struct contact *c = arg;

	loop_timer_free(c->delivery);
	c->delivery = NULL;
	c->ask.done(c->ask.arg);
}

static void tell_waits(struct contact *c, bool waits)
{
	if (c->waiting == waits)
		return;
	c->waiting = waits;
	c->ask.waits(c->ask.arg, waits);
}

static void deliver_soon(struct contact *c)
{
	tell_waits(c, false);
	c->delivery = loop_timer_new(c->loop, 0, tell_done, c);
}

/* Each contact is told from the loop, since what one does with the result may free
 * others. */
static void end_talk(struct talk *t)
{
	struct contact *c;

	drop_from_flight(t);
	t->done = true;
	t->done_ms = t->is_packed ? t->done_ms : clock_ms();
	keep_promise(t);
	gate_leave(t->pass);
	t->pass = NULL;
	loop_timer_free(t->limit);
	loop_timer_free(t->look);
	t->limit = t->look = NULL;
	for (c = t->first; c; c = c->next)
		deliver_soon(c);
}

/*
 * Silent addresses
 */
/* Whether its address is known to be silent, which then is the result. */
static bool take_silence(struct talk *t)
{
	enum peer_status status;
	char *text;

	if (!silence_find(t->all->silent, t->address, t->conf.port, &status, &text))
		return false;
	t->has_instead = t->is_known = true;
	t->instead = (struct peer_result){
		.status = status, .connect_ms = -1, .starttls_ms = -1, .handshake_ms = -1
	};
	why_set(&t->instead.why, DP_EIO, "%s", text);
	free(text);
	return true;
}

/* Contacts that wait for room at an address that has fallen silent needn't wait. */
static void note_silence(struct talk *t, enum peer_status status, const char *text)
{
	struct talk *other, *next;

	if (!silence_note(t->all->silent, t->address, t->conf.port, status, text))
		return;
	for (other = t->all->in_flight; other; other = next) {
		next = other->next;
		if (!other->peer && other->conf.port == t->conf.port &&
		    !strcmp(other->address, t->address) && take_silence(other))
			end_talk(other);
	}
}

/* Finds a conversation that is under way, or that has ended not too long ago. */
static struct talk *find_talk(struct contact_book *all, const char *key, bool recent)
{
	uint64_t hash = fnv_text(key);
	struct talk *t = shelf_find(all->shelf, key, hash, recent);

	if (t)
		return t;
	for (t = all->in_flight; t; t = t->next)
		if (t->hash == hash && !strcmp(t->key, key))
			return t;
	return NULL;
}

/*
 * The flow
 */
static void on_peer(void *arg)
{
	struct talk *t = arg;
	const struct peer_result *r = peer_result(t->peer);

	if (t->all && r->connect_ms >= 0)
		silence_end(t->all->silent, t->address, t->conf.port);
	end_talk(t);
	if (t->all && r->connect_ms < 0 &&
	    (r->status == PEER_NO_CONNECT || r->status == PEER_SILENT))
		note_silence(t, r->status, r->why.text);
	else if (t->all && talk_is_worth_keeping(t))
		shelf_put(t->all->shelf, t);
}

/* Only a conversation that had most of its time to connect can say that nobody
 * answers. */
static char *late_text(struct talk *t, int64_t timeout_ms, bool *ret_silent)
{
	*ret_silent = t->all && peer_is_connecting(t->peer) &&
		      (clock_ms() - t->begun_ms) * 4 >= timeout_ms * 3;
	return peer_late(t->peer, timeout_ms);
}

/* Those who asked have deadlines of their own, which stand still while they wait for
 * another address. This conversation must not be held until then. */
static void on_limit(void *arg)
{
	struct talk *t = arg;
	const struct peer_result *r = peer_result(t->peer);
	bool silent;
	char *text = late_text(t, t->limit_ms, &silent);

	t->has_instead = true;
	t->instead = (struct peer_result){ .status = PEER_SILENT,
					   .connect_ms = r->connect_ms,
					   .starttls_ms = r->starttls_ms,
					   .handshake_ms = r->handshake_ms };
	why_set(&t->instead.why, DP_EIO, "%s", text);
	peer_free(t->peer);
	t->peer = NULL;
	end_talk(t);
	if (silent)
		note_silence(t, PEER_SILENT, text);
	free(text);
}

static void start_talk(struct talk *t)
{
	t->begun_ms = clock_ms();
	t->limit_ms = t->conf.deadline_ms - t->asked_ms;
	t->conf.deadline_ms = t->begun_ms + t->limit_ms;
	t->peer = peer_new(&t->conf, on_peer, t);
	if (t->all)
		t->limit =
			loop_timer_new(t->conf.loop, t->limit_ms + GRACE_MS, on_limit, t);
}

static void on_room(void *arg)
{
	struct talk *t = arg;
	struct contact *c;

	start_talk(t);
	for (c = t->first; c; c = c->next)
		tell_waits(c, false);
}

static struct talk *new_talk(struct contact_book *all, const struct peer_conf *conf,
			     char *take_key)
{
	struct talk *t = talk_new(conf, take_key);

	t->all = all;
	t->gate = all ? all->conf.gate : NULL;
	if (all) {
		t->next = all->in_flight;
		if (t->next)
			t->next->before = t;
		all->in_flight = t;
	}
	return t;
}

static void enter_gate(struct talk *t)
{
	bool in;

	t->pass = gate_enter(t->gate, t->address, t->conf.start != SERVICE_TLS_AT_ONCE,
			     on_room, t, &in);
	if (in)
		start_talk(t);
}

/* Ends it by what another worker saw. */
static void take_packed(struct talk *t, const struct buf *octets, int64_t seen_ms)
{
	if (peer_pack_read(octets->data, octets->len, &t->instead, NULL) < 0) {
		enter_gate(t);
		return;
	}
	t->has_instead = t->is_packed = true;
	t->done_ms = seen_ms;
	end_talk(t);
	shelf_put(t->all->shelf, t);
}

static void on_look(void *arg);

/* A worker that hangs must not hold the others for longer than it would have itself. */
static void ask_others(struct talk *t, bool recent)
{
	const struct contact_book_conf *c = &t->all->conf;
	int64_t now = clock_ms(), seen_ms = 0;
	struct buf octets;

	buf_init(&octets, LEDGER_ENTRY_MAX);
	switch (ledger_ask(c->ledger, c->lane, t->key,
			   now - (recent ? CONTACT_RECENT_MS : CONTACT_OLD_MS), &octets,
			   &seen_ms)) {
	case LEDGER_THERE:
		take_packed(t, &octets, seen_ms);
		break;
	case LEDGER_OTHERS:
		if (now < t->conf.deadline_ms)
			t->look = loop_timer_new(t->conf.loop, LOOK_MS, on_look, t);
		else
			enter_gate(t);
		break;
	case LEDGER_MINE:
		t->promised = true;
		enter_gate(t);
		break;
	case LEDGER_FULL:
		enter_gate(t);
		break;
	}
	buf_clear(&octets);
}

/* What they find out now is recent; and what was there before is still there, where that
 * would do. */
static void on_look(void *arg)
{
	struct talk *t = arg;
	struct contact *c;

	loop_timer_free(t->look);
	t->look = NULL;
	ask_others(t, true);
	if (t->peer)
		for (c = t->first; c; c = c->next)
			tell_waits(c, false);
}

/* NULL: there is none to share. */
static struct talk *shared_talk(struct contact_book *all, const struct peer_conf *conf,
				const struct contact_ask *ask)
{
	char *key = talk_key(conf);
	struct talk *t = find_talk(all, key, ask->recent);

	if (t) {
		free(key);
		return t;
	}
	t = new_talk(all, conf, key);
	t->common = ask->common;
	if (take_silence(t))
		end_talk(t);
	else if (t->common && all->conf.ledger)
		ask_others(t, ask->recent);
	else
		enter_gate(t);
	return t;
}

static void join_talk(struct contact *c, struct talk *t)
{
	c->talk = t;
	c->next = t->first;
	if (c->next)
		c->next->before = c;
	t->first = c;
	c->age_ms = t->done ? clock_ms() - t->done_ms : -1;
	if (t->done)
		deliver_soon(c);
	else
		tell_waits(c, !t->peer);
}

struct contact_book *contact_book_new(const struct contact_book_conf *conf)
{
	struct contact_book *all = mem_zero(sizeof(*all));

	all->conf = *conf;
	all->silent = silence_book_new();
	all->shelf = shelf_new(free_if_unused);
	return all;
}

void contact_book_free(struct contact_book *all)
{
	if (!all)
		return;
	shelf_free(all->shelf);
	silence_book_free(all->silent);
	free(all);
}

struct contact *contact_new(struct contact_book *all, const struct peer_conf *conf,
			    const struct contact_ask *ask)
{
	struct contact *c = mem_zero(sizeof(*c));
	struct talk *t;

	c->ask = *ask;
	c->loop = conf->loop;
	if (all && all->conf.remember) {
		t = shared_talk(all, conf, ask);
	} else {
		t = new_talk(NULL, conf, NULL);
		t->gate = all ? all->conf.gate : NULL;
		enter_gate(t);
	}
	join_talk(c, t);
	return c;
}

const struct peer_result *contact_result(const struct contact *c)
{
	return talk_result(c->talk);
}

int64_t contact_age_ms(const struct contact *c)
{
	return c->age_ms;
}

bool contact_is_known(const struct contact *c)
{
	return c->talk->is_known;
}

bool contact_is_waiting(const struct contact *c)
{
	return !c->talk->peer && !c->talk->done;
}

bool contact_is_connecting(const struct contact *c)
{
	return !c->talk->done && c->talk->peer && peer_is_connecting(c->talk->peer);
}

char *contact_time_out(struct contact *c, int64_t timeout_ms)
{
	struct talk *t = c->talk;
	bool silent;
	char *text;

	if (!t->peer || t->done)
		return mem_printf("a connection did not end within %.3g s",
				  (double)timeout_ms / 1000);
	text = late_text(t, timeout_ms, &silent);
	if (silent)
		note_silence(t, PEER_SILENT, text);
	return text;
}

void contact_free(struct contact *c)
{
	struct talk *t;

	if (!c)
		return;
	t = c->talk;
	loop_timer_free(c->delivery);
	*(c->before ? &c->before->next : &t->first) = c->next;
	if (c->next)
		c->next->before = c->before;
	free(c);
	free_if_unused(t);
}
