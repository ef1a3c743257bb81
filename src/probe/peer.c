/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/peer.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "net/conn.h"

enum stage { STAGE_CONNECT, STAGE_HANDSHAKE, STAGE_DONE };

struct peer {
	struct loop *loop;	   /* borrowed */
	struct handshake_kit *kit; /* borrowed */
	enum handshake_auth auth;
	bool raw_keys;
	char *sni;  /* owned */
	char *alpn; /* owned; NULL: none */
	peer_fn *fn;
	void *arg;
	enum stage stage;
	int64_t stage_began_ms;
	int fd;			     /* owned; -1 none */
	struct loop_io *io;	     /* owned */
	struct loop_timer *delivery; /* owned */
	struct handshake *handshake; /* owned */
	struct peer_result result;
};

static void deliver(void *arg)
{
	struct peer *p = arg;

	p->fn(p->arg);
}

static void hang_up(struct peer *p)
{
	loop_io_free(p->io);
	p->io = NULL;
	handshake_free(p->handshake);
	p->handshake = NULL;
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

static void finish(struct peer *p, enum peer_status status)
{
	hang_up(p);
	p->stage = STAGE_DONE;
	p->result.status = status;
	p->delivery = loop_timer_new(p->loop, 0, deliver, p);
}

static int64_t end_stage(struct peer *p)
{
	int64_t now = clock_ms(), spent = now - p->stage_began_ms;

	p->stage_began_ms = now;
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

static void take_chain(struct peer *p)
{
	p->result.handshake_ms = end_stage(p);
	if (read_chain(p) < 0) {
		finish(p, PEER_NO_TLS);
		return;
	}
	handshake_describe(p->handshake, &p->result.tls);
	handshake_bye(p->handshake);
	finish(p, PEER_CHAIN);
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
		finish(p, PEER_REFUSED);
		break;
	case HANDSHAKE_RESET:
		finish(p, PEER_NO_CONNECT);
		break;
	case HANDSHAKE_FAILED:
		finish(p, PEER_NO_TLS);
		break;
	}
}

static void on_connected(struct peer *p)
{
	const struct handshake_offer offer = {
		.auth = p->auth, .sni = p->sni, .alpn = p->alpn, .raw_keys = p->raw_keys
	};

	p->result.connect_ms = end_stage(p);
	p->stage = STAGE_HANDSHAKE;
	if (handshake_new(p->kit, &offer, p->fd, &p->handshake, &p->result.why) < 0)
		finish(p, PEER_NO_TLS);
	else
		go_on(p);
}

static void on_ready(void *arg, bool readable, bool writable)
{
	struct peer *p = arg;

	(void)readable;
	(void)writable;
	switch (p->stage) {
	case STAGE_CONNECT:
		if (conn_check(p->fd, &p->result.why) == CONN_OPEN)
			on_connected(p);
		else
			finish(p, PEER_NO_CONNECT);
		break;
	case STAGE_HANDSHAKE:
		go_on(p);
		break;
	case STAGE_DONE:
		break;
	}
}

static void start(struct peer *p, const char *address, int port)
{
	enum conn_status status = conn_start(address, port, &p->fd, &p->result.why);

	switch (status) {
	case CONN_PENDING:
	case CONN_OPEN:
		p->io = loop_io_new(p->loop, p->fd, on_ready, p);
		loop_io_want(p->io, false, true);
		break;
	case CONN_FAILED:
		finish(p, PEER_NO_CONNECT);
		break;
	case CONN_NO_ROUTE:
		finish(p, PEER_NO_ROUTE);
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
	p->sni = mem_text(conf->sni);
	p->alpn = mem_text(conf->alpn);
	p->fn = fn;
	p->arg = arg;
	p->fd = -1;
	p->result.connect_ms = p->result.handshake_ms = -1;
	p->stage_began_ms = clock_ms();
	start(p, conf->address, conf->port);
	return p;
}

struct peer_result *peer_result(struct peer *p)
{
	return &p->result;
}

const char *peer_stage(const struct peer *p)
{
	return p->stage == STAGE_CONNECT ? "connect" : "the TLS handshake";
}

void peer_free(struct peer *p)
{
	if (!p)
		return;
	hang_up(p);
	loop_timer_free(p->delivery);
	chain_clear(&p->result.chain);
	free(p->result.tls.version);
	free(p->result.tls.cipher);
	free(p->result.tls.group);
	free(p->result.tls.alpn);
	free(p->result.tls.sni);
	free(p->sni);
	free(p->alpn);
	free(p);
}
