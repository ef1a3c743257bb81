/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/install/install.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/cert/certificate.h"
#include "setup/install/deploy.h"
#include "setup/install/fallback.h"
#include "setup/install/faults.h"
#include "setup/install/view.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/endpoints.h"
#include "target/target.h"

/* Reads the SHA-256 of the certificates in live, in the order of the key types. */
static int read_live(const struct lineage *l, uint8_t (*ret_cert)[32], struct why *why)
{
	struct certificate c;
	char *path;
	size_t i;
	int rc = 0;

	for (i = 0; i < l->conf.key_types && rc == 0; i++) {
		path = lineage_path(l, "live/%s/cert.pem",
				    key_type_name(l->conf.key_type[i]));
		rc = certificate_read(path, &c, why);
		if (rc == 0)
			memcpy(ret_cert[i], c.sha256, sizeof(c.sha256));
		free(path);
	}
	return rc;
}

/* Borrowed texts of what is looked at. */
struct looked_at {
	struct endpoints endpoints; /* owned, as the lists */
	const char **ours, **others;
	size_t others_count;
};

static int find_services(const struct lineage *l, struct looked_at *at, struct why *why)
{
	const struct lineage_conf *conf = &l->conf;
	const struct endpoints *e = &at->endpoints;
	size_t i;
	int rc = endpoints_find(l, &at->endpoints, why);

	if (rc < 0)
		return rc;
	if (!e->count) /* where there is nothing to look at, nothing is proved */
		return why_set(why, DP_EINVAL, "no service of %s is within its domains",
			       l->name);
	at->ours = mem_array(e->count, sizeof(*at->ours));
	at->others =
		mem_array(e->others_count + conf->foreign.count, sizeof(*at->others));
	for (i = 0; i < e->count; i++)
		at->ours[i] = e->ours[i].text;
	for (i = 0; i < e->others_count; i++)
		at->others[at->others_count++] = e->others[i];
	for (i = 0; i < conf->foreign.count; i++)
		at->others[at->others_count++] = conf->foreign.item[i];
	return 0;
}

static void forget_services(struct looked_at *at)
{
	free(at->ours);
	free(at->others);
	endpoints_clear(&at->endpoints);
}

enum looking {
	LOOK_NEW,    /* a server was reloaded just now */
	LOOK_BACK,   /* the same, and the services have presented others already */
	LOOK_AT_ONCE /* no server was reloaded */
};

static int find_presented(struct lineage *l, int64_t generation, enum looking looking,
			  struct env_live *ret_live, struct why *why)
{
	uint8_t spki[KEY_TYPE_COUNT][32], cert[KEY_TYPE_COUNT][32];
	char *name = mem_printf("key %s", lineage_number(generation).text);
	char *live = lineage_path(l, "live");
	struct env_known_key *known = NULL;
	struct looked_at at = { 0 };
	struct env_presented presented = { .spki = (const uint8_t(*)[32])spki,
					   .cert = (const uint8_t(*)[32])cert,
					   .count = l->conf.key_types,
					   .name = name,
					   .live = live,
					   .at_once = looking == LOOK_AT_ONCE };
	int rc;

	presented.known_count = lineage_known_keys(l, &known);
	presented.known = known;
	lineage_kinds(l, &presented.has_rsa, &presented.has_ecdsa);
	rc = lineage_spki(l, generation, spki, why);
	if (rc == 0)
		rc = read_live(l, cert, why);
	if (rc == 0)
		rc = find_services(l, &at, why);
	presented.services = at.ours;
	presented.service_count = at.endpoints.count;
	presented.others = at.others;
	presented.other_count = looking == LOOK_BACK ? 0 : at.others_count;
	if (rc == 0)
		rc = l->env->look(l->env->arg, &presented, ret_live, why);
	forget_services(&at);
	free(known);
	free(name);
	free(live);
	return rc;
}

static int look_at_keys(struct lineage *l, int64_t generation, enum looking looking,
			struct env_live *ret_live, struct why *why)
{
	if (!l->env->look)
		return why_set(why, DP_EINVAL, "the services can't be looked at");
	return find_presented(l, generation, looking, ret_live, why);
}

/* ret_old is what is wrong as it was before; ret_problem what else is. */
static int look_for_news(struct lineage *l, int64_t generation, const char *before,
			 char **ret_problem, char **ret_old, struct why *why)
{
	struct env_live live = { 0 };
	int rc = look_at_keys(l, generation, LOOK_NEW, &live, why);

	if (rc < 0)
		return rc;
	*ret_problem = faults_find(&live, before, false);
	*ret_old = faults_find(&live, before, true);
	env_live_clear(&live);
	return 0;
}

int install_look(struct lineage *l, int64_t generation, char **ret_problem,
		 struct why *why)
{
	char *old = NULL;

	return look_for_news(l, generation, NULL, ret_problem, &old, why);
}

int install_glance(struct lineage *l, int64_t generation, char **ret_problem,
		   struct why *why)
{
	struct env_live live = { 0 };
	int rc = look_at_keys(l, generation, LOOK_AT_ONCE, &live, why);

	if (rc < 0)
		return rc;
	*ret_problem = faults_find(&live, NULL, false);
	env_live_clear(&live);
	return 0;
}

/* The keys of all generations that are there but for that one, as a list on the heap. */
static uint8_t (*list_keys(const struct lineage *l, int64_t without,
			   size_t *ret_count))[32]
{
	struct env_known_key *known = NULL;
	size_t count = lineage_known_keys(l, &known), kept = 0, i;
	uint8_t(*spki)[32] = mem_array(count + 1, sizeof(*spki));

	for (i = 0; i < count; i++)
		if (known[i].generation != without)
			memcpy(spki[kept++], known[i].spki, sizeof(spki[0]));
	free(known);
	*ret_count = kept;
	return spki;
}

static enum install_presence judge_presence(const struct env_live *live)
{
	if (live->asked_key)
		return INSTALL_PRESENTED;
	return live->other_key ? INSTALL_ABSENT : INSTALL_UNKNOWN;
}

enum install_presence install_find_presence(struct lineage *l, const char *service,
					    int64_t generation)
{
	enum install_presence presence = INSTALL_UNKNOWN;
	struct env_presented presented = { .services = &service,
					   .service_count = 1,
					   .any_cert = true,
					   .key_only = true,
					   .at_once = true };
	uint8_t one[KEY_TYPE_COUNT][32];
	uint8_t(*all)[32] = NULL;
	struct env_live live = { 0 };

	if (!l->env->look)
		return INSTALL_UNKNOWN;
	lineage_kinds(l, &presented.has_rsa, &presented.has_ecdsa);
	presented.count = l->conf.key_types;
	presented.spki = (const uint8_t(*)[32])one;
	if (!generation) {
		all = list_keys(l, 0, &presented.count);
		presented.spki = (const uint8_t(*)[32])all;
	} else if (lineage_spki(l, generation, one, NULL) < 0) {
		return INSTALL_UNKNOWN;
	}
	if (l->env->look(l->env->arg, &presented, &live, NULL) == 0)
		presence = judge_presence(&live);
	env_live_clear(&live);
	free(all);
	return presence;
}

/* Which key can't have come to the servers by this copy: the next one, while nothing was
 * deployed since the view that is kept. While it rests nothing but the same key was. */
static int64_t unused_generation(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;
	bool at_rest = lineage_state_stage(s) == STAGE_IDLE;
	bool untouched = at_rest || (s->last_view == s->view && !s->intent_view);

	if (!untouched || s->next == s->view_generation)
		return 0;
	return s->next;
}

int install_stranger(struct lineage *l, char **ret_stranger, struct why *why)
{
	struct env_presented presented = { .any_cert = true,
					   .at_once = true,
					   .name = "a key of the lineage",
					   .live = l->dir };
	uint8_t own[KEY_TYPE_COUNT][32], (*spki)[32] = NULL;
	struct looked_at at = { 0 };
	struct env_live live = { 0 };
	int rc;

	*ret_stranger = NULL;
	if (!l->env->look)
		return 0;
	/* its own key would be taken for a stranger's where that can't be read */
	rc = lineage_spki(l, l->state.current, own, why);
	if (rc < 0)
		return rc;
	lineage_kinds(l, &presented.has_rsa, &presented.has_ecdsa);
	rc = find_services(l, &at, why);
	if (rc == 0) {
		spki = list_keys(l, unused_generation(l), &presented.count);
		presented.spki = (const uint8_t(*)[32])spki;
		presented.services = at.ours;
		presented.service_count = at.endpoints.count;
		rc = l->env->look(l->env->arg, &presented, &live, why);
	}
	if (rc == 0) {
		*ret_stranger = live.stranger;
		live.stranger = NULL;
	}
	env_live_clear(&live);
	forget_services(&at);
	free(spki);
	return rc;
}

static int note_back(struct lineage *l, int64_t from, int64_t to, const char *text,
		     struct why *why)
{
	return lineage_note(l, why, "went-back", "from", lineage_number(from).text, "to",
			    to ? lineage_number(to).text : "nothing", "why", text, NULL);
}

static void forget_intent(struct lineage_state *s)
{
	s->intent = INTENT_NONE;
	s->intent_view = s->intent_generation = 0;
	free(s->intent_faults);
	s->intent_faults = NULL;
}

/* Whether the services are as they were before the switch. */
static void look_back(struct lineage *l, struct fallback *back)
{
	const char *before = l->state.intent_faults;
	struct env_live live = { 0 };
	struct why inner;

	if (look_at_keys(l, l->state.view_generation, LOOK_BACK, &live, &inner) < 0)
		back->fault = mem_text(inner.text);
	else
		back->fault = faults_find(&live, before, false);
	env_live_clear(&live);
}

/* What was live before is no longer of use, so what is there stays; the next run tries
 * again to bring it to the servers. */
static int leave_switched(struct lineage *l, const char *problem, char *take_obstacle,
			  char **ret_text, struct why *why)
{
	struct lineage_state *s = &l->state;
	char *text = fallback_word_stay(problem, take_obstacle);
	int rc = lineage_note(l, why, "stayed", "generation",
			      lineage_number(s->intent_generation).text, "why", text,
			      NULL);

	free(take_obstacle);
	if (rc == 0 && view_live(l) != s->intent_view)
		rc = view_switch(l, s->intent_view, why);
	if (rc == 0) {
		forget_intent(s);
		rc = lineage_save(l, why);
	}
	if (rc == 0)
		*ret_text = text;
	else
		free(text);
	return rc;
}

/* Live becomes state.view again. Where nothing was live before, it stays as it is: taking
 * the files away would only break the next reload. */
static int go_back(struct lineage *l, const char *problem, char **ret_text,
		   struct why *why)
{
	struct lineage_state *s = &l->state;
	char *obstacle = fallback_find_obstacle(l), *text;
	struct fallback back = { 0 };
	struct why inner = { "" };
	int rc;

	if (obstacle)
		return leave_switched(l, problem, obstacle, ret_text, why);
	s->intent = INTENT_GO_BACK;
	rc = lineage_save(l, why);
	if (rc == 0 && s->view && view_live(l) != s->view)
		rc = view_switch(l, s->view, why);
	if (rc < 0)
		return rc;
	/* A deploy command that fails here too can't be helped, only told. */
	if (s->view && deploy_run(l, true, &inner) < 0) {
		back.deploy = mem_text(inner.text);
		rc = lineage_note(l, why, "deploy-failed", "why", inner.text, NULL);
	}
	if (s->view)
		look_back(l, &back);
	text = fallback_word(s, problem, &back);
	if (rc == 0 && back.fault)
		rc = lineage_note(l, why, "fault", "why", back.fault, NULL);
	if (rc == 0)
		rc = note_back(l, s->intent_generation, s->view ? s->view_generation : 0,
			       problem, why);
	forget_intent(s);
	if (rc == 0)
		rc = lineage_save(l, why);
	if (rc == 0)
		*ret_text = text;
	else
		free(text);
	free(back.deploy);
	free(back.fault);
	return rc;
}

/* Where not even the files could be put back, the next run tries it again. */
static int undo_switch(struct lineage *l, const char *problem, char **ret_text,
		       struct why *why)
{
	struct why inner;
	int rc = go_back(l, problem, ret_text, &inner);
	char *what;

	if (rc < 0) {
		what = mem_shorten(problem, 200);
		why_set(why, rc, "%s; and the rollback failed too: %s", what, inner.text);
		free(what);
	}
	return rc;
}

static int note_installed(struct lineage *l, int64_t generation, int64_t view,
			  struct why *why)
{
	return lineage_note(l, why, "installed", "generation",
			    lineage_number(generation).text, "view",
			    lineage_number(view).text, NULL);
}

static int keep_view(struct lineage *l, struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc = note_installed(l, s->intent_generation, s->intent_view, why);

	s->former_view = s->view;
	s->view = s->intent_view;
	s->view_generation = s->intent_generation;
	forget_intent(s);
	if (rc == 0)
		rc = lineage_save(l, why);
	return rc < 0 ? rc : view_prune(l, why);
}

/* Does the rest after live was switched; it may be done twice. What was wrong before is
 * no reason to go back. */
static int finish_switch(struct lineage *l, enum install_result *ret_result,
			 char **ret_text, struct why *why)
{
	char *problem = NULL, *old = NULL;
	struct why inner;
	int rc;

	*ret_result = INSTALL_DONE;
	if (deploy_run(l, false, &inner) < 0)
		problem = mem_text(inner.text);
	/* Being unable to look doesn't prove that all is well. */
	else if (look_for_news(l, l->state.intent_generation, l->state.intent_faults,
			       &problem, &old, &inner) < 0)
		problem = mem_text(inner.text);
	if (!problem) {
		*ret_text = old;
		return keep_view(l, why);
	}
	free(old);
	rc = undo_switch(l, problem, ret_text, why);
	*ret_result = INSTALL_WENT_BACK;
	free(problem);
	return rc;
}

static int switch_to(struct lineage *l, int64_t generation, char *take_faults,
		     enum install_result *ret_result, char **ret_text, struct why *why)
{
	struct lineage_state *s = &l->state;
	int64_t number = s->last_view + 1;
	int rc = view_build(l, generation, number, why);

	if (rc < 0) {
		free(take_faults);
		return rc;
	}
	free(s->intent_faults);
	s->intent_faults = take_faults;
	s->last_view = s->intent_view = number;
	s->intent_generation = generation;
	s->intent = INTENT_SWITCH;
	rc = lineage_save(l, why);
	if (rc == 0)
		rc = view_switch(l, number, why);
	return rc < 0 ? rc : finish_switch(l, ret_result, ret_text, why);
}

/* Whether the servers present what live has, and nothing else. */
static bool is_presented(const struct env_live *live)
{
	return live->asked_key && !live->other_key;
}

/* Which certificate of generation isn't valid today, and was no longer when the servers
 * took it over, if they ever did; on the heap; NULL: none. before is what the services
 * presented just now; NULL: nobody knows. */
static char *find_ended(const struct lineage *l, int64_t generation,
			const struct env_live *before)
{
	struct certificate c = { 0 };
	char *fault = NULL, *text;
	enum key_type type;
	size_t i;

	for (i = 0; i < l->conf.key_types && !fault; i++) {
		type = l->conf.key_type[i];
		if (certificate_newest(l, generation, type, &c, NULL) < 0 || !c.number)
			continue; /* told when the view is built */
		if (before && is_presented(before) &&
		    view_shows(l, l->state.view, generation, type, c.number))
			continue;
		fault = certificate_word_dates(&c, env_now(l->env));
	}
	if (!fault)
		return NULL;
	text = mem_printf("the certificate (%s) of key %s %s, and %s: nothing is "
			  "deployed until another one has come",
			  key_type_name(type), lineage_number(generation).text, fault,
			  before && before->other_key ? "the servers present another one"
						      : "the servers don't present it");
	free(fault);
	return text;
}

/* Takes the text, if there is one. */
static bool is_refused(char *take_ended, enum install_result *ret_result, char **ret_text)
{
	if (!take_ended)
		return false;
	*ret_result = INSTALL_WENT_BACK;
	*ret_text = take_ended;
	return true;
}

int install_generation(struct lineage *l, int64_t generation,
		       enum install_result *ret_result, char **ret_text, struct why *why)
{
	if (is_refused(find_ended(l, generation, NULL), ret_result, ret_text))
		return 0;
	return switch_to(l, generation, NULL, ret_result, ret_text, why);
}

int install_renewal(struct lineage *l, int64_t generation,
		    enum install_result *ret_result, char **ret_text, struct why *why)
{
	struct env_live before = { 0 };
	char *faults = NULL, *ended;
	struct why inner;

	/* Where we can't look, nothing counts as wrong before. */
	if (look_at_keys(l, generation, LOOK_AT_ONCE, &before, &inner) == 0)
		faults = faults_to_text(&before);
	ended = find_ended(l, generation, &before);
	env_live_clear(&before);
	if (is_refused(ended, ret_result, ret_text)) {
		free(faults);
		return 0;
	}
	return switch_to(l, generation, faults, ret_result, ret_text, why);
}

/* Whether view number shows a certificate that isn't valid today and that view other
 * doesn't show, too. */
static bool has_ended(const struct lineage *l, int64_t number, int64_t other)
{
	char *fault = NULL;
	size_t i;

	for (i = 0; i < l->conf.key_types && !fault; i++)
		if (!view_shows_same(l, number, other, l->conf.key_type[i]))
			fault = view_find_fault(l, number, l->conf.key_type[i]);
	free(fault);
	return fault != NULL;
}

int install_abandon(struct lineage *l, struct why *why)
{
	struct lineage_state *s = &l->state;
	int rc = lineage_note(l, why, "abandoned", "generation",
			      lineage_number(s->intent_generation).text, "view",
			      lineage_number(s->intent_view).text, NULL);

	if (rc == 0 && s->view && view_live(l) != s->view &&
	    !has_ended(l, s->view, s->intent_view))
		rc = view_switch(l, s->view, why);
	if (rc < 0)
		return rc;
	forget_intent(s);
	return lineage_save(l, why);
}

int install_recover(struct lineage *l, enum install_result *ret_result, char **ret_text,
		    struct why *why)
{
	struct lineage_state *s = &l->state;

	*ret_result = INSTALL_DONE;
	switch (s->intent) {
	case INTENT_NONE:
	case INTENT_PUBLISH:
		return 0;
	case INTENT_SWITCH:
		if (view_live(l) != s->intent_view) {
			forget_intent(s); /* it hadn't begun */
			return lineage_save(l, why);
		}
		/* the crash may have come long ago */
		return has_ended(l, s->intent_view, s->view)
			       ? install_abandon(l, why)
			       : finish_switch(l, ret_result, ret_text, why);
	case INTENT_GO_BACK:
		*ret_result = INSTALL_WENT_BACK;
		return undo_switch(
			l, "an installation failed, and a crash came while going back",
			ret_text, why);
	}
	return 0;
}
