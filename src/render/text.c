/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "render/layout.h"
#include "render/render.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"

#define TEXT_MAX (32 << 20) /* one target with forty whole certificates and -v */
#define CELL_MIN 26	    /* the column of names is at least this wide */
#define CELL_MAX 41	    /* and at most this; longer names push */
#define MARK_MIN 8	    /* "secure", "match" and a gap */
#define RECORD_WIDTH 36	    /* a SHA-256 record with its digest cut, and a gap */
#define CERTS_SHOWN 6	    /* of a chain, without -v */
#define SUBJECT_SHOWN 60 /* octets of a subject; -v has it whole in a line of its own */
#define NAME_SHOWN 260	 /* no DNS name is longer */

struct page {
	struct buf *out;
	const struct render_conf *conf;
	const struct facts_target *t;
	size_t cell_width; /* one for all blocks */
	size_t mark_width; /* of the block at hand */
};

static void row(const struct page *g, const char *label, const char *cell,
		const char *mark, const char *text)
{
	layout_row(g->out, &(struct layout_row){ .label = label,
						 .cell = cell,
						 .cell_width = g->cell_width,
						 .mark = mark,
						 .mark_width = g->mark_width,
						 .text = text });
}

/* A label with text that takes the whole line. */
static void remark(const struct page *g, const char *label, const char *text)
{
	layout_row(g->out,
		   &(struct layout_row){ .label = label, .cell = "", .text = text });
}

/* dns */

static bool is_address(const struct facts_lookup *l)
{
	return !strcmp(l->type, "A") || !strcmp(l->type, "AAAA");
}

static const char *status(const struct facts_lookup *l)
{
	return l->failed ? "failed" : security_name(l->security);
}

static void add_part(struct buf *b, const char *text)
{
	buf_text(b, b->len ? ", " : "");
	buf_text(b, text);
}

static void add_life(struct buf *b, const struct facts_lookup *l)
{
	char date[32];

	if (l->ttl >= 0)
		buf_printf(b, "%sTTL %lld", b->len ? ", " : "", (long long)l->ttl);
	if (l->rrsig_expires != -1)
		buf_printf(b, "%sRRSIG to %s", b->len ? ", " : "",
			   clock_date(l->rrsig_expires, date));
}

/* What one question gave: "A 192.0.2.10", "no TLSA", "AAAA: reason". */
static void add_answer(struct buf *b, const struct page *g, const struct facts_lookup *l)
{
	bool is_tlsa = !strcmp(l->type, "TLSA");

	if (l->failed || l->security == SECURITY_BOGUS) {
		buf_printf(b, "%s%s", b->len ? ", " : "", l->type);
		return;
	}
	if (l->nxdomain)
		buf_printf(b, "%sdoes not exist", b->len ? ", " : "");
	else if (l->absent)
		buf_printf(b, "%sno %s", b->len ? ", " : "", l->type);
	else if (l->data)
		buf_printf(b, "%s%s %s", b->len ? ", " : "", l->type, l->data);
	if (is_tlsa || g->conf->verbosity > 0)
		add_life(b, l);
	if (!b->len)
		buf_text(b, l->type);
}

static bool share_row(const struct facts_lookup *a, const struct facts_lookup *b)
{
	return is_address(a) && is_address(b) && !strcmp(a->name, b->name) &&
	       !strcmp(status(a), status(b));
}

/* Beside the other family's addresses, "no AAAA" is noise; and no name has to be said
 * twice not to exist. */
static bool superfluous(const struct page *g, const struct facts_lookup *l,
			const struct facts_lookup *first, const struct facts_lookup *end)
{
	const struct facts_lookup *other;

	if (!l->absent || l->failed || l->security == SECURITY_BOGUS ||
	    g->conf->verbosity > 0)
		return false;
	for (other = first; other < end; other++)
		if (other != l && (!other->absent || (l->nxdomain && other < l)))
			return true;
	return false;
}

/* Reasons are long, so they get whole lines; but not the one that the advice tells. */
static void lookup_error(const struct page *g, const struct facts_lookup *l)
{
	bool told = g->t->code == CODE_BOGUS && g->conf->verbosity <= 0 &&
		    l == facts_lookup_with(g->t, SECURITY_BOGUS);

	if (l->error && !told)
		layout_paragraph(g->out, "           ", 11, l->error);
}

static void dns_block(const struct page *g)
{
	const struct facts_lookup *l = g->t->lookup, *all = l + g->t->lookup_count;
	const char *label = "dns", *name = NULL;
	const struct facts_lookup *end, *i;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (; l < all; l = end) {
		for (end = l + 1; end < all && share_row(l, end);)
			end++;
		buf_reset(&text);
		for (i = l; i < end; i++)
			if (!superfluous(g, i, l, end))
				add_answer(&text, g, i);
		row(g, label, name && !strcmp(name, l->name) ? "" : l->name, status(l),
		    buf_str(&text));
		for (i = l; i < end; i++)
			lookup_error(g, i);
		label = "";
		name = l->name;
	}
	buf_clear(&text);
}

static void discovery_block(const struct page *g)
{
	const struct facts_discovery *d = g->t->discovery;
	struct buf text;
	size_t i;

	if (!d || !d->kind)
		return;
	buf_init(&text, TEXT_MAX);
	for (i = 0; i < d->record_count; i++)
		add_part(&text, d->record[i]);
	row(g, d->kind, d->name ? d->name : "", security_name(d->security),
	    buf_str(&text));
	buf_clear(&text);
}

static void blame_block(const struct page *g)
{
	size_t i;

	for (i = 0; i < g->t->blame_count; i++)
		remark(g, i ? "" : "blame", g->t->blame[i]);
}

/* tlsa */

static bool same_combination(const struct tlsa *a, const struct tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector && a->mtype == b->mtype;
}

static bool matches_anywhere(const struct facts_endpoint *e, size_t record)
{
	size_t k;

	for (k = 0; k < e->peer_count; k++)
		if (e->peer[k].has_match && record < e->peer[k].match.rec_count &&
		    e->peer[k].match.rec[record].code == MATCH_OK)
			return true;
	return false;
}

/* Published ahead of a rollover: the like of it matches. */
static bool may_be_next(const struct facts_endpoint *e, size_t record)
{
	const struct tlsa *rr = &e->record[record].rr;
	size_t i;

	if (rr->usage != TLSA_DANE_EE && rr->usage != TLSA_PKIX_EE)
		return false;
	for (i = 0; i < e->record_count; i++)
		if (i != record && same_combination(&e->record[i].rr, rr) &&
		    matches_anywhere(e, i))
			return true;
	return false;
}

/* What became of a record at all peers together; on the heap. */
static char *fate(const struct facts_endpoint *e, size_t record)
{
	const struct match_record *best = NULL, *r;
	size_t k, judged = 0, matched = 0;

	for (k = 0; k < e->peer_count; k++) {
		if (!e->peer[k].has_match || record >= e->peer[k].match.rec_count)
			continue;
		r = &e->peer[k].match.rec[record];
		if (!best || (r->code == MATCH_OK && best->code != MATCH_OK))
			best = r;
		judged++;
		matched += r->code == MATCH_OK;
	}
	if (!e->record[record].usable)
		return mem_printf("unusable: %s", e->record[record].reason
							  ? e->record[record].reason
							  : "no reason known");
	if (!best)
		return mem_text(e->record[record].reason ? e->record[record].reason : "");
	if (matched && matched < judged)
		return mem_printf("%s at %zu of %zu", best->reason, matched, judged);
	if (!matched && !strcmp(best->reason, "no match") && may_be_next(e, record))
		return mem_text("no match (next key?)");
	return mem_text(best->reason);
}

static void tlsa_block(const struct page *g, const struct facts_endpoint *e)
{
	char *text, *reason;
	size_t i;

	for (i = 0; i < e->record_count; i++) {
		text = g->conf->verbosity > 0 ? tlsa_to_text(&e->record[i].rr)
					      : tlsa_to_short_text(&e->record[i].rr);
		reason = fate(e, i);
		layout_row(g->out, &(struct layout_row){ .label = i ? "" : "tlsa",
							 .cell = text,
							 .cell_width = RECORD_WIDTH,
							 .text = reason });
		free(text);
		free(reason);
	}
}

/* peer */

static int64_t spent_ms(const struct facts_peer *p)
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

static void peer_fields(struct buf *b, const struct page *g, const struct facts_peer *p)
{
	int64_t ms = spent_ms(p);

	add_field(b, p->tls.version);
	add_field(b, p->tls.group);
	add_field(b, p->tls.auth);
	if (g->conf->verbosity > 0) {
		add_field(b, p->tls.cipher);
		add_field(b, p->tls.alpn);
	}
	if (ms >= 0)
		buf_printf(b, "%s%lld ms", b->len ? "  " : "", (long long)ms);
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

	buf_init(&text, TEXT_MAX);
	if (p->has_tls)
		peer_fields(&text, g, p);
	else
		buf_text(&text, error ? error : code_meaning(p->code));
	row(g, label, place, code_name(p->code), buf_str(&text));
	/* the target's own failure is told below, in whole sentences */
	if (p->has_tls && error && (p->code != g->t->code || g->conf->verbosity > 0))
		row(g, "", "", "", error);
	buf_clear(&text);
	free(place);
}

static void peer_block(const struct page *g, const struct facts_endpoint *e)
{
	const char *label = "peer";
	size_t i;

	for (i = 0; i < e->peer_count; i++) {
		if (!e->peer[i].address)
			continue; /* offline */
		peer_row(g, label, &e->peer[i]);
		label = "";
	}
	if (!e->peer_count && e->error && e->code != g->t->code)
		row(g, "peer", "none", code_name(e->code), e->error);
}

/* chain */

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

static char *cert_cell(const struct facts_endpoint *e, const struct facts_cert *c,
		       size_t depth)
{
	const char *name = depth ? NULL : leaf_name(e, c);
	struct buf b;
	size_t limit;
	char *cell;

	buf_init(&b, TEXT_MAX);
	buf_printf(&b, "%zu ", depth);
	if (!c->has_cert)
		buf_text(&b, depth ? "(unreadable)" : "raw public key");
	else if (name)
		buf_text(&b, name);
	else
		add_names_of_dn(&b, c->subject ? c->subject : "");
	limit = name ? NAME_SHOWN : SUBJECT_SHOWN;
	if (b.len > limit) {
		/* whole UTF-8 characters: what is cut in half would show as escapes */
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

static void detail(const struct page *g, const char *name, const char *text)
{
	char *whole = mem_printf("%s %s", name, text);

	layout_paragraph(g->out, "           ", 13, whole);
	free(whole);
}

static void cert_details(const struct page *g, const struct facts_cert *c)
{
	char from[32];
	struct buf names;
	size_t i;

	if (c->subject)
		detail(g, "subject", *c->subject ? c->subject : "(empty)");
	buf_init(&names, TEXT_MAX);
	for (i = 0; i < c->san_count; i++)
		add_part(&names, c->san[i]);
	if (c->san_count)
		detail(g, "names", buf_str(&names));
	buf_clear(&names);
	if (c->issuer)
		detail(g, "issuer", *c->issuer ? c->issuer : "(empty)");
	if (c->not_before != -1)
		detail(g, "from", clock_rfc3339(c->not_before, from));
	if (c->spki_sha256[0])
		detail(g, "spki", c->spki_sha256);
	if (c->cert_sha256[0])
		detail(g, "cert", c->cert_sha256);
}

static void chain_rows(const struct page *g, const struct facts_endpoint *e,
		       const struct facts_peer *p, const char *label)
{
	size_t i, shown = p->chain_count;
	char *cell, *life;

	if (g->conf->verbosity <= 0 && shown > CERTS_SHOWN)
		shown = CERTS_SHOWN - 1;
	for (i = 0; i < shown; i++) {
		cell = cert_cell(e, &p->chain[i], i);
		life = cert_life(g, &p->chain[i], i);
		row(g, i ? "" : label, cell, NULL, life);
		if (g->conf->verbosity > 0)
			cert_details(g, &p->chain[i]);
		free(cell);
		free(life);
	}
	if (shown < p->chain_count) {
		cell = mem_printf("and %zu more", p->chain_count - shown);
		row(g, "", cell, NULL, "");
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

/* Whether an earlier peer showed the same chain, or this one none. */
static bool chain_is_told(const struct facts_endpoint *e, size_t peer)
{
	size_t i;

	for (i = 0; i < peer; i++)
		if (same_chain(&e->peer[i], &e->peer[peer]))
			return true;
	return !e->peer[peer].chain_count;
}

static void chain_block(const struct page *g, const struct facts_endpoint *e)
{
	const char *label = "chain";
	size_t i, distinct = 0;
	char *place;

	for (i = 0; i < e->peer_count; i++)
		distinct += !chain_is_told(e, i);
	for (i = 0; i < e->peer_count; i++) {
		if (chain_is_told(e, i))
			continue;
		if (distinct > 1) {
			place = phrase_peer(&e->peer[i]);
			row(g, label, place, NULL, "");
			free(place);
			label = "";
		}
		chain_rows(g, e, &e->peer[i], label);
		label = "";
	}
}

/* the rest */

static void endpoint_block(const struct page *g, const struct facts_endpoint *e)
{
	char *place;

	if (g->t->endpoint_count > 1) {
		place = mem_printf("%s:%d", e->host ? e->host : "?", e->port);
		row(g, "host", place, code_name(e->code), "");
		free(place);
	}
	tlsa_block(g, e);
	peer_block(g, e);
	chain_block(g, e);
}

static void finding_block(const struct page *g)
{
	static const char *const labels[] = {
		[SEVERITY_INFO] = "note",
		[SEVERITY_WARNING] = "warn",
		[SEVERITY_CRITICAL] = "crit",
	};
	size_t i;

	for (i = 0; i < g->t->findings.count; i++)
		remark(g, labels[g->t->findings.item[i].severity],
		       g->t->findings.item[i].text);
}

static void advice_block(const struct page *g)
{
	const struct facts_advice *a = &g->t->advice;
	size_t i;

	if (a->story)
		layout_paragraph(g->out, "  ", 2, a->story);
	if (a->remedy)
		layout_paragraph(g->out, "  Do: ", 6, a->remedy);
	for (i = 0; i < a->record_count; i++)
		layout_paragraph(g->out, "      ", 6, a->record[i]);
	if (a->remedy_after)
		layout_paragraph(g->out, "      ", 6, a->remedy_after);
}

static void widen(size_t *width, const char *text, size_t gap, size_t max)
{
	size_t need = text ? layout_width(text) + gap : 0;

	if (need > *width && need <= max)
		*width = need;
}

static void measure_endpoint(struct page *g, const struct facts_endpoint *e)
{
	size_t i, k;
	char *text;

	for (i = 0; i < e->peer_count; i++) {
		text = phrase_peer(&e->peer[i]);
		widen(&g->cell_width, text, 1, CELL_MAX);
		free(text);
		for (k = 0; k < e->peer[i].chain_count && k < CERTS_SHOWN; k++) {
			text = cert_cell(e, &e->peer[i].chain[k], k);
			widen(&g->cell_width, text, 1, CELL_MAX);
			free(text);
		}
	}
}

/* One width of names for all blocks, from what goes into them. */
static void measure_cells(struct page *g)
{
	const struct facts_target *t = g->t;
	size_t i;

	g->cell_width = CELL_MIN;
	for (i = 0; i < t->lookup_count; i++)
		widen(&g->cell_width, t->lookup[i].name, 1, CELL_MAX);
	for (i = 0; i < t->endpoint_count; i++)
		measure_endpoint(g, &t->endpoint[i]);
}

static void measure_dns_marks(struct page *g)
{
	size_t i;

	g->mark_width = MARK_MIN;
	for (i = 0; i < g->t->lookup_count; i++)
		widen(&g->mark_width, status(&g->t->lookup[i]), 1, CELL_MAX);
}

static void measure_peer_marks(struct page *g)
{
	const struct facts_endpoint *e;
	size_t i, k;

	g->mark_width = MARK_MIN;
	for (i = 0; i < g->t->endpoint_count; i++) {
		e = &g->t->endpoint[i];
		widen(&g->mark_width, code_name(e->code), 1, CELL_MAX);
		for (k = 0; k < e->peer_count; k++)
			widen(&g->mark_width, code_name(e->peer[k].code), 1, CELL_MAX);
	}
}

void text_body(struct buf *out, const struct render_conf *conf,
	       const struct facts_target *t)
{
	struct page g = { .out = out, .conf = conf, .t = t };
	size_t i;

	measure_cells(&g);
	measure_dns_marks(&g);
	discovery_block(&g);
	dns_block(&g);
	blame_block(&g);
	measure_peer_marks(&g);
	for (i = 0; i < t->endpoint_count; i++)
		endpoint_block(&g, &t->endpoint[i]);
	finding_block(&g);
	advice_block(&g);
}

struct render_state {
	const struct render_conf *conf;
};

static struct render_state *begin(const struct render_conf *conf)
{
	struct render_state *s = mem_zero(sizeof(*s));

	s->conf = conf;
	return s;
}

static void first_line(const struct render_conf *conf, const struct facts_target *t)
{
	static const char *const colours[] = {
		[STATE_OK] = "32",
		[STATE_WARNING] = "33",
		[STATE_CRITICAL] = "31",
		[STATE_UNKNOWN] = "35",
	};
	char *name = render_target_name(t);

	if (t->dry_run)
		fprintf(conf->out, "DRY RUN  %s\n", name);
	else if (conf->colour)
		fprintf(conf->out, "\033[%sm%s\033[0m  %s  %s\n", colours[t->state],
			state_name(t->state), name, code_name(t->code));
	else
		fprintf(conf->out, "%s  %s  %s\n", state_name(t->state), name,
			code_name(t->code));
	free(name);
}

static void target(struct render_state *s, const struct facts_target *t)
{
	struct buf body;

	first_line(s->conf, t);
	if (s->conf->verbosity >= 0) {
		buf_init(&body, TEXT_MAX);
		text_body(&body, s->conf, t);
		fwrite(buf_str(&body), 1, body.len, s->conf->out);
		buf_clear(&body);
	}
	fflush(s->conf->out);
}

static void end(struct render_state *s)
{
	free(s);
}

const struct renderer *text_renderer(void)
{
	static const struct renderer r = { "text", begin, target, end };

	return &r;
}
