/* SPDX-License-Identifier: BSD-2-Clause */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

#define DAY 86400
#define KEY_OLD "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b29fd2d1d1"
#define KEY_NEW "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
#define CERT_A "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
#define CERT_B "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"
#define CA_KEY "cacacacacacacacacacacacacacacacacacacacacacacacacacacacacacacaca"
#define SIGNED_TO ((time_t)1796623200) /* 2026-12-07T06:00:00Z */
#define SIGNED_FROM (SIGNED_TO - 14 * DAY)
#define LEAF_END ((time_t)1801440000) /* 2027-02-01T00:00:00Z */
#define CA_END ((time_t)1851379200)   /* 2028-09-01 */

static struct facts_lookup *asked(struct facts_target *t, const char *name,
				  const char *type, enum security security,
				  const char *data)
{
	struct facts_lookup *l = facts_add_lookup(t);

	l->endpoint = 0;
	l->name = mem_text(name);
	l->type = mem_text(type);
	l->security = security;
	l->data = mem_text(data);
	if (security == SECURITY_SECURE) {
		l->ttl = 3600;
		l->rrsig_expires = SIGNED_TO;
		l->rrsig_inception = SIGNED_FROM;
		l->rrsig_original_ttl = 3600;
	}
	return l;
}

static void begin(struct facts_target *t, const char *given, const char *normalized)
{
	t->target = mem_text(given);
	t->normalized = mem_text(normalized);
	t->dns_ms = 4;
	t->total_ms = 37;
	t->timeout_ms = 10000;
}

static struct facts_endpoint *endpoint(struct facts_target *t, const char *host, int port,
				       const char *service)
{
	struct facts_endpoint *e = facts_add_endpoint(t);

	e->host = mem_text(host);
	e->port = port;
	e->service = service;
	e->base_domain = mem_text(host);
	e->tlsa_name = mem_printf("_%d._tcp.%s", port, host);
	return e;
}

/* The TLSA RRset is there and secure. */
static void found_tlsa(struct facts_target *t, struct facts_endpoint *e)
{
	asked(t, e->tlsa_name, "TLSA", SECURITY_SECURE, NULL);
	e->tlsa_security = SECURITY_SECURE;
	e->tlsa_ttl = 3600;
	e->tlsa_rrsig_expires = SIGNED_TO;
}

static void record(struct facts_endpoint *e, uint8_t usage, uint8_t selector,
		   uint8_t mtype, const char *hex)
{
	struct facts_record *r = facts_add_record(e);

	r->rr.usage = usage;
	r->rr.selector = selector;
	r->rr.mtype = mtype;
	r->usable = true;
	hex_decode(hex, &r->rr.data, &r->rr.len, NULL);
}

static struct facts_peer *peer(struct facts_endpoint *e, const char *address,
			       enum code code, int64_t ms)
{
	struct facts_peer *p = facts_add_peer(e);

	p->address = mem_text(address);
	p->port = e->port;
	p->code = code;
	if (ms >= 0) {
		p->connect_ms = ms / 3;
		p->handshake_ms = ms - ms / 3;
		p->has_tls = true;
		p->tls.version = mem_text("TLS1.3");
		p->tls.cipher = mem_text("AES-256-GCM");
		p->tls.group = mem_text("x25519");
		p->tls.auth = mem_text("ECDSA");
		p->tls.sni = mem_text(e->host);
	}
	return p;
}

static struct facts_cert *cert(struct facts_peer *p, const char *subject, const char *san,
			       const char *key, time_t from, time_t to, const char *spki,
			       const char *sha256)
{
	struct facts_cert *c = facts_add_cert(p);

	c->subject = mem_text(subject);
	c->issuer = mem_text("CN=YE1,O=Let's Encrypt,C=US");
	if (san)
		facts_add_san(c, mem_text(san));
	c->key = mem_text(key);
	c->has_cert = true;
	c->not_before = from;
	c->not_after = to;
	snprintf(c->spki_sha256, sizeof(c->spki_sha256), "%s", spki);
	snprintf(c->cert_sha256, sizeof(c->cert_sha256), "%s", sha256);
	return c;
}

/* The peer was judged: record `matched` (or -1) matched at depth 0, the others didn't. */
static void judged(struct facts_endpoint *e, struct facts_peer *p, int matched)
{
	size_t i;

	p->has_match = true;
	p->match.code = matched < 0 ? MATCH_MISMATCH : MATCH_OK;
	p->match.record = matched;
	p->match.depth = matched < 0 ? -1 : 0;
	p->match.name_matched = true;
	p->match.rec_count = e->record_count;
	p->match.rec = mem_array(e->record_count, sizeof(*p->match.rec));
	p->match.reason = mem_array(e->record_count, sizeof(*p->match.reason));
	for (i = 0; i < e->record_count; i++) {
		struct match_record *r = &p->match.rec[i];

		r->usable = e->record[i].usable;
		r->code = (int)i == matched ? MATCH_OK : MATCH_MISMATCH;
		r->depth = (int)i == matched ? 0 : -1;
		snprintf(p->match.reason[i].text, sizeof(p->match.reason[i].text), "%s",
			 (int)i == matched ? "matches the leaf" : "no match");
	}
}

static void www_leaf(struct facts_peer *p, const char *spki, const char *sha256)
{
	cert(p, "", "www.example.com", "ECDSA P-256", LEAF_END - 90 * DAY, LEAF_END, spki,
	     sha256);
	cert(p, "CN=YE1,O=Let's Encrypt,C=US", NULL, "ECDSA P-384", CA_END - 1000 * DAY,
	     CA_END + DAY, CA_KEY, CA_KEY);
}

static struct facts_endpoint *www(struct facts_target *t)
{
	begin(t, "https://www.example.com", "https://www.example.com:443");
	asked(t, "www.example.com", "A", SECURITY_SECURE, "192.0.2.10");
	asked(t, "www.example.com", "AAAA", SECURITY_SECURE, "2001:db8::10");
	return endpoint(t, "www.example.com", 443, "https");
}

static void match_two(struct facts_target *t)
{
	struct facts_endpoint *e = www(t);
	struct facts_peer *p;

	found_tlsa(t, e);
	record(e, 3, 1, 1, KEY_OLD);
	record(e, 3, 1, 1, KEY_NEW);
	p = peer(e, "192.0.2.10", CODE_MATCH, 31);
	www_leaf(p, KEY_OLD, CERT_A);
	judged(e, p, 0);
	p = peer(e, "2001:db8::10", CODE_MATCH, 33);
	www_leaf(p, KEY_OLD, CERT_A);
	judged(e, p, 0);
}

static void mismatch(struct facts_target *t)
{
	struct facts_endpoint *e;
	struct facts_peer *p;

	begin(t, "smtp://mx1.example.com", "smtp://mx1.example.com:25");
	t->total_ms = 112;
	asked(t, "mx1.example.com", "A", SECURITY_SECURE, "192.0.2.25");
	asked(t, "mx1.example.com", "AAAA", SECURITY_SECURE, NULL)->absent = true;
	e = endpoint(t, "mx1.example.com", 25, "smtp");
	found_tlsa(t, e);
	record(e, 3, 1, 1, KEY_OLD);
	p = peer(e, "192.0.2.25", CODE_MISMATCH, 41);
	p->error = mem_text("no usable record matches");
	cert(p, "CN=mx1.example.com", "mx1.example.com", "ECDSA P-256",
	     SAMPLE_NOW - 2 * DAY + 23460, SAMPLE_NOW + 88 * DAY + 23460, KEY_NEW,
	     CERT_B);
	judged(e, p, -1);
}

static void mixed(struct facts_target *t)
{
	struct facts_endpoint *e = www(t);
	struct facts_peer *p;

	found_tlsa(t, e);
	record(e, 3, 1, 1, KEY_OLD);
	p = peer(e, "192.0.2.10", CODE_MATCH, 31);
	www_leaf(p, KEY_OLD, CERT_A);
	judged(e, p, 0);
	p = peer(e, "192.0.2.11", CODE_CONNECT_FAILED, -1);
	p->error = mem_text("connection refused");
	p = peer(e, "2001:db8::10", CODE_MISMATCH, 33);
	www_leaf(p, KEY_NEW, CERT_B);
	judged(e, p, -1);
}

static void bogus(struct facts_target *t)
{
	struct facts_endpoint *e = www(t);
	struct facts_lookup *l = asked(t, e->tlsa_name, "TLSA", SECURITY_BOGUS, NULL);

	l->error =
		mem_text("validation failure <_443._tcp.www.example.com. TLSA IN>: "
			 "signature expired from 127.0.0.53 for key example.com. while "
			 "building chain of trust");
	e->code = CODE_BOGUS;
	e->tlsa_security = SECURITY_BOGUS;
	e->tlsa_why_bogus = mem_text(l->error);
	t->blame_who = BLAME_DOMAIN;
	facts_add_blame(t, mem_text("the domain: its name servers hand out an RRSIG that "
				    "ended on 2026-11-20"));
	facts_add_blame(t, mem_text("the resolver says: EDE 7 (Signature Expired)"));
}

static void no_tlsa(struct facts_target *t)
{
	struct facts_endpoint *e = www(t);
	struct facts_peer *p;
	struct facts_lookup *l;

	l = asked(t, e->tlsa_name, "TLSA", SECURITY_SECURE, NULL);
	l->absent = l->nxdomain = true;
	e->tlsa_security = SECURITY_SECURE;
	p = peer(e, "192.0.2.10", CODE_NO_TLSA, 30);
	www_leaf(p, KEY_NEW, CERT_B);
}

static void insecure(struct facts_target *t)
{
	struct facts_endpoint *e;

	begin(t, "insecure.example:8443", "tls://insecure.example:8443");
	asked(t, "insecure.example", "A", SECURITY_INSECURE, "192.0.2.80");
	e = endpoint(t, "insecure.example", 8443, "tls");
	free(e->tlsa_name);
	e->tlsa_name = NULL;
	e->tlsa_security = SECURITY_INSECURE;
	e->code = CODE_INSECURE;
}

static void expiring(struct facts_target *t)
{
	size_t i;

	match_two(t);
	for (i = 0; i < 2; i++) {
		struct facts_cert *leaf = &t->endpoint[0].peer[i].chain[0];

		leaf->not_after = SAMPLE_NOW + 8 * DAY + 3600;
		leaf->not_before = leaf->not_after - 90 * DAY;
	}
	t->lookup[2].rrsig_expires = SAMPLE_NOW + 40 * 60;
	t->lookup[2].rrsig_inception = t->lookup[2].rrsig_expires - 14 * DAY;
}

static void bad_target(struct facts_target *t)
{
	t->target = mem_text("exa mple");
	t->line = 17;
	t->code = CODE_BAD_TARGET;
	t->summary = mem_text("blank inside a name");
	t->dns_ms = t->total_ms = 0;
}

static void http_failed(struct facts_target *t)
{
	struct facts_endpoint *e = www(t);
	struct facts_peer *p;

	free(t->normalized);
	free(t->target);
	t->target = mem_text("www.example.com/health");
	t->normalized = mem_text("https://www.example.com:443/health");
	found_tlsa(t, e);
	record(e, 3, 1, 1, KEY_OLD);
	p = peer(e, "192.0.2.10", CODE_HTTP_FAILED, 31);
	www_leaf(p, KEY_OLD, CERT_A);
	judged(e, p, 0);
	facts_http(p)->status = 503;
	facts_http(p)->error = mem_text("status 503, expected 200-399");
}

static void hostile(struct facts_target *t)
{
	struct facts_endpoint *e;
	struct facts_peer *p;

	begin(t, "https://ev\033[31mil.example | x", "https://evil.example:443");
	asked(t, "evil.example", "A", SECURITY_SECURE, "192.0.2.66");
	e = endpoint(t, "evil.example", 443, "https");
	found_tlsa(t, e);
	record(e, 3, 1, 1, KEY_OLD);
	p = peer(e, "192.0.2.66", CODE_TLS_FAILED, -1);
	p->error = mem_text("alert \"\xff\xfe\r\nOK | time=0s;;;0\" \033]0;owned\a");
	p = peer(e, "192.0.2.67", CODE_MATCH, 12);
	cert(p, "CN=a\nOK  fake  match", "x\033[2J\xc3\x28.example", "RSA 2048",
	     SAMPLE_NOW - DAY, SAMPLE_NOW + 200 * DAY, KEY_OLD, CERT_A);
	judged(e, p, 0);
}

static void long_names(struct facts_target *t)
{
	const char *host = "a-rather-long-host-name-of-a-machine.department.university."
			   "example";
	struct facts_endpoint *e;
	struct facts_peer *p;

	begin(t,
	      "imaps://"
	      "a-rather-long-host-name-of-a-machine.department.university.example",
	      "imaps://"
	      "a-rather-long-host-name-of-a-machine.department.university.example:993");
	asked(t, host, "CNAME", SECURITY_SECURE, "cluster.example");
	asked(t, "cluster.example", "A", SECURITY_SECURE,
	      "192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5, 192.0.2.6");
	e = endpoint(t, host, 993, "imaps");
	found_tlsa(t, e);
	record(e, 2, 0, 1, KEY_OLD);
	p = peer(e, "2001:db8:1234:5678:9abc:def0:1234:5678", CODE_NAME_MISMATCH, 31);
	cert(p, "CN=other.example", "other.example", "RSA 4096", SAMPLE_NOW - 30 * DAY,
	     SAMPLE_NOW + 300 * DAY, KEY_NEW, CERT_B);
	cert(p,
	     "CN=An Issuing Authority with a Very Long Name Indeed 2026,O=The Very Long "
	     "Name of an Organisation",
	     NULL, "RSA 4096", SAMPLE_NOW - 30 * DAY, SAMPLE_NOW + 3000 * DAY, CA_KEY,
	     CA_KEY);
	judged(e, p, -1);
	p->match.code = MATCH_NAME;
	p->match.rec[0].code = MATCH_NAME;
	snprintf(p->match.reason[0].text, sizeof(p->match.reason[0].text),
		 "matches certificate 1, which has no name asked for");
}

/* Two hosts, one insecure; AAAA of the other can't be resolved. */
static void mx(struct facts_target *t)
{
	struct facts_discovery *d = facts_discovery(t);
	struct facts_endpoint *e;
	struct facts_lookup *l;
	struct facts_peer *p;

	begin(t, "mx://example.com", "mx://example.com");
	d->kind = "mx";
	d->name = mem_text("example.com");
	d->security = SECURITY_SECURE;
	facts_add_discovery_record(d, mem_text("10 mx1.example.com"));
	facts_add_discovery_record(d, mem_text("20 mx2.example.net"));
	asked(t, "mx1.example.com", "A", SECURITY_SECURE, "192.0.2.25");
	l = asked(t, "mx1.example.com", "AAAA", SECURITY_INDETERMINATE, NULL);
	l->failed = true;
	l->error = mem_text("SERVFAIL from 192.0.2.53");
	e = endpoint(t, "mx1.example.com", 25, "smtp");
	e->priority = 10;
	found_tlsa(t, e);
	record(e, 3, 1, 1, KEY_OLD);
	record(e, 1, 1, 1, KEY_OLD);
	e->record[1].usable = false;
	e->record[1].reason = mem_text("usage 1 does not count for mail relay");
	p = peer(e, "192.0.2.25", CODE_MATCH, 31);
	www_leaf(p, KEY_OLD, CERT_A);
	judged(e, p, 0);
	finding_take(&t->findings, FINDING_FULL_DATA, SEVERITY_INFO, NULL,
		     mem_text("AAAA of mx1.example.com could not be resolved"));
	l = asked(t, "mx2.example.net", "A", SECURITY_INSECURE, "198.51.100.25");
	l->endpoint = 1;
	e = endpoint(t, "mx2.example.net", 25, "smtp");
	e->priority = 20;
	e->tlsa_security = SECURITY_INSECURE;
	e->code = CODE_INSECURE;
	e->error = mem_text("the addresses are not signed");
}

static void mx_host(struct facts_target *t, const char *host, const char *ipv4,
		    const char *ipv6)
{
	struct facts_endpoint *e;

	asked(t, host, "A", SECURITY_SECURE, ipv4);
	asked(t, host, "AAAA", SECURITY_SECURE, ipv6);
	e = endpoint(t, host, 25, "smtp");
	found_tlsa(t, e);
	record(e, 3, 1, 1, KEY_OLD);
	record(e, 2, 1, 1, CA_KEY);
	www_leaf(peer(e, ipv4, CODE_MATCH, 31), KEY_OLD, CERT_A);
	judged(e, &e->peer[0], 0);
	e->peer[0].match.rec[1].code = MATCH_OK;
	www_leaf(peer(e, ipv6, CODE_MATCH, 32), KEY_OLD, CERT_A);
	judged(e, &e->peer[1], 0);
	e->peer[1].match.rec[1].code = MATCH_OK;
}

/* Two hosts, four addresses; one has an older key, which only the CA's record covers. */
static void matrix(struct facts_target *t)
{
	struct facts_peer *p;

	begin(t, "mx://example.com", "mx://example.com");
	mx_host(t, "mx1.example.com", "192.0.2.25", "2001:db8::25");
	mx_host(t, "mx2.example.com", "192.0.2.26", "2001:db8::26");
	p = &t->endpoint[1].peer[1];
	p->match.rec[0].code = MATCH_MISMATCH;
	p->match.record = 1;
	p->match.depth = 1;
	p->lacks = FACTS_KEYS_RSA;
}

/* Two hosts that weren't asked, since --lookup-only says so. */
static void looked_up(struct facts_target *t)
{
	size_t i;

	begin(t, "mx://example.com", "mx://example.com");
	t->lookup_only = true;
	mx_host(t, "mx1.example.com", "192.0.2.25", "2001:db8::25");
	mx_host(t, "mx2.example.com", "192.0.2.26", "2001:db8::26");
	for (i = 0; i < t->endpoint_count; i++) {
		while (t->endpoint[i].peer_count)
			facts_drop_peer(&t->endpoint[i], 0);
		t->endpoint[i].code = CODE_NOT_PROBED;
		t->endpoint[i].error = mem_text("2 usable TLSA records; no server was "
						"asked, as --lookup-only says");
	}
}

/* Both key types at one address, the leaf of one past its end, which DANE-EE ignores. */
static void both_keys(struct facts_target *t)
{
	struct facts_endpoint *e = www(t);
	struct facts_peer *p;

	found_tlsa(t, e);
	record(e, 3, 1, 1, KEY_OLD);
	record(e, 3, 1, 1, KEY_NEW);
	p = peer(e, "192.0.2.10", CODE_MATCH, 31);
	www_leaf(p, KEY_OLD, CERT_A);
	judged(e, p, 0);
	p = peer(e, "192.0.2.10", CODE_MATCH, 33);
	free(p->tls.auth);
	p->tls.auth = mem_text("RSA");
	cert(p, "CN=www.example.com", "www.example.com", "RSA 2048",
	     SAMPLE_NOW - 100 * DAY, SAMPLE_NOW - 10 * DAY, KEY_NEW, CERT_B);
	judged(e, p, 1);
}

/* The chain's second certificate is past its end, and the usage counts that. */
static void expired(struct facts_target *t)
{
	struct facts_endpoint *e = www(t);
	struct facts_peer *p;

	found_tlsa(t, e);
	record(e, 2, 1, 1, CA_KEY);
	p = peer(e, "192.0.2.10", CODE_EXPIRED, 31);
	www_leaf(p, KEY_OLD, CERT_A);
	p->chain[1].not_after = SAMPLE_NOW - 3 * DAY - 60;
	judged(e, p, -1);
	p->match.code = p->match.rec[0].code = MATCH_EXPIRED;
	snprintf(p->match.reason[0].text, sizeof(p->match.reason[0].text),
		 "names certificate 1, but it expired");
	p->error = mem_text("record 1 names certificate 1, but it expired");
}

static const struct {
	const char *name;
	void (*fill)(struct facts_target *t);
} samples[] = {
	{ "match", match_two },
	{ "mismatch", mismatch },
	{ "mixed", mixed },
	{ "bogus", bogus },
	{ "no-tlsa", no_tlsa },
	{ "insecure", insecure },
	{ "expiring", expiring },
	{ "bad-target", bad_target },
	{ "http-failed", http_failed },
	{ "hostile", hostile },
	{ "long-names", long_names },
	{ "mx", mx },
	{ "matrix", matrix },
	{ "looked-up", looked_up },
	{ "both-keys", both_keys },
	{ "expired", expired },
};

const char *sample_name(size_t i)
{
	return i < sizeof(samples) / sizeof(*samples) ? samples[i].name : NULL;
}

struct facts_target *sample_make(size_t i, const struct verdict_conf *conf)
{
	struct facts_target *t = facts_target_new();

	samples[i].fill(t);
	verdict_decide(t, conf, SAMPLE_NOW);
	return t;
}
