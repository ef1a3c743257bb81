/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/json.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"
#include "render/render.h"
#include "verdict/facts.h"
#include "verdict/matrix.h"

/* Makes jansson's memory like ours: always there, so that nothing below can fail. */
static void prepare(void)
{
	json_set_alloc_funcs(mem_zero, free);
}

/* Keys come out in the order in which they are set. */
static void set(json_t *object, const char *key, json_t *take_value)
{
	json_object_set_new(object, key, take_value);
}

static void push(json_t *array, json_t *take_value)
{
	json_array_append_new(array, take_value);
}

/* Text as it is where it is UTF-8, escaped where not; null for NULL. */
static json_t *text(const char *raw)
{
	json_t *value = raw ? json_string(raw) : json_null();
	char *safe;

	if (value)
		return value;
	safe = log_escape(raw, strlen(raw));
	value = json_string(safe);
	free(safe);
	return value;
}

static json_t *texts(char *const *raw, size_t count)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		push(array, text(raw[i]));
	return array;
}

static json_t *digest(const char *hex)
{
	return text(*hex ? hex : NULL);
}

static json_t *when(time_t t)
{
	char date[32];

	return t == -1 ? json_null() : text(clock_rfc3339(t, date));
}

static json_t *known(int64_t number)
{
	return number < 0 ? json_null() : json_integer(number);
}

static json_t *discovery(const struct facts_discovery *d)
{
	json_t *o;

	if (!d)
		return json_null();
	o = json_object();
	set(o, "kind", text(d->kind));
	set(o, "name", text(d->name));
	set(o, "security", text(security_name(d->security)));
	set(o, "records", texts(d->record, d->record_count));
	return o;
}

static json_t *record(const struct facts_record *r)
{
	json_t *o = json_object();
	char *data = hex_encode(r->rr.data, r->rr.len);

	set(o, "usage", json_integer(r->rr.usage));
	set(o, "selector", json_integer(r->rr.selector));
	set(o, "mtype", json_integer(r->rr.mtype));
	set(o, "data", text(data));
	set(o, "usable", json_boolean(r->usable));
	set(o, "reason", text(r->reason));
	free(data);
	return o;
}

static json_t *tlsa(const struct facts_endpoint *e)
{
	json_t *o = json_object(), *records = json_array();
	size_t i;

	for (i = 0; i < e->record_count; i++)
		push(records, record(&e->record[i]));
	set(o, "name", text(e->tlsa_name));
	set(o, "security", text(security_name(e->tlsa_security)));
	set(o, "ttl", known(e->tlsa_ttl));
	set(o, "rrsig_expires", when(e->tlsa_rrsig_expires));
	set(o, "why_bogus", text(e->tlsa_why_bogus));
	set(o, "records", records);
	return o;
}

static json_t *matched(const struct facts_peer *p)
{
	json_t *o;

	if (!p->has_match || p->match.code != MATCH_OK || p->match.record < 0)
		return json_null();
	o = json_object();
	set(o, "record", json_integer(p->match.record));
	set(o, "depth", known(p->match.depth));
	return o;
}

static json_t *http(const struct facts_http *h)
{
	json_t *o;

	if (!h)
		return json_null();
	o = json_object();
	set(o, "status", h->status ? json_integer(h->status) : json_null());
	set(o, "error", text(h->error));
	return o;
}

static json_t *tls(const struct facts_tls *t)
{
	json_t *o = json_object();

	set(o, "version", text(t->version));
	set(o, "cipher", text(t->cipher));
	set(o, "group", text(t->group));
	set(o, "alpn", text(t->alpn));
	set(o, "sni", text(t->sni));
	return o;
}

static json_t *cert(const struct facts_cert *c)
{
	json_t *o = json_object();

	set(o, "subject", text(c->subject));
	set(o, "issuer", text(c->issuer));
	set(o, "san", texts(c->san, c->san_count));
	set(o, "not_before", when(c->not_before));
	set(o, "not_after", when(c->not_after));
	set(o, "key", text(c->key));
	set(o, "spki_sha256", digest(c->spki_sha256));
	set(o, "cert_sha256", digest(c->cert_sha256));
	return o;
}

static json_t *peer(const struct facts_peer *p)
{
	json_t *o = json_object(), *chain = json_array(), *timing = json_object();
	size_t i;

	for (i = 0; i < p->chain_count; i++)
		push(chain, cert(&p->chain[i]));
	set(timing, "connect", known(p->connect_ms));
	set(timing, "starttls", known(p->starttls_ms));
	set(timing, "handshake", known(p->handshake_ms));
	set(o, "address", text(p->address));
	set(o, "port", p->port ? json_integer(p->port) : json_null());
	set(o, "state", text(state_name(p->state)));
	set(o, "code", text(code_name(p->code)));
	set(o, "matched", matched(p));
	set(o, "error", text(p->error));
	set(o, "http", http(p->http));
	set(o, "tls", tls(&p->tls));
	set(o, "chain", chain);
	set(o, "timing_ms", timing);
	return o;
}

static json_t *endpoint(const struct facts_endpoint *e)
{
	json_t *o = json_object(), *peers = json_array();
	size_t i;

	for (i = 0; i < e->peer_count; i++)
		push(peers, peer(&e->peer[i]));
	set(o, "host", text(e->host));
	set(o, "port", json_integer(e->port));
	set(o, "protocol", text(e->protocol));
	set(o, "service", text(e->service));
	set(o, "base_domain", text(e->base_domain));
	set(o, "state", text(state_name(e->state)));
	set(o, "code", text(code_name(e->code)));
	set(o, "tlsa", tlsa(e));
	set(o, "peers", peers);
	return o;
}

static json_t *findings(const struct finding_list *list)
{
	json_t *array = json_array(), *o;
	size_t i;

	for (i = 0; i < list->count; i++) {
		o = json_object();
		set(o, "id", text(finding_name(list->item[i].id)));
		set(o, "severity", text(finding_severity_name(list->item[i].severity)));
		set(o, "text", text(list->item[i].text));
		push(array, o);
	}
	return array;
}

static json_t *cell(const struct facts_target *t, const struct matrix_row *row,
		    json_t *take_record, const char *verdict)
{
	const struct facts_endpoint *e = &t->endpoint[row->endpoint];
	bool tried = row->peer != MATRIX_NO_PEER;
	json_t *o = json_object();

	set(o, "endpoint", json_integer((json_int_t)row->endpoint));
	set(o, "peer", tried ? json_integer((json_int_t)row->peer) : json_null());
	set(o, "host", text(e->host));
	set(o, "address", text(tried ? e->peer[row->peer].address : NULL));
	set(o, "key", text(row->key));
	set(o, "record", take_record);
	set(o, "verdict", text(verdict));
	return o;
}

static void push_row(json_t *cells, const struct facts_target *t,
		     const struct matrix_row *row)
{
	const struct facts_endpoint *e = &t->endpoint[row->endpoint];
	size_t i;

	for (i = 0; i < row->cell_count; i++)
		push(cells, cell(t, row, json_integer((json_int_t)i),
				 matrix_verdict_name(row->cell[i])));
	if (!row->cell)
		push(cells, cell(t, row, json_null(),
				 code_name(row->peer == MATRIX_NO_PEER
						   ? e->code
						   : e->peer[row->peer].code)));
}

static json_t *client(const struct matrix_client *c)
{
	json_t *o = json_object();

	set(o, "client", text(c->name));
	set(o, "passes",
	    c->answer == MATRIX_UNKNOWN ? json_null()
					: json_boolean(c->answer == MATRIX_PASSES));
	set(o, "fails_at", texts(c->place, c->place_count));
	set(o, "reason", text(c->reason));
	return o;
}

static json_t *matrix(const struct facts_target *t)
{
	const struct matrix *m = t->matrix;
	json_t *o, *cells, *clients;
	size_t i;

	if (!m)
		return json_null();
	o = json_object();
	cells = json_array();
	clients = json_array();
	for (i = 0; i < m->row_count; i++)
		push_row(cells, t, &m->row[i]);
	for (i = 0; i < m->client_count; i++)
		push(clients, client(&m->client[i]));
	set(o, "cells", cells);
	set(o, "clients", clients);
	set(o, "text", text(m->text));
	return o;
}

static json_t *whole(const struct facts_target *t)
{
	json_t *o = json_object(), *endpoints = json_array(), *timing = json_object();
	size_t i;

	for (i = 0; i < t->endpoint_count; i++)
		push(endpoints, endpoint(&t->endpoint[i]));
	set(timing, "dns", known(t->dns_ms));
	set(timing, "total", known(t->total_ms));
	set(o, "version", json_integer(1));
	set(o, "target", text(t->target));
	set(o, "line", t->line ? json_integer(t->line) : json_null());
	set(o, "normalized", text(t->normalized));
	set(o, "state", text(state_name(t->state)));
	set(o, "code", text(code_name(t->code)));
	set(o, "summary", text(t->summary));
	set(o, "discovery", discovery(t->discovery));
	set(o, "endpoints", endpoints);
	set(o, "matrix", matrix(t));
	set(o, "findings", findings(&t->findings));
	set(o, "timing_ms", timing);
	return o;
}

void json_write_peer(FILE *out, const struct facts_peer *p)
{
	json_t *o;

	prepare();
	o = peer(p);
	json_dumpf(o, out, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	fputs("\n", out);
	json_decref(o);
}

struct render_state {
	const struct render_conf *conf;
	size_t count;
};

static struct render_state *begin(const struct render_conf *conf)
{
	struct render_state *s = mem_zero(sizeof(*s));

	prepare();
	s->conf = conf;
	return s;
}

static void array_target(struct render_state *s, const struct facts_target *t)
{
	json_t *o = whole(t);

	fputs(s->count++ ? ",\n" : "[\n", s->conf->out);
	json_dumpf(o, s->conf->out, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	json_decref(o);
}

static void array_end(struct render_state *s)
{
	fputs(s->count ? "\n]\n" : "[]\n", s->conf->out);
	free(s);
}

static int add_text(const char *text, size_t len, void *arg)
{
	return buf_add(arg, text, len) ? 0 : -1;
}

char *json_line(const struct facts_target *t)
{
	struct buf line;
	json_t *o;

	prepare();
	buf_init(&line, SIZE_MAX);
	o = whole(t);
	json_dump_callback(o, add_text, &line, JSON_COMPACT | JSON_ENSURE_ASCII);
	buf_text(&line, "\n");
	json_decref(o);
	return line.data;
}

static void lines_target(struct render_state *s, const struct facts_target *t)
{
	char *line = json_line(t);

	fputs(line, s->conf->out);
	fflush(s->conf->out);
	free(line);
}

static void lines_end(struct render_state *s)
{
	free(s);
}

const struct renderer *json_array_renderer(void)
{
	static const struct renderer r = { "json", begin, array_target, array_end };

	return &r;
}

const struct renderer *json_lines_renderer(void)
{
	static const struct renderer r = { "ndjson", begin, lines_target, lines_end };

	return &r;
}
