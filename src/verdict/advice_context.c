/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/advice_context.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "verdict/facts.h"
#include "verdict/phrase.h"

void advice_context_say(char **slot, char *take_text)
{
	if (*slot)
		free(take_text);
	else
		*slot = take_text;
}

void advice_context_story(const struct advice_context *c, char *take_text)
{
	advice_context_say(&c->a->story, take_text);
}

void advice_context_remedy(const struct advice_context *c, const char *text)
{
	advice_context_say(&c->a->remedy, mem_text(text));
}

bool advice_context_record_of_leaf(const struct advice_context *c)
{
	if (!c->leaf || !c->leaf->spki_sha256[0])
		return false;
	if (!c->a->record_count)
		facts_add_advice_record(c->a,
					mem_printf("3 1 1 %s", c->leaf->spki_sha256));
	return true;
}

const char *advice_context_host(const struct advice_context *c)
{
	return c->e && c->e->base_domain ? c->e->base_domain
	       : c->e && c->e->host	 ? c->e->host
					 : c->t->target;
}

const char *advice_context_error_text(const struct advice_context *c)
{
	if (c->p && c->p->error)
		return c->p->error;
	if (c->e && c->e->error)
		return c->e->error;
	if (!c->e && c->t->discovery && c->t->discovery->error)
		return c->t->discovery->error;
	return code_meaning(c->code);
}

void advice_context_place_and_error(const struct advice_context *c)
{
	const char *error = advice_context_error_text(c);
	char *place;

	if (!c->e && c->t->discovery) { /* the question is named there */
		advice_context_story(c, mem_text(error));
		return;
	}
	place = c->p && c->p->address ? phrase_peer(c->p)
				      : mem_text(advice_context_host(c));

	if (strstr(error, place) ||
	    (c->p && c->p->address && strstr(error, c->p->address)))
		advice_context_story(c, mem_text(error));
	else
		advice_context_story(c, mem_printf("%s: %s", place, error));
	free(place);
}
