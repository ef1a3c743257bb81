/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/talk.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/fnv.h"
#include "base/loop.h"
#include "base/mem.h"
#include "probe/gate.h"
#include "probe/peer_pack.h"

/* What a parsed chain takes is a multiple of what was sent. */
#define PARSED 16

/* What isn't said makes no difference: one host serves many domains. */
static const char *said_domain(const struct peer_conf *c)
{
	bool said = service_says_domain(c->start) || service_says_domain(c->inside);

	return said ? c->domain : NULL;
}

char *talk_key(const struct peer_conf *c)
{
	const char *domain = said_domain(c);

	return mem_printf("%s\n%d\n%s\n%s\n%d\n%d\n%d\n%d\n%s\n%s", c->address, c->port,
			  c->sni, c->alpn ? c->alpn : "", (int)c->auth, (int)c->keys,
			  (int)c->start, (int)c->inside, c->helo ? c->helo : "",
			  domain ? domain : "");
}

static void copy_conf(struct talk *t, const struct peer_conf *conf)
{
	t->conf = *conf;
	t->conf.address = t->address = mem_text(conf->address);
	t->conf.sni = t->sni = mem_text(conf->sni);
	t->conf.alpn = t->alpn = mem_text(conf->alpn);
	t->conf.helo = t->helo = mem_text(conf->helo);
	t->conf.domain = t->domain = mem_text(said_domain(conf));
}

struct talk *talk_new(const struct peer_conf *conf, char *take_key)
{
	struct talk *t = mem_zero(sizeof(*t));

	t->key = take_key;
	t->hash = take_key ? fnv_text(take_key) : 0;
	t->asked_ms = clock_ms();
	copy_conf(t, conf);
	return t;
}

const struct peer_result *talk_result(const struct talk *t)
{
	return t->has_instead ? &t->instead : peer_result(t->peer);
}

bool talk_is_worth_keeping(const struct talk *t)
{
	enum peer_status status = talk_result(t)->status;

	return status == PEER_CHAIN || status == PEER_REFUSED ||
	       status == PEER_NO_RAW_KEY || status == PEER_NO_STARTTLS ||
	       status == PEER_NO_TLS;
}

bool talk_is_older(const struct talk *t, int64_t ms)
{
	return clock_ms() - t->done_ms >= ms;
}

size_t talk_octets(const struct talk *t)
{
	const struct chain *chain = &talk_result(t)->chain;
	size_t i, sent = 0;

	for (i = 0; i < chain->count; i++)
		sent += chain->cert[i].der.size + chain->cert[i].spki.size;
	return sent * PARSED;
}

void talk_free(struct talk *t)
{
	if (t->is_packed)
		peer_pack_clear(&t->instead);
	loop_timer_free(t->look);
	peer_free(t->peer);
	loop_timer_free(t->limit);
	gate_leave(t->pass);
	free(t->key);
	free(t->address);
	free(t->sni);
	free(t->alpn);
	free(t->helo);
	free(t->domain);
	free(t);
}
