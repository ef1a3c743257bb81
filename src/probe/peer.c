/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/peer.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dane/bounds.h"
#include "dane/defect.h"
#include "net/conn.h"
#include "net/dialogue.h"
#include "net/helo.h"
#include "net/starttls.h"
#include "probe/parting.h"

/* how long we wait before we ask a busy server again */
#define PAUSE_MS 1000
/* how soon a large handshake is tried again, of which others are under way */
#define HELD_MS 10
/* how long we wait where this host lacks sockets or the like */
#define EXHAUSTED_MS 100

enum phase {
	PHASE_EXHAUSTED, /* this host lacks sockets or the like: no fault of the server's
			  */
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
	enum peer_keys keys;
	bool without_alpn, raw_key, any_usage; /* what this try offers */
	bool began_tls;
	struct why refusal; /* of certificates, while a raw key is asked for */
	enum peer_status refused_as;
	char *address; /* owned */
	int port;
	char *sni;  /* owned */
	char *alpn; /* owned; NULL: none */
	enum service_start service, inside;
	char *helo, *domain; /* owned; NULL: none */
	int64_t began_ms, deadline_ms, connect_limit_ms;
	struct why put_off; /* how the first try ended; "" while it is the only one */
	peer_fn *fn;
	void *arg;
	enum phase phase;
	enum peer_status judged; /* the result after the handshake, told when the farewell
				    is over */
	int64_t phase_began_ms;
	int fd;			     /* owned; -1 none */
	struct loop_io *io;	     /* owned */
	struct loop_timer *timer;    /* owned; a pause, or the delivery */
	struct loop_timer *patience; /* owned; until the connection has to be accepted */
	struct dialogue *dialogue;   /* owned */
	struct handshake *handshake; /* owned */
	struct parting *parting;     /* owned */
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
	loop_timer_free(p->patience);
	p->patience = NULL;
	dialogue_free(p->dialogue);
	p->dialogue = NULL;
	parting_free(p->parting);
	p->parting = NULL;
	handshake_free(p->handshake);
	p->handshake = NULL;
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

/* Where a raw key was asked for last of all, that there is none is no news. */
static enum peer_status final_status(struct peer *p, enum peer_status status)
{
	if (!p->raw_key || status == PEER_CHAIN)
		return status;
	if (p->keys == PEER_CERTIFICATE_OR_RAW_KEY) {
		p->result.why = p->refusal;
		return p->refused_as;
	}
	return status == PEER_REFUSED || status == PEER_NO_TLS ? PEER_NO_RAW_KEY : status;
}

static void finish_peer(struct peer *p, enum peer_status status)
{
	hang_up(p);
	p->phase = PHASE_DONE;
	p->result.status = final_status(p, status);
	if (p->began_tls && !p->result.tls.sni)
		p->result.tls.sni = mem_text(p->sni);
	loop_timer_free(p->timer);
	p->timer = loop_timer_new(p->loop, 0, deliver_peer, p);
}

static void start_connection(struct peer *p);

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

static void on_parted(void *arg)
{
	struct peer *p = arg;

	p->result.demands_certificate = handshake_demands_certificate(p->handshake);
	handshake_bye(p->handshake);
	finish_peer(p, p->judged);
}

/* Sends no mail and doesn't log in; only says goodbye. */
static void say_goodbye(struct peer *p, enum peer_status judged)
{
	const struct parting_conf conf = {
		.loop = p->loop,
		.handshake = p->handshake,
		.protocol = p->service == SERVICE_TLS_AT_ONCE ? p->inside : p->service,
		.after_starttls = p->service != SERVICE_TLS_AT_ONCE,
		.domain = p->domain,
		.patience_ms = p->result.handshake_ms,
		.deadline_ms = p->deadline_ms
	};

	p->judged = judged;
	p->phase = PHASE_FAREWELL;
	loop_io_want(p->io, true, false);
	p->parting = parting_new(&conf, on_parted, p);
}

/* Reads the chain that the server showed: PEER_CHAIN, or why not. */
static enum peer_status read_shown(struct peer *p)
{
	struct peer_result *r = &p->result;

	r->handshake_ms = end_phase(p);
	r->asks_certificate = handshake_asked_certificate(p->handshake);
	if (p->raw_key && !handshake_is_raw_key(p->handshake)) {
		why_set(&r->why, DP_ECRYPTO, "the server has no raw public key");
		return PEER_REFUSED;
	}
	if (read_chain(p) < 0 || chain_check_key(&r->chain, &r->why) < 0)
		return PEER_NO_TLS;
	handshake_describe(p->handshake, &r->tls);
	r->key_usage_odd = p->any_usage;
	return PEER_CHAIN;
}

/* Many that wait for the end of their goodbyes would hold much: what is that large is no
 * honest chain. */
static void end_handshake(struct peer *p)
{
	enum peer_status judged = read_shown(p);

	if (handshake_is_large(p->handshake)) {
		handshake_bye(p->handshake);
		finish_peer(p, judged);
	} else {
		say_goodbye(p, judged);
	}
}

/* The server hung up because we have no client certificate; its own certificate has
 * come. */
static void take_demand(struct peer *p)
{
	enum peer_status judged = read_shown(p);

	p->result.demands_certificate = true;
	finish_peer(p, judged);
}

/* Tries once more, on a new connection. */
static void try_again(struct peer *p)
{
	hang_up(p);
	start_connection(p);
}

static void try_without_alpn(struct peer *p)
{
	if (!p->alpn || p->without_alpn) {
		finish_peer(p, PEER_REFUSED);
		return;
	}
	p->without_alpn = true;
	try_again(p);
}

/* GnuTLS's clients stop where the key usage has no signatures, OpenSSL's go on. Whether
 * that counts, those decide who judge the chain. */
static void try_any_usage(struct peer *p)
{
	if (p->any_usage) {
		finish_peer(p, PEER_NO_TLS);
		return;
	}
	p->any_usage = true;
	try_again(p);
}

/* A server that has nothing but a raw public key refuses by an alert, or hangs up. */
static void try_raw_key(struct peer *p, enum peer_status refused_as)
{
	if (p->keys != PEER_CERTIFICATE_OR_RAW_KEY || p->raw_key) {
		finish_peer(p, refused_as);
		return;
	}
	p->refusal = p->result.why;
	p->refused_as = refused_as;
	p->raw_key = true;
	try_again(p);
}

/* What is wrong with the certificate says more than the library does. */
static void explain_shown(struct peer_result *r)
{
	struct defect defect;
	char *text;

	if (!defect_find(&r->shown, &defect) || defect.kind == DEFECT_USAGE)
		return;
	text = defect_explain(&defect, &r->shown, NULL, 0);
	why_set(&r->why, DP_ECRYPTO, "%s", text);
	free(text);
}

static void fail_handshake(struct peer *p)
{
	size_t count;
	const gnutls_datum_t *ders = handshake_shown(p->handshake, &count);

	if (count && !p->raw_key &&
	    chain_from_ders(ders, count, &p->result.shown, NULL) == 0)
		explain_shown(&p->result);
	finish_peer(p, PEER_NO_TLS);
}

/* Plaintext after a go-ahead is an attack, or as good as one (RFC 3207 section 6). */
static void refuse_plaintext(struct peer *p)
{
	if (p->service == SERVICE_TLS_AT_ONCE) {
		finish_peer(p, PEER_NO_TLS);
		return;
	}
	why_set(&p->result.why, DP_EFORMAT,
		"plaintext came after the server's go-ahead, where TLS has to begin: an "
		"injection, or a server that accepts STARTTLS and doesn't start it");
	finish_peer(p, PEER_NO_STARTTLS);
}

/* A server that closes with our first message unread resets the connection. After a
 * go-ahead that is a refusal of TLS, too. */
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

static void go_on(struct peer *p);

static void on_held(void *arg)
{
	go_on(arg);
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
	case HANDSHAKE_HELD:
		loop_io_want(p->io, false, false);
		loop_timer_free(p->timer);
		p->timer = loop_timer_new(p->loop, HELD_MS, on_held, p);
		break;
	case HANDSHAKE_DONE:
		end_handshake(p);
		break;
	case HANDSHAKE_DEMANDED:
		take_demand(p);
		break;
	case HANDSHAKE_NO_PROTOCOL:
		try_without_alpn(p);
		break;
	case HANDSHAKE_KEY_USAGE:
		try_any_usage(p);
		break;
	case HANDSHAKE_REFUSED:
		try_raw_key(p, PEER_REFUSED);
		break;
	case HANDSHAKE_CLOSED:
		p->result.closed = true;
		try_raw_key(p, PEER_NO_TLS);
		break;
	case HANDSHAKE_RESET:
		end_by_reset(p);
		break;
	case HANDSHAKE_PLAINTEXT:
		refuse_plaintext(p);
		break;
	case HANDSHAKE_FAILED:
		fail_handshake(p);
		break;
	}
}

/* One signature by a huge key would stop the loop for minutes. */
static bool takes_key(const gnutls_datum_t *shown, bool raw_key, struct why *why)
{
	char reason[BOUNDS_REASON_SIZE];

	if (raw_key ? bounds_hold(shown, reason) : bounds_hold_cert(shown, reason))
		return true;
	why_set(why, DP_ECRYPTO, "the server has a key that %s", reason);
	return false;
}

static void start_handshake(struct peer *p)
{
	const struct handshake_offer offer = { .auth = p->auth,
					       .sni = p->sni,
					       .alpn = p->without_alpn ? NULL : p->alpn,
					       .raw_key = p->raw_key,
					       .any_usage = p->any_usage,
					       .takes_key = takes_key };

	p->began_tls = true;
	p->phase = PHASE_HANDSHAKE;
	if (handshake_new(p->kit, &offer, p->fd, &p->handshake, &p->result.why) < 0)
		finish_peer(p, PEER_NO_TLS);
	else
		go_on(p);
}

static void on_pause_over(void *arg)
{
	start_connection(arg);
}

/* Another try, as long as this one was, has to fit, else it would end as a timeout. */
static bool second_try_fits(const struct peer *p)
{
	int64_t now = clock_ms();

	return now + PAUSE_MS + (now - p->began_ms) < p->deadline_ms;
}

static void put_off(struct peer *p)
{
	struct why *why = &p->result.why;

	if (p->put_off.text[0]) {
		why_set(&p->put_off, DP_EIO, "%s, and again at a second try", why->text);
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
	loop_timer_free(p->patience);
	p->patience = NULL;
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
		parting_ready(p->parting);
		break;
	case PHASE_EXHAUSTED:
	case PHASE_PAUSE:
	case PHASE_DONE:
		break;
	}
}

/* Who accepts at all does so soon; the rest of the time is for those who do. */
static void on_no_patience(void *arg)
{
	struct peer *p = arg;
	char *text = peer_late(p, p->connect_limit_ms);

	why_set(&p->result.why, DP_EIO, "%s", text);
	free(text);
	finish_peer(p, PEER_SILENT);
}

/* Where the deadline comes first, it is what is told. */
static void limit_connect(struct peer *p)
{
	if (p->connect_limit_ms && clock_ms() + p->connect_limit_ms < p->deadline_ms)
		p->patience =
			loop_timer_new(p->loop, p->connect_limit_ms, on_no_patience, p);
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
		limit_connect(p);
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
	p->keys = conf->keys;
	p->raw_key = conf->keys == PEER_RAW_KEY;
	p->address = mem_text(conf->address);
	p->port = conf->port;
	p->service = conf->start;
	p->inside = conf->inside;
	p->helo = mem_text(conf->helo);
	p->domain = mem_text(conf->domain);
	p->deadline_ms = conf->deadline_ms;
	p->connect_limit_ms = conf->connect_limit_ms;
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
	chain_clear(&p->result.shown);
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
