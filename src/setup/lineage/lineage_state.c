/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/lineage_state.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"
#include "setup/lineage/renewal.h"
#include "setup/world/env.h"

#define STATE_VERSION 1
#define SET_BACK_S 300 /* clocks are set back by less than this every day */

static const char *const stages[] = {
	[STAGE_IDLE] = "idle",		 [STAGE_STAGED] = "staged",
	[STAGE_PUBLISHED] = "published", [STAGE_SAFE] = "safe",
	[STAGE_INSTALLED] = "installed", [STAGE_VERIFIED] = "verified",
	[STAGE_RETIRING] = "retiring",	 [STAGE_STUCK] = "stuck",
};

static const char *const intents[] = {
	[INTENT_NONE] = "none",
	[INTENT_PUBLISH] = "publish",
	[INTENT_SWITCH] = "switch",
	[INTENT_GO_BACK] = "go-back",
};

enum kind { KIND_NUMBER, KIND_TIME, KIND_TEXT, KIND_BOOL, KIND_STAGE, KIND_INTENT };

static const struct field {
	const char *name;
	enum kind kind;
	size_t offset;
} fields[] = {
#define FIELD(kind, name)                                                                \
	{                                                                                \
#name, KIND_##kind, offsetof(struct lineage_state, name)                 \
	}
	FIELD(STAGE, stage),
	FIELD(STAGE, resume),
	FIELD(TIME, since),
	FIELD(TEXT, reason),
	FIELD(TIME, reason_since),
	FIELD(NUMBER, failures),
	FIELD(TIME, retry_at),
	FIELD(NUMBER, current),
	FIELD(NUMBER, next),
	FIELD(NUMBER, goal),
	FIELD(NUMBER, retire),
	FIELD(NUMBER, last),
	FIELD(NUMBER, view),
	FIELD(NUMBER, former_view),
	FIELD(NUMBER, view_generation),
	FIELD(NUMBER, last_view),
	FIELD(INTENT, intent),
	FIELD(NUMBER, intent_view),
	FIELD(NUMBER, intent_generation),
	FIELD(TEXT, intent_faults),
	FIELD(TIME, published_at),
	FIELD(TIME, agree_since),
	FIELD(TIME, agree_seen),
	FIELD(TIME, lacked_at),
	FIELD(BOOL, looking),
	FIELD(NUMBER, old_ttl_s),
	FIELD(NUMBER, hold_ttl_s),
	FIELD(NUMBER, peak_ttl_s),
	FIELD(NUMBER, seen_ttl_s),
	FIELD(TIME, peak_at),
	FIELD(TEXT, boot),
	FIELD(NUMBER, agree_uptime_s),
	FIELD(NUMBER, agreed_on),
	FIELD(TEXT, agreed),
	FIELD(TEXT, heard),
	FIELD(TIME, heard_at),
	FIELD(TEXT, held),
	FIELD(TEXT, given),
	FIELD(TEXT, goes_stale),
	FIELD(TIME, filled_at),
	FIELD(NUMBER, filled_ttl_s),
	FIELD(TEXT, asked),
	FIELD(TIME, asked_at),
	FIELD(TIME, ending_at),
	FIELD(TEXT, stranger),
	FIELD(TIME, looked_at),
	FIELD(BOOL, claimed),
	FIELD(TEXT, once),
	FIELD(TEXT, left),
	FIELD(TIME, left_at),
	FIELD(BOOL, left_exposed),
	FIELD(TEXT, unready),
	FIELD(TIME, unready_at),
	FIELD(NUMBER, conf_hash),
	FIELD(TEXT, key_group),
	FIELD(TIME, created_at),
	FIELD(TIME, begun_at),
	FIELD(TIME, rolled_at),
	FIELD(BOOL, emergency),
	FIELD(NUMBER, compromised),
	FIELD(TIME, renew_tried_at),
	FIELD(NUMBER, renew_failures),
	FIELD(TEXT, renew_error),
	FIELD(TIME, ari_start),
	FIELD(TIME, ari_end),
	FIELD(TIME, ari_asked_at),
	FIELD(TIME, ari_at),
	FIELD(TIME, ari_again_at),
	FIELD(NUMBER, ari_failures),
	FIELD(TEXT, ari_explanation),
	FIELD(TEXT, ari_renewed),
#undef FIELD
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

const char *lineage_state_stage_name(enum lineage_stage stage)
{
	return stages[stage];
}

void lineage_state_init(struct lineage_state *state)
{
	*state = (struct lineage_state){ .old_ttl_s = -1, .hold_ttl_s = -1 };
}

void lineage_state_clear(struct lineage_state *state)
{
	free(state->reason);
	free(state->intent_faults);
	free(state->renew_error);
	free(state->ari_renewed);
	free(state->ari_explanation);
	free(state->key_group);
	free(state->heard);
	free(state->held);
	free(state->given);
	free(state->goes_stale);
	free(state->agreed);
	free(state->boot);
	free(state->stranger);
	free(state->once);
	free(state->left);
	free(state->unready);
	free(state->asked);
	lineage_state_init(state);
}

static void set_renew_error(struct lineage_state *state, const char *text)
{
	char *copy = mem_text(text); /* text may be the one that is in the state */

	free(state->renew_error);
	state->renew_error = copy;
}

void lineage_state_renewal_failed(struct lineage_state *state, const char *text,
				  time_t now)
{
	state->renew_failures++;
	state->renew_tried_at = now;
	set_renew_error(state, text);
}

void lineage_state_renewal_done(struct lineage_state *state)
{
	state->renew_failures = 0;
	set_renew_error(state, NULL);
}

void lineage_state_end_pause(struct lineage_state *state)
{
	state->retry_at = 0;
	state->renew_tried_at = 0;
}

void lineage_state_reason(struct lineage_state *state, const char *text, time_t now)
{
	bool same = text && state->reason && !strcmp(text, state->reason);
	char *copy = mem_text(text);

	free(state->reason);
	state->reason = copy;
	if (!same)
		state->reason_since = text ? now : 0;
}

static bool mend_time(time_t *at, time_t latest, time_t instead)
{
	bool ahead = *at > latest;

	if (ahead)
		*at = instead;
	return ahead;
}

bool lineage_state_mend(struct lineage_state *s, time_t now)
{
	time_t latest = now + SET_BACK_S;
	time_t pause_end = latest + (time_t)renewal_backoff_s(INT64_MAX);
	/* What happened counts as if it happened now; 0 would say that it never did. */
	time_t *const happened[] = { &s->since,	     &s->reason_since, &s->published_at,
				     &s->created_at, &s->begun_at,     &s->rolled_at };
	bool mended = mend_time(&s->retry_at, pause_end, 0);
	size_t i;

	mended = mend_time(&s->renew_tried_at, latest, 0) || mended;
	mended = mend_time(&s->agree_seen, latest, 0) || mended;
	mended = mend_time(&s->heard_at, latest, 0) || mended;
	mended = mend_time(&s->looked_at, latest, 0) || mended;
	mended = mend_time(&s->filled_at, latest, now) || mended;
	for (i = 0; i < sizeof(happened) / sizeof(happened[0]); i++)
		mended = mend_time(happened[i], latest, now) || mended;
	return mended;
}

static json_t *time_json(time_t t)
{
	char text[32];

	return t ? json_string(clock_rfc3339(t, text)) : json_null();
}

static json_t *field_json(const struct lineage_state *state, const struct field *f)
{
	const char *at = (const char *)state + f->offset;
	const char *text;

	switch (f->kind) {
	case KIND_NUMBER:
		return json_integer(*(const int64_t *)(const void *)at);
	case KIND_TIME:
		return time_json(*(const time_t *)(const void *)at);
	case KIND_TEXT:
		text = *(char *const *)(const void *)at;
		return text ? json_string(text) : json_null();
	case KIND_BOOL:
		return json_boolean(*(const bool *)(const void *)at);
	case KIND_STAGE:
		return json_string(stages[*(const enum lineage_stage *)(const void *)at]);
	case KIND_INTENT:
		return json_string(
			intents[*(const enum lineage_intent *)(const void *)at]);
	}
	return NULL;
}

static int find_word(const char *const *words, size_t count, const json_t *value)
{
	const char *text = json_string_value(value);
	size_t i;

	for (i = 0; text && i < count; i++)
		if (!strcmp(words[i], text))
			return (int)i;
	return -1;
}

static bool take_time(const json_t *value, time_t *ret_t)
{
	if (json_is_null(value)) {
		*ret_t = 0;
		return true;
	}
	return json_is_string(value) &&
	       clock_parse_rfc3339(json_string_value(value), ret_t, NULL) == 0;
}

static bool take_text(const json_t *value, char **ret_text)
{
	if (!json_is_null(value) && !json_is_string(value))
		return false;
	*ret_text = mem_text(json_string_value(value));
	return true;
}

static bool take_enum(const char *const *words, size_t count, const json_t *value,
		      void *ret_value)
{
	int found = find_word(words, count, value);

	if (found < 0)
		return false;
	*(int *)ret_value = found;
	return true;
}

static bool take_field(struct lineage_state *state, const struct field *f,
		       const json_t *value)
{
	void *at = (char *)state + f->offset;

	switch (f->kind) {
	case KIND_NUMBER:
		*(int64_t *)at = json_integer_value(value);
		return json_is_integer(value);
	case KIND_TIME:
		return take_time(value, at);
	case KIND_TEXT:
		return take_text(value, at);
	case KIND_BOOL:
		*(bool *)at = json_is_true(value);
		return json_is_boolean(value);
	case KIND_STAGE:
		return take_enum(stages, sizeof(stages) / sizeof(stages[0]), value, at);
	case KIND_INTENT:
		return take_enum(intents, sizeof(intents) / sizeof(intents[0]), value,
				 at);
	}
	return false;
}

/* A file that lacks a field is of an older version: the default holds. */
static int take_all(struct lineage_state *state, const json_t *root, const char *path,
		    struct why *why)
{
	const json_t *value;
	size_t i;

	for (i = 0; i < FIELD_COUNT; i++) {
		value = json_object_get(root, fields[i].name);
		if (value && !take_field(state, &fields[i], value))
			return why_set(why, DP_EFORMAT, "%s: '%s' can't be read", path,
				       fields[i].name);
	}
	if (state->current < 1 || state->last < state->current ||
	    state->last < state->next || state->last < state->goal)
		return why_set(why, DP_EFORMAT,
			       "%s: its generations make no sense (current %lld, last "
			       "%lld)",
			       path, (long long)state->current, (long long)state->last);
	return 0;
}

static int take_root(const json_t *root, const char *path, struct lineage_state *state,
		     struct why *why)
{
	json_int_t version = json_integer_value(json_object_get(root, "version"));

	if (version > STATE_VERSION)
		return why_set(why, DP_EFORMAT,
			       "%s is of version %lld, from a later daneprobe", path,
			       (long long)version);
	if (version != STATE_VERSION)
		return why_set(why, DP_EFORMAT, "%s is no lineage's state", path);
	return take_all(state, root, path, why);
}

int lineage_state_load(const char *path, struct lineage_state *ret_state, struct why *why)
{
	struct lineage_state state;
	json_error_t error;
	char *text = NULL;
	json_t *root;
	size_t len;
	int rc;

	rc = text_file_read_itself(path, LINEAGE_STATE_MAX, &text, &len, why);
	if (rc < 0)
		return rc;
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	free(text);
	if (!root)
		return why_set(why, DP_EFORMAT, "%s: line %d: %s", path, error.line,
			       error.text);
	lineage_state_init(&state);
	rc = take_root(root, path, &state, why);
	json_decref(root);
	if (rc < 0) {
		lineage_state_clear(&state);
		return rc;
	}
	*ret_state = state;
	return 0;
}

int lineage_state_save(struct env *env, const char *path,
		       const struct file_access *access,
		       const struct lineage_state *state, struct why *why)
{
	json_t *root = json_object();
	char *dump, *text;
	size_t i;
	int rc;

	json_object_set_new(root, "version", json_integer(STATE_VERSION));
	for (i = 0; i < FIELD_COUNT; i++)
		json_object_set_new(root, fields[i].name, field_json(state, &fields[i]));
	dump = json_dumps(root, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	json_decref(root);
	if (!dump)
		return why_set(why, DP_EFORMAT, "%s: a text is not UTF-8", path);
	text = mem_printf("%s\n", dump);
	free(dump);
	rc = file_replace(&env->files, path, access, text, strlen(text), why);
	free(text);
	return rc;
}

enum lineage_stage lineage_state_stage(const struct lineage_state *s)
{
	return s->stage == STAGE_STUCK ? s->resume : s->stage;
}

int64_t lineage_state_live(const struct lineage_state *s)
{
	return s->view_generation ? s->view_generation : s->current;
}
