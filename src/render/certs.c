/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/certs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "render/layout.h"
#include "render/page.h"
#include "render/render.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"

#define SUBJECT_SHOWN                                                                    \
	60	       /* octets of a subject; -v shows it whole in a line of its own    \
			*/
#define NAME_SHOWN 260 /* no DNS name is longer */

/* "CN=YE1, O=Let's Encrypt" of RFC 4514 text: country and the like tell little. */
static void add_names_of_dn(struct buf *b, const char *dn)
{
	const char *p = dn, *end;
	size_t before = b->len;

	while (*p) {
		for (end = p; *end && *end != ','; end++)
			if (*end == '\\' && end[1])
				end++;
		if (!strncmp(p, "CN=", 3) || !strncmp(p, "O=", 2)) {
			buf_text(b, b->len > before ? ", " : "");
			buf_add(b, p, (size_t)(end - p));
		}
		p = *end ? end + 1 : end;
	}
	if (b->len == before)
		buf_text(b, *dn ? dn : "(no subject)");
}

static const char *leaf_name(const struct facts_endpoint *e, const struct facts_cert *c)
{
	size_t i;

	for (i = 0; i < c->san_count; i++)
		if (e->host && !strcmp(c->san[i], e->host))
			return e->host;
	return c->san_count ? c->san[0] : c->common_name;
}

char *certs_cell(const struct facts_endpoint *e, const struct facts_cert *c, size_t depth)
{
	const char *name = depth ? NULL : leaf_name(e, c);
	struct buf b;
	size_t limit;
	char *cell;

	buf_init(&b, PAGE_MAX);
	buf_printf(&b, "%zu ", depth);
	if (!c->has_cert)
		buf_text(&b, c->cert_sha256[0] ? "(unreadable)" : "raw public key");
	else if (name)
		buf_text(&b, name);
	else
		add_names_of_dn(&b, c->subject ? c->subject : "");
	limit = name ? NAME_SHOWN : SUBJECT_SHOWN;
	if (b.len > limit) {
		/* whole UTF-8 characters: one that is cut in half would show as
		 * escapes */
		for (limit -= 3; limit && ((unsigned char)b.data[limit] & 0xc0) == 0x80;)
			limit--;
		cell = mem_printf("%.*s...", (int)limit, b.data);
	} else {
		cell = mem_text(buf_str(&b));
	}
	buf_clear(&b);
	return cell;
}

static char *cert_life(const struct page *g, const struct facts_cert *c, size_t depth)
{
	time_t now = g->conf->now;
	const char *key = c->key ? c->key : "unknown key";
	long long days = (long long)((c->not_after - now) / 86400);
	char date[32];

	if (!c->has_cert || c->not_after == -1)
		return mem_text(key);
	if (c->not_before > now)
		return mem_printf("%s, from %s", key, clock_date(c->not_before, date));
	clock_date(c->not_after, date);
	if (c->not_after < now)
		return mem_printf("%s, expired %s (%lld d ago)", key, date, -days);
	if (depth)
		return mem_printf("%s, until %s", key, date);
	return mem_printf("%s, until %s (%lld d)", key, date, days);
}

static void put_detail(const struct page *g, const char *name, const char *text)
{
	char *whole = mem_printf("%s %s", name, text);

	layout_paragraph(g->out, page_columns(g), "           ", 13, whole);
	free(whole);
}

static void cert_details(const struct page *g, const struct facts_cert *c)
{
	char from[32];
	struct buf names;
	size_t i;

	if (c->subject)
		put_detail(g, "subject", *c->subject ? c->subject : "(empty)");
	buf_init(&names, PAGE_MAX);
	for (i = 0; i < c->san_count; i++)
		page_list(&names, c->san[i]);
	if (c->san_count)
		put_detail(g, "names", buf_str(&names));
	buf_clear(&names);
	if (c->issuer)
		put_detail(g, "issuer", *c->issuer ? c->issuer : "(empty)");
	if (c->not_before != -1)
		put_detail(g, "from", clock_rfc3339(c->not_before, from));
	if (c->spki_sha256[0])
		put_detail(g, "spki", c->spki_sha256);
	if (c->cert_sha256[0])
		put_detail(g, "cert", c->cert_sha256);
}

static void chain_rows(const struct page *g, const struct facts_endpoint *e,
		       const struct facts_peer *p, const char *label)
{
	size_t i, shown = p->chain_count;
	char *cell, *life;

	if (g->conf->verbosity <= 0 && shown > CERTS_SHOWN)
		shown = CERTS_SHOWN - 1;
	for (i = 0; i < shown; i++) {
		cell = certs_cell(e, &p->chain[i], i);
		life = cert_life(g, &p->chain[i], i);
		page_row(g, i ? "" : label, cell, NULL, life);
		if (g->conf->verbosity > 0)
			cert_details(g, &p->chain[i]);
		free(cell);
		free(life);
	}
	if (shown < p->chain_count) {
		cell = mem_printf("and %zu more", p->chain_count - shown);
		page_row(g, "", cell, NULL, "");
		free(cell);
	}
}

static bool same_chain(const struct facts_peer *a, const struct facts_peer *b)
{
	size_t i;

	if (a->chain_count != b->chain_count)
		return false;
	for (i = 0; i < a->chain_count; i++)
		if (strcmp(a->chain[i].cert_sha256, b->chain[i].cert_sha256) ||
		    strcmp(a->chain[i].spki_sha256, b->chain[i].spki_sha256))
			return false;
	return true;
}

/* Whether an earlier peer showed the same chain, or this one shows none. */
static bool chain_is_told(const struct facts_endpoint *e, size_t peer)
{
	size_t i;

	for (i = 0; i < peer; i++)
		if (same_chain(&e->peer[i], &e->peer[peer]))
			return true;
	return !e->peer[peer].chain_count;
}

/* The endpoint before e that showed the same chain; NULL none. */
static const struct facts_endpoint *earlier_with(const struct facts_target *t,
						 const struct facts_endpoint *e,
						 const struct facts_peer *p)
{
	const struct facts_endpoint *other;
	size_t k;

	for (other = t->endpoint; other != e; other++)
		for (k = 0; k < other->peer_count; k++)
			if (same_chain(&other->peer[k], p))
				return other;
	return NULL;
}

void certs_block(const struct page *g, const struct facts_endpoint *e)
{
	const char *label = "chain";
	const struct facts_endpoint *earlier;
	size_t i, distinct = 0;
	char *place, *host;

	for (i = 0; i < e->peer_count; i++)
		distinct += !chain_is_told(e, i);
	for (i = 0; i < e->peer_count; i++) {
		if (chain_is_told(e, i))
			continue;
		earlier = g->conf->verbosity > 0 ? NULL
						 : earlier_with(g->t, e, &e->peer[i]);
		if (distinct > 1) {
			place = phrase_peer(&e->peer[i]);
			page_row(g, label, place, NULL,
				 e->peer[i].tls.auth ? e->peer[i].tls.auth : "");
			free(place);
			label = "";
		}
		if (earlier) {
			host = mem_printf("as at %s:%d", earlier->host, earlier->port);
			page_row(g, label, host, NULL, "");
			free(host);
		} else {
			chain_rows(g, e, &e->peer[i], label);
		}
		label = "";
	}
}
