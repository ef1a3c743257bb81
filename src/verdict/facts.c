/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "verdict/matrix.h"

const char *facts_keys_name(enum facts_keys keys)
{
	static const char *const names[] = {
		[FACTS_KEYS_ANY] = NULL,
		[FACTS_KEYS_RSA] = "RSA",
		[FACTS_KEYS_ECDSA] = "ECDSA",
		[FACTS_KEYS_RAW] = "raw",
	};

	return names[keys];
}

struct facts_target *facts_target_new(void)
{
	struct facts_target *t = mem_zero(sizeof(*t));

	t->code = CODE_MATCH;
	t->dns_ms = t->total_ms = t->timeout_ms = -1;
	return t;
}

static void free_texts(char **text, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(text[i]);
	free(text);
}

static void clear_lookup(struct facts_lookup *l)
{
	free(l->name);
	free(l->type);
	free(l->data);
	free(l->error);
}

static void clear_cert(struct facts_cert *c)
{
	free(c->subject);
	free(c->issuer);
	free(c->common_name);
	free_texts(c->san, c->san_count);
	free(c->key);
}

static void clear_peer(struct facts_peer *p)
{
	size_t i;

	free(p->address);
	if (p->has_match)
		match_clear(&p->match);
	free(p->error);
	if (p->http)
		free(p->http->error);
	free(p->http);
	free(p->tls.version);
	free(p->tls.cipher);
	free(p->tls.group);
	free(p->tls.alpn);
	free(p->tls.sni);
	free(p->tls.auth);
	for (i = 0; i < p->chain_count; i++)
		clear_cert(&p->chain[i]);
	free(p->chain);
}

static void clear_endpoint(struct facts_endpoint *e)
{
	size_t i;

	free(e->host);
	free(e->base_domain);
	free(e->error);
	free(e->tlsa_name);
	free(e->tlsa_why_bogus);
	free(e->story);
	for (i = 0; i < e->record_count; i++) {
		tlsa_clear(&e->record[i].rr);
		free(e->record[i].reason);
	}
	free(e->record);
	for (i = 0; i < e->peer_count; i++)
		clear_peer(&e->peer[i]);
	free(e->peer);
}

static void free_discovery(struct facts_discovery *d)
{
	if (!d)
		return;
	free(d->name);
	free(d->error);
	free_texts(d->record, d->record_count);
	free(d);
}

void facts_clear_advice(struct facts_advice *advice)
{
	free(advice->story);
	free(advice->remedy);
	free_texts(advice->record, advice->record_count);
	free(advice->remedy_after);
	*advice = (struct facts_advice){ 0 };
}

/* Of all targets that there are facts of. */
static size_t shown_by_all;

void facts_target_free(struct facts_target *t)
{
	size_t i;

	if (!t)
		return;
	shown_by_all -= t->shown_octets;
	free(t->target);
	free(t->normalized);
	free(t->summary);
	free_discovery(t->discovery);
	for (i = 0; i < t->lookup_count; i++)
		clear_lookup(&t->lookup[i]);
	free(t->lookup);
	for (i = 0; i < t->endpoint_count; i++)
		clear_endpoint(&t->endpoint[i]);
	free(t->endpoint);
	finding_list_clear(&t->findings);
	for (i = 0; i < t->advice_count; i++)
		facts_clear_advice(&t->advice[i]);
	free(t->advice);
	free_texts(t->blame, t->blame_count);
	matrix_free(t->matrix);
	free(t);
}

struct facts_endpoint *facts_add_endpoint(struct facts_target *t)
{
	struct facts_endpoint *e;

	t->endpoint = mem_grow(t->endpoint, t->endpoint_count, sizeof(*e));
	e = &t->endpoint[t->endpoint_count++];
	*e = (struct facts_endpoint){ .protocol = "tcp",
				      .code = CODE_DNS_ERROR,
				      .state = STATE_UNKNOWN,
				      .priority = -1,
				      .weight = -1,
				      .tlsa_ttl = -1,
				      .tlsa_rrsig_expires = -1 };
	return e;
}

struct facts_peer *facts_add_peer(struct facts_endpoint *e)
{
	struct facts_peer *p;

	e->peer = mem_grow(e->peer, e->peer_count, sizeof(*p));
	p = &e->peer[e->peer_count++];
	*p = (struct facts_peer){ .code = CODE_DNS_ERROR,
				  .state = STATE_UNKNOWN,
				  .connect_ms = -1,
				  .age_s = -1,
				  .starttls_ms = -1,
				  .handshake_ms = -1 };
	return p;
}

void facts_drop_peer(struct facts_endpoint *e, size_t index)
{
	clear_peer(&e->peer[index]);
	memmove(e->peer + index, e->peer + index + 1,
		(e->peer_count - index - 1) * sizeof(*e->peer));
	e->peer_count--;
}

void facts_drop_endpoint(struct facts_target *t, size_t index)
{
	clear_endpoint(&t->endpoint[index]);
	memmove(t->endpoint + index, t->endpoint + index + 1,
		(t->endpoint_count - index - 1) * sizeof(*t->endpoint));
	t->endpoint_count--;
}

static bool is_ipv6(const struct facts_peer *p)
{
	return p->address && strchr(p->address, ':');
}

bool facts_peer_excused(const struct facts_endpoint *e, const struct facts_peer *p)
{
	bool any = false;
	size_t i;

	if (p->code != CODE_NO_ROUTE)
		return false;
	for (i = 0; i < e->peer_count; i++) {
		if (e->peer[i].code == CODE_NO_ROUTE)
			continue;
		if (is_ipv6(&e->peer[i]) == is_ipv6(p))
			return false;
		any = true;
	}
	return any;
}

struct facts_lookup *facts_add_lookup(struct facts_target *t)
{
	struct facts_lookup *l;

	t->lookup = mem_grow(t->lookup, t->lookup_count, sizeof(*l));
	l = &t->lookup[t->lookup_count++];
	*l = (struct facts_lookup){ .endpoint = -1,
				    .ttl = -1,
				    .rrsig_expires = -1,
				    .rrsig_inception = -1,
				    .rrsig_original_ttl = -1 };
	return l;
}

void facts_swap_lookups(struct facts_target *t)
{
	struct facts_lookup *last = &t->lookup[t->lookup_count - 1], moved = *last;

	*last = last[-1];
	last[-1] = moved;
}

void facts_take_lookups(struct facts_target *t, struct facts_target *from, int endpoint)
{
	struct facts_lookup *l;
	size_t i;

	for (i = 0; i < from->lookup_count; i++) {
		l = facts_add_lookup(t);
		*l = from->lookup[i];
		l->endpoint = endpoint;
	}
	from->lookup_count = 0;
}

struct tlsa *facts_rrset(const struct facts_endpoint *e)
{
	struct tlsa *rr = mem_array(e->record_count, sizeof(*rr));
	size_t i;

	for (i = 0; i < e->record_count; i++)
		rr[i] = e->record[i].rr;
	return rr;
}

struct facts_record *facts_add_record(struct facts_endpoint *e)
{
	e->record = mem_grow(e->record, e->record_count, sizeof(*e->record));
	e->record[e->record_count] = (struct facts_record){ 0 };
	return &e->record[e->record_count++];
}

struct facts_cert *facts_add_cert(struct facts_peer *p)
{
	p->chain = mem_grow(p->chain, p->chain_count, sizeof(*p->chain));
	p->chain[p->chain_count] =
		(struct facts_cert){ .not_before = -1, .not_after = -1 };
	return &p->chain[p->chain_count++];
}

static char **append_text(char **text, size_t *count, char *take_text)
{
	text = mem_grow(text, *count, sizeof(*text));
	text[(*count)++] = take_text;
	return text;
}

void facts_add_san(struct facts_cert *c, char *take_name)
{
	c->san = append_text(c->san, &c->san_count, take_name);
}

void facts_add_blame(struct facts_target *t, char *take_line)
{
	t->blame = append_text(t->blame, &t->blame_count, take_line);
}

struct facts_advice *facts_add_advice(struct facts_target *t)
{
	t->advice = mem_grow(t->advice, t->advice_count, sizeof(*t->advice));
	t->advice[t->advice_count] = (struct facts_advice){ 0 };
	return &t->advice[t->advice_count++];
}

void facts_add_advice_record(struct facts_advice *advice, char *take_record)
{
	advice->record = append_text(advice->record, &advice->record_count, take_record);
}

void facts_add_discovery_record(struct facts_discovery *d, char *take_record)
{
	d->record = append_text(d->record, &d->record_count, take_record);
}

struct facts_discovery *facts_discovery(struct facts_target *t)
{
	if (!t->discovery)
		t->discovery = mem_zero(sizeof(*t->discovery));
	return t->discovery;
}

struct facts_http *facts_http(struct facts_peer *p)
{
	if (!p->http)
		p->http = mem_zero(sizeof(*p->http));
	return p->http;
}

const struct facts_endpoint *facts_culprit(const struct facts_target *t,
					   const struct facts_peer **ret_peer)
{
	const struct facts_endpoint *e;
	size_t i, k;

	*ret_peer = NULL;
	for (i = 0; i < t->endpoint_count; i++) {
		e = &t->endpoint[i];
		if (e->code != t->code)
			continue;
		for (k = 0; k < e->peer_count && !*ret_peer; k++)
			if (e->peer[k].code == t->code)
				*ret_peer = &e->peer[k];
		return e;
	}
	return NULL;
}

const struct facts_lookup *facts_lookup_with(const struct facts_target *t,
					     const struct facts_endpoint *e,
					     enum security security)
{
	int endpoint = e ? (int)(e - t->endpoint) : -1;
	const struct facts_lookup *absent = NULL, *l;
	size_t i;

	for (i = 0; i < t->lookup_count; i++) {
		/* the first that is bogus ends the lookup; what else is decided last */
		l = &t->lookup[security == SECURITY_BOGUS ? i : t->lookup_count - 1 - i];
		if (l->endpoint != endpoint || l->security != security ||
		    (l->failed && security != SECURITY_BOGUS))
			continue;
		if (!l->absent)
			return l;
		if (!absent)
			absent = l;
	}
	return absent;
}

bool facts_take_room(struct facts_target *t, size_t octets)
{
	if (octets > FACTS_SHOWN_MAX - t->shown_octets)
		return false;
	if (t->shown_octets + octets > FACTS_SHOWN_SURE &&
	    octets + shown_by_all > FACTS_SHOWN_ALL)
		return false;
	t->shown_octets += octets;
	shown_by_all += octets;
	return true;
}
