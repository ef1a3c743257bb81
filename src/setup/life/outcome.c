/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/renewal.h"
#include "verdict/phrase.h"

#define STUCK_FAILURES 3 /* of orders or installations in a row */
#define TEXT_MAX 599	 /* octets that a run says of one lineage */
#define EMERGENCY_S 300	 /* its longest pause: long enough for a broken deploy */

void outcome_clear(struct outcome *r)
{
	free(r->text);
	*r = (struct outcome){ 0 };
}

int outcome_tell(struct outcome *r, enum outcome_kind outcome, time_t until,
		 const char *format, ...)
{
	char *text;
	va_list ap;

	va_start(ap, format);
	text = mem_vprintf(format, ap);
	va_end(ap);
	outcome_clear(r);
	*r = (struct outcome){ outcome, until, mem_shorten(text, TEXT_MAX) };
	free(text);
	return 0;
}

char *outcome_when(const struct lineage *l, time_t at)
{
	time_t now = env_now(l->env);
	char *span = phrase_span((double)(at > now ? at - now : 0)), date[32], *text;

	text = mem_printf("in %s, at %s", span, clock_rfc3339(at, date));
	free(span);
	return text;
}

/* Enters a stage and saves: what was wrong before is over. */
int outcome_enter(struct lineage *l, enum lineage_stage stage, struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc;

	rc = lineage_note(l, why, lineage_state_stage_name(stage), "generation",
			  lineage_number(s->goal ? s->goal : s->current).text, NULL);
	s->stage = s->resume = stage;
	s->since = env_now(l->env);
	s->failures = 0;
	s->retry_at = 0;
	lineage_state_reason(s, NULL, 0);
	return rc < 0 ? rc : lineage_save(l, why);
}

int outcome_stuck(struct lineage *l, const char *text, struct why *why)
{
	struct lineage_state *s = &l->state;
	bool news = s->stage != STAGE_STUCK || !s->reason || strcmp(s->reason, text) != 0;
	int rc = news ? lineage_note(l, why, "stuck", "why", text, NULL) : 0;

	if (s->stage != STAGE_STUCK)
		s->resume = s->stage;
	s->stage = STAGE_STUCK;
	lineage_state_reason(s, text, env_now(l->env));
	return rc < 0 ? rc : lineage_save(l, why);
}

/* After a try that failed the next one comes later; after a few the lineage is stuck. */
int outcome_failed(struct lineage *l, const char *text, struct outcome *r,
		   struct why *why)
{
	struct lineage_state *s = &l->state;
	int64_t pause_s = renewal_backoff_s(++s->failures);
	int rc;

	if (s->emergency && pause_s > EMERGENCY_S)
		pause_s = EMERGENCY_S;
	s->retry_at = env_now(l->env) + (time_t)pause_s;
	if (s->failures >= STUCK_FAILURES) {
		rc = outcome_stuck(l, text, why);
	} else {
		rc = lineage_note(l, why, "failed", "why", text, NULL);
		lineage_state_reason(s, text, env_now(l->env));
		if (rc == 0)
			rc = lineage_save(l, why);
	}
	return rc < 0 ? rc : outcome_tell(r, OUTCOME_REFUSED, s->retry_at, "%s", text);
}
