/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/left.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/owners.h"
#include "setup/publish/endpoints.h"
#include "setup/publish/wanted.h"
#include "setup/world/env.h"
#include "target/service.h"
#include "target/target.h"

#define GENERATIONS_MAX 100 /* the newest ones: as many years, mostly */

void left_clear(struct left *left)
{
	while (left->count) {
		record_clear(&left->item[--left->count].record);
		free(left->item[left->count].service);
	}
	free(left->item);
	free(left->gone);
	*left = (struct left){ 0 };
}

static char *service_text(const struct target *target)
{
	return mem_printf("%s://%s:%d", target->service->name, target->host,
			  target->port);
}

void left_note(struct lineage_state *s, const struct endpoints *e)
{
	char *text;
	size_t i;

	for (i = 0; i < e->count; i++) {
		text = service_text(&e->ours[i]);
		owners_add(&s->once, text);
		free(text);
	}
}

/* What a search is about. */
struct search {
	struct lineage *lineage;    /* borrowed */
	int64_t only;		    /* the generation; 0: all */
	bool everywhere;	    /* at present services too */
	struct endpoints endpoints; /* owned, as the rest; the present services */
	char *present;		    /* their owners */
	struct left found;
};

static int find_present(struct search *s, struct why *why)
{
	char *owner = NULL;
	size_t i;
	int rc = endpoints_find(s->lineage, &s->endpoints, why);

	for (i = 0; i < s->endpoints.count && rc == 0; i++) {
		rc = record_owner(&s->endpoints.ours[i], &owner, why);
		if (rc == 0)
			owners_add(&s->present, owner);
		free(owner);
		owner = NULL;
	}
	return rc;
}

/* Two services may have the same owner. */
static bool is_known(const struct left *left, const struct record *record)
{
	size_t i;

	for (i = 0; i < left->count; i++)
		if (!strcmp(left->item[i].record.owner, record->owner) &&
		    tlsa_equal(&left->item[i].record.rr, &record->rr))
			return true;
	return false;
}

static void take_candidates(struct search *s, const struct target *target,
			    int64_t generation, bool is_former, struct record *list,
			    size_t count)
{
	struct left *left = &s->found;
	size_t i;

	for (i = 0; i < count; i++) {
		if (is_known(left, &list[i])) {
			record_clear(&list[i]);
			continue;
		}
		left->item = mem_grow(left->item, left->count, sizeof(*left->item));
		left->item[left->count++] =
			(struct left_item){ list[i], service_text(target), generation,
					    is_former, false };
	}
	free(list);
}

/* A generation whose request can't be read is left out: the others count all the same. */
static void add_candidates(struct search *s, const struct target *target, bool is_former)
{
	int64_t last = s->lineage->state.last, g;
	struct record *list;
	size_t count;

	for (g = last; g > 0 && g > last - GENERATIONS_MAX; g--) {
		list = NULL;
		count = 0;
		if (s->only && g != s->only)
			continue;
		(void)wanted_ever(s->lineage, target, g, &list, &count, NULL);
		take_candidates(s, target, g, is_former, list, count);
	}
}

static int add_service(struct search *s, const char *text, struct why *why)
{
	struct target target = { 0 };
	char *owner = NULL;
	int rc = target_parse(text, &target, why);

	if (rc == 0)
		rc = record_owner(&target, &owner, why);
	if (rc == 0 && !owners_has(s->present, owner))
		add_candidates(s, &target, true);
	free(owner);
	target_clear(&target);
	return rc;
}

static int find_candidates(struct search *s, struct why *why)
{
	const char *once = s->lineage->state.once;
	char *text;
	size_t i;
	int rc = find_present(s, why);

	for (i = 0; s->everywhere && i < s->endpoints.count && rc == 0; i++)
		add_candidates(s, &s->endpoints.ours[i], false);
	while (rc == 0 && (text = owners_next(&once))) {
		rc = add_service(s, text, why);
		free(text);
	}
	return rc;
}

static bool is_in(const struct env_rrset *set, const struct record *record)
{
	size_t i;

	if (strcmp(set->owner, record->owner) != 0)
		return false;
	for (i = 0; i < set->count; i++)
		if (tlsa_equal(&set->rr[i], &record->rr))
			return true;
	return false;
}

/* How many of a set's records are among the candidates. */
static size_t count_ours(const struct left *left, const struct env_rrset *set)
{
	size_t i, n = 0;

	for (i = 0; i < left->count; i++)
		n += is_in(set, &left->item[i].record);
	return n;
}

static bool is_published(const struct left *left, struct left_item *item,
			 const struct env_dns *dns)
{
	bool is = false;
	size_t i;

	for (i = 0; i < dns->set_count; i++) {
		if (!is_in(&dns->set[i], &item->record))
			continue;
		is = true;
		if (count_ours(left, &dns->set[i]) < dns->set[i].count)
			item->among_others = true;
	}
	return is;
}

static void drop_item(struct left *left, size_t index)
{
	record_clear(&left->item[index].record);
	free(left->item[index].service);
	memmove(&left->item[index], &left->item[index + 1],
		(--left->count - index) * sizeof(*left->item));
}

static bool has_service(const struct left *left, const char *service)
{
	size_t i;

	for (i = 0; i < left->count; i++)
		if (!strcmp(left->item[i].service, service))
			return true;
	return false;
}

/* Keeps what servers have, and notes which services have nothing any more. */
static void keep_published(struct left *left, const struct env_dns *dns)
{
	bool *is = mem_array(left->count, sizeof(*is));
	char *asked = NULL, *text;
	const char *at;
	size_t i;

	for (i = 0; i < left->count; i++) {
		is[i] = is_published(left, &left->item[i], dns);
		if (left->item[i].is_former)
			owners_add(&asked, left->item[i].service);
	}
	for (i = left->count; i-- > 0;)
		if (!is[i])
			drop_item(left, i);
	left->unsure = dns->may_have_dead && !left->count;
	at = dns->silent || dns->who_fails ? NULL : asked;
	while ((text = owners_next(&at))) {
		if (!has_service(left, text))
			owners_add(&left->gone, text);
		free(text);
	}
	free(asked);
	free(is);
}

static int ask_servers(struct search *s, struct why *why)
{
	const struct lineage *l = s->lineage;
	struct env_question question = { .all_but_one = l->conf.all_but_one };
	struct left *left = &s->found;
	struct env_dns dns = { 0 };
	struct record *records;
	size_t i;
	int rc;

	if (!left->count)
		return 0;
	if (!l->env->ask)
		return why_set(why, DP_EDNS, "the name servers can't be asked");
	records = mem_array(left->count, sizeof(*records));
	for (i = 0; i < left->count; i++)
		records[i] = left->item[i].record;
	question.dead = records;
	question.dead_count = left->count;
	rc = l->env->ask(l->env->arg, &question, &dns, why);
	free(records);
	if (rc == 0)
		keep_published(left, &dns);
	env_dns_clear(&dns);
	return rc;
}

/* The owner behind all aliases, on the heap. */
static int real_owner(const struct lineage *l, const char *owner, char **ret_owner,
		      struct why *why)
{
	struct env_zone zone = { .owner = NULL };
	int rc;

	if (!l->env->zone)
		return why_set(why, DP_EDNS, "the zone of a record can't be looked up");
	rc = l->env->zone(l->env->arg, owner, &zone, why);
	if (rc == 0)
		*ret_owner = mem_text(zone.owner);
	env_zone_clear(&zone);
	return rc;
}

/* The present services' real owners, as a set. */
static int find_real(const struct search *s, char **ret_real, struct why *why)
{
	const char *at = s->present;
	char *owner, *real = NULL;
	int rc = 0;

	while (rc == 0 && (owner = owners_next(&at))) {
		rc = real_owner(s->lineage, owner, &real, why);
		if (rc == 0)
			owners_add(ret_real, real);
		free(owner);
		free(real);
		real = NULL;
	}
	return rc;
}

/* Records at an owner that by aliases is one of a present service are that one's. */
static int leave_shared(struct search *s, struct why *why)
{
	struct left *left = &s->found;
	char *present = NULL, *real = NULL;
	size_t i = 0;
	int rc = left->count && !s->everywhere ? find_real(s, &present, why) : 0;

	while (rc == 0 && !s->everywhere && i < left->count) {
		rc = real_owner(s->lineage, left->item[i].record.owner, &real, why);
		if (rc == 0 && owners_has(present, real)) {
			owners_add(&left->gone, left->item[i].service);
			drop_item(left, i);
		} else {
			i++;
		}
		free(real);
		real = NULL;
	}
	free(present);
	return rc;
}

static int search_for(struct lineage *l, int64_t only, bool everywhere,
		      struct left *ret_left, struct why *why)
{
	struct search s = { .lineage = l, .only = only, .everywhere = everywhere };
	int rc = find_candidates(&s, why);

	if (rc == 0)
		rc = ask_servers(&s, why);
	if (rc == 0)
		rc = leave_shared(&s, why);
	endpoints_clear(&s.endpoints);
	free(s.present);
	if (rc == 0)
		*ret_left = s.found;
	else
		left_clear(&s.found);
	return rc;
}

int left_find(struct lineage *l, struct left *ret_left, struct why *why)
{
	return search_for(l, 0, false, ret_left, why);
}

int left_find_all(struct lineage *l, struct left *ret_left, struct why *why)
{
	return search_for(l, 0, true, ret_left, why);
}

int left_find_key(struct lineage *l, int64_t generation, struct left *ret_left,
		  struct why *why)
{
	return search_for(l, generation, true, ret_left, why);
}
