/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/assumption.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/agreement.h"
#include "setup/life/outcome.h"
#include "setup/lineage/lineage.h"

/* Why there is nothing to assume, on the heap; NULL: there is. */
static char *find_objection(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;
	enum lineage_stage stage = lineage_state_stage(s);

	if (!s->emergency)
		return mem_text("there is no emergency, and without one nothing is worth "
				"the risk: wait, or add --emergency");
	if (stage != STAGE_PUBLISHED)
		return mem_printf("nothing waits for caches now (%s)",
				  lineage_state_stage_name(s->stage));
	return NULL;
}

static int note_assumption(struct lineage *l, time_t since, const char *reason,
			   struct why *why)
{
	char when[32];

	return lineage_note(l, why, "assumed", "generation",
			    lineage_number(l->state.goal).text, "published-since",
			    clock_rfc3339(since, when), "why", reason, NULL);
}

int assumption_make(struct lineage *l, time_t since, const char *reason, bool *ret_made,
		    struct outcome *r, struct why *why)
{
	char *against = find_objection(l);
	int rc = 0;

	if (!against)
		rc = agreement_assume(l, since, &against, why);
	*ret_made = rc == 0 && !against;
	if (*ret_made)
		rc = note_assumption(l, since, reason, why);
	else if (rc == 0)
		outcome_tell(r, OUTCOME_REFUSED, 0,
			     "--assume-published-since is refused: %s", against);
	free(against);
	return rc;
}

void assumption_tell(const struct lineage *l, time_t since, struct outcome *r)
{
	char *before = r->text, when[32];

	r->text = mem_printf(
		"%s; by your word all caches could know key %s since %s: a "
		"client whose cache has an older set refuses the service "
		"until that is gone",
		before ? before : "done",
		lineage_number(l->state.goal ? l->state.goal : l->state.current).text,
		clock_rfc3339(since, when));
	free(before);
}
