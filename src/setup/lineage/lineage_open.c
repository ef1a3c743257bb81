/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/lineage_open.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/owner.h"
#include "base/text_file.h"
#include "base/why.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/lineage_group.h"
#include "setup/lineage/salvage.h"

static bool has_request(const struct lineage *l, int64_t generation, enum key_type type)
{
	char *path = lineage_key_path(l, generation, type, "request.csr");
	bool has = generation && access(path, F_OK) == 0;

	free(path);
	return has;
}

/* Of the types that the lineage was made with there are folders, unless somebody lost
 * those of a key. */
static bool has_type(const struct lineage *l, enum key_type type)
{
	return has_request(l, l->state.current, type) ||
	       has_request(l, l->state.next, type) || has_request(l, l->state.goal, type);
}

static bool wants_type(const struct lineage *l, enum key_type type)
{
	size_t i;

	for (i = 0; i < l->conf.key_types; i++)
		if (l->conf.key_type[i] == type)
			return true;
	return false;
}

/* A key type more or less would need its records, and its certificate, at every server
 * before the next step. */
static int check_types(const struct lineage *l, struct why *why)
{
	char *has = mem_text(""), *longer;
	bool same = true;
	int i, rc = 0;

	for (i = 0; i < KEY_TYPE_COUNT; i++) {
		enum key_type type = (enum key_type)i;

		same = same && has_type(l, type) == wants_type(l, type);
		if (!has_type(l, type))
			continue;
		longer = mem_printf("%s%s%s", has, *has ? " " : "", key_type_name(type));
		free(has);
		has = longer;
	}
	if (*has && !same) /* else all are lost, which each run tells */
		rc = why_set(
			why, DP_EINVAL,
			"%s/lineage.conf: key_types is '%s', but the lineage has keys "
			"of '%s': set it back; other types are a lineage of their "
			"own, beside this one",
			l->dir, lineage_conf_get(&l->conf, LINEAGE_CONF_KEY_TYPES), has);
	free(has);
	return rc;
}

static int take_conf(struct lineage *l, const char *path, const char *text,
		     struct why *why)
{
	struct why inner;
	int rc = lineage_conf_parse(&l->conf, text, &inner);

	if (rc == 0)
		rc = lineage_conf_check(&l->conf, &inner);
	return rc < 0 ? why_set(why, rc, "%s: %s", path, inner.text) : 0;
}

static int load_conf(struct lineage *l, struct why *why)
{
	char *path = lineage_path(l, "lineage.conf"), *text = NULL;
	size_t len;
	int rc = text_file_read(path, LINEAGE_CONF_FILE_MAX, &text, &len, why);

	if (rc == 0)
		rc = take_conf(l, path, text, why);
	free(text);
	free(path);
	return rc;
}

static int explain_damage(const struct lineage *l, int rc, const struct why *inner,
			  struct why *why)
{
	char *what = mem_printf("can't be used (%s)", inner->text);

	salvage_explain(l, rc, what, why);
	free(what);
	return rc;
}

static int load_state(struct lineage *l, struct why *why)
{
	char *path = lineage_path(l, "state");
	struct why inner;
	int rc = lineage_state_load(path, &l->state, &inner);

	free(path);
	if (rc == DP_ENOENT && salvage_has_history(l))
		return salvage_explain(l, rc, "is missing", why);
	if (rc == DP_EFORMAT)
		return explain_damage(l, rc, &inner, why);
	if (rc == DP_ENOENT)
		return why_set(why, rc,
			       "there is no lineage '%s' in %.*s: daneprobe new %s makes "
			       "it, --dir says where",
			       l->name, (int)(strlen(l->dir) - strlen(l->name) - 1),
			       l->dir, l->name);
	if (rc < 0)
		return why_set(why, rc, "%s", inner.text);
	rc = load_conf(l, why);
	return rc < 0 ? rc : check_types(l, why);
}

/* Whoever changes lineage.conf may have removed the cause of what failed. */
static void heed_change(struct lineage *l)
{
	struct lineage_state *s = &l->state;

	if (s->conf_hash && s->conf_hash != lineage_conf_hash(&l->conf))
		lineage_state_end_pause(s);
}

static bool is_known_compromised(const struct lineage *l, int64_t generation)
{
	return l->state.emergency && l->state.compromised == generation;
}

/* A state from before a key was declared compromised doesn't know that. The one in use is
 * replaced, as then; that a next one must not be used is told by lineage_make_check(). */
static int heed_marks(struct lineage *l, enum lineage_use use, struct why *why)
{
	struct lineage_state *s = &l->state;
	int64_t current = s->current;
	int rc;

	if (!salvage_is_marked(l, current) || is_known_compromised(l, current))
		return 0;
	s->emergency = true;
	s->compromised = current;
	if (use != LINEAGE_WRITE)
		return 0;
	rc = lineage_note(l, why, "emergency", "generation", lineage_number(current).text,
			  "why", "its folder says so, and the state was older", NULL);
	return rc < 0 ? rc : lineage_save(l, why);
}

/* Otherwise a try that failed while the clock was ahead would be the last one. */
static int mend_clock(struct lineage *l, enum lineage_use use, struct why *why)
{
	int rc;

	if (!lineage_state_mend(&l->state, env_now(l->env)) || use != LINEAGE_WRITE)
		return 0;
	rc = lineage_note(l, why, "clock", "why",
			  "the state had times that are still to come", NULL);
	return rc < 0 ? rc : lineage_save(l, why);
}

/* What is obeyed, commands above all, has to come from the user or from root. Only
 * lineage.conf, which people and what manages their files write, may be a link. */
static int check_owners(const struct lineage *l, struct why *why)
{
	static const struct {
		const char *name;
		int (*check)(const char *path, struct why *why);
	} obeyed[] = {
		{ "lineage.conf", owner_check },
		{ "state", owner_check_itself },
		{ LINEAGE_STATE_COPY, owner_check_itself },
		{ "journal", owner_check_itself },
		{ "keys", owner_check_itself },
	};
	int rc = owner_check(l->dir, why);
	char *path;
	size_t i;

	for (i = 0; rc == 0 && i < sizeof(obeyed) / sizeof(*obeyed); i++) {
		path = lineage_path(l, "%s", obeyed[i].name);
		rc = obeyed[i].check(path, why);
		free(path);
	}
	path = lineage_path(l, "keys");
	if (rc == 0)
		rc = owner_check_below(path, why);
	free(path);
	return rc;
}

int lineage_open(struct env *env, const char *base, const char *name, const char *verb,
		 enum lineage_use use, struct lineage *ret_lineage, struct why *why)
{
	struct lineage l;
	int rc = lineage_check_name(name, why);

	if (rc < 0)
		return rc;
	lineage_begin(env, base, name, verb, &l);
	rc = check_owners(&l, why);
	if (rc == 0 && use == LINEAGE_WRITE && lineage_is_there(base, name))
		rc = lineage_lock(&l, why);
	if (rc == 0)
		rc = load_state(&l, why);
	if (rc == 0)
		rc = mend_clock(&l, use, why);
	if (rc == 0)
		heed_change(&l);
	if (rc == 0)
		rc = heed_marks(&l, use, why);
	if (rc == 0 && use == LINEAGE_WRITE)
		rc = lineage_group_apply(&l, why);
	if (rc < 0) {
		lineage_close(&l);
		return rc;
	}
	*ret_lineage = l;
	return 0;
}
