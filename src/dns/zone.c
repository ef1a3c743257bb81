/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dns/answer.h"
#include "dns/dname.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"

struct zone_search {
	struct resolver *resolver; /* borrowed */
	zone_fn *fn;
	void *arg;
	const char *at; /* in zone.owner: the name asked about now; "" is the root */
	struct resolver_question *question; /* owned */
	struct zone zone;
};

void zone_clear(struct zone *zone)
{
	size_t i;

	for (i = 0; i < zone->server_count; i++)
		free(zone->server[i]);
	free(zone->server);
	free(zone->owner);
	free(zone->apex);
	free(zone->error);
	*zone = (struct zone){ 0 };
}

void zone_copy(const struct zone *zone, struct zone *ret_zone)
{
	struct zone copy = *zone;
	size_t i;

	copy.owner = mem_text(zone->owner);
	copy.apex = mem_text(zone->apex);
	copy.error = mem_text(zone->error);
	copy.server = mem_array(zone->server_count, sizeof(*copy.server));
	for (i = 0; i < zone->server_count; i++)
		copy.server[i] = mem_text(zone->server[i]);
	*ret_zone = copy;
}

static void tell_found(struct zone_search *s)
{
	zone_fn *fn = s->fn;

	s->fn = NULL;
	if (fn)
		fn(s->arg, &s->zone);
}

static void fail_lookup(struct zone_search *s, const struct answer *answer,
			const char *type)
{
	const char *error = answer->error ? answer->error : "no answer";

	if (answer->security == SECURITY_BOGUS)
		s->zone.error = mem_printf("the answer for %s %s is bogus: %s",
					   *s->at ? s->at : ".", type, error);
	else
		s->zone.error = mem_printf("can't look up %s %s: %s",
					   *s->at ? s->at : ".", type, error);
	tell_found(s);
}

static void ask_here(struct zone_search *s, uint16_t type, resolver_fn *fn)
{
	resolver_question_free(s->question);
	s->question = resolver_ask(s->resolver, *s->at ? s->at : ".", type, fn, s);
}

static void on_keys(void *arg, const struct answer *answer)
{
	struct zone_search *s = arg;

	s->zone.has_keys = answer->kind == ANSWER_DATA;
	tell_found(s);
}

static void take_servers(struct zone_search *s, const struct answer *answer)
{
	size_t i;

	s->zone.apex = mem_text(s->at);
	s->zone.security = answer->security;
	if (answer->rr_count > ZONE_SERVERS_MAX) {
		s->zone.error = mem_printf("%s has more than %d name servers", s->at,
					   ZONE_SERVERS_MAX);
		return;
	}
	s->zone.server = mem_array(answer->rr_count, sizeof(*s->zone.server));
	for (i = 0; i < answer->rr_count; i++)
		s->zone.server[i] = dname_text(answer->rr[i].rdata, answer->rr[i].len);
	s->zone.server_count = answer->rr_count;
}

/* A question that fails must not be taken for "no zone here": the parent's servers
 * would be taken for the zone's. */
static void on_servers(void *arg, const struct answer *answer)
{
	struct zone_search *s = arg;
	const char *parent;

	if (answer->kind == ANSWER_FAILED) {
		fail_lookup(s, answer, "NS");
		return;
	}
	if (answer->kind == ANSWER_DATA && !answer->alias_count) {
		take_servers(s, answer);
		if (s->zone.error || s->zone.security == SECURITY_SECURE) {
			s->zone.has_keys = true;
			tell_found(s);
		} else {
			ask_here(s, RRTYPE_DNSKEY, on_keys);
		}
		return;
	}
	if (!*s->at) {
		s->zone.error = mem_text("the root has no name servers");
		tell_found(s);
		return;
	}
	parent = dname_parent(s->at);
	s->at = parent ? parent : "";
	ask_here(s, RRTYPE_NS, on_servers);
}

static void climb_from_owner(struct zone_search *s)
{
	s->at = s->zone.owner;
	ask_here(s, RRTYPE_NS, on_servers);
}

/* Where the records can't be had, the name stands for itself: then its zone has to be
 * looked at. */
static void on_records(void *arg, const struct answer *answer)
{
	struct zone_search *s = arg;
	const char *owner = answer_owner(answer, s->zone.owner);
	char *copy;

	if (answer->kind != ANSWER_FAILED && answer->alias_count) {
		copy = mem_text(owner);
		free(s->zone.owner);
		s->zone.owner = copy;
		s->zone.is_alias = true;
	}
	climb_from_owner(s);
}

struct zone_search *zone_search_new(struct resolver *resolver, const char *name,
				    bool follow, zone_fn *fn, void *arg)
{
	struct zone_search *s = mem_zero(sizeof(*s));

	s->resolver = resolver;
	s->fn = fn;
	s->arg = arg;
	s->zone.owner = mem_text(name);
	s->zone.security = SECURITY_INDETERMINATE;
	s->at = s->zone.owner;
	if (follow)
		ask_here(s, RRTYPE_TLSA, on_records);
	else
		climb_from_owner(s);
	return s;
}

void zone_search_free(struct zone_search *s)
{
	if (!s)
		return;
	resolver_question_free(s->question);
	zone_clear(&s->zone);
	free(s);
}
