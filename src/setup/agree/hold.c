/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/hold.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/agreement.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/owners.h"
#include "setup/publish/endpoints.h"
#include "target/target.h"

/* current and next: a service may present either, since both have their records */
#define GENERATIONS 2
/* how long a server's old workers may go on after a reload */
#define RELOADED_S 60

void hold_forget(struct lineage_state *s)
{
	free(s->held);
	s->held = NULL;
}

void hold_keep(struct lineage_state *s, struct hold *hold)
{
	hold_forget(s);
	s->held = hold->held;
	hold->held = NULL;
}

void hold_clear(struct hold *hold)
{
	free(hold->held);
	free(hold->reason);
	*hold = (struct hold){ 0 };
}

static bool was_reloaded(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	return s->view && env_now(l->env) - s->since < RELOADED_S;
}

static int look_at_service(struct lineage *l, const struct target *target,
			   struct env_live *ret_live, struct why *why)
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
	struct env_known_key *known = NULL;
	size_t types = l->conf.key_types, i;
	int rc = 0;

	if (!l->env->look)
		return why_set(why, DP_EINVAL, "the services can't be looked at");
	presented.known_count = lineage_known_keys(l, &known);
	presented.known = known;
	lineage_kinds(l, &presented.has_rsa, &presented.has_ecdsa);
	for (i = 0; i < GENERATIONS && rc == 0; i++) {
		rc = lineage_spki(l, generation[i], spki + presented.count, why);
		presented.count += types;
	}
	if (rc == 0)
		rc = l->env->look(l->env->arg, &presented, ret_live, why);
	free(known);
	return rc;
}

/* Why there is to be no record for target, on the heap; NULL: there may be one. */
static char *find_reason(struct lineage *l, const struct target *target, bool asked_for)
{
	struct env_live live = { 0 };
	char *reason = NULL;
	struct why why;

	if (look_at_service(l, target, &live, &why) < 0)
		reason = mem_printf("%s can't be looked at: %s", target->text, why.text);
	else if (live.count && (live.other_key || !asked_for))
		reason = mem_printf("%s %s", live.fault[0].where, live.fault[0].what);
	env_live_clear(&live);
	return reason;
}

typedef int owner_fn(struct lineage *l, const struct target *target, const char *owner,
		     void *arg, struct why *why);

/* Calls fn for each endpoint of ours with its owner, until one fails. */
static int each_owner(struct lineage *l, owner_fn *fn, void *arg, struct why *why)
{
	struct endpoints e = { 0 };
	char *owner;
	size_t i;
	int rc = endpoints_find(l, &e, why);

	for (i = 0; i < e.count && rc == 0; i++) {
		owner = NULL;
		rc = record_owner(&e.ours[i], &owner, why);
		if (rc == 0)
			rc = fn(l, &e.ours[i], owner, arg, why);
		free(owner);
	}
	endpoints_clear(&e);
	return rc;
}

/* What a decision is made from, and its result. */
struct decision {
	const struct env_dns *dns; /* borrowed, as the next */
	const char *before;
	bool asked_for;
	struct hold hold; /* owned */
};

static void hold_owner(struct decision *d, const char *owner, const char *reason)
{
	owners_add(&d->hold.held, owner);
	if (!d->hold.reason)
		d->hold.reason = mem_printf("DNS has no record at %s yet, and the first "
					    "one would break it: %s",
					    owner, reason);
}

static int decide_owner(struct lineage *l, const struct target *target, const char *owner,
			void *arg, struct why *why)
{
	struct decision *d = arg;
	const struct env_dns *dns = d->dns;
	bool is_unclear = owners_has(dns->unclear, owner);
	bool is_absent = owners_has(dns->absent, owner);
	bool asked_for = d->asked_for && !owners_has(d->before, owner);
	char *reason = NULL;
	int rc = 0;

	if ((is_absent || is_unclear) && !owners_has(d->hold.held, owner)) {
		reason = find_reason(l, target, asked_for);
		if (reason && is_unclear)
			rc = why_set(why, DP_EDNS,
				     "not every name server says whether DNS has a "
				     "record at %s, and the first one would break "
				     "it: %s",
				     owner, reason);
		else if (reason)
			hold_owner(d, owner, reason);
	} else if (!d->hold.unknown && !owners_has(l->state.given, owner) &&
		   owners_has(dns->present, owner)) {
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
	int rc;

	rc = each_owner(l, decide_owner, &d, why);
	if (rc == 0)
		*ret_hold = d.hold;
	else
		hold_clear(&d.hold);
	return rc;
}

/* What is held back, looked at once more. */
struct review {
	struct env_dns dns; /* owned; what the servers said about those owners */
	char *reason;	    /* owned; the first reason; NULL: none */
	bool is_over;	    /* nothing stands against one of them any more */
	bool has_records;   /* DNS has, or may have, a record at one of them */
};

static int review_owner(struct lineage *l, const struct target *target, const char *owner,
			void *arg, struct why *why)
{
	struct review *v = arg;
	char *reason = NULL;

	(void)why;
	if (!owners_has(l->state.held, owner) || v->is_over)
		return 0;
	if (owners_has(v->dns.absent, owner) || owners_has(v->dns.unclear, owner))
		reason = find_reason(l, target, false);
	v->is_over = !reason;
	if (!v->reason)
		v->reason = reason;
	else
		free(reason);
	return 0;
}

int hold_review(struct lineage *l, char **ret_reason, struct why *why)
{
	struct review v = { .reason = NULL };
	int rc = agreement_ask(l, &v.dns, why);

	if (rc == 0)
		rc = each_owner(l, review_owner, &v, why);
	env_dns_clear(&v.dns);
	if (rc == 0 && !v.is_over)
		*ret_reason = v.reason;
	else
		free(v.reason);
	return rc;
}

static int look_for_records(struct lineage *l, const struct target *target,
			    const char *owner, void *arg, struct why *why)
{
	struct review *v = arg;

	(void)target;
	(void)why;
	if (owners_has(l->state.held, owner) && !owners_has(v->dns.absent, owner))
		v->has_records = true;
	return 0;
}

int hold_has_records(struct lineage *l, bool *ret_has, struct why *why)
{
	struct review v = { .reason = NULL };
	int rc = agreement_ask(l, &v.dns, why);

	if (rc == 0)
		rc = each_owner(l, look_for_records, &v, why);
	env_dns_clear(&v.dns);
	*ret_has = v.has_records;
	return rc;
}
