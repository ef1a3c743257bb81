/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/cert/certbot.h"
#include "setup/cert/certificate.h"
#include "setup/cert/renew.h"
#include "setup/life/claim.h"
#include "setup/life/outcome.h"
#include "setup/life/renewed.h"
#include "setup/life/rollover.h"
#include "setup/lineage/lineage.h"

void hook_report_clear(struct hook_report *report)
{
	outcome_clear(&report->result);
	free(report->remedy);
	*report = (struct hook_report){ 0 };
}

/* certbot may call the folder by another path. */
static bool is_folder(const struct lineage *l, const char *folder, void *arg)
{
	const char *other = *(const char **)arg;
	struct stat a, b;

	(void)l;
	return !strcmp(folder, other) || (stat(folder, &a) == 0 && stat(other, &b) == 0 &&
					  a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

bool hook_serves(const struct lineage *l, const char *folder)
{
	return certbot_any_folder(l, is_folder, &folder);
}

/* A hook that is called again for the same certificate keeps it once. */
static int store_once(struct lineage *l, const struct certbot_found *f, struct why *why)
{
	struct certificate c;
	int rc = certificate_newest(l, f->generation, f->type, &c, why);

	if (rc == 0 && c.number && !memcmp(c.sha256, f->cert, sizeof(f->cert)))
		return 0;
	return rc < 0 ? rc
		      : certificate_store(l, f->generation, f->type, f->text, f->len, &c,
					  why);
}

/* The old certificate stays. */
static int leave_certificate(struct lineage *l, const char *text,
			     struct hook_report *report, struct why *why)
{
	struct lineage_state *s = &l->state;
	bool known = s->renew_error && !strcmp(s->renew_error, text);
	int rc = known ? 0 : lineage_note(l, why, "left", "why", text, NULL);

	lineage_state_renewal_failed(s, text, env_now(l->env));
	if (rc == 0)
		rc = lineage_save(l, why);
	return rc < 0 ? rc
		      : outcome_tell(&report->result, OUTCOME_REFUSED, 0, "%s", text);
}

static int leave_key(struct lineage *l, const char *folder, const struct certbot_found *f,
		     struct hook_report *report, struct why *why)
{
	char *text = mem_printf("certbot made the certificate in %s for a new key, "
				"which no record names: it is left out, and the old one "
				"stays in use",
				folder);
	int rc = leave_certificate(l, text, report, why);

	free(text);
	report->remedy =
		certbot_give_key(l, folder, lineage_state_live(&l->state), f->type);
	return rc;
}

/* Whether each type of the key has a certificate: several come one by one. */
static bool is_complete(const struct lineage *l, int64_t generation,
			enum key_type *ret_lacking)
{
	struct certificate c = { 0 };
	size_t i;

	for (i = 0; i < l->conf.key_types; i++) {
		*ret_lacking = l->conf.key_type[i];
		if (certificate_newest(l, generation, *ret_lacking, &c, NULL) < 0 ||
		    !c.number)
			return false;
	}
	return true;
}

static int note_taken(struct lineage *l, const struct certbot_found *f, struct why *why)
{
	return lineage_note(l, why, "renewed", "generation",
			    lineage_number(f->generation).text, "type",
			    key_type_name(f->type), "by", "certbot", NULL);
}

/* A step that is refused here is tried again by rollover, which tells the reason, too. */
static int install_received(struct lineage *l, const struct certbot_found *f,
			    struct hook_report *report, struct why *why)
{
	struct outcome *r = &report->result;
	enum key_type lacking;
	char *text;
	int rc;

	if (!is_complete(l, f->generation, &lacking))
		return outcome_tell(r, OUTCOME_WAITING, 0,
				    "kept; key %s still lacks the certificate of %s",
				    lineage_number(f->generation).text,
				    key_type_name(lacking));
	rc = rollover_receive(l, f->generation, r, why);
	if (rc < 0 || r->kind != OUTCOME_REFUSED ||
	    f->generation == l->state.view_generation)
		return rc;
	text = mem_printf("the certificate is kept, but key %s is not installed yet: %s",
			  lineage_number(f->generation).text, r->text ? r->text : "");
	rc = outcome_tell(r, OUTCOME_REFUSED, r->until, "%s", text);
	report->remedy = mem_printf("daneprobe rollover %s", l->name);
	free(text);
	return rc;
}

static int forget_error(struct lineage *l, struct why *why)
{
	if (!l->state.renew_error)
		return 0;
	lineage_state_renewal_done(&l->state);
	return lineage_save(l, why);
}

/* What is in folder is kept if it is for one of the keys. */
static int take_certificate(struct lineage *l, const char *folder,
			    const struct certbot_found *f, struct hook_report *report,
			    struct why *why)
{
	struct why inner;
	int rc;

	if (!f->generation)
		return leave_key(l, folder, f, report, why);
	if (store_once(l, f, &inner) < 0)
		return leave_certificate(l, inner.text, report, why);
	rc = note_taken(l, f, why);
	return rc < 0 ? rc : forget_error(l, why);
}

int hook_deploy(struct lineage *l, const char *folder, struct hook_report *report,
		struct why *why)
{
	struct certbot_found f;
	struct why inner;
	int rc = certbot_find(l, folder, &f, &inner);

	*report = (struct hook_report){ 0 };
	if (rc < 0)
		rc = leave_certificate(l, inner.text, report, why);
	else
		rc = take_certificate(l, folder, &f, report, why);
	if (rc == 0 && report->result.kind != OUTCOME_REFUSED)
		rc = install_received(l, &f, report, why);
	certbot_found_clear(&f);
	return rc;
}

/* A renewal by hook, over the folders. */
struct catching_up {
	struct lineage *lineage;
	bool install;
	struct hook_report *report;
	struct why *why;
	int rc;
};

static bool is_newest(const struct lineage *l, const struct certbot_found *f)
{
	struct certificate c;

	return certificate_newest(l, f->generation, f->type, &c, NULL) == 0 && c.number &&
	       !memcmp(c.sha256, f->cert, sizeof(f->cert));
}

static int tell_left(const struct lineage *l, struct hook_report *report)
{
	return outcome_tell(&report->result, OUTCOME_LATE, 0,
			    "%s (daneprobe hook certbot --pre %s says what to do)",
			    l->state.renew_error, l->name);
}

static bool catch_up(const struct lineage *unused, const char *folder, void *arg)
{
	struct catching_up *c = arg;
	struct lineage *l = c->lineage;
	struct certbot_found f;
	bool news = certbot_find(l, folder, &f, NULL) == 0 &&
		    !(f.generation && is_newest(l, &f));

	(void)unused;
	if (news && !f.generation && l->state.renew_error)
		c->rc = tell_left(l, c->report);
	else if (news)
		c->rc = take_certificate(l, folder, &f, c->report, c->why);
	if (news && c->rc == 0 && c->install && !c->report->result.text)
		c->rc = install_received(l, &f, c->report, c->why);
	certbot_found_clear(&f);
	return c->rc < 0 || c->report->result.text;
}

/* certbot is late once half of the time that was left has passed. */
static int await_renewal(const struct lineage *l, struct hook_report *report,
			 struct why *why)
{
	int64_t generation = lineage_state_live(&l->state);
	struct certificate c = { 0 };
	time_t due = 0;
	int rc = renew_due_at(l, generation, &due, why);

	if (rc == 0)
		rc = certificate_newest(l, generation, l->conf.key_type[0], &c, why);
	if (rc < 0)
		return rc;
	if (l->state.renew_error)
		return tell_left(l, report);
	if (due && env_now(l->env) > due + (c.not_after - due) / 2)
		return outcome_tell(&report->result, OUTCOME_LATE, 0,
				    "certbot has not renewed the certificate");
	return outcome_tell(&report->result, OUTCOME_NOTHING, due,
			    "certbot renews the certificate");
}

int hook_renew(struct lineage *l, bool force, bool install, struct hook_report *report,
	       struct why *why)
{
	struct catching_up c = {
		.lineage = l, .install = install, .report = report, .why = why
	};
	struct lineage_state *s = &l->state;
	time_t retry = renewed_retry_at(s);
	bool try = install && (force || env_now(l->env) >= retry);
	int rc;

	*report = (struct hook_report){ 0 };
	if (certbot_any_folder(l, catch_up, &c))
		return c.rc;
	/* A certificate that is kept and not installed: a run crashed, or a try
	 * failed. */
	if (try && s->view) {
		rc = rollover_receive(l, s->view_generation, &report->result, why);
		if (rc < 0 || report->result.kind != OUTCOME_NOTHING)
			return rc;
	}
	return await_renewal(l, report, why);
}

static bool warn_of_folder(struct hook_report *report, const char *folder,
			   const char *text, char *take_remedy)
{
	outcome_tell(&report->result, OUTCOME_LATE, 0, "%s: %s", folder, text);
	report->remedy = take_remedy;
	return true;
}

static bool see_future(const struct lineage *l, const char *folder, void *arg)
{
	int64_t wanted = l->state.goal ? l->state.goal : lineage_state_live(&l->state);
	struct hook_report *report = arg;
	struct certbot_found f;
	char *remedy = NULL;
	const char *text;
	struct why why;
	bool warned;

	if (certbot_find_next(l, folder, &f, &why) < 0)
		warned = warn_of_folder(report, folder, why.text, NULL);
	else if (!f.generation)
		warned = warn_of_folder(
			report, folder,
			"certbot's key is none of the lineage's: its certificates "
			"are left out",
			certbot_give_key(l, folder, wanted, f.type));
	else if (f.generation != wanted && l->state.stage != STAGE_IDLE)
		warned = warn_of_folder(
			report, folder,
			"certbot has the old key, and the rollover waits for a "
			"certificate of the new one",
			certbot_give_key(l, folder, wanted, f.type));
	else {
		text = certbot_predict(folder, f.type, &remedy);
		warned = text && warn_of_folder(report, folder, text, remedy);
	}
	certbot_found_clear(&f);
	return warned;
}

/* Somebody has copied the key back since certbot made that certificate. */
static bool waits_for_renewal(const struct lineage *l, const char *folder, void *arg)
{
	struct certbot_found now = { 0 }, next = { 0 };
	bool waits = certbot_find(l, folder, &now, NULL) == 0 && !now.generation &&
		     certbot_find_next(l, folder, &next, NULL) == 0 && next.generation;

	if (waits)
		*(int64_t *)arg = next.generation;
	certbot_found_clear(&now);
	certbot_found_clear(&next);
	return waits;
}

/* Whatever certbot brings isn't installed in its place. */
static int tell_stranger(const struct lineage *l, struct hook_report *report)
{
	char *text = claim_word(l);

	outcome_tell(&report->result, OUTCOME_LATE, 0, "%s", text);
	free(text);
	return 0;
}

int hook_predict(const struct lineage *l, struct hook_report *report, struct why *why)
{
	int64_t generation = 0;

	(void)why;
	*report = (struct hook_report){ 0 };
	if (l->state.stranger)
		return tell_stranger(l, report);
	if (certbot_any_folder(l, see_future, report))
		return 0;
	if (certbot_any_folder(l, waits_for_renewal, &generation))
		return outcome_tell(&report->result, OUTCOME_NOTHING, 0,
				    "certbot has key %s now: the certificate of its next "
				    "renewal is taken over",
				    lineage_number(generation).text);
	if (l->state.renew_error)
		return outcome_tell(&report->result, OUTCOME_LATE, 0, "%s",
				    l->state.renew_error);
	return outcome_tell(&report->result, OUTCOME_NOTHING, 0,
			    "certbot keeps the key at the next renewal");
}
