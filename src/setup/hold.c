/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/hold.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/agreement.h"
#include "setup/endpoints.h"
#include "setup/lineage.h"
#include "setup/owners.h"
#include "setup/record.h"
#include "target/target.h"

/* Both have their records, whichever is presented. */
#define GENERATIONS 2
/* After a step that may have reloaded a server, whose old workers take a while to go. */
#define RELOADED_S 60

void hold_forget(struct lineage_state *s)
{
	free(s->held);
	s->held = NULL;
}

static bool is_among(char *const *owners, size_t count, const char *owner)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(owners[i], owner))
			return true;
	return false;
}

static bool was_reloaded(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	return s->view && env_now(l->env) - s->since < RELOADED_S;
}

static int look(struct lineage *l, const struct target *target, struct env_live *ret_live,
		struct why *why)
{
	const int64_t generation[GENERATIONS] = { l->state.current, l->state.next };
	uint8_t spki[GENERATIONS * KEY_TYPE_COUNT][32];
	const char *const service[] = { target->text };
	struct env_presented presented = { .services = service,
					   .service_count = 1,
					   .spki = (const uint8_t(*)[32])spki,
					   .any_cert = true,
					   .key_only = true,
					   .at_once = !was_reloaded(l) };
	size_t types = l->conf.key_types, i;
	int rc = 0;

	if (!l->env->look)
		return why_set(why, DP_EINVAL, "the services can't be looked at");
	lineage_kinds(l, &presented.has_rsa, &presented.has_ecdsa);
	for (i = 0; i < GENERATIONS && rc == 0; i++) {
		rc = lineage_spki(l, generation[i], spki + presented.count, why);
		presented.count += types;
	}
	return rc < 0 ? rc : l->env->look(l->env->arg, &presented, ret_live, why);
}

/* Why there is to be no record for target, on the heap; NULL: there may be one. */
static char *find_reason(struct lineage *l, const struct target *target, bool asked_for)
{
	struct env_live live = { 0 };
	char *reason = NULL;
	struct why why;

	if (look(l, target, &live, &why) < 0)
		reason = mem_printf("%s can't be looked at: %s", target->text, why.text);
	else if (live.count && (live.other_key || !asked_for))
		reason = mem_printf("%s %s", live.fault[0].where, live.fault[0].what);
	env_live_clear(&live);
	return reason;
}

/* What a decision goes by, and what it comes to. */
struct decision {
	const struct env_dns *dns; /* borrowed, as the next */
	const char *before;
	bool asked_for;
	struct hold hold; /* owned */
};

static void hold(struct lineage_state *s, const char *owner, const char *reason,
		 struct decision *d)
{
	owners_add(&s->held, owner);
	if (!d->hold.told)
		d->hold.told = mem_printf("DNS has no record at %s yet, and the first "
					  "one would break it: %s",
					  owner, reason);
}

static int decide(struct lineage *l, const struct target *target, const char *owner,
		  struct decision *d, struct why *why)
{
	struct lineage_state *s = &l->state;
	const struct env_dns *dns = d->dns;
	bool is_unclear = is_among(dns->unclear, dns->unclear_count, owner);
	bool is_bare = is_among(dns->bare, dns->bare_count, owner);
	bool asked_for = d->asked_for && !owners_has(d->before, owner);
	char *reason = NULL;
	int rc = 0;

	if ((is_bare || is_unclear) && !owners_has(s->held, owner)) {
		reason = find_reason(l, target, asked_for);
		if (reason && is_unclear)
			rc = why_set(why, DP_EDNS,
				     "not every name server says whether DNS has a "
				     "record at %.200s, and the first one would break "
				     "it: %.200s",
				     owner, reason);
		else if (reason)
			hold(s, owner, reason, d);
	} else if (!d->hold.unknown && !owners_has(s->given, owner) &&
		   is_among(dns->present, dns->present_count, owner)) {
		reason = find_reason(l, target, false);
		d->hold.unknown = reason != NULL;
	}
	free(reason);
	return rc;
}

int hold_decide(struct lineage *l, const struct env_dns *dns, bool asked_for,
		const char *before, struct hold *ret_hold, struct why *why)
{
	struct decision d = { .dns = dns, .before = before, .asked_for = asked_for };
	struct endpoints e = { 0 };
	char *owner;
	size_t i;
	int rc = endpoints_find(l, &e, why);

	hold_forget(&l->state);
	for (i = 0; i < e.count && rc == 0; i++) {
		owner = NULL;
		rc = record_owner(&e.ours[i], &owner, why);
		if (rc == 0)
			rc = decide(l, &e.ours[i], owner, &d, why);
		free(owner);
	}
	endpoints_clear(&e);
	if (rc == 0)
		*ret_hold = d.hold;
	else
		free(d.hold.told);
	return rc;
}

/* Also about the owners that are held back. */
static int ask_about_all(struct lineage *l, struct env_dns *ret_dns, struct why *why)
{
	char *held = l->state.held;
	int64_t hash;
	int rc;

	l->state.held = NULL;
	rc = agreement_ask(l, ret_dns, &hash, why);
	l->state.held = held;
	return rc;
}

/* What stands against an owner that is held back; NULL: nothing any more. */
static char *find_held(struct lineage *l, const struct target *target, const char *owner,
		       const struct env_dns *dns)
{
	if (!is_among(dns->bare, dns->bare_count, owner) &&
	    !is_among(dns->unclear, dns->unclear_count, owner))
		return NULL;
	return find_reason(l, target, false);
}

int hold_review(struct lineage *l, char **ret_told, struct why *why)
{
	struct endpoints e = { 0 };
	struct env_dns dns = { 0 };
	char *owner, *told = NULL, *reason;
	bool is_over = false;
	size_t i;
	int rc = ask_about_all(l, &dns, why);

	if (rc == 0)
		rc = endpoints_find(l, &e, why);
	for (i = 0; i < e.count && rc == 0 && !is_over; i++) {
		owner = NULL;
		rc = record_owner(&e.ours[i], &owner, why);
		if (rc == 0 && owners_has(l->state.held, owner)) {
			reason = find_held(l, &e.ours[i], owner, &dns);
			is_over = !reason;
			if (!told)
				told = reason;
			else
				free(reason);
		}
		free(owner);
	}
	endpoints_clear(&e);
	env_dns_clear(&dns);
	if (rc == 0 && !is_over)
		*ret_told = told;
	else
		free(told);
	return rc;
}

int hold_has_records(struct lineage *l, bool *ret_has, struct why *why)
{
	struct env_dns dns = { 0 };
	struct endpoints e = { 0 };
	char *owner;
	size_t i;
	int rc = ask_about_all(l, &dns, why);

	*ret_has = false;
	if (rc == 0)
		rc = endpoints_find(l, &e, why);
	for (i = 0; i < e.count && rc == 0; i++) {
		owner = NULL;
		rc = record_owner(&e.ours[i], &owner, why);
		if (rc == 0 && owners_has(l->state.held, owner) &&
		    !is_among(dns.bare, dns.bare_count, owner))
			*ret_has = true;
		free(owner);
	}
	endpoints_clear(&e);
	env_dns_clear(&dns);
	return rc;
}
