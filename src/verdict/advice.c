/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/advice.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"
#include "verdict/remedy.h"

#define RECENT_S                                                                         \
	(14 * 86400) /* a certificate younger than this points to its renewal            \
		      */
#define JUST_NOW_S 300
#define NAMES_SHOWN 4

struct context {
	struct facts_target *t;
	const struct facts_endpoint *e; /* where the code comes from; NULL none */
	const struct facts_peer *p;	/* likewise */
	const struct facts_cert *leaf;	/* of p, else of any peer of e; NULL none */
	time_t now;
};

static void say(char **slot, char *take_text)
{
	if (*slot)
		free(take_text);
	else
		*slot = take_text;
}

static void story(const struct context *c, char *take_text)
{
	say(&c->t->advice.story, take_text);
}

static void remedy(const struct context *c, const char *text)
{
	say(&c->t->advice.remedy, mem_text(text));
}

/* The record that the presented key needs; false when no key was seen. */
static bool record_of_leaf(const struct context *c)
{
	if (!c->leaf || !c->leaf->spki_sha256[0])
		return false;
	if (!c->t->advice.record_count)
		facts_add_advice_record(&c->t->advice,
					mem_printf("3 1 1 %s", c->leaf->spki_sha256));
	return true;
}

static const char *host(const struct context *c)
{
	return c->e && c->e->base_domain ? c->e->base_domain
	       : c->e && c->e->host	 ? c->e->host
					 : c->t->target;
}

/* Why it failed in the words of whoever saw it, else what the code means. */
static const char *error_text(const struct context *c)
{
	if (c->p && c->p->error)
		return c->p->error;
	if (c->e && c->e->error)
		return c->e->error;
	if (!c->e && c->t->discovery && c->t->discovery->error)
		return c->t->discovery->error;
	return code_meaning(c->t->code);
}

static void place_and_error(const struct context *c)
{
	const char *error = error_text(c);
	char *place;

	if (!c->e && c->t->discovery) { /* the question is named there */
		story(c, mem_text(error));
		return;
	}
	place = c->p && c->p->address ? phrase_peer(c->p) : mem_text(host(c));

	if (strstr(error, place) ||
	    (c->p && c->p->address && strstr(error, c->p->address)))
		story(c, mem_text(error));
	else
		story(c, mem_printf("%s: %s", place, error));
	free(place);
}

static bool names_leaf(const struct facts_record *r)
{
	return r->usable && (r->rr.usage == TLSA_DANE_EE || r->rr.usage == TLSA_PKIX_EE);
}

/* What the usable records for the leaf name: its key, its certificate only, or nothing.
 */
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

static char *age_text(const struct context *c, enum named named)
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
static char *chain_text(const struct context *c)
{
	const struct match *m = &c->p->match;
	size_t i;

	for (i = 0; i < m->rec_count; i++)
		if (m->rec[i].usable && !m->rec[i].superseded &&
		    strcmp(m->rec[i].reason, "no match") != 0)
			return mem_printf("that no record vouches for (record %zu: %s)",
					  i + 1, m->rec[i].reason);
	return mem_text("in which no certificate is one that the records name");
}

/* Another key of the same server matches: this one is published too little, not wrong. */
static bool other_key_matches(const struct context *c)
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

static void mismatch_story(const struct context *c, enum named named)
{
	size_t matched, all = phrase_addresses(c->e, &matched);
	char *place = phrase_peer(c->p);
	char *who = all > 1 ? mem_printf("%zu of %zu addresses match, but %s", matched,
					 all, place)
			    : mem_text("the server");
	char *digest = phrase_digest(named == NAMED_CERT ? c->leaf->cert_sha256
							 : c->leaf->spki_sha256);
	char *age = age_text(c, named);

	if (other_key_matches(c)) {
		story(c,
		      mem_printf("the server has keys of two kinds, and its %s key, %s, "
				 "is not published: whoever is shown that one fails, "
				 "while others match and notice nothing",
				 c->p->tls.auth ? c->p->tls.auth : "other", digest));
	} else if (named == NAMED_NOTHING) {
		char *chain = chain_text(c);

		story(c, mem_printf("%s presents a chain %s; the key of its leaf is %s",
				    who, chain, digest));
		free(chain);
	} else {
		story(c, mem_printf("%s presents %s %s, which no record names%s", who,
				    named == NAMED_CERT ? "certificate" : "key", digest,
				    age));
	}
	free(place);
	free(who);
	free(digest);
	free(age);
}

/* "or install the key whose digest is 8f434346..." for the records that name one. */
static char *install_text(const struct context *c, enum named named)
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
static bool superseded_match(const struct context *c)
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
		story(c, mem_printf("record %zu names what the server presents, but it "
				    "does not count: of one usage and selector clients "
				    "look at the strongest digest only, and that record "
				    "names something else",
				    i + 1));
		remedy(c, "take the SHA2-512 record away, or make it anew from what the "
			  "server presents");
		return true;
	}
	return false;
}

static void mismatch(const struct context *c)
{
	bool explained = c->t->advice.story != NULL;
	enum named named;
	char *install;

	if (!c->e || !c->p || !c->leaf) {
		place_and_error(c);
		return;
	}
	if (!explained && superseded_match(c))
		return;
	named = what_is_named(c->e);
	mismatch_story(c, named);
	if (c->t->advice.remedy || !record_of_leaf(c))
		return;
	install = explained || other_key_matches(c) ? NULL : install_text(c, named);
	/* Nothing ties that key to the records: it may as well be somebody else's. */
	say(&c->t->advice.remedy,
	    mem_printf("%spublish this record %s%s%s",
		       named == NAMED_NOTHING ? "if that key is yours, " : "",
		       explained ? "in place of the wrong one" : "beside the current one",
		       c->e->record_count > 1 && !explained ? "s" : "",
		       install ? "," : ":"));
	if (install)
		say(&c->t->advice.remedy_after, install);
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

/* --ee-name-check: then a DANE-EE record would not help. */
static bool names_asked_of_ee(const struct context *c)
{
	size_t i;

	for (i = 0; c->p && c->p->has_match && i < c->p->match.rec_count; i++)
		if (c->p->match.rec[i].code == MATCH_NAME && i < c->e->record_count &&
		    c->e->record[i].rr.usage == TLSA_DANE_EE)
			return true;
	return false;
}

static void name_mismatch(const struct context *c)
{
	char *names = names_of(c->leaf);
	bool ee = names_asked_of_ee(c);

	story(c, mem_printf("a record matches, but the certificate names %s and not %s",
			    names, host(c)));
	if (!c->t->advice.remedy && !ee && record_of_leaf(c))
		say(&c->t->advice.remedy,
		    mem_printf("get a certificate that names %s, or publish this record "
			       "too, with which names do not count:",
			       host(c)));
	say(&c->t->advice.remedy, mem_printf("get a certificate that names %s", host(c)));
	free(names);
}

static const struct facts_cert *out_of_dates(const struct context *c, size_t *ret_depth)
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

static void expired(const struct context *c)
{
	const struct facts_cert *cert;
	size_t depth = 0;
	char date[32], *span, *who;

	cert = out_of_dates(c, &depth);
	who = depth ? mem_printf("certificate %zu of the chain", depth)
		    : mem_text("the server's certificate");
	if (!cert) {
		place_and_error(c);
		remedy(c, "renew the certificate that is out of its dates");
	} else if (cert->not_before != -1 && cert->not_before > c->now) {
		clock_rfc3339(cert->not_before, date);
		story(c, mem_printf("%s is not valid before %s", who, date));
		remedy(c, "wait until then, or check the clocks of this host and of the "
			  "one that issued it");
	} else {
		clock_date(cert->not_after, date);
		span = phrase_span(difftime(c->now, cert->not_after));
		story(c, mem_printf("%s ended on %s, %s ago", who, date, span));
		free(span);
		remedy(c, depth ? "install the chain that the CA gives out today"
				: "renew the certificate and reload the server");
	}
	free(who);
}

static void pkix_failed(const struct context *c)
{
	bool self = c->leaf && c->leaf->subject && c->leaf->issuer &&
		    !strcmp(c->leaf->subject, c->leaf->issuer);
	char *place = c->p && c->p->address ? phrase_peer(c->p) : mem_text(host(c));

	story(c,
	      mem_printf("the record asks for a path to a trusted CA, and the chain of "
			 "%s has none%s",
			 place, self ? ": its certificate is self-signed" : ""));
	free(place);
	if (!c->t->advice.remedy && record_of_leaf(c))
		say(&c->t->advice.remedy,
		    mem_text(
			    "let the server send its intermediate certificates, name its "
			    "CA by --ca-file, or publish this record too, which needs "
			    "no CA:"));
	remedy(c, "let the server send its intermediate certificates, or name its CA by "
		  "--ca-file");
}

static void unusable(const struct context *c)
{
	struct buf text;
	size_t i;

	buf_init(&text, 4000);
	for (i = 0; c->e && i < c->e->record_count && i < NAMES_SHOWN; i++)
		if (!c->e->record[i].usable)
			buf_printf(&text, "%s record %zu: %s", text.len ? ";" : "", i + 1,
				   c->e->record[i].reason ? c->e->record[i].reason
							  : "unusable");
	story(c, mem_printf("no TLSA record of %s is usable%s%s", host(c),
			    text.len ? ":" : "", buf_str(&text)));
	buf_clear(&text);
	remedy(c, record_of_leaf(c)
			  ? "publish this record in their place:"
			  : "publish a record that `daneprobe record` computes");
}

static void no_tlsa(const struct context *c)
{
	const char *name = c->e && c->e->tlsa_name ? c->e->tlsa_name : host(c);

	story(c, mem_printf("there is no TLSA record at %s: DNSSEC proves it", name));
	if (c->t->advice.remedy)
		return;
	if (record_of_leaf(c))
		say(&c->t->advice.remedy, mem_printf("publish this record at %s:", name));
	else
		say(&c->t->advice.remedy,
		    mem_printf("publish at %s the record that `daneprobe record` "
			       "computes from the server's key (--key FILE), its "
			       "certificate (--cert FILE) or what it presents (--live)",
			       name));
}

/* The first host of "10 mx1.example.com"; NULL where there is none to speak of. */
static const char *first_mx(const struct facts_discovery *d)
{
	const char *blank = d->record_count ? strchr(d->record[0], ' ') : NULL;

	return blank && strcmp(blank + 1, ".") != 0 ? blank + 1 : NULL;
}

static void insecure_mx(const struct context *c)
{
	const struct facts_discovery *d = c->t->discovery;
	const char *mx = first_mx(d);

	if (!d->record_count)
		story(c, mem_printf("that %s has no MX record is not signed, so anybody "
				    "could make it one",
				    d->name));
	else if (!mx)
		story(c, mem_printf("the MX record of %s says that it takes no mail, but "
				    "is not signed: anybody could make it another",
				    d->name));
	else
		story(c, mem_printf("the MX records of %s are not signed: a sender whose "
				    "policy is dane-only will not deliver, one with dane "
				    "may still go by the hosts' own TLSA records",
				    d->name));
	say(&c->t->advice.remedy,
	    mem_printf("sign the zone and have its registrar or parent publish the DS "
		       "record%s%s%s",
		       mx ? "; `daneprobe check smtp://" : "", mx ? mx : "",
		       mx ? "` tells of the host by itself" : ""));
}

static void insecure(const struct context *c)
{
	const struct facts_lookup *l = facts_lookup_with(c->t, c->e, SECURITY_INSECURE);
	const struct facts_discovery *d = c->t->discovery;

	if (!c->e && d && d->kind && !strcmp(d->kind, "mx")) {
		insecure_mx(c);
		return;
	}
	if (l)
		story(c, mem_printf("no DNSSEC chain of trust leads to %s %s, so TLSA "
				    "records cannot count: anybody could forge them",
				    l->name, l->type));
	else
		story(c, mem_text("no DNSSEC chain of trust leads to the records that "
				  "decide, so TLSA records cannot count"));
	remedy(c, "sign the zone and have its registrar or parent publish the DS record");
}

static const char other_resolver[] =
	"name another resolver by --resolver, or go around it by --recurse";

/* Who was found to be at fault decides what to do, before any other hint. */
static void blame_remedy(const struct context *c)
{
	switch (c->t->blame_who) {
	case BLAME_RESOLVER:
		remedy(c, other_resolver);
		break;
	case BLAME_SERVER:
		remedy(c, "have the name server mended that is marked FAULT above; until "
			  "then every resolver that asks it fails like this");
		break;
	case BLAME_DOMAIN:
		if (c->t->code == CODE_DNS_ERROR)
			remedy(c, "have the domain's name servers mended: they must "
				  "answer every question, with records or a signed "
				  "denial");
		break;
	case BLAME_UNKNOWN:
		break;
	}
}

static bool left_system_resolver(const struct facts_target *t)
{
	size_t i;

	for (i = 0; i < t->findings.count; i++)
		if (t->findings.item[i].id == FINDING_RESOLVER_NO_DNSSEC)
			return true;
	return false;
}

static void dns_error(const struct context *c)
{
	if (!c->e && c->t->discovery && c->t->discovery->record_count)
		remedy(c, "take out the hosts that no client comes to");
	place_and_error(c);
	blame_remedy(c);
	if (left_system_resolver(c->t))
		remedy(c, "this host's resolver passes no DNSSEC on, and the root name "
			  "servers may be out of reach (is port 53 blocked?): name a "
			  "validating resolver that it can reach by --resolver");
	remedy(c, "name another resolver by --resolver, or resolve from the root by "
		  "--recurse");
}

/* What libunbound's reasons hint at; the first row whose word occurs counts. */
static const struct {
	const char *word, *remedy;
} bogus_remedies[] = {
	{ "expired",
	  "sign the zone anew, and find out why that did not happen by itself" },
	{ "not yet", "check the clocks of this host and of the signer" },
	{ "inception", "check the clocks of this host and of the signer" },
	{ "no DNSSEC records", "let the signer add its NSEC or NSEC3 records anew, and "
			       "see that every name server hands them out" },
	{ "no DS", "publish the DS record of the zone's key at its parent, or take the "
		   "wrong one away" },
	{ "DS hash mismatches", "replace the DS record at the parent by that of the "
				"zone's key" },
	{ "key for validation", "replace the DS record at the parent by that of the "
				"zone's key, and see that its DNSKEY is signed" },
	{ "nodata proof", "let the signer add its NSEC or NSEC3 records anew" },
	{ "nxdomain proof", "let the signer add its NSEC or NSEC3 records anew" },
	{ "no signatures", "sign that RRset: every name server must hand out its RRSIG" },
	{ "signature", "sign the zone anew: the records and their RRSIG do not agree" },
};

static void bogus(const struct context *c)
{
	const struct facts_lookup *l = facts_lookup_with(c->t, c->e, SECURITY_BOGUS);
	const char *reason = l && l->error ? l->error
			     : c->e	   ? c->e->tlsa_why_bogus
					   : NULL;
	const char *doubt = c->t->blame_who == BLAME_UNKNOWN
				    ? "; if --recurse finds nothing wrong, the resolver "
				      "is at fault"
				    : "";
	size_t i;

	reason = phrase_reason(reason ? reason : error_text(c));
	if (l)
		story(c, mem_printf("DNSSEC validation of %s %s failed: %s", l->name,
				    l->type, reason));
	else
		story(c, mem_printf("DNSSEC validation failed: %s", reason));
	blame_remedy(c);
	for (i = 0; i < sizeof(bogus_remedies) / sizeof(*bogus_remedies); i++)
		if (strstr(reason, bogus_remedies[i].word))
			say(&c->t->advice.remedy,
			    mem_printf("%s%s", bogus_remedies[i].remedy, doubt));
	remedy(c, "repair the zone's signatures, or the DS record at its parent");
}

static void http_failed(const struct context *c)
{
	const struct facts_http *http = c->p ? c->p->http : NULL;
	char *place = c->p && c->p->address ? phrase_peer(c->p) : mem_text(host(c));

	if (http && http->error)
		story(c, mem_printf("the key at %s matches, but the page fails: %s",
				    place, http->error));
	else if (http && http->status)
		story(c, mem_printf("the key at %s matches, but the page answers with "
				    "status %d",
				    place, http->status));
	else
		story(c, mem_printf("the key at %s matches, but the page fails: %s",
				    place, error_text(c)));
	free(place);
	remedy(c, "look at the web server's log, or say what to expect by "
		  "--expect-status and --expect-body");
}

static void matched(const struct context *c)
{
	size_t i, all = 0;
	const char *what = NULL, *first = NULL;
	bool fetched = false, skipped = false;
	const char *pages;

	for (i = 0; i < c->t->endpoint_count; i++) {
		const struct facts_endpoint *e = &c->t->endpoint[i];
		size_t k;

		all += phrase_addresses(e, NULL);
		for (k = 0; k < e->peer_count; k++) {
			const struct facts_peer *p = &e->peer[k];
			const struct tlsa *rr;

			skipped |= p->http_skipped;
			if (p->match.record < 0 || !p->has_match ||
			    (size_t)p->match.record >= e->record_count)
				continue;
			rr = &e->record[p->match.record].rr;
			fetched |= p->http && p->http->status && !p->http->error;
			what = rr->usage == TLSA_DANE_TA || rr->usage == TLSA_PKIX_TA
				       ? "a chain to the published CA"
			       : rr->selector == TLSA_SPKI ? "the published key"
							   : "the published certificate";
			first = first && first != what ? "what is published" : what;
		}
	}
	pages = skipped	   ? "; a page was not fetched"
		: !fetched ? ""
		: all == 1 ? ", and the page is as expected"
			   : ", and the pages are as expected";
	if (all == 1)
		story(c, mem_printf("the address presents %s%s",
				    first ? first : "a match", pages));
	else
		story(c, mem_printf("all %zu addresses present %s%s", all,
				    first ? first : "a match", pages));
}

/* Codes whose story is the error itself. */
static void plain(const struct context *c)
{
	const char *what;

	if (!c->e && c->t->summary)
		story(c, mem_text(c->t->summary));
	place_and_error(c);
	if (c->t->code == CODE_DNS_ERROR &&
	    (c->t->blame_who == BLAME_DOMAIN || c->t->blame_who == BLAME_SERVER))
		remedy(c, "let the domain's name servers answer this question: clients "
			  "that go by DANE stay away until they do");
	what = remedy_for(c->t->code, error_text(c));
	if (what)
		remedy(c, what);
}

static void dispatch(const struct context *c)
{
	switch (c->t->code) {
	case CODE_BOGUS:
		bogus(c);
		return;
	case CODE_MISMATCH:
		mismatch(c);
		return;
	case CODE_NAME_MISMATCH:
		name_mismatch(c);
		return;
	case CODE_EXPIRED:
		expired(c);
		return;
	case CODE_PKIX_FAILED:
		pkix_failed(c);
		return;
	case CODE_UNUSABLE:
		unusable(c);
		return;
	case CODE_NO_TLSA:
		no_tlsa(c);
		return;
	case CODE_INSECURE:
		insecure(c);
		return;
	case CODE_HTTP_FAILED:
		http_failed(c);
		return;
	case CODE_DNS_ERROR:
		dns_error(c);
		return;
	case CODE_MATCH:
		matched(c);
		return;
	case CODE_STARTTLS_REFUSED:
	case CODE_TRY_LATER:
	case CODE_TLS_FAILED:
	case CODE_CONNECT_FAILED:
	case CODE_TIMEOUT:
	case CODE_NXDOMAIN:
	case CODE_NO_ADDRESS:
	case CODE_NO_SERVICE:
	case CODE_BAD_TARGET:
	case CODE_NO_ROUTE:
	case CODE_STOPPED:
		plain(c);
		return;
	}
}

void advice_write(struct facts_target *t, time_t now)
{
	struct context c = { .t = t, .now = now };
	size_t i;

	c.e = facts_culprit(t, &c.p);
	if (c.e && c.e->story)
		story(&c, mem_text(c.e->story));
	if (c.p && c.p->chain_count)
		c.leaf = &c.p->chain[0];
	for (i = 0; c.e && !c.leaf && i < c.e->peer_count; i++)
		if (c.e->peer[i].chain_count)
			c.leaf = &c.e->peer[i].chain[0];
	dispatch(&c);
	t->advice.story = phrase_sentence(t->advice.story);
}
