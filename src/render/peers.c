/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/peers.h"

#include <stdlib.h>

#include "base/buf.h"
#include "render/page.h"
#include "render/render.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"

int64_t peers_spent_ms(const struct facts_peer *p)
{
	int64_t ms = -1;

	if (p->connect_ms >= 0)
		ms = p->connect_ms;
	if (p->starttls_ms >= 0)
		ms = (ms < 0 ? 0 : ms) + p->starttls_ms;
	if (p->handshake_ms >= 0)
		ms = (ms < 0 ? 0 : ms) + p->handshake_ms;
	return ms;
}

static void add_field(struct buf *b, const char *text)
{
	if (text)
		buf_printf(b, "%s%s", b->len ? "  " : "", text);
}

/* Adds where the time went, for a service with STARTTLS: its server may be the one that
 * waits. */
static void add_stages(struct buf *b, const struct facts_peer *p)
{
	if (p->starttls_ms >= 0)
		buf_printf(b, " (STARTTLS %lld ms)", (long long)p->starttls_ms);
}

static void peer_fields(struct buf *b, const struct page *g, const struct facts_peer *p)
{
	int64_t ms = peers_spent_ms(p);

	add_field(b, p->tls.version);
	add_field(b, p->tls.group);
	add_field(b, p->tls.auth);
	if (g->conf->verbosity > 0) {
		add_field(b, p->tls.cipher);
		add_field(b, p->tls.alpn);
	}
	if (ms >= 0)
		buf_printf(b, "%s%lld ms", b->len ? "  " : "", (long long)ms);
	if (g->conf->verbosity > 0)
		add_stages(b, p);
	if (p->age_s > 0)
		buf_printf(b, "  seen %lld s ago", (long long)p->age_s);
	if (p->http && p->http->status)
		buf_printf(b, "  HTTP %d", p->http->status);
}

static const char *peer_error(const struct facts_peer *p)
{
	if (p->http && p->http->error)
		return p->http->error;
	return p->error;
}

static void peer_row(const struct page *g, const char *label, const struct facts_peer *p)
{
	const char *error = peer_error(p);
	char *place = phrase_peer(p);
	struct buf text;

	buf_init(&text, PAGE_MAX);
	if (p->has_tls)
		peer_fields(&text, g, p);
	else
		buf_text(&text, error ? error : code_meaning(p->code));
	page_state_row(g, label, place, code_name(p->code), p->state, buf_str(&text));
	/* the target's own failure is told below, in whole sentences */
	if (p->has_tls && error && (p->code != g->t->code || g->conf->verbosity > 0))
		page_row(g, "", "", "", error);
	buf_clear(&text);
	free(place);
}

void peers_block(const struct page *g, const struct facts_endpoint *e)
{
	const char *label = "peer";
	size_t i;

	for (i = 0; i < e->peer_count; i++) {
		if (!e->peer[i].address)
			continue; /* verify works offline */
		peer_row(g, label, &e->peer[i]);
		label = "";
	}
	if (!e->peer_count && e->error && e->code != g->t->code)
		page_state_row(g, "peer", "none", code_name(e->code), e->state, e->error);
}
