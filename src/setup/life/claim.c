/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/agreement.h"
#include "setup/install/install.h"
#include "setup/key/key.h"
#include "setup/life/outcome.h"
#include "setup/lineage/lineage.h"

#define KEY_BEGIN 4 /* octets of a key, as messages call it: "key 1234abcd..." */
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

/* The next key has come to the servers by another copy. */
static bool is_next(const struct lineage *l)
{
	uint8_t spki[KEY_TYPE_COUNT][32];
	bool next = false;
	size_t i;

	if (lineage_spki(l, l->state.next, spki, NULL) < 0)
		return false;
	for (i = 0; i < l->conf.key_types && !next; i++) {
		char *begin = hex_encode(spki[i], KEY_BEGIN);

		next = strstr(l->state.stranger, begin) != NULL;
		free(begin);
	}
	return next;
}

static const char *word_whose(const struct lineage *l)
{
	return is_next(l) ? "which is published and this lineage's next one, that no "
			    "rollover here has brought there"
			  : "which is published and none of this lineage's";
}

static char *word_stop(const struct lineage *l)
{
	return mem_printf(
		"%s, %s: this is an old copy of it, or another one is in use. It does "
		"nothing by itself until daneprobe publish %s, to give its records to "
		"DNS beside those that are there, or daneprobe rollover %s, to bring its "
		"next key to the servers; daneprobe end %s takes it out of service. Let "
		"no server read its live/. The records of a copy that is gone for good "
		"are to be taken out by hand: daneprobe propagation %s lists them",
		l->state.stranger, word_whose(l), l->name, l->name, l->name, l->name);
}

/* The stranger's own place is the best one for clients until then. */
static char *word_place(const struct lineage *l, const char *when)
{
	return mem_printf("%s, %s: key %s may come in its place %s", l->state.stranger,
			  word_whose(l),
			  lineage_number(lineage_state_live(&l->state)).text, when);
}

static bool is_settled(const struct lineage *l)
{
	time_t safe_at = agreement_safe_at(l);

	return safe_at && env_now(l->env) >= safe_at;
}

static char *word_caches(const struct lineage *l, time_t safe_at)
{
	char *when = outcome_when(l, safe_at);
	char *rest = mem_printf("%s: caches may lack its record until then, so let no "
				"server read its live/",
				when);
	char *text = word_place(l, rest);

	free(rest);
	free(when);
	return text;
}

static char *word_laggard(const struct lineage *l, const char *who_lags)
{
	char *rest = mem_printf("only after all name servers have had its records for "
				"twice the TTL, so let no server read its live/: %s",
				who_lags ? who_lags : "not all of them have these");
	char *text = word_place(l, rest);

	free(rest);
	return text;
}

static char *word_ready(const struct lineage *l)
{
	char *rest = mem_printf("now, as no cache can lack its record: daneprobe install "
				"%s, or its next renewal, brings it there",
				l->name);
	char *text = word_place(l, rest);

	free(rest);
	return text;
}

char *claim_word(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;
	time_t safe_at = agreement_safe_at(l);

	if (!s->stranger)
		return NULL;
	if (!s->claimed)
		return word_stop(l);
	if (is_settled(l))
		return word_ready(l);
	return safe_at ? word_caches(l, safe_at) : word_laggard(l, s->reason);
}

/* What was told to somebody is about the stranger of then. */
static void keep_stranger(struct lineage_state *s, char *take_stranger)
{
	s->claimed = s->claimed && s->stranger && take_stranger;
	free(s->stranger);
	s->stranger = take_stranger;
}

/* A rollover brings to the servers what they were found with before: until it does, the
 * key of this copy is no better than it was. */
static bool is_on_its_way(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;

	return s->stranger && s->goal && s->goal == s->next &&
	       s->view_generation != s->goal && is_next(l);
}

/* Where nobody can look, what was found last holds. */
static void look_for_stranger(struct lineage *l)
{
	char *stranger = NULL;

	if (install_stranger(l, &stranger, NULL) < 0)
		return;
	l->state.looked_at = env_now(l->env);
	if (stranger || !is_on_its_way(l))
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
	/* by which the next key is to come there, whoever began */
	if (s->stranger && s->emergency && is_next(l))
		s->claimed = true;
	if (!s->stranger || s->claimed)
		return lineage_save(l, why);
	*ret_stops = true;
	text = word_stop(l);
	rc = outcome_stuck(l, text, why);
	if (rc == 0)
		rc = outcome_tell(r, OUTCOME_REFUSED, 0, "%s", text);
	free(text);
	return rc;
}

void claim_take(struct lineage *l)
{
	if (!l->state.stranger && l->state.view)
		look_for_stranger(l);
	l->state.claimed = l->state.stranger != NULL;
}

void claim_end(struct lineage *l)
{
	keep_stranger(&l->state, NULL);
}

/* What stands against it in a copy that was told to go on: the wait, as of a key that was
 * never published. */
static void await_records(struct lineage *l, struct claim *claim)
{
	struct agreement a = { 0 };
	struct why why;
	int rc = agreement_observe(l, &a, &why);

	if (rc == 0 && is_settled(l) && !a.blocked)
		goto out;
	claim->until = rc == 0 && !a.blocked ? agreement_safe_at(l) : 0;
	if (claim->until)
		claim->text = word_caches(l, claim->until);
	else
		claim->text = word_laggard(l, rc < 0 ? why.text : a.who_lags);
out:
	agreement_clear(&a);
}

void claim_ask(struct lineage *l, struct claim *ret_claim)
{
	struct lineage_state *s = &l->state;

	*ret_claim = (struct claim){ NULL, 0, false };
	/* the first key of a lineage comes there by a rollover, which waits anyway */
	if (!s->view)
		return;
	look_for_stranger(l);
	if (s->stranger && !s->claimed) {
		ret_claim->text = word_stop(l);
		ret_claim->stops = true;
	} else if (s->stranger) {
		await_records(l, ret_claim);
	}
}

int claim_tell(struct lineage *l, const struct claim *claim, struct outcome *r,
	       struct why *why)
{
	enum outcome_kind kind = claim->stops	? OUTCOME_REFUSED
				 : claim->until ? OUTCOME_WAITING
						: OUTCOME_LATE;
	int rc = lineage_save(l, why);

	return rc < 0 ? rc : outcome_tell(r, kind, claim->until, "%s", claim->text);
}

int claim_remind(struct lineage *l, struct outcome *r)
{
	time_t safe_at = agreement_safe_at(l);
	enum outcome_kind kind = r->kind;
	char *text = claim_word(l);

	if (safe_at)
		kind = is_settled(l) ? OUTCOME_LATE : OUTCOME_WAITING;
	if (text)
		outcome_tell(r, kind, kind == OUTCOME_WAITING ? safe_at : 0, "%s", text);
	free(text);
	return 0;
}
