/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/alias_walk.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "dns/answer.h"
#include "dns/dname.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"

#define NAMES_MAX (ALIAS_WALK_MAX + 2) /* of one link too many */

struct alias_walk {
	struct resolver *resolver; /* borrowed */
	alias_walk_fn *fn;
	void *arg;
	char *name[NAMES_MAX]; /* owned; each an alias of the next */
	size_t count;
	struct resolver_question *question; /* owned */
};

static void ask_next_link(struct alias_walk *w);

static bool leads_round(const struct alias_walk *w)
{
	size_t i;

	for (i = 0; i + 1 < w->count; i++)
		if (!strcmp(w->name[i], w->name[w->count - 1]))
			return true;
	return false;
}

static void tell_fault(struct alias_walk *w, bool round)
{
	struct buf text;
	size_t i;

	buf_init(&text, NAMES_MAX * (DNAME_TEXT_MAX + 4) + 100);
	if (round)
		buf_text(&text, "alias loop: ");
	else
		buf_printf(&text, "more than %d aliases: ", ALIAS_WALK_MAX);
	for (i = 0; i < w->count; i++)
		buf_printf(&text, "%s%s", i ? " -> " : "", w->name[i]);
	w->fn(w->arg, buf_str(&text));
	buf_clear(&text);
}

static void on_next_link(void *arg, const struct answer *answer)
{
	struct alias_walk *w = arg;
	bool round;

	resolver_question_free(w->question);
	w->question = NULL;
	if (answer->kind != ANSWER_DATA || !answer->rr_count) {
		w->fn(w->arg, NULL);
		return;
	}
	w->name[w->count++] = dname_text(answer->rr[0].rdata, answer->rr[0].len);
	round = leads_round(w);
	if (round || w->count == NAMES_MAX)
		tell_fault(w, round);
	else
		ask_next_link(w);
}

static void ask_next_link(struct alias_walk *w)
{
	w->question = resolver_ask(w->resolver, w->name[w->count - 1], RRTYPE_CNAME,
				   on_next_link, w);
}

struct alias_walk *alias_walk_new(struct resolver *resolver, const char *name,
				  alias_walk_fn *fn, void *arg)
{
	struct alias_walk *w = mem_zero(sizeof(*w));

	*w = (struct alias_walk){ .resolver = resolver, .fn = fn, .arg = arg };
	w->name[w->count++] = mem_text(name);
	ask_next_link(w);
	return w;
}

void alias_walk_free(struct alias_walk *w)
{
	size_t i;

	if (!w)
		return;
	resolver_question_free(w->question);
	for (i = 0; i < w->count; i++)
		free(w->name[i]);
	free(w);
}
