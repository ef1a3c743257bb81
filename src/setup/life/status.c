/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/status.h"

#include <errno.h>
#include <jansson.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/cert/certificate.h"
#include "setup/cert/renew.h"
#include "setup/life/claim.h"
#include "setup/life/deadline.h"
#include "setup/life/movement.h"
#include "setup/life/next.h"
#include "setup/life/renewed.h"
#include "setup/life/usable.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/lineage_open.h"

#define RENEW_FAILURES_MAX 3 /* in a row, of what is to be done at once: some hours */

void status_clear(struct status *s)
{
	free(s->name);
	free(s->error);
	free(s->reason);
	free(s->renew_error);
	free(s->renew_explanation);
	free(s->action);
	free(s->problem);
	preflight_clear(&s->check);
	*s = (struct status){ 0 };
}

static void plan_action(struct status *s, time_t at, char *take_action)
{
	free(s->action);
	s->action = take_action;
	s->action_at = at;
}

static char *word_caches(const struct lineage *l)
{
	return mem_printf("install key %s (%s)", lineage_number(l->state.goal).text,
			  l->state.old_ttl_s < 0 ? "2 days" : "2 x TTL");
}

static char *word_retirement(const struct lineage *l, const char *without)
{
	return l->state.retire ? mem_printf("take key %s out of DNS",
					    lineage_number(l->state.retire).text)
			       : mem_text(without);
}

/* On the heap. */
static char *word_next(const struct lineage *l, const struct status *s,
		       enum next_action action)
{
	bool first = s->goal == s->current && !s->live;

	switch (action) {
	case NEXT_STAY: /* what else there is to do is told by plan_idle() */
	case NEXT_BEGIN:
		return mem_printf("roll over to key %s", lineage_number(s->next).text);
	case NEXT_PUBLISH:
		return first && !s->not_after ? mem_printf("get a certificate for key %s",
							   lineage_number(s->goal).text)
					      : mem_text("publish the records");
	case NEXT_AWAIT_SERVERS:
		return mem_text(s->reason ? s->reason
					  : "wait for all name servers to have the "
					    "records");
	case NEXT_AWAIT_CACHES:
		return word_caches(l);
	case NEXT_INSTALL:
		return mem_printf("install key %s", lineage_number(s->goal).text);
	case NEXT_LOOK:
		return mem_text("look at every endpoint");
	case NEXT_CHANGE:
		return first ? mem_text("publish the records")
			     : mem_printf("retire key %s",
					  lineage_number(s->current).text);
	case NEXT_RETIRE:
		return word_retirement(l, "publish the records");
	case NEXT_AWAIT_RETIRED:
		return word_retirement(l, "see the records at all name servers");
	case NEXT_END:
		return mem_printf("end it: daneprobe end %s", l->name);
	}
	return NULL;
}

/* Of servers that lag nobody knows when they won't. */
static bool is_known_when(enum next_action action)
{
	return action != NEXT_AWAIT_SERVERS && action != NEXT_AWAIT_RETIRED &&
	       action != NEXT_END;
}

/* RFC 9773 section 4.2: where the CA explains the time, its user is to know. */
static char *word_renewal(const struct status *s)
{
	return s->renew_explanation ? mem_printf("renew certificate (why then: %s)",
						 s->renew_explanation)
				    : mem_text("renew certificate");
}

/* What is due first, of a rollover and a renewal. */
static void plan_idle(const struct lineage *l, struct status *s, const struct deadline *d,
		      struct next next)
{
	bool by_hook = renew_is_by_hook(l);
	time_t retry = renewed_retry_at(&l->state);

	if (!d->fresh)
		plan_action(s, retry ? retry : env_now(l->env),
			    mem_text("install the renewed certificate"));
	else if (next.at && (!s->renew_at || next.at < s->renew_at))
		plan_action(s, next.at, word_next(l, s, next.action));
	else if (s->live || s->renew_at)
		plan_action(s, s->renew_at,
			    by_hook ? mem_text("certbot renews it") : word_renewal(s));
	else
		plan_action(s, 0, mem_text("get a certificate"));
}

static void plan_next(const struct lineage *l, struct status *s, const struct deadline *d,
		      time_t now)
{
	struct next next = next_of(l, now);

	if (next.action == NEXT_STAY || next.action == NEXT_BEGIN)
		plan_idle(l, s, d, next);
	else if (!is_known_when(next.action))
		plan_action(s, 0, word_next(l, s, next.action));
	else
		plan_action(s, next.at > now ? next.at : now,
			    word_next(l, s, next.action));
}

/* Worse only ever. */
static void raise_level(struct status *s, enum status_level level, char *take_problem)
{
	if (level <= s->level) {
		free(take_problem);
		return;
	}
	s->level = level;
	free(s->problem);
	s->problem = take_problem;
}

/* Whether the newest certificates name all domains of lineage.conf. */
static bool is_named(const struct lineage *l)
{
	int64_t generation = lineage_state_live(&l->state);
	struct certificate c;
	bool named = true;
	size_t i;

	for (i = 0; i < l->conf.key_types && named; i++) {
		enum key_type type = l->conf.key_type[i];

		if (certificate_newest(l, generation, type, &c, NULL) == 0 && c.number)
			(void)certificate_is_named(l, generation, type, c.number, &named,
						   NULL);
	}
	return named;
}

/* With what the last try met, or else whether there was any. */
static char *with_error(const struct lineage *l, const struct status *s, const char *text)
{
	if (s->renew_error)
		return mem_printf("%s: %s", text, s->renew_error);
	if (renew_is_by_hook(l))
		return mem_text(text);
	return mem_printf("%s: does a timer run daneprobe renew --all?", text);
}

static void judge_certificate(const struct lineage *l, struct status *s,
			      const struct deadline *d, time_t now)
{
	bool failing = l->state.renew_failures >= RENEW_FAILURES_MAX;
	const char *text = NULL;

	if (!s->not_after)
		return;
	if (now >= s->not_after) {
		raise_level(s, STATUS_CRITICAL,
			    with_error(l, s, "the certificate has expired"));
		return;
	}
	if (!d->fresh && (l->state.renew_failures || now > d->late_at))
		text = "the renewed certificate is not installed";
	else if (now > d->late_at)
		text = "the certificate is not renewed";
	else if (failing && !is_named(l))
		text = "the certificate lacks a domain of lineage.conf";
	if (text)
		raise_level(s, now > d->critical_at ? STATUS_CRITICAL : STATUS_WARNING,
			    with_error(l, s, text));
}

/* Without runs nothing gets stuck either. */
static void judge_movement(const struct lineage *l, struct status *s, time_t now)
{
	time_t since = movement_missed(l, now);
	char date[32];

	if (since)
		raise_level(s, STATUS_WARNING,
			    mem_printf("nothing has moved since %s: does a timer run "
				       "daneprobe rollover --all?",
				       clock_date(since, date)));
}

static void judge_foreign(const struct lineage *l, struct status *s)
{
	if (l->state.goes_stale)
		raise_level(s, STATUS_WARNING, mem_text(l->state.goes_stale));
}

/* As the last run saw it; the state stuck tells it itself. */
static void judge_claim(const struct lineage *l, struct status *s)
{
	if (l->state.claimed)
		raise_level(s, STATUS_WARNING, claim_word(l));
}

/* Told by an operator, so the last to be heard of where something doesn't go on. */
static void judge_emergency(struct status *s)
{
	if (s->compromised)
		raise_level(s, STATUS_WARNING,
			    mem_printf("key %s is compromised and %s",
				       lineage_number(s->compromised).text,
				       s->compromised == s->live
					       ? "in use"
					       : "its record may be in caches"));
}

/* Whoever read a private key can play its server. */
static void judge_key(const struct lineage *l, struct status *s, int64_t generation,
		      enum key_type type)
{
	char *path = lineage_key_path(l, generation, type, "privkey.pem");
	struct stat st;

	if (stat(path, &st) == 0 && st.st_mode & (S_IROTH | S_IWOTH))
		raise_level(s, STATUS_WARNING,
			    mem_printf("everybody may read the private key %s (mode "
				       "%04o): chmod o-rwx it, and roll over with "
				       "--emergency if others had the chance",
				       path, (unsigned)(st.st_mode & 07777)));
	free(path);
}

static void judge_use(struct status *s, enum status_level level, char *take_fault)
{
	if (take_fault)
		raise_level(s, level, take_fault);
}

static void judge_keys(const struct lineage *l, struct status *s)
{
	size_t i;

	judge_use(s, STATUS_CRITICAL, usable_word_current(l));
	judge_use(s, STATUS_WARNING, usable_word_next(l));

	for (i = 0; i < l->conf.key_types; i++) {
		judge_key(l, s, s->current, l->conf.key_type[i]);
		if (s->next)
			judge_key(l, s, s->next, l->conf.key_type[i]);
	}
}

/* A step has failed, and is tried again by itself. On the heap. */
static char *word_failure(const struct lineage *l, const struct status *s)
{
	char when[32];

	return mem_printf(
		"%s: %s (tried again at %s, or at once by daneprobe rollover "
		"%s)",
		lineage_state_stage_name(s->stage), s->reason,
		clock_rfc3339(l->state.retry_at ? l->state.retry_at : env_now(l->env),
			      when),
		l->name);
}

/* What the last run saw, or what was seen just now. */
static void judge_preflight(const struct lineage *l, struct status *s)
{
	char *problem = s->check.count ? preflight_problem(&s->check)
				       : mem_text(l->state.unready);

	if (problem)
		raise_level(s, STATUS_WARNING,
			    mem_printf("the next step would fail: %s", problem));
	free(problem);
}

/* As the last run saw it. */
static void judge_left(const struct lineage *l, struct status *s)
{
	if (l->state.left)
		raise_level(s, l->state.left_exposed ? STATUS_CRITICAL : STATUS_WARNING,
			    mem_text(l->state.left));
}

/* From the first time on. */
static void judge_order(const struct lineage *l, struct status *s)
{
	char when[32];

	if (l->state.renew_failures && s->renew_error && !renew_is_by_hook(l))
		raise_level(
			s, STATUS_WARNING,
			mem_printf("renewal failed: %s (tried again at %s, or at once "
				   "by daneprobe renew %s)",
				   s->renew_error,
				   clock_rfc3339(renewed_retry_at(&l->state), when),
				   l->name));
}

static void judge_level(const struct lineage *l, struct status *s,
			const struct deadline *d, time_t now)
{
	const char *stage = lineage_state_stage_name(s->stage);

	judge_claim(l, s); /* it says what the others may */
	if (s->stage == STAGE_STUCK)
		raise_level(s, STATUS_WARNING,
			    mem_printf("%s: %s", stage, s->reason ? s->reason : ""));
	else if (l->state.failures && s->reason)
		raise_level(s, STATUS_WARNING, word_failure(l, s));
	/* certbot takes no notice of a hook that fails, and is content. */
	if (renew_is_by_hook(l) && s->renew_error)
		raise_level(s, STATUS_WARNING, mem_text(s->renew_error));
	judge_certificate(l, s, d, now);
	judge_order(l, s);
	judge_movement(l, s, now);
	judge_foreign(l, s);
	judge_emergency(s);
	judge_keys(l, s);
	judge_preflight(l, s);
	judge_left(l, s);
}

static bool is_lost(const struct lineage *l)
{
	char *text = usable_word_current(l);
	bool is = text != NULL;

	free(text);
	return is;
}

static int fill_status(const struct lineage *l, struct status *s, struct deadline *d,
		       struct why *why)
{
	const struct lineage_state *state = &l->state;
	int rc;

	s->stage = state->stage;
	s->resume = lineage_state_stage(state);
	s->since = state->since;
	s->current = state->current;
	s->next = state->next;
	s->goal = state->goal;
	s->live = state->view_generation;
	s->compromised = state->emergency ? state->compromised : 0;
	s->reason = mem_text(state->reason);
	s->reason_since = state->reason_since;
	s->renew_error = mem_text(state->renew_error);
	s->renew_explanation = mem_text(state->ari_explanation);
	s->rollover_at = next_rollover_at(l);
	rc = deadline_read(l, d, why);
	if (rc < 0 && is_lost(l)) { /* which is told */
		*d = (struct deadline){ .fresh = true };
		rc = 0;
	}
	s->not_before = d->not_before;
	s->not_after = d->not_after;
	if (rc == 0)
		rc = renew_due_at(l, lineage_state_live(state), &s->renew_at, why);
	return rc;
}

/* key_group passes folders and keys, and the state to nobody. On the heap; NULL: that
 * isn't why. */
static char *who_may_read(const char *base, const char *name)
{
	char *dir = mem_printf("%s/%s", base, name);
	char *path = mem_printf("%s/state", dir);
	bool denied = access(path, R_OK) < 0 && errno == EACCES;
	const struct passwd *user = NULL;
	struct stat st;
	const char *who;

	if (denied && stat(dir, &st) == 0)
		user = getpwuid(st.st_uid);
	who = user ? user->pw_name : "root";
	free(dir);
	free(path);
	return denied ? mem_printf("only %s may read it, with key_group too: run this as "
				   "%s, by sudo from NRPE or check_by_ssh",
				   who, who)
		      : NULL;
}

static char *why_unreadable(const char *base, const char *name, const char *text)
{
	char *who = lineage_check_name(name, NULL) == 0 ? who_may_read(base, name) : NULL;

	return who ? who : mem_text(text);
}

static void read_status(struct env *env, const char *base, const char *name, bool check,
			struct status *ret_status)
{
	struct status s = { .name = log_escape(name, strlen(name)) };
	struct deadline d = { 0 };
	struct lineage l;
	struct why why;
	int rc = lineage_open(env, base, name, "status", LINEAGE_READ, &l, &why);

	if (rc == 0) {
		rc = fill_status(&l, &s, &d, &why);
		if (rc == 0 && check)
			preflight_ask(&l, &s.check);
		if (rc == 0) {
			plan_next(&l, &s, &d, env_now(env));
			judge_level(&l, &s, &d, env_now(env));
		}
		lineage_close(&l);
	}
	if (rc < 0) {
		s.level = STATUS_UNKNOWN;
		s.error = why_unreadable(base, name, why.text);
	}
	*ret_status = s;
}

void status_read(struct env *env, const char *base, const char *name,
		 struct status *ret_status)
{
	read_status(env, base, name, false, ret_status);
}

void status_check(struct env *env, const char *base, const char *name,
		  struct status *ret_status)
{
	read_status(env, base, name, true, ret_status);
}

static json_t *time_json(time_t t)
{
	char text[32];

	return t ? json_string(clock_rfc3339(t, text)) : json_null();
}

static json_t *generation_json(int64_t number)
{
	return number ? json_string(lineage_number(number).text) : json_null();
}

static json_t *text_json(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *check_json(const struct preflight *check)
{
	json_t *list;
	size_t i;

	if (!check->count)
		return json_null();
	list = json_array();
	for (i = 0; i < check->count; i++)
		json_array_append_new(list, json_pack("{s:s, s:o}", "what",
						      check->item[i].what, "problem",
						      text_json(check->item[i].problem)));
	return list;
}

static json_t *one_json(const struct status *s)
{
	static const char *const levels[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	bool known = !s->error;

	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"name", s->name, "level", levels[s->level], "problem",
		text_json(s->error ? s->error : s->problem), "state",
		text_json(known ? lineage_state_stage_name(s->stage) : NULL), "doing",
		text_json(known ? lineage_state_stage_name(s->resume) : NULL), "since",
		time_json(s->since), "current", generation_json(s->current), "next",
		generation_json(s->next), "goal", generation_json(s->goal), "live",
		generation_json(s->live), "compromised", generation_json(s->compromised),
		"reason", text_json(s->reason), "reason_since",
		time_json(s->reason_since), "not_before", time_json(s->not_before),
		"not_after", time_json(s->not_after), "renew_at", time_json(s->renew_at),
		"rollover_at", time_json(s->rollover_at), "renew_error",
		text_json(s->renew_error), "renew_explanation",
		text_json(s->renew_explanation), "next_action", text_json(s->action),
		"next_action_at", time_json(s->action_at), "check",
		check_json(&s->check));
}

char *status_json(const struct status *status, size_t count)
{
	json_t *list = json_array(), *root;
	char *dump, *text;
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, one_json(&status[i]));
	root = json_pack("{s:i, s:o}", "version", 1, "lineages", list);
	dump = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
	text = mem_text(dump ? dump : "null");
	free(dump);
	json_decref(root);
	return text;
}
