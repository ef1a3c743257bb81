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
					   .at_once = true };
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

static void decide(struct lineage *l, const struct target *target, const char *owner,
		   struct decision *d)
{
	struct lineage_state *s = &l->state;
	const struct env_dns *dns = d->dns;
	bool asked_for = d->asked_for && !owners_has(d->before, owner);
	char *reason = NULL;

	if (is_among(dns->bare, dns->bare_count, owner) && !owners_has(s->held, owner)) {
		reason = find_reason(l, target, asked_for);
		if (reason)
			owners_add(&s->held, owner);
		if (reason && !d->hold.told)
			d->hold.told = mem_printf("DNS has no record at %s yet, and the "
						  "first one would break it: %s",
						  owner, reason);
	} else if (!d->hold.unknown && !owners_has(s->given, owner) &&
		   is_among(dns->present, dns->present_count, owner)) {
		reason = find_reason(l, target, false);
		d->hold.unknown = reason != NULL;
	}
	free(reason);
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
			decide(l, &e.ours[i], owner, &d);
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

int hold_review(struct lineage *l, char **ret_told, struct why *why)
{
	struct endpoints e = { 0 };
	struct env_dns dns = { 0 };
	char *owner, *told = NULL;
	size_t i;
	int rc = ask_about_all(l, &dns, why);

	if (rc == 0)
		rc = endpoints_find(l, &e, why);
	for (i = 0; i < e.count && rc == 0 && !told; i++) {
		owner = NULL;
		rc = record_owner(&e.ours[i], &owner, why);
		if (rc == 0 && owners_has(l->state.held, owner) &&
		    is_among(dns.bare, dns.bare_count, owner))
			told = find_reason(l, &e.ours[i], false);
		free(owner);
	}
	endpoints_clear(&e);
	env_dns_clear(&dns);
	if (rc == 0)
		*ret_told = told;
	else
		free(told);
	return rc;
}
