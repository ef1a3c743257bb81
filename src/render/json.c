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
static void set_allocator(void)
{
	json_set_alloc_funcs(mem_zero, free);
}

/* Keys come out in the order in which they are set. */
static void set_member(json_t *object, const char *key, json_t *take_value)
{
	json_object_set_new(object, key, take_value);
}

static void push_value(json_t *array, json_t *take_value)
{
	json_array_append_new(array, take_value);
}

/* Text as it is where it is UTF-8, escaped where not, and where it has a DEL, which
 * jansson leaves; null for NULL. */
static json_t *text_or_null(const char *raw)
{
	bool has_del = raw && strchr(raw, 0x7f);
	json_t *value = !raw ? json_null() : has_del ? NULL : json_string(raw);
	char *safe;

	if (value)
		return value;
	safe = log_escape(raw, strlen(raw));
	value = json_string(safe);
	free(safe);
	return value;
}

static json_t *text_array(char *const *raw, size_t count)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		push_value(array, text_or_null(raw[i]));
	return array;
}

static json_t *digest_or_null(const char *hex)
{
	return text_or_null(*hex ? hex : NULL);
}

static json_t *time_or_null(time_t t)
{
	char date[32];

	return t == -1 ? json_null() : text_or_null(clock_rfc3339(t, date));
}

static json_t *known_or_null(int64_t number)
{
	return number < 0 ? json_null() : json_integer(number);
}

static json_t *discovery_object(const struct facts_discovery *d)
{
	json_t *o;

	if (!d)
		return json_null();
	o = json_object();
	set_member(o, "kind", text_or_null(d->kind));
	set_member(o, "name", text_or_null(d->name));
	set_member(o, "security", text_or_null(security_name(d->security)));
	set_member(o, "records", text_array(d->record, d->record_count));
	return o;
}

static json_t *record_object(const struct facts_record *r)
{
	json_t *o = json_object();
	char *data = hex_encode(r->rr.data, r->rr.len);

	set_member(o, "usage", json_integer(r->rr.usage));
	set_member(o, "selector", json_integer(r->rr.selector));
	set_member(o, "mtype", json_integer(r->rr.mtype));
	set_member(o, "data", text_or_null(data));
	set_member(o, "usable", json_boolean(r->usable));
	set_member(o, "reason", text_or_null(r->reason));
	free(data);
	return o;
}

static json_t *tlsa_object(const struct facts_endpoint *e)
{
	json_t *o = json_object(), *records = json_array();
	size_t i;

	for (i = 0; i < e->record_count; i++)
		push_value(records, record_object(&e->record[i]));
	set_member(o, "name", text_or_null(e->tlsa_name));
	set_member(o, "security", text_or_null(security_name(e->tlsa_security)));
	set_member(o, "ttl", known_or_null(e->tlsa_ttl));
	set_member(o, "rrsig_expires", time_or_null(e->tlsa_rrsig_expires));
	set_member(o, "why_bogus", text_or_null(e->tlsa_why_bogus));
	set_member(o, "records", records);
	return o;
}

static json_t *matched_object(const struct facts_peer *p)
{
	json_t *o;

	if (!p->has_match || p->match.code != MATCH_OK || p->match.record < 0)
		return json_null();
	o = json_object();
	set_member(o, "record", json_integer(p->match.record));
	set_member(o, "depth", known_or_null(p->match.depth));
	return o;
}

static json_t *http_object(const struct facts_http *h)
{
	json_t *o;

	if (!h)
		return json_null();
	o = json_object();
	set_member(o, "status", h->status ? json_integer(h->status) : json_null());
	set_member(o, "error", text_or_null(h->error));
	return o;
}

static json_t *tls_object(const struct facts_tls *t)
{
	json_t *o = json_object();

	set_member(o, "version", text_or_null(t->version));
	set_member(o, "cipher", text_or_null(t->cipher));
	set_member(o, "group", text_or_null(t->group));
	set_member(o, "alpn", text_or_null(t->alpn));
	set_member(o, "sni", text_or_null(t->sni));
	return o;
}

static json_t *cert_object(const struct facts_cert *c)
{
	json_t *o = json_object();

	set_member(o, "subject", text_or_null(c->subject));
	set_member(o, "issuer", text_or_null(c->issuer));
	set_member(o, "san", text_array(c->san, c->san_count));
	set_member(o, "not_before", time_or_null(c->not_before));
	set_member(o, "not_after", time_or_null(c->not_after));
	set_member(o, "key", text_or_null(c->key));
	set_member(o, "spki_sha256", digest_or_null(c->spki_sha256));
	set_member(o, "cert_sha256", digest_or_null(c->cert_sha256));
	return o;
}

static json_t *peer_object(const struct facts_peer *p)
{
	json_t *o = json_object(), *chain = json_array(), *timing = json_object();
	size_t i;

	for (i = 0; i < p->chain_count; i++)
		push_value(chain, cert_object(&p->chain[i]));
	set_member(timing, "connect", known_or_null(p->connect_ms));
	set_member(timing, "starttls", known_or_null(p->starttls_ms));
	set_member(timing, "handshake", known_or_null(p->handshake_ms));
	set_member(o, "address", text_or_null(p->address));
	set_member(o, "port", p->port ? json_integer(p->port) : json_null());
	set_member(o, "state", text_or_null(state_name(p->state)));
	set_member(o, "code", text_or_null(code_name(p->code)));
	set_member(o, "matched", matched_object(p));
	set_member(o, "error", text_or_null(p->error));
	set_member(o, "http", http_object(p->http));
	set_member(o, "tls", tls_object(&p->tls));
	set_member(o, "chain", chain);
	set_member(o, "timing_ms", timing);
	if (p->age_s >= 0)
		set_member(o, "age_s", json_integer(p->age_s));
	return o;
}

static json_t *endpoint_object(const struct facts_endpoint *e)
{
	json_t *o = json_object(), *peers = json_array();
	size_t i;

	for (i = 0; i < e->peer_count; i++)
		push_value(peers, peer_object(&e->peer[i]));
	set_member(o, "host", text_or_null(e->host));
	set_member(o, "port", json_integer(e->port));
	set_member(o, "protocol", text_or_null(e->protocol));
	set_member(o, "service", text_or_null(e->service));
	set_member(o, "base_domain", text_or_null(e->base_domain));
	set_member(o, "state", text_or_null(state_name(e->state)));
	set_member(o, "code", text_or_null(code_name(e->code)));
	set_member(o, "tlsa", tlsa_object(e));
	set_member(o, "peers", peers);
	return o;
}

static json_t *finding_array(const struct finding_list *list)
{
	json_t *array = json_array(), *o;
	size_t i;

	for (i = 0; i < list->count; i++) {
		o = json_object();
		set_member(o, "id", text_or_null(finding_name(list->item[i].id)));
		set_member(o, "severity",
			   text_or_null(finding_severity_name(list->item[i].severity)));
		set_member(o, "text", text_or_null(list->item[i].text));
		push_value(array, o);
	}
	return array;
}

static json_t *cell_object(const struct facts_target *t, const struct matrix_row *row,
			   json_t *take_record, const char *verdict)
{
	const struct facts_endpoint *e = &t->endpoint[row->endpoint];
	bool tried = row->peer != MATRIX_NO_PEER;
	json_t *o = json_object();

	set_member(o, "endpoint", json_integer((json_int_t)row->endpoint));
	set_member(o, "peer", tried ? json_integer((json_int_t)row->peer) : json_null());
	set_member(o, "host", text_or_null(e->host));
	set_member(o, "address", text_or_null(tried ? e->peer[row->peer].address : NULL));
	set_member(o, "key", text_or_null(row->key));
	set_member(o, "record", take_record);
	set_member(o, "verdict", text_or_null(verdict));
	return o;
}

static void push_row(json_t *cells, const struct facts_target *t,
		     const struct matrix_row *row)
{
	const struct facts_endpoint *e = &t->endpoint[row->endpoint];
	size_t i;

	for (i = 0; i < row->cell_count; i++)
		push_value(cells, cell_object(t, row, json_integer((json_int_t)i),
					      matrix_verdict_name(row->cell[i])));
	if (!row->cell)
		push_value(cells,
			   cell_object(t, row, json_null(),
				       code_name(row->peer == MATRIX_NO_PEER
							 ? e->code
							 : e->peer[row->peer].code)));
}

static json_t *client_object(const struct matrix_client *c)
{
	json_t *o = json_object();

	set_member(o, "client", text_or_null(c->name));
	set_member(o, "passes",
		   c->answer == MATRIX_UNKNOWN
			   ? json_null()
			   : json_boolean(c->answer == MATRIX_PASSES));
	set_member(o, "fails_at", text_array(c->place, c->place_count));
	set_member(o, "reason", text_or_null(c->reason));
	return o;
}

static json_t *matrix_object(const struct facts_target *t)
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
		push_value(clients, client_object(&m->client[i]));
	set_member(o, "cells", cells);
	set_member(o, "clients", clients);
	set_member(o, "text", text_or_null(m->text));
	return o;
}

static json_t *target_object(const struct facts_target *t)
{
	json_t *o = json_object(), *endpoints = json_array(), *timing = json_object();
	size_t i;

	for (i = 0; i < t->endpoint_count; i++)
		push_value(endpoints, endpoint_object(&t->endpoint[i]));
	set_member(timing, "dns", known_or_null(t->dns_ms));
	set_member(timing, "total", known_or_null(t->total_ms));
	set_member(o, "version", json_integer(1));
	set_member(o, "target", text_or_null(t->target));
	set_member(o, "line", t->line ? json_integer(t->line) : json_null());
	set_member(o, "normalized", text_or_null(t->normalized));
	set_member(o, "state", text_or_null(state_name(t->state)));
	set_member(o, "code", text_or_null(code_name(t->code)));
	if (t->lookup_only)
		set_member(o, "lookup_only", json_true());
	set_member(o, "summary", text_or_null(t->summary));
	set_member(o, "discovery", discovery_object(t->discovery));
	set_member(o, "endpoints", endpoints);
	set_member(o, "matrix", matrix_object(t));
	set_member(o, "findings", finding_array(&t->findings));
	set_member(o, "timing_ms", timing);
	return o;
}

void json_write_peer(FILE *out, const struct facts_peer *p)
{
	json_t *o;

	set_allocator();
	o = peer_object(p);
	json_dumpf(o, out, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	fputs("\n", out);
	json_decref(o);
}

struct render_state {
	const struct render_conf *conf;
	size_t count;
};

static struct render_state *begin_json(const struct render_conf *conf)
{
	struct render_state *s = mem_zero(sizeof(*s));

	set_allocator();
	s->conf = conf;
	return s;
}

static void array_target(struct render_state *s, const struct facts_target *t)
{
	json_t *o = target_object(t);

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

	set_allocator();
	buf_init(&line, SIZE_MAX);
	o = target_object(t);
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
	static const struct renderer r = { "json", begin_json, array_target, array_end };

	return &r;
}

const struct renderer *json_lines_renderer(void)
{
	static const struct renderer r = { "ndjson", begin_json, lines_target,
					   lines_end };

	return &r;
}
