/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/install/fallback.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/install/view.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/endpoints.h"
#include "setup/publish/wanted.h"
#include "setup/world/env.h"
#include "target/target.h"

#define SAID_MAX 220 /* octets of each part, so that what to do is told, too */

static char *find_ended(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;
	char *fault = NULL, *text;
	size_t i;

	for (i = 0; i < l->conf.key_types && !fault; i++)
		if (!view_shows_same(l, s->view, s->intent_view, l->conf.key_type[i]))
			fault = view_find_fault(l, s->view, l->conf.key_type[i]);
	if (!fault)
		return NULL;
	text = mem_printf("the certificate %s", fault);
	free(fault);
	return text;
}

/* The records of a generation's keys at all services. */
static int list_records(const struct lineage *l, int64_t generation,
			struct record **ret_list, size_t *ret_count, struct why *why)
{
	struct endpoints e = { 0 };
	size_t i;
	int rc = endpoints_find(l, &e, why);

	for (i = 0; i < e.count && rc == 0; i++)
		rc = wanted_ever(l, &e.ours[i], generation, ret_list, ret_count, why);
	endpoints_clear(&e);
	return rc;
}

/* Where nobody can say it, nothing stands against it. */
static bool is_unpublished(struct lineage *l, int64_t generation)
{
	struct env_question question = { .all_but_one = l->conf.all_but_one };
	struct env_dns dns = { 0 };
	struct record *list = NULL;
	bool is = false;
	size_t count = 0;

	if (l->env->ask && list_records(l, generation, &list, &count, NULL) == 0 &&
	    count) {
		question.want = list;
		question.want_count = count;
		if (l->env->ask(l->env->arg, &question, &dns, NULL) == 0)
			is = dns.contradicts && !dns.none;
	}
	env_dns_clear(&dns);
	while (count)
		record_clear(&list[--count]);
	free(list);
	return is;
}

char *fallback_find_obstacle(struct lineage *l)
{
	const struct lineage_state *s = &l->state;
	char *ended;

	if (!s->view)
		return NULL;
	ended = find_ended(l);
	if (ended || s->view_generation == s->intent_generation)
		return ended;
	return is_unpublished(l, s->view_generation)
		       ? mem_printf("the record of key %s is no longer at every name "
				    "server",
				    lineage_number(s->view_generation).text)
		       : NULL;
}

char *fallback_word_stay(const char *problem, const char *obstacle)
{
	char *what = mem_shorten(problem, SAID_MAX);
	char *why = mem_shorten(obstacle, SAID_MAX);
	char *text = mem_printf("%s; it is not rolled back, since %s: the new one stays "
				"in live/: make the servers read it",
				what, why);

	free(what);
	free(why);
	return text;
}

/* Here an operator has to act; the text says on what within 500 octets. */
static char *tell_failed_back(const char *problem, const struct fallback *back,
			      const char *now)
{
	char *what = mem_shorten(problem, 130);
	char *why = mem_shorten(back->deploy, 140);
	char *fault = back->fault ? mem_shorten(back->fault, 100) : NULL, *text;

	text = fault ? mem_printf("%s; and the rollback failed too: %s (%s): live/ is as "
				  "it was: make the servers read it again",
				  what, why, fault)
		     : mem_printf("%s; and the rollback failed too: %s; every endpoint "
				  "presents %s all the same",
				  what, why, now);
	free(what);
	free(why);
	free(fault);
	return text;
}

char *fallback_word(const struct lineage_state *s, const char *problem,
		    const struct fallback *back)
{
	bool same = s->view && s->intent_generation == s->view_generation;
	char *what = mem_shorten(problem, 260), *now, *text;
	char *fault = back->fault ? mem_shorten(back->fault, 150) : NULL;

	now = same ? mem_text("the former certificate")
		   : mem_printf("key %s", lineage_number(s->view_generation).text);
	if (!s->view)
		text = mem_printf("%s; nothing was live before, so key %s stays in live/",
				  what, lineage_number(s->intent_generation).text);
	else if (back->deploy)
		text = tell_failed_back(problem, back, now);
	else
		text = mem_printf("%s; %s%s%s%s%s", what, same ? "" : "went back to ",
				  now, same ? " is back" : "", fault ? ", but " : "",
				  fault ? fault : "");
	free(what);
	free(fault);
	free(now);
	return text;
}
