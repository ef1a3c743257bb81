/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/claim.h"

#include <stdlib.h>

#include "base/mem.h"
#include "setup/install/install.h"
#include "setup/life/outcome.h"
#include "setup/lineage/lineage.h"

#define AGAIN_S                                                                          \
	(86400 - 600) /* a timer that runs once a day doesn't run to the second          \
		       */

static bool is_due(const struct lineage *l, bool now)
{
	const struct lineage_state *s = &l->state;
	time_t at = env_now(l->env);

	return s->view &&
	       (now || s->stranger || at < s->looked_at || at - s->looked_at >= AGAIN_S);
}

static char *word_stop(const struct lineage *l, const char *stranger)
{
	return mem_printf(
		"%s, which is published and none of this lineage's: this is an old copy "
		"of "
		"it, or another one is in use. It does nothing by itself until daneprobe "
		"publish %s, to give its records to DNS before a server reads its live/, "
		"or "
		"daneprobe rollover %s, to bring its next key to the servers; daneprobe "
		"end "
		"%s takes it out of service",
		stranger, l->name, l->name, l->name);
}

static void keep_stranger(struct lineage_state *s, char *take_stranger)
{
	free(s->stranger);
	s->stranger = take_stranger;
	s->claimed = s->claimed && take_stranger;
}

/* Where nobody can look, what was found last holds. */
static void look_for_stranger(struct lineage *l)
{
	char *stranger = NULL;

	if (install_stranger(l, &stranger, NULL) < 0)
		return;
	l->state.looked_at = env_now(l->env);
	keep_stranger(&l->state, stranger);
}

int claim_check(struct lineage *l, bool now, bool *ret_stops, struct outcome *r,
		struct why *why)
{
	struct lineage_state *s = &l->state;
	char *text;
	int rc;

	*ret_stops = false;
	if (!is_due(l, now))
		return 0;
	look_for_stranger(l);
	if (!s->stranger || s->claimed)
		return lineage_save(l, why);
	*ret_stops = true;
	text = word_stop(l, s->stranger);
	rc = outcome_stuck(l, text, why);
	if (rc == 0)
		rc = outcome_tell(r, OUTCOME_REFUSED, 0, "%s", text);
	free(text);
	return rc;
}

void claim_take(struct lineage *l)
{
	l->state.claimed = true;
}

char *claim_find_obstacle(struct lineage *l)
{
	struct lineage_state *s = &l->state;

	if (!s->view)
		return NULL;
	look_for_stranger(l);
	return s->stranger && !s->claimed ? word_stop(l, s->stranger) : NULL;
}
