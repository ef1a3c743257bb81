/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/relay.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"

#define NAMES_MAX 4000 /* octets of host names in one sentence */

static enum relay_fate fate_of_code(enum code code)
{
	switch (code) {
	case CODE_BOGUS:
	case CODE_MISMATCH:
	case CODE_NAME_MISMATCH:
	case CODE_EXPIRED:
	case CODE_PKIX_FAILED:
	case CODE_STARTTLS_REFUSED:
	case CODE_TLS_FAILED:
	case CODE_DNS_ERROR:
	case CODE_MATCH: /* here a claim that no record bears out */
		return RELAY_DEFERS;
	case CODE_UNUSABLE:
		return RELAY_ENCRYPTED;
	case CODE_NO_TLSA:
	case CODE_INSECURE:
		return RELAY_UNAUTHENTICATED;
	case CODE_TRY_LATER:
	case CODE_CONNECT_FAILED:
	case CODE_TIMEOUT:
	case CODE_NXDOMAIN:
	case CODE_NO_ADDRESS:
		return RELAY_UNREACHED;
	case CODE_HTTP_FAILED:
	case CODE_NO_SERVICE:
	case CODE_BAD_TARGET:
	case CODE_NOT_FETCHED:
	case CODE_STOPPED:
	case CODE_NOT_PROBED:
	case CODE_NO_ROUTE:
		return RELAY_UNKNOWN;
	}
	return RELAY_UNKNOWN;
}

/* Of several addresses the one where a sender gets furthest short of delivering. */
static enum relay_fate fate_of_peers(const struct facts_endpoint *e)
{
	static const enum relay_fate order[] = { RELAY_DEFERS, RELAY_ENCRYPTED,
						 RELAY_UNAUTHENTICATED, RELAY_UNREACHED };
	size_t i, k;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (k = 0; k < e->peer_count; k++)
			if (fate_of_code(e->peer[k].code) == order[i])
				return order[i];
	return RELAY_UNKNOWN;
}

enum relay_fate relay_fate(const struct facts_endpoint *e)
{
	size_t i;

	for (i = 0; i < e->peer_count; i++)
		if (e->peer[i].code == CODE_MATCH && e->peer[i].has_match &&
		    e->peer[i].match.code == MATCH_OK)
			return RELAY_AUTHENTICATED;
	return e->peer_count ? fate_of_peers(e) : fate_of_code(e->code);
}

/* An address may show a key that matches to one sender and another to the next. */
static bool matches_by_one_key(const struct facts_endpoint *e)
{
	size_t i, k;

	for (i = 0; i < e->peer_count; i++)
		for (k = 0; k < e->peer_count; k++)
			if (e->peer[i].code == CODE_MATCH &&
			    e->peer[k].code != CODE_MATCH &&
			    fate_of_code(e->peer[k].code) == RELAY_DEFERS &&
			    phrase_same_place(&e->peer[i], &e->peer[k]))
				return true;
	return false;
}

/* What a sender does where one address, at least, authenticates. */
static char *delivery_text(const struct facts_endpoint *e)
{
	size_t matched, all = phrase_addresses(e, &matched);

	if (matches_by_one_key(e))
		return mem_text("sender delivers with DANE or defers, depending on the "
				"key it gets");
	if (matched && matched < all)
		return mem_printf("sender delivers with DANE, at %zu of %zu addresses",
				  matched, all);
	return mem_text("sender delivers with DANE");
}

char *relay_text(const struct facts_endpoint *e)
{
	switch (relay_fate(e)) {
	case RELAY_AUTHENTICATED:
		return delivery_text(e);
	case RELAY_ENCRYPTED:
		return mem_text("sender encrypts, unauthenticated");
	case RELAY_UNAUTHENTICATED:
		return mem_text("sender delivers unauthenticated");
	case RELAY_DEFERS:
		return mem_text("sender defers");
	case RELAY_UNREACHED:
		return mem_text("sender gets no connection");
	case RELAY_UNKNOWN:
		return mem_text("not known from here");
	}
	return mem_text("");
}

static bool is_in(unsigned set, enum relay_fate fate)
{
	return set >> fate & 1;
}

/* How many hosts come to such an end; their names, each once. */
static size_t list_hosts(const struct facts_target *t, unsigned fates, struct buf *names)
{
	size_t i, count = 0;

	for (i = 0; i < t->endpoint_count; i++) {
		if (!is_in(fates, relay_fate(&t->endpoint[i])))
			continue;
		buf_printf(names, "%s%s", count++ ? ", " : "", t->endpoint[i].host);
	}
	return count;
}

static void note_deferring(struct facts_target *t, const struct overrides *o)
{
	struct buf names;
	size_t count, left;

	buf_init(&names, NAMES_MAX);
	count = list_hosts(t, 1u << RELAY_DEFERS | 1u << RELAY_UNREACHED, &names);
	left = t->endpoint_count - count;
	buf_reset(&names);
	count = list_hosts(t, 1u << RELAY_DEFERS, &names);
	if (count)
		finding_take(
			&t->findings, FINDING_MTA_DEFERS, SEVERITY_INFO, o,
			mem_printf("a sender that uses DANE delivers nothing to %s: %s",
				   buf_str(&names),
				   left ? "it goes on to the other hosts"
					: "mail waits in its queue"));
	buf_clear(&names);
}

static void note_unauthenticated(struct facts_target *t, const struct overrides *o)
{
	struct buf names;
	size_t count;

	buf_init(&names, NAMES_MAX);
	count = list_hosts(t, 1u << RELAY_UNAUTHENTICATED | 1u << RELAY_ENCRYPTED,
			   &names);
	if (count)
		finding_take(&t->findings, FINDING_MTA_UNAUTHENTICATED, SEVERITY_INFO, o,
			     mem_printf("a sender that uses DANE delivers to %s without "
					"authenticating it%s",
					buf_str(&names),
					count < t->endpoint_count
						? ": whoever blocks the other hosts can "
						  "redirect mail there"
						: ""));
	buf_clear(&names);
}

/* Whoever connects to such an address reaches itself. The loopback network's other
 * addresses are left out: where one of them answers, somebody uses it on purpose. */
static bool leads_home(const struct facts_peer *p)
{
	static const char *const home[] = { "127.0.0.1", "::1", "0.0.0.0", "::" };
	size_t i;

	for (i = 0; p->address && i < sizeof(home) / sizeof(home[0]); i++)
		if (!strcmp(p->address, home[i]))
			return true;
	return p->address && !strncmp(p->address, "127.", 4) && p->connect_ms < 0;
}

static void note_loopback(struct facts_target *t, const struct overrides *o)
{
	size_t i, k;

	for (i = 0; i < t->endpoint_count; i++)
		for (k = 0; k < t->endpoint[i].peer_count; k++) {
			const struct facts_peer *p = &t->endpoint[i].peer[k];

			if (leads_home(p))
				finding_take(&t->findings, FINDING_MX_LOOPBACK,
					     SEVERITY_INFO, o,
					     mem_printf("%s has the address %s: senders "
							"would mail themselves; remove "
							"it from the MX records, or give "
							"it the address of a mail server",
							t->endpoint[i].host, p->address));
		}
}

void relay_findings(struct facts_target *t, const struct overrides *o)
{
	const struct facts_discovery *d = t->discovery;

	if (!d || !d->kind || strcmp(d->kind, "mx") || !t->endpoint_count)
		return;
	note_deferring(t, o);
	note_unauthenticated(t, o);
	note_loopback(t, o);
}
