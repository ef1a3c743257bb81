/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/hold.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/endpoints.h"
#include "setup/lineage.h"
#include "setup/record.h"
#include "target/target.h"

/* Both have their records, whichever is presented. */
#define GENERATIONS 2

bool hold_has(const struct lineage_state *s, const char *owner)
{
	size_t len = strlen(owner);
	const char *at = s->held;

	for (; at && *at; at += strcspn(at, " ") + (strchr(at, ' ') != NULL))
		if (strcspn(at, " ") == len && !strncmp(at, owner, len))
			return true;
	return false;
}

void hold_forget(struct lineage_state *s)
{
	free(s->held);
	s->held = NULL;
}

static void add(struct lineage_state *s, const char *owner)
{
	char *longer =
		mem_printf("%s%s%s", s->held ? s->held : "", s->held ? " " : "", owner);

	free(s->held);
	s->held = longer;
}

static bool is_bare(const struct env_dns *dns, const char *owner)
{
	size_t i;

	for (i = 0; i < dns->bare_count; i++)
		if (!strcmp(dns->bare[i], owner))
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

static int decide_one(struct lineage *l, const struct target *target,
		      const struct env_dns *dns, bool asked_for, char **told,
		      struct why *why)
{
	char *owner = NULL, *reason;
	int rc = record_owner(target, &owner, why);

	if (rc < 0)
		return rc;
	reason = is_bare(dns, owner) && !hold_has(&l->state, owner)
			 ? find_reason(l, target, asked_for)
			 : NULL;
	if (reason) {
		add(&l->state, owner);
		if (!*told)
			*told = mem_printf("DNS has no record at %s yet, and the first "
					   "one would break it: %s",
					   owner, reason);
	}
	free(reason);
	free(owner);
	return 0;
}

int hold_review(struct lineage *l, char **ret_told, struct why *why)
{
	struct endpoints e = { 0 };
	char *owner, *told = NULL;
	size_t i;
	int rc = endpoints_find(l, &e, why);

	for (i = 0; i < e.count && rc == 0 && !told; i++) {
		owner = NULL;
		rc = record_owner(&e.ours[i], &owner, why);
		if (rc == 0 && hold_has(&l->state, owner))
			told = find_reason(l, &e.ours[i], false);
		free(owner);
	}
	endpoints_clear(&e);
	if (rc == 0)
		*ret_told = told;
	else
		free(told);
	return rc;
}

int hold_decide(struct lineage *l, const struct env_dns *dns, bool asked_for,
		char **ret_told, struct why *why)
{
	struct endpoints e = { 0 };
	char *told = NULL;
	size_t i;
	int rc = endpoints_find(l, &e, why);

	hold_forget(&l->state);
	for (i = 0; i < e.count && rc == 0; i++)
		rc = decide_one(l, &e.ours[i], dns, asked_for, &told, why);
	endpoints_clear(&e);
	if (rc == 0)
		*ret_told = told;
	else
		free(told);
	return rc;
}
