/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/peer.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "net/conn.h"
#include "net/dialogue.h"
#include "net/helo.h"
#include "net/starttls.h"

/* Before a busy server is asked again. */
#define PAUSE_MS 1000
/* Before this host's own exhaustion may be over. */
#define EXHAUSTED_MS 100

/* How long a server may take to answer our last word: one that we leave before it has
 * read it logs a lost connection. */
#define FAREWELL_MS 300

enum phase {
	PHASE_EXHAUSTED, /* this host is: it's no fault of the server's */
	PHASE_CONNECT,
	PHASE_STARTTLS,
	PHASE_PAUSE,
	PHASE_HANDSHAKE,
	PHASE_FAREWELL,
	PHASE_DONE
};

struct peer {
	struct loop *loop;	   /* borrowed */
	struct handshake_kit *kit; /* borrowed */
	enum handshake_auth auth;
	bool raw_keys;
	char *address; /* owned */
	int port;
	char *sni;  /* owned */
	char *alpn; /* owned; NULL: none */
	enum service_start service;
	char *helo, *domain; /* owned; NULL: none */
	int64_t began_ms, deadline_ms;
	struct why put_off; /* what the first try came to; "" while it is the only one */
	peer_fn *fn;
	void *arg;
	enum phase phase;
	enum peer_status judged; /* behind the handshake, told after the farewell */
	int64_t phase_began_ms;
	int fd;			     /* owned; -1 none */
	struct loop_io *io;	     /* owned */
	struct loop_timer *timer;    /* owned; the pause, or the delivery */
	struct dialogue *dialogue;   /* owned */
	struct handshake *handshake; /* owned */
	struct peer_result result;
};

static void deliver_peer(void *arg)
{
	struct peer *p = arg;

	p->fn(p->arg);
}

static void hang_up(struct peer *p)
{
	loop_io_free(p->io);
	p->io = NULL;
	dialogue_free(p->dialogue);
	p->dialogue = NULL;
	handshake_free(p->handshake);
	p->handshake = NULL;
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

static void finish_peer(struct peer *p, enum peer_status status)
{
	hang_up(p);
	p->phase = PHASE_DONE;
	p->result.status = status;
	loop_timer_free(p->timer);
	p->timer = loop_timer_new(p->loop, 0, deliver_peer, p);
}

static int64_t end_phase(struct peer *p)
{
	int64_t now = clock_ms(), spent = now - p->phase_began_ms;

	p->phase_began_ms = now;
	return spent;
}

static int read_chain(struct peer *p)
{
	struct peer_result *r = &p->result;
	size_t count;
	const gnutls_datum_t *ders = handshake_chain(p->handshake, &count);

	if (count && handshake_is_raw_key(p->handshake))
		return chain_from_raw_key(ders, &r->chain, &r->why);
	return chain_from_ders(ders, count, &r->chain, &r->why);
}

static void end_farewell(void *arg)
{
	struct peer *p = arg;

	handshake_bye(p->handshake);
	finish_peer(p, p->judged);
}

/* The last words inside TLS: no mail, no login, just goodbye; and the server's answer, if
 * it comes soon and the deadline is far. */
static void say_goodbye(struct peer *p, enum peer_status judged)
{
	size_t len;
	const char *bye = starttls_bye(p->service, &len);

	p->judged = judged;
	handshake_send(p->handshake, bye, len);
	if (!len || clock_ms() + 2 * FAREWELL_MS > p->deadline_ms) {
		end_farewell(p);
		return;
	}
	p->phase = PHASE_FAREWELL;
	loop_io_want(p->io, true, false);
	p->timer = loop_timer_new(p->loop, FAREWELL_MS, end_farewell, p);
}

static void take_chain(struct peer *p)
{
	p->result.handshake_ms = end_phase(p);
	if (read_chain(p) < 0 || chain_check_key(&p->result.chain, &p->result.why) < 0) {
		say_goodbye(p, PEER_NO_TLS);
		return;
	}
	handshake_describe(p->handshake, &p->result.tls);
	say_goodbye(p, PEER_CHAIN);
}

/* Behind a go-ahead it is an attack, or as good as one (RFC 3207 section 6). */
static void refuse_plaintext(struct peer *p)
{
	if (p->service == SERVICE_TLS_AT_ONCE) {
		finish_peer(p, PEER_NO_TLS);
		return;
	}
	why_set(&p->result.why, DP_EFORMAT,
		"plaintext came behind the server's go-ahead, where TLS has to begin: an "
		"injection, or a server that says yes to STARTTLS and doesn't start it");
	finish_peer(p, PEER_NO_STARTTLS);
}

/* Closing with our first message unread is a reset too: behind a go-ahead it's the same.
 */
static void end_by_reset(struct peer *p)
{
	if (p->service == SERVICE_TLS_AT_ONCE) {
		finish_peer(p, PEER_NO_CONNECT);
		return;
	}
	why_set(&p->result.why, DP_EIO,
		"the server dropped the connection after its go-ahead, before TLS");
	finish_peer(p, PEER_NO_TLS);
}

static void go_on(struct peer *p)
{
	switch (handshake_step(p->handshake, &p->result.why)) {
	case HANDSHAKE_WANT_READ:
		loop_io_want(p->io, true, false);
		break;
	case HANDSHAKE_WANT_WRITE:
		loop_io_want(p->io, false, true);
		break;
	case HANDSHAKE_DONE:
		take_chain(p);
		break;
	case HANDSHAKE_REFUSED:
		finish_peer(p, PEER_REFUSED);
		break;
	case HANDSHAKE_RESET:
		end_by_reset(p);
		break;
	case HANDSHAKE_PLAINTEXT:
		refuse_plaintext(p);
		break;
	case HANDSHAKE_FAILED:
		finish_peer(p, PEER_NO_TLS);
		break;
	}
}

static void start_handshake(struct peer *p)
{
	const struct handshake_offer offer = {
		.auth = p->auth, .sni = p->sni, .alpn = p->alpn, .raw_keys = p->raw_keys
	};

	p->phase = PHASE_HANDSHAKE;
	if (handshake_new(p->kit, &offer, p->fd, &p->handshake, &p->result.why) < 0)
		finish_peer(p, PEER_NO_TLS);
	else
		go_on(p);
}

static void start_connection(struct peer *p);

static void on_pause_over(void *arg)
{
	start_connection(arg);
}

/* Another try as long as this one has to fit, else it would end as a timeout. */
static bool second_try_fits(const struct peer *p)
{
	int64_t now = clock_ms();

	return now + PAUSE_MS + (now - p->began_ms) < p->deadline_ms;
}

static void put_off(struct peer *p)
{
	struct why *why = &p->result.why;

	if (p->put_off.text[0]) {
		why_set(&p->put_off, DP_EIO, "%s, and so at a second try", why->text);
		*why = p->put_off;
		finish_peer(p, PEER_LATER);
	} else if (!second_try_fits(p)) {
		why_set(&p->put_off, DP_EIO,
			"%s; the deadline leaves no time for a second try", why->text);
		*why = p->put_off;
		finish_peer(p, PEER_LATER);
	} else {
		p->put_off = *why;
		hang_up(p);
		p->phase = PHASE_PAUSE;
		p->timer = loop_timer_new(p->loop, PAUSE_MS, on_pause_over, p);
	}
}

static void talk_in_clear(struct peer *p)
{
	enum dialogue_status status = dialogue_step(p->dialogue, &p->result.why);

	if (status == DIALOGUE_WANT_READ || status == DIALOGUE_WANT_WRITE) {
		loop_io_want(p->io, status == DIALOGUE_WANT_READ,
			     status == DIALOGUE_WANT_WRITE);
		return;
	}
	p->result.starttls_ms = end_phase(p);
	switch (status) {
	case DIALOGUE_WANT_READ:
	case DIALOGUE_WANT_WRITE:
		break;
	case DIALOGUE_GO:
		start_handshake(p);
		break;
	case DIALOGUE_REFUSED:
		finish_peer(p, PEER_NO_STARTTLS);
		break;
	case DIALOGUE_LATER:
		put_off(p);
		break;
	case DIALOGUE_RESET:
		finish_peer(p, PEER_NO_CONNECT);
		break;
	case DIALOGUE_FAILED:
		finish_peer(p, PEER_NO_TLS);
		break;
	}
}

static void start_dialogue(struct peer *p)
{
	char *own = p->helo ? NULL : helo_from_socket(p->fd);
	const struct starttls_conf conf = { .kind = p->service,
					    .helo = own ? own : p->helo,
					    .domain = p->domain };

	p->phase = PHASE_STARTTLS;
	p->dialogue = dialogue_new(p->fd, &conf);
	free(own);
	talk_in_clear(p);
}

static void on_connected(struct peer *p)
{
	p->result.connect_ms = end_phase(p);
	if (p->service == SERVICE_TLS_AT_ONCE)
		start_handshake(p);
	else
		start_dialogue(p);
}

static void on_ready(void *arg, bool readable, bool writable)
{
	struct peer *p = arg;

	(void)readable;
	(void)writable;
	switch (p->phase) {
	case PHASE_CONNECT:
		if (conn_check(p->fd, &p->result.why) == CONN_OPEN)
			on_connected(p);
		else
			finish_peer(p, PEER_NO_CONNECT);
		break;
	case PHASE_STARTTLS:
		talk_in_clear(p);
		break;
	case PHASE_HANDSHAKE:
		go_on(p);
		break;
	case PHASE_FAREWELL:
		if (handshake_heard(p->handshake))
			end_farewell(p);
		break;
	case PHASE_EXHAUSTED:
	case PHASE_PAUSE:
	case PHASE_DONE:
		break;
	}
}

static void start_connection(struct peer *p)
{
	enum conn_status status;

	loop_timer_free(p->timer);
	p->timer = NULL;
	p->phase = PHASE_CONNECT;
	p->phase_began_ms = clock_ms();
	p->result.connect_ms = p->result.starttls_ms = p->result.handshake_ms = -1;
	status = conn_start(p->address, p->port, &p->fd, &p->result.why);
	switch (status) {
	case CONN_PENDING:
	case CONN_OPEN:
		p->io = loop_io_new(p->loop, p->fd, on_ready, p);
		loop_io_want(p->io, false, true);
		break;
	case CONN_FAILED:
		finish_peer(p, PEER_NO_CONNECT);
		break;
	case CONN_NO_ROUTE:
		finish_peer(p, PEER_NO_ROUTE);
		break;
	case CONN_EXHAUSTED:
		p->phase = PHASE_EXHAUSTED;
		p->timer = loop_timer_new(p->loop, EXHAUSTED_MS, on_pause_over, p);
		break;
	}
}

struct peer *peer_new(const struct peer_conf *conf, peer_fn *fn, void *arg)
{
	struct peer *p = mem_zero(sizeof(*p));

	p->loop = conf->loop;
	p->kit = conf->kit;
	p->auth = conf->auth;
	p->raw_keys = conf->raw_keys;
	p->address = mem_text(conf->address);
	p->port = conf->port;
	p->service = conf->start;
	p->helo = mem_text(conf->helo);
	p->domain = mem_text(conf->domain);
	p->deadline_ms = conf->deadline_ms;
	p->sni = mem_text(conf->sni);
	p->alpn = mem_text(conf->alpn);
	p->fn = fn;
	p->arg = arg;
	p->fd = -1;
	p->began_ms = clock_ms();
	start_connection(p);
	return p;
}

struct peer_result *peer_result(struct peer *p)
{
	return &p->result;
}

bool peer_is_connecting(const struct peer *p)
{
	return p->phase == PHASE_CONNECT;
}

static const char *phase_name(enum phase phase)
{
	switch (phase) {
	case PHASE_EXHAUSTED:
		return "the wait for a socket, of which this host has none left,";
	case PHASE_CONNECT:
		return "connect";
	case PHASE_STARTTLS:
		return "the STARTTLS dialogue";
	case PHASE_PAUSE:
		return "the pause before a second try";
	case PHASE_HANDSHAKE:
	case PHASE_FAREWELL:
	case PHASE_DONE:
		break;
	}
	return "the TLS handshake";
}

char *peer_late(const struct peer *p, int64_t timeout_ms)
{
	const char *awaits = p->dialogue && p->phase == PHASE_STARTTLS
				     ? dialogue_awaits(p->dialogue)
				     : NULL;
	bool second = p->put_off.text[0] != '\0';

	return mem_printf("%s did not end within %.3g s%s%s%s%s%s", phase_name(p->phase),
			  (double)timeout_ms / 1000, awaits ? ": waiting for " : "",
			  awaits ? awaits : "", second ? " (a second try; at first " : "",
			  second ? p->put_off.text : "", second ? ")" : "");
}

void peer_free(struct peer *p)
{
	if (!p)
		return;
	hang_up(p);
	loop_timer_free(p->timer);
	chain_clear(&p->result.chain);
	free(p->result.tls.version);
	free(p->result.tls.cipher);
	free(p->result.tls.group);
	free(p->result.tls.alpn);
	free(p->result.tls.sni);
	free(p->address);
	free(p->helo);
	free(p->domain);
	free(p->sni);
	free(p->alpn);
	free(p);
}
