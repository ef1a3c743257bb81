/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/advice_dns.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "verdict/advice_context.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"
#include "verdict/remedy.h"

#define ITERATIONS_MAX 150 /* of NSEC3, that libunbound counts */
#define REASONS_SHOWN 4	   /* of records that are unusable */

void advice_dns_unusable(const struct advice_context *c)
{
	struct buf text;
	size_t i;

	buf_init(&text, 4000);
	for (i = 0; c->e && i < c->e->record_count && i < REASONS_SHOWN; i++)
		if (!c->e->record[i].usable)
			buf_printf(&text, "%s record %zu: %s", text.len ? ";" : "", i + 1,
				   c->e->record[i].reason ? c->e->record[i].reason
							  : "unusable");
	advice_context_story(c, mem_printf("no TLSA record of %s is usable%s%s",
					   advice_context_host(c), text.len ? ":" : "",
					   buf_str(&text)));
	buf_clear(&text);
	advice_context_remedy(
		c, advice_context_record_of_leaf(c)
			   ? "replace them with this record:"
			   : "publish a record that `daneprobe record` computes");
}

/* With several endpoints each record line names its owner. */
static void no_tlsa_of_several(const struct advice_context *c)
{
	advice_context_story(c, mem_text("there is no TLSA record: DNSSEC proves it"));
	if (advice_context_record_of_leaf(c)) {
		advice_context_remedy(c, "publish this record:");
		return;
	}
	facts_add_advice_record(c->a, mem_text(""));
	advice_context_remedy(
		c, "publish what `daneprobe record` computes from the server's key "
		   "(--key FILE), its certificate (--cert FILE) or what it presents "
		   "(--live), at");
}

void advice_dns_no_tlsa(const struct advice_context *c)
{
	const char *name =
		c->e && c->e->tlsa_name ? c->e->tlsa_name : advice_context_host(c);

	if (!c->e && c->t->discovery && c->t->discovery->error) {
		advice_context_story(c, mem_text(c->t->discovery->error));
		advice_context_remedy(
			c, "publish the records that `daneprobe record` computes for its "
			   "services, or name a service on another port: "
			   "tls://HOST:PORT");
		return;
	}
	if (c->several) {
		no_tlsa_of_several(c);
		return;
	}
	advice_context_story(
		c, mem_printf("there is no TLSA record at %s: DNSSEC proves it", name));
	if (c->a->remedy)
		return;
	if (advice_context_record_of_leaf(c))
		advice_context_say(&c->a->remedy,
				   mem_printf("publish this record at %s:", name));
	else
		advice_context_say(
			&c->a->remedy,
			mem_printf(
				"publish at %s the record that `daneprobe record` "
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

static void insecure_mx(const struct advice_context *c)
{
	const struct facts_discovery *d = c->t->discovery;
	const char *mx = first_mx(d);

	if (!d->record_count)
		advice_context_story(c,
				     mem_printf("the answer that %s has no MX record is "
						"not signed, so anybody could forge one",
						d->name));
	else if (!mx)
		advice_context_story(
			c,
			mem_printf("the MX record of %s says that it takes no mail, but "
				   "it is not signed, so anybody could forge another",
				   d->name));
	else
		advice_context_story(
			c,
			mem_printf("the MX records of %s are not signed: a sender with "
				   "the policy dane-only will not deliver; one with dane "
				   "may still use the hosts' own TLSA records",
				   d->name));
	advice_context_say(
		&c->a->remedy,
		mem_printf(
			"sign the zone and have its registrar or parent publish the DS "
			"record%s%s%s",
			mx ? "; `daneprobe check smtp://" : "", mx ? mx : "",
			mx ? "` checks that host alone" : ""));
}

/* Validators take what such a proof denies as unsigned, the whole zone signed or not. */
static bool tell_iterations(const struct advice_context *c, const struct facts_lookup *l)
{
	if (!l || l->nsec3_iterations <= ITERATIONS_MAX)
		return false;
	advice_context_story(
		c,
		mem_printf("the proof about %s %s has %d NSEC3 iterations: validators "
			   "accept at most %d, and treat the zone as unsigned above that",
			   l->name, l->type, l->nsec3_iterations, ITERATIONS_MAX));
	advice_context_remedy(c, "sign the zone again with 0 NSEC3 iterations, as RFC "
				 "9276 demands, or with NSEC");
	return true;
}

void advice_dns_insecure(const struct advice_context *c)
{
	const struct facts_lookup *l = facts_lookup_with(c->t, c->e, SECURITY_INSECURE);
	const struct facts_discovery *d = c->t->discovery;

	if (tell_iterations(c, l))
		return;
	if (!c->e && d && d->kind && !strcmp(d->kind, "mx")) {
		insecure_mx(c);
		return;
	}
	if (l)
		advice_context_story(
			c, mem_printf("no DNSSEC chain of trust leads to %s %s, so TLSA "
				      "records don't count: anybody could forge them",
				      l->name, l->type));
	else
		advice_context_story(
			c, mem_text("no DNSSEC chain of trust leads to the records that "
				    "decide, so TLSA records don't count"));
	advice_context_remedy(
		c,
		"sign the zone and have its registrar or parent publish the DS record");
}

static const char other_resolver[] =
	"name another resolver with --resolver, or bypass it with --recurse";

/* Whoever was found to be at fault decides what to do, before any other hint does. */
static void blame_remedy(const struct advice_context *c)
{
	switch (c->t->blame_who) {
	case BLAME_RESOLVER:
		advice_context_remedy(c, other_resolver);
		break;
	case BLAME_SERVER:
		advice_context_remedy(c,
				      "repair the name server marked FAULT above; until "
				      "then every resolver that asks it fails like this");
		break;
	case BLAME_DOMAIN:
		if (c->code == CODE_DNS_ERROR)
			advice_context_remedy(
				c, "repair the domain's name servers: they must answer "
				   "every question, with records or a signed denial");
		break;
	case BLAME_ALIASES:
		advice_context_remedy(
			c, "repair the aliases in their zones: one link to the host "
			   "itself is enough, and none may lead back");
		break;
	case BLAME_FIREWALL:
		advice_context_remedy(
			c, "allow TCP port 53 out of this host's network, as well as "
			   "UDP: answers too large for a datagram need it");
		break;
	case BLAME_CLOCK:
		advice_context_remedy(
			c, "set this host's clock and keep it right with NTP: until then "
			   "every signature looks expired or not yet valid");
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

void advice_dns_unanswered(const struct advice_context *c)
{
	if (!c->e && c->t->discovery && c->t->discovery->record_count)
		advice_context_remedy(c, "remove the hosts that no client would try");
	advice_context_place_and_error(c);
	blame_remedy(c);
	if (left_system_resolver(c->t))
		advice_context_remedy(
			c, "this host's resolver doesn't pass DNSSEC on, and the root "
			   "name servers may be out of reach (is port 53 blocked?): name "
			   "a reachable validating resolver with --resolver");
	advice_context_remedy(c, "name another resolver with --resolver, or resolve from "
				 "the root with --recurse");
}

/* What libunbound's reasons hint at; the first row whose word occurs counts. */
static const struct {
	const char *word, *remedy;
} bogus_remedies[] = {
	{ "verifies nothing", "give the zone a key of another kind (ECDSA P-256), or one "
			      "of RSA with the public exponent 65537" },
	{ "expired",
	  "sign the zone again, and find out why that didn't happen automatically" },
	{ "not yet", "check the clocks of this host and of the signer" },
	{ "inception", "check the clocks of this host and of the signer" },
	{ "no DNSSEC records",
	  "sign the zone again so that it has its NSEC or NSEC3 records, and make sure "
	  "that every name server serves them" },
	{ "no DS", "publish the DS record of the zone's key at its parent, or remove the "
		   "wrong one" },
	{ "DS hash mismatches",
	  "replace the DS record at the parent with that of the zone's key" },
	{ "key for validation", "replace the DS record at the parent with that of the "
				"zone's key, and make sure that its DNSKEY is signed" },
	{ "nodata proof",
	  "sign the zone again so that it has its NSEC or NSEC3 records" },
	{ "nxdomain proof",
	  "sign the zone again so that it has its NSEC or NSEC3 records" },
	{ "no signatures", "sign that RRset: every name server must serve its RRSIG" },
	{ "signature", "sign the zone again: the records and their RRSIG do not agree" },
};

/* A signature outside its validity is a matter of two clocks, and this tells what one
 * of them says. */
static char *clock_text(const struct advice_context *c, const char *reason)
{
	char now[32];

	if (!strstr(reason, "expired") && !strstr(reason, "inception"))
		return mem_text("");
	clock_rfc3339(c->now, now);
	return mem_printf("; this host's clock says %s", now);
}

void advice_dns_bogus(const struct advice_context *c)
{
	const struct facts_lookup *l = facts_lookup_with(c->t, c->e, SECURITY_BOGUS);
	const char *reason = l && l->error ? l->error
			     : c->e	   ? c->e->tlsa_why_bogus
					   : NULL;
	const char *doubt = c->t->blame_who == BLAME_UNKNOWN
				    ? "; if --recurse finds nothing wrong, the resolver "
				      "is at fault"
				    : "";
	char *clock;
	size_t i;

	reason = phrase_reason(reason ? reason : advice_context_error_text(c));
	clock = clock_text(c, reason);
	advice_context_story(c,
			     mem_printf("DNSSEC validation%s%s%s%s failed: %s%s",
					l ? " of " : "", l ? l->name : "", l ? " " : "",
					l ? l->type : "", reason, clock));
	free(clock);
	blame_remedy(c);
	for (i = 0; i < sizeof(bogus_remedies) / sizeof(*bogus_remedies); i++)
		if (strstr(reason, bogus_remedies[i].word))
			advice_context_say(
				&c->a->remedy,
				mem_printf("%s%s", bogus_remedies[i].remedy, doubt));
	advice_context_remedy(
		c, "repair the zone's signatures, or the DS record at its parent");
}
