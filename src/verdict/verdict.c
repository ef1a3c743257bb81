/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/verdict.h"

#include "verdict/advice.h"
#include "verdict/derive.h"
#include "verdict/facts.h"
#include "verdict/matrix.h"
#include "verdict/matrix_build.h"
#include "verdict/summary.h"

void verdict_conf_init(struct verdict_conf *conf)
{
	*conf = (struct verdict_conf){
		.warn_expiry = { .is_share = true, .value = 25 },
		.crit_expiry = { .is_share = true, .value = 10 },
	};
}

/* The worst of some states with the code that stands for it. */
struct worst {
	bool any;
	enum state state;
	enum code code;
};

/* Of codes that have the same state, the first of the table counts. */
static void take_worse(struct worst *w, enum state state, enum code code)
{
	bool worse =
		!w->any || (state != w->state && state_worse(w->state, state) == state);

	if (worse || (state == w->state && code < w->code))
		*w = (struct worst){ .any = true, .state = state, .code = code };
}

/* A claim that no record bears out is no match. */
static enum code checked_code(const struct facts_peer *p)
{
	if (p->code != CODE_MATCH || (p->has_match && p->match.code == MATCH_OK))
		return p->code;
	return CODE_MISMATCH;
}

static void decide_peers(struct facts_endpoint *e, const struct overrides *o,
			 struct worst *w)
{
	size_t i;

	for (i = 0; i < e->peer_count; i++) {
		struct facts_peer *p = &e->peer[i];

		p->code = checked_code(p);
		p->state = overrides_code_state(o, p->code);
		if (!facts_peer_excused(e, p))
			take_worse(w, p->state, p->code);
	}
}

static void decide_endpoint(struct facts_endpoint *e, const struct overrides *o)
{
	struct worst w = { 0 };

	decide_peers(e, o, &w);
	if (w.any && e->code == CODE_UNUSABLE)
		take_worse(&w, overrides_code_state(o, CODE_UNUSABLE), CODE_UNUSABLE);
	if (w.any)
		e->code = w.code;
	else if (e->code == CODE_MATCH)
		e->code = CODE_DNS_ERROR; /* nothing was tried, so nothing is known */
	e->state = w.any ? w.state : overrides_code_state(o, e->code);
}

static void decide_target(struct facts_target *t, const struct overrides *o)
{
	struct worst w = { 0 };
	size_t i;

	if (t->code != CODE_MATCH)
		take_worse(&w, overrides_code_state(o, t->code), t->code);
	for (i = 0; i < t->endpoint_count; i++) {
		decide_endpoint(&t->endpoint[i], o);
		take_worse(&w, t->endpoint[i].state, t->endpoint[i].code);
	}
	if (!w.any)
		take_worse(&w, overrides_code_state(o, CODE_DNS_ERROR), CODE_DNS_ERROR);
	t->state = w.state;
	t->code = w.code;
	for (i = 0; i < t->findings.count; i++)
		t->state = state_worse(t->state, t->findings.item[i].state);
}

void verdict_decide(struct facts_target *t, const struct verdict_conf *conf, time_t now)
{
	if (t->dry_run) {
		t->state = STATE_OK;
		summary_write(t);
		return;
	}
	derive_findings(t, conf, now);
	decide_target(t, &conf->overrides);
	t->matrix = matrix_build(t);
	summary_write(t);
	advice_write(t, now);
}
