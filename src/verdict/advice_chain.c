/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/advice_chain.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "verdict/advice_context.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"
#include "verdict/stranger.h"

#define RECENT_S (14 * 86400) /* a younger certificate points to its renewal */
#define JUST_NOW_S 300
#define NAMES_SHOWN 4

static bool names_leaf(const struct facts_record *r)
{
	return r->usable && (r->rr.usage == TLSA_DANE_EE || r->rr.usage == TLSA_PKIX_EE);
}

/* What usable records that name the leaf hold: its key, its certificate only, or
 * nothing of it. */
enum named { NAMED_NOTHING, NAMED_CERT, NAMED_KEY };

static enum named what_is_named(const struct facts_endpoint *e)
{
	enum named named = NAMED_NOTHING;
	size_t i;

	for (i = 0; i < e->record_count; i++) {
		if (!names_leaf(&e->record[i]))
			continue;
		if (e->record[i].rr.selector == TLSA_SPKI)
			return NAMED_KEY;
		named = NAMED_CERT;
	}
	return named;
}

static char *age_text(const struct advice_context *c, enum named named)
{
	double age =
		c->leaf->not_before == -1 ? -1 : difftime(c->now, c->leaf->not_before);
	char *span, *text;

	if (age < 0 || age > RECENT_S)
		return mem_text("");
	/* "2 days old" is nearer to a day and three quarters than "42 hours" is to people
	 */
	span = age < JUST_NOW_S ? mem_text("a few minutes")
				: phrase_span(age < 36 * 3600 ? age : age + 12 * 3600);
	text = mem_printf("; the certificate is %s old: a renewal made a new %s", span,
			  named == NAMED_CERT ? "certificate" : "key");
	free(span);
	return text;
}

/* Why the chain doesn't satisfy records that name an issuer: one may well be in it. */
static char *chain_text(const struct advice_context *c)
{
	const struct match *m = &c->p->match;
	size_t i;

	for (i = 0; i < m->rec_count; i++)
		if (m->reason && m->rec[i].usable && !m->rec[i].superseded &&
		    strcmp(m->reason[i].text, "no match") != 0)
			return mem_printf("that no record vouches for (record %zu: %s)",
					  i + 1, m->reason[i].text);
	return mem_text("in which no certificate matches a record");
}

/* Another key of the same server matches: this one is published too little, not wrong. */
static bool other_key_matches(const struct advice_context *c)
{
	size_t i;

	for (i = 0; i < c->e->peer_count; i++) {
		const struct facts_peer *p = &c->e->peer[i];

		if (p != c->p && p->code == CODE_MATCH && p->port == c->p->port &&
		    p->address && c->p->address && !strcmp(p->address, c->p->address))
			return true;
	}
	return false;
}

/* "the server", or which address of several. */
static char *who_text(const struct advice_context *c)
{
	size_t matched, all = phrase_addresses(c->e, &matched);
	char *place = phrase_peer(c->p), *who;

	who = all > 1 ? mem_printf("%zu of %zu addresses match, but %s", matched, all,
				   place)
		      : mem_text("the server");
	free(place);
	return who;
}

static void mismatch_story(const struct advice_context *c, enum named named)
{
	char *who = who_text(c);
	char *digest = phrase_digest(named == NAMED_CERT ? c->leaf->cert_sha256
							 : c->leaf->spki_sha256);
	char *age = age_text(c, named);

	if (other_key_matches(c)) {
		advice_context_story(
			c, mem_printf("the server has keys of two kinds, and its %s key, "
				      "%s, is not published: clients that get that key "
				      "fail, while others match and notice nothing",
				      c->p->tls.auth ? c->p->tls.auth : "other", digest));
	} else if (named == NAMED_NOTHING) {
		char *chain = chain_text(c);

		advice_context_story(
			c, mem_printf("%s presents a chain %s; the key of its leaf is %s",
				      who, chain, digest));
		free(chain);
	} else {
		advice_context_story(
			c, mem_printf("%s presents %s %s, which no record names%s", who,
				      named == NAMED_CERT ? "certificate" : "key", digest,
				      age));
	}
	free(who);
	free(digest);
	free(age);
}

/* "or install the key whose digest is 8f434346..." for the records that name one. */
static char *install_text(const struct advice_context *c, enum named named)
{
	uint8_t selector = named == NAMED_KEY ? TLSA_SPKI : TLSA_CERT;
	struct buf text;
	size_t i, told = 0;
	char *hex;

	if (named == NAMED_NOTHING)
		return mem_text("or install a chain of the CA that the records name");

	buf_init(&text, 1000);
	for (i = 0; i < c->e->record_count && told < 3; i++) {
		const struct facts_record *r = &c->e->record[i];

		if (!names_leaf(r) || r->rr.selector != selector ||
		    r->rr.mtype == TLSA_FULL || r->rr.len < 4)
			continue;
		hex = hex_encode(r->rr.data, 4);
		buf_printf(&text, "%s%s...", told++ ? " or " : "", hex);
		free(hex);
	}
	hex = told ? mem_printf("or install the %s whose digest is %s",
				named == NAMED_KEY ? "key" : "certificate",
				buf_str(&text))
		   : NULL;
	buf_clear(&text);
	return hex;
}

/* A digest of the leaf that would match, were it not for a stronger one of something else
 * beside it (RFC 7671 section 9). */
static bool superseded_match(const struct advice_context *c)
{
	size_t i;

	for (i = 0; i < c->e->record_count; i++) {
		const struct facts_record *r = &c->e->record[i];
		char *hex;
		bool names;

		if (!r->superseded || r->rr.mtype != TLSA_SHA256 ||
		    (r->rr.usage != TLSA_DANE_EE && r->rr.usage != TLSA_PKIX_EE))
			continue;
		hex = hex_encode(r->rr.data, r->rr.len);
		names = !strcmp(hex, r->rr.selector == TLSA_SPKI ? c->leaf->spki_sha256
								 : c->leaf->cert_sha256);
		free(hex);
		if (!names)
			continue;
		advice_context_story(
			c,
			mem_printf("record %zu names what the server presents, but it "
				   "does not count: of one usage and selector clients "
				   "look at the strongest digest only, and that record "
				   "names something else",
				   i + 1));
		advice_context_remedy(c, "remove the SHA2-512 record, or compute it "
					 "again from what the server presents");
		return true;
	}
	return false;
}

static char *names_of(const struct facts_cert *leaf)
{
	struct buf text;
	size_t i;
	char *names;

	if (!leaf || !leaf->san_count)
		return mem_text("no name");
	buf_init(&text, 4000);
	for (i = 0; i < leaf->san_count && i < NAMES_SHOWN; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", leaf->san[i]);
	if (leaf->san_count > NAMES_SHOWN)
		buf_printf(&text, " and %zu more", leaf->san_count - NAMES_SHOWN);
	names = mem_text(buf_str(&text));
	buf_clear(&text);
	return names;
}

static const char *sni_of(const struct advice_context *c)
{
	return c->p->tls.sni ? c->p->tls.sni : advice_context_host(c);
}

/* The server knows the alias, but not the name that it leads to. */
bool advice_chain_alias(const struct advice_context *c)
{
	char *who;

	if (!c->e || !c->p || c->p->alias != FACTS_ALIAS_MATCHES)
		return false;
	who = who_text(c);
	advice_context_story(
		c, mem_printf("clients ask with SNI %s, to which the alias %s leads, and "
			      "%s presents something else for that; with SNI %s it "
			      "presents what is published",
			      sni_of(c), c->e->host, who, c->e->host));
	free(who);
	advice_context_say(&c->a->remedy,
			   mem_printf("configure the server for %s: it should present "
				      "for that name what it presents for %s",
				      sni_of(c), c->e->host));
	return true;
}

/* Where a certificate that matches has no name of the host's either, names tell nothing.
 */
static bool are_names_telling(const struct advice_context *c)
{
	size_t i;

	for (i = 0; i < c->e->peer_count; i++)
		if (c->e->peer[i].code == CODE_MATCH && c->e->peer[i].chain_count &&
		    stranger_find(c->e, &c->e->peer[i].chain[0]))
			return false;
	return true;
}

/* The certificate is somebody else's, so its key is not to be published. */
static bool tell_stranger(const struct advice_context *c, const char *install)
{
	const struct stranger *s = stranger_find(c->e, c->leaf);
	bool alias = c->p->alias == FACTS_ALIAS_FAILS;
	char *names, *who;

	if (!s || other_key_matches(c) || !are_names_telling(c))
		return false;
	names = names_of(c->leaf);
	who = who_text(c);
	advice_context_story(
		c, mem_printf("%s, asked with SNI %s%s%s%s, presents %s: it names %s",
			      who, sni_of(c), alias ? ", and with the alias " : "",
			      alias ? c->e->host : "", alias ? " as well" : "", s->label,
			      names));
	free(names);
	free(who);
	if (s->remedy)
		advice_context_remedy(c, s->remedy);
	advice_context_say(
		&c->a->remedy,
		mem_printf("see which site answers to %s there, and give it its own "
			   "certificate%s%s",
			   sni_of(c), install ? ", " : "", install ? install : ""));
	return true;
}

void advice_chain_mismatch(const struct advice_context *c)
{
	bool explained = c->a->story != NULL;
	enum named named;
	char *install;

	if (!c->e || !c->p || !c->leaf) {
		advice_context_place_and_error(c);
		return;
	}
	if (!explained && superseded_match(c))
		return;
	if (!explained && advice_chain_alias(c))
		return;
	named = what_is_named(c->e);
	install = explained || other_key_matches(c) ? NULL : install_text(c, named);
	if (!explained && tell_stranger(c, install)) {
		free(install);
		return;
	}
	mismatch_story(c, named);
	if (c->a->remedy || !advice_context_record_of_leaf(c)) {
		free(install);
		return;
	}
	/* Nothing ties that key to the records: it may be somebody else's. */
	advice_context_say(
		&c->a->remedy,
		mem_printf("%spublish this record %s%s%s",
			   named == NAMED_NOTHING ? "if that key is yours, " : "",
			   explained ? "in place of the wrong one"
				     : "beside the current one",
			   c->e->record_count > 1 && !explained ? "s" : "",
			   install ? "," : ":"));
	if (install)
		advice_context_say(&c->a->remedy_after, install);
}

/* --ee-name-check: then a DANE-EE record would not help. */
static bool names_asked_of_ee(const struct advice_context *c)
{
	size_t i;

	for (i = 0; c->p && c->p->has_match && i < c->p->match.rec_count; i++)
		if (c->p->match.rec[i].code == MATCH_NAME && i < c->e->record_count &&
		    c->e->record[i].rr.usage == TLSA_DANE_EE)
			return true;
	return false;
}

void advice_chain_name_mismatch(const struct advice_context *c)
{
	char *names = names_of(c->leaf);
	bool ee = names_asked_of_ee(c);

	advice_context_story(
		c, mem_printf("a record matches, but the certificate names %s and not %s",
			      names, advice_context_host(c)));
	if (!c->a->remedy && !ee && advice_context_record_of_leaf(c))
		advice_context_say(
			&c->a->remedy,
			mem_printf("get a certificate that names %s, or publish this "
				   "record too, which ignores names:",
				   advice_context_host(c)));
	advice_context_say(&c->a->remedy, mem_printf("get a certificate that names %s",
						     advice_context_host(c)));
	free(names);
}

static const struct facts_cert *out_of_dates(const struct advice_context *c,
					     size_t *ret_depth)
{
	size_t i;

	for (i = 0; c->p && i < c->p->chain_count; i++) {
		const struct facts_cert *cert = &c->p->chain[i];

		if ((cert->not_after != -1 && cert->not_after < c->now) ||
		    (cert->not_before != -1 && cert->not_before > c->now)) {
			*ret_depth = i;
			return cert;
		}
	}
	return NULL;
}

void advice_chain_expired(const struct advice_context *c)
{
	const struct facts_cert *cert;
	size_t depth = 0;
	char date[32], *span, *who;

	cert = out_of_dates(c, &depth);
	who = depth ? mem_printf("certificate %zu of the chain", depth)
		    : mem_text("the server's certificate");
	if (!cert) {
		advice_context_place_and_error(c);
		advice_context_remedy(c,
				      "renew the certificate that is outside its dates");
	} else if (cert->not_before != -1 && cert->not_before > c->now) {
		clock_rfc3339(cert->not_before, date);
		advice_context_story(c,
				     mem_printf("%s is not valid before %s", who, date));
		advice_context_remedy(c, "wait until then, or check the clocks of this "
					 "host and of the issuer");
	} else {
		clock_date(cert->not_after, date);
		span = phrase_span(difftime(c->now, cert->not_after));
		advice_context_story(
			c, mem_printf("%s ended on %s, %s ago", who, date, span));
		free(span);
		advice_context_remedy(
			c, depth ? "install the chain that the CA issues today"
				 : "renew the certificate and reload the server");
	}
	free(who);
}

void advice_chain_pkix_failed(const struct advice_context *c)
{
	bool self = c->leaf && c->leaf->subject && c->leaf->issuer &&
		    !strcmp(c->leaf->subject, c->leaf->issuer);
	char *place = c->p && c->p->address ? phrase_peer(c->p)
					    : mem_text(advice_context_host(c));

	advice_context_story(
		c,
		mem_printf("the record asks for a path to a trusted CA, and the chain of "
			   "%s has none%s",
			   place, self ? ": its certificate is self-signed" : ""));
	free(place);
	if (!c->a->remedy && advice_context_record_of_leaf(c))
		advice_context_say(
			&c->a->remedy,
			mem_text("make the server send its intermediate certificates, "
				 "name its CA with --ca-file, or publish this record "
				 "too, which needs no CA:"));
	advice_context_remedy(c, "make the server send its intermediate certificates, or "
				 "name its CA with --ca-file");
}
