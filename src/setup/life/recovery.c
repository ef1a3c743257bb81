/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/recovery.h"

#include <stdlib.h>

#include "base/why.h"
#include "setup/install/install.h"
#include "setup/install/view.h"
#include "setup/life/claim.h"
#include "setup/life/outcome.h"
#include "setup/life/renewed.h"
#include "setup/life/stages.h"
#include "setup/life/usable.h"
#include "setup/lineage/lineage.h"

/* Where it can't be done since the key is lost, that is told. */
static int begin_view(struct lineage *l, struct why *why)
{
	const struct lineage_state *s = &l->state;
	struct why inner;
	int rc = view_begin(l, s->goal ? s->goal : s->current, &inner);
	char *text = rc < 0 ? usable_word_current(l) : NULL;

	if (rc < 0)
		why_set(why, rc, "%s", text ? text : inner.text);
	free(text);
	return rc;
}

/* Whether what was begun is given up, since the services present another one's key. */
static int give_up(struct lineage *l, bool *ret_gave_up, struct why *why)
{
	struct claim claim;
	int rc = 0;

	claim_ask(l, &claim);
	*ret_gave_up = claim.text != NULL;
	if (claim.text)
		rc = install_abandon(l, why);
	free(claim.text);
	return rc;
}

int recovery_finish(struct lineage *l, bool *ret_done, struct outcome *r, struct why *why)
{
	struct lineage_state *s = &l->state;
	bool pending = s->intent == INTENT_SWITCH || s->intent == INTENT_GO_BACK;
	bool renewal = s->view && s->intent_generation == s->view_generation;
	enum install_result result = INSTALL_DONE;
	bool gave_up = false;
	int64_t before = s->view;
	char *text = NULL;
	int rc = lineage_point(l, why);

	*ret_done = false;
	if (rc == 0)
		rc = begin_view(l, why);
	if (rc < 0 || !pending)
		return rc;
	rc = give_up(l, &gave_up, why);
	if (rc < 0 || gave_up)
		return rc;
	rc = install_recover(l, &result, &text, why);
	if (rc == 0 && result != INSTALL_DONE) {
		*ret_done = true;
		rc = renewal ? renewed_failed(l, text, r, why)
			     : outcome_failed(l, text, r, why);
		free(text);
		return rc;
	}
	free(text); /* of an endpoint that was wrong before, too */
	if (rc < 0 || s->view == before)
		return rc;
	*ret_done = true;
	if (lineage_state_stage(s) == STAGE_SAFE && s->view_generation == s->goal)
		return stages_all_installed(l, r, why);
	return outcome_tell(r, OUTCOME_MOVED, 0,
			    "an installation that was cut short is done");
}

bool recovery_refused(bool done, const struct outcome *r)
{
	return done && r->kind == OUTCOME_REFUSED;
}
