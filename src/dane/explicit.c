/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/explicit.h"

#include "dane/der.h"
#include "dane/ext.h"

/* Policies that the next certificate may have. Which tree they stand in makes no
 * difference where any policy is welcome at the end: only whether one is left. */
struct policies {
	gnutls_datum_t oid[EXPLICIT_POLICIES_MAX]; /* borrowed */
	size_t count;
	bool any; /* anyPolicy is one of them */
};

/* The state variables of RFC 5280 section 6.1.2. */
struct policy_state {
	struct policies expected;
	size_t explicit_policy, mapping, inhibit_any;
	const char *why; /* what stops it; NULL nothing */
};

static bool is_any(const gnutls_datum_t *oid)
{
	return der_oid_is(oid, "\x55\x1d\x20\x00", 4);
}

static bool has_policy(const struct policies *all, const gnutls_datum_t *oid)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (der_oid_is(oid, all->oid[i].data, all->oid[i].size))
			return true;
	return false;
}

static void add_policy(struct policy_state *state, struct policies *all,
		       const gnutls_datum_t *oid)
{
	if (has_policy(all, oid))
		return;
	if (all->count == EXPLICIT_POLICIES_MAX)
		state->why = "has more policies than are looked at";
	else
		all->oid[all->count++] = *oid;
}

static bool read_policy(struct der_reader *list, gnutls_datum_t *ret_oid)
{
	struct der_reader policy, oid;

	if (!der_take(list, DER_SEQUENCE, NULL, &policy) ||
	    !der_take(&policy, DER_OID, NULL, &oid))
		return false;
	*ret_oid = der_rest(&oid);
	return true;
}

/* 6.1.3 (d): those of the certificate that were expected. */
static void meet_policies(struct policy_state *state, struct der_reader own,
			  bool any_counts)
{
	struct policies met = { .count = 0 };
	gnutls_datum_t oid;
	size_t i;

	while (own.left && !state->why) {
		if (!read_policy(&own, &oid))
			state->why = "has policies that can't be read";
		else if (is_any(&oid))
			met.any = any_counts;
		else if (state->expected.any || has_policy(&state->expected, &oid))
			add_policy(state, &met, &oid);
	}
	for (i = 0; met.any && i < state->expected.count; i++)
		add_policy(state, &met, &state->expected.oid[i]);
	met.any = met.any && state->expected.any;
	state->expected = met;
}

static void remove_policy(struct policies *all, const gnutls_datum_t *oid)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (der_oid_is(oid, all->oid[i].data, all->oid[i].size)) {
			all->oid[i] = all->oid[--all->count];
			return;
		}
}

static bool read_mapping(struct der_reader *list, gnutls_datum_t *ret_from,
			 gnutls_datum_t *ret_to)
{
	struct der_reader pair, from, to;

	if (!der_take(list, DER_SEQUENCE, NULL, &pair) ||
	    !der_take(&pair, DER_OID, NULL, &from) ||
	    !der_take(&pair, DER_OID, NULL, &to) || pair.left)
		return false;
	*ret_from = der_rest(&from);
	*ret_to = der_rest(&to);
	return true;
}

/* 6.1.4 (a) and (b). */
static void map_policies(struct policy_state *state, struct der_reader mappings)
{
	struct policies before = state->expected, *after = &state->expected;
	struct der_reader list = mappings;
	gnutls_datum_t from, to;

	while (list.left && !state->why) {
		if (!read_mapping(&list, &from, &to))
			state->why = "has policy mappings that can't be read";
		else if (is_any(&from) || is_any(&to))
			state->why = "maps anyPolicy";
		else
			remove_policy(after, &from);
	}
	for (list = mappings; list.left && !state->why && state->mapping;) {
		(void)read_mapping(&list, &from, &to);
		if (before.any || has_policy(&before, &from))
			add_policy(state, after, &to);
	}
}

static void lower_to(size_t *number, long to)
{
	if (to >= 0 && (size_t)to < *number)
		*number = (size_t)to;
}

/* 6.1.4 (h) to (j). */
static void count_down(struct policy_state *state, const struct explicit_step *step)
{
	if (!step->self_issued) {
		state->explicit_policy -= state->explicit_policy > 0;
		state->mapping -= state->mapping > 0;
		state->inhibit_any -= state->inhibit_any > 0;
	}
	lower_to(&state->explicit_policy, step->ext->require_policy);
	lower_to(&state->mapping, step->ext->inhibit_mapping);
	lower_to(&state->inhibit_any, step->ext->inhibit_any);
}

static bool has_none(const struct policy_state *state)
{
	return !state->expected.any && !state->expected.count;
}

static void take_step(struct policy_state *state, const struct explicit_step *step,
		      bool last)
{
	bool any_counts = state->inhibit_any > 0 || (!last && step->self_issued);

	if (step->ext->has_policies)
		meet_policies(state, step->ext->policies, any_counts);
	else
		state->expected = (struct policies){ .count = 0 };
	if (last) { /* 6.1.5 (a) and (b) */
		state->explicit_policy -= state->explicit_policy > 0;
		if (step->ext->require_policy == 0)
			state->explicit_policy = 0;
	}
	if (!state->why && !state->explicit_policy && has_none(state))
		state->why = "has no policy that those above it have, and one of them "
			     "demands it (requireExplicitPolicy)";
	if (last)
		return;
	map_policies(state, step->ext->mappings);
	count_down(state, step);
}

bool explicit_holds(const struct explicit_step *step, size_t count, size_t *ret_at,
		    const char **ret_why)
{
	struct policy_state state = { .expected = { .any = true },
				      .explicit_policy = count + 1,
				      .mapping = count + 1,
				      .inhibit_any = count + 1 };
	size_t i;

	for (i = count; i > 0 && !state.why; i--) {
		take_step(&state, &step[i - 1], i == 1);
		*ret_at = i - 1;
	}
	*ret_why = state.why;
	return !state.why;
}
