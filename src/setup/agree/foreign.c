/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/foreign.h"

#include <stdlib.h>
#include <string.h>

#include "base/apart.h"
#include "base/buf.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/chain.h"
#include "dane/match.h"
#include "dane/policy.h"
#include "setup/cert/certificate.h"
#include "setup/key/chain_file.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/wanted.h"
#include "setup/world/env.h"
#include "target/service.h"
#include "target/target.h"

#define FACTS_MAX 64 /* two numbers */

/* What is looked at; all borrowed. */
struct scene {
	const struct lineage *lineage;
	int64_t generation;
	const struct env_dns *dns;
	const struct wanted *wanted;
	enum key_type type;
	size_t at_endpoint, at_set; /* of those of ours, and of dns */
};

static const struct target *target_of(const struct scene *s)
{
	return &s->wanted->endpoints.ours[s->at_endpoint];
}

static const struct env_rrset *set_of(const struct scene *s)
{
	return &s->dns->set[s->at_set];
}

void foreign_clear(struct foreign *f)
{
	free(f->blocked);
	free(f->stale);
	*f = (struct foreign){ 0 };
}

/* --- here: files, which nobody parses ------------------------------------------------
 */

/* The octets of what is live and of what is to be, of one key type; all owned. */
struct material {
	char *before, *after; /* NULL: there is none */
	size_t before_len, after_len;
	struct record_source bare; /* its key, where there is no certificate yet */
};

static int read_before(const struct lineage *l, enum key_type type,
		       struct material *ret_material, struct why *why)
{
	char *path;
	int rc;

	if (!l->state.view)
		return 0;
	path = lineage_path(l, "views/%s/%s/fullchain.pem",
			    lineage_number(l->state.view).text, key_type_name(type));
	rc = chain_file_read(path, &ret_material->before, &ret_material->before_len, why);
	free(path);
	return rc == DP_ENOENT ? 0 : rc; /* somebody lost the key's folder */
}

/* The request is the lineage's own: new made it. */
static int read_bare_key(const struct lineage *l, int64_t generation, enum key_type type,
			 struct material *ret_material, struct why *why)
{
	char *path = lineage_key_path(l, generation, type, "request.csr");
	int rc = record_source_csr(path, &ret_material->bare, why);

	free(path);
	return rc;
}

static int read_after(const struct lineage *l, int64_t generation, enum key_type type,
		      struct material *ret_material, struct why *why)
{
	struct certificate c = { 0 };
	char *certs, *path;
	int rc = certificate_newest(l, generation, type, &c, why);

	if (rc < 0 || !c.number)
		return rc < 0 ? rc
			      : read_bare_key(l, generation, type, ret_material, why);
	certs = lineage_key_path(l, generation, type, "certs");
	path = mem_printf("%s/%s/fullchain.pem", certs, lineage_number(c.number).text);
	rc = chain_file_read(path, &ret_material->after, &ret_material->after_len, why);
	free(path);
	free(certs);
	return rc;
}

static void clear_material(struct material *m)
{
	free(m->before);
	free(m->after);
	record_source_clear(&m->bare);
}

/* --- apart: certificates, and what records make of them -------------------------------
 */

/* One key type, before and after the switch. */
struct change {
	struct chain before; /* owned; count 0: nothing of the lineage is live */
	struct chain after;  /* owned; a bare key where it has no certificate yet */
};

static void change_clear(struct change *c)
{
	chain_clear(&c->before);
	chain_clear(&c->after);
}

static int parse_change(const struct material *m, struct change *ret_change,
			struct why *why)
{
	const gnutls_datum_t bare = { m->bare.key, (unsigned)m->bare.key_len };
	int rc = m->before ? chain_from_file(m->before, m->before_len,
					     &ret_change->before, why)
			   : 0;

	if (rc < 0)
		return rc;
	return m->after ? chain_from_file(m->after, m->after_len, &ret_change->after, why)
			: chain_from_raw_key(&bare, &ret_change->after, why);
}

/* Judges by the rules of a check, but for CAs: no bundle says here which are trusted. */
static bool is_accepted(const struct scene *s, const struct tlsa *rr, size_t count,
			const struct chain *chain)
{
	const char *const names[] = { target_of(s)->host };
	const struct match_input in = { .rr = rr,
					.rr_count = count,
					.chain = chain,
					.names = names,
					.name_count = 1,
					.now = env_now(s->lineage->env),
					.mta_relay = target_of(s)->service->mta_relay };
	struct match match = { 0 };
	bool accepted;

	match_chain(&in, &match);
	accepted = match.code == MATCH_OK;
	match_clear(&match);
	return accepted;
}

/* Whether it stands for something in the chain. Of the usages that a CA has to be trusted
 * for (0, 1) only what they name counts, as with 2 and 3. */
static bool does_name(const struct scene *s, const struct tlsa *rr,
		      const struct chain *chain)
{
	struct tlsa alone = *rr;

	if (alone.usage == TLSA_PKIX_TA)
		alone.usage = TLSA_DANE_TA;
	else if (alone.usage == TLSA_PKIX_EE)
		alone.usage = TLSA_DANE_EE;
	return is_accepted(s, &alone, 1, chain);
}

static bool is_foreign(const struct scene *s, const struct tlsa *rr)
{
	const struct wanted *w = s->wanted;
	const char *owner = set_of(s)->owner;

	return !record_is_among(owner, rr, w->want, w->want_count) &&
	       !record_is_among(owner, rr, w->dead, w->dead_count);
}

/* Whether clients may go by it. */
static bool is_foreign_and_usable(const struct scene *s, const struct tlsa *rr)
{
	char reason[POLICY_REASON_SIZE];

	return is_foreign(s, rr) &&
	       policy_record_usable(rr, target_of(s)->service->mta_relay, reason);
}

/* A set that lacks records of ours is told as such, and not judged here. */
static bool has_all_wanted(const struct scene *s)
{
	const struct wanted *w = s->wanted;
	const struct env_rrset *set = set_of(s);
	size_t i, k;
	bool has = true;

	for (i = 0; i < w->want_count && has; i++) {
		if (strcmp(w->want[i].owner, set->owner) != 0)
			continue;
		for (k = 0, has = false; k < set->count && !has; k++)
			has = tlsa_equal(&w->want[i].rr, &set->rr[k]);
	}
	return has;
}

static bool is_renewal(const struct scene *s)
{
	return s->generation == s->lineage->state.view_generation;
}

/* The first record of others that clients may go by and that the new chain doesn't
 * match; NONE where the set does no harm. */
#define NONE SIZE_MAX
static size_t find_blocker(const struct scene *s, const struct change *c)
{
	const struct env_rrset *set = set_of(s);
	bool counts = is_renewal(s) ? is_accepted(s, set->rr, set->count, &c->before)
				    : has_all_wanted(s);
	size_t i;

	if (!counts || is_accepted(s, set->rr, set->count, &c->after))
		return NONE;
	for (i = 0; i < set->count; i++)
		if (is_foreign_and_usable(s, &set->rr[i]) &&
		    !is_accepted(s, &set->rr[i], 1, &c->after))
			return i;
	return NONE;
}

/* While a key has no certificate nobody can say what such a record will make of it. */
static bool is_undecided(const struct change *c, const struct tlsa *rr)
{
	return c->after.raw_key &&
	       (rr->selector == TLSA_CERT || rr->usage == TLSA_PKIX_TA ||
		rr->usage == TLSA_DANE_TA);
}

/* Whether no record of its usage, selector and matching type names anything any more. */
static bool goes_stale(const struct scene *s, const struct change *c,
		       const struct tlsa *rr)
{
	const struct env_rrset *set = set_of(s);
	size_t i;

	if (!is_foreign_and_usable(s, rr) || is_undecided(c, rr) ||
	    (c->before.count && !does_name(s, rr, &c->before)))
		return false;
	for (i = 0; i < set->count; i++)
		if (tlsa_same_parameters(&set->rr[i], rr) &&
		    does_name(s, &set->rr[i], &c->after))
			return false;
	return true;
}

static size_t find_stale(const struct scene *s, const struct change *c)
{
	const struct env_rrset *set = set_of(s);
	size_t i;

	for (i = 0; i < set->count; i++)
		if (goes_stale(s, c, &set->rr[i]))
			return i;
	return NONE;
}

struct task {
	const struct scene *scene; /* at one endpoint and one of its sets */
	const struct material *material;
};

static int find_harm(const void *arg, struct buf *facts, struct why *why)
{
	const struct task *task = arg;
	struct change change = { 0 };
	int rc = parse_change(task->material, &change, why);

	if (rc == 0) {
		fields_put_number(facts, (int64_t)find_blocker(task->scene, &change));
		fields_put_number(facts, (int64_t)find_stale(task->scene, &change));
	}
	change_clear(&change);
	return rc;
}

/* --- here: what comes of it -----------------------------------------------------------
 */

static char *tell_what(const struct scene *s)
{
	return is_renewal(s) ? mem_text("the renewed certificate")
			     : mem_printf("key %s", lineage_number(s->generation).text);
}

/* Suggests a record of the same form for the new key, where the form needs no more than
 * a key. */
static char *tell_remedy(const struct scene *s, const struct tlsa *rr)
{
	char *path, *text;

	if (rr->usage != TLSA_DANE_EE || rr->selector != TLSA_SPKI)
		return mem_text("take it out of DNS, or ask whoever put it there");
	path = lineage_key_path(s->lineage, s->generation, s->type, "request.csr");
	text = mem_printf("put one of that key beside it (daneprobe record -m %d --csr "
			  "%s %s), or take it out",
			  rr->mtype, path, target_of(s)->text);
	free(path);
	return text;
}

static char *tell_blocked(const struct scene *s, const struct tlsa *rr)
{
	char *record = tlsa_to_short_text(rr), *what = tell_what(s);
	char *remedy = tell_remedy(s, rr), *text;

	text = mem_printf("the record '%s' at %s is not %s's, and beside it clients "
			  "would refuse %s: %s",
			  record, set_of(s)->owner, s->lineage->name, what, remedy);
	free(record);
	free(what);
	free(remedy);
	return text;
}

static char *tell_stale(const struct scene *s, const struct tlsa *rr)
{
	char *record = tlsa_to_short_text(rr), *what = tell_what(s), *text;

	text = mem_printf("the record '%s' at %s is not %s's and doesn't fit "
			  "%s: with that in use, clients that know only "
			  "records of its form fail: take it out or "
			  "replace it",
			  record, set_of(s)->owner, s->lineage->name, what);
	free(record);
	free(what);
	return text;
}

/* NULL: none, or f is bad. A record of ours harms nothing, whoever says so. */
static const struct tlsa *take_record(struct fields *f, const struct scene *s)
{
	const struct env_rrset *set = set_of(s);
	int64_t at = fields_number(f, -1, (int64_t)set->count - 1);

	if (f->bad || at < 0)
		return NULL;
	if (is_foreign_and_usable(s, &set->rr[at]))
		return &set->rr[at];
	f->bad = true;
	return NULL;
}

static int take_harm(const struct buf *facts, const struct scene *s,
		     struct foreign *foreign, struct why *why)
{
	const struct tlsa *blocker, *stale;
	struct fields f;

	fields_begin(&f, facts);
	blocker = take_record(&f, s);
	stale = take_record(&f, s);
	if (!fields_end(&f))
		return why_set(why, DP_EFORMAT,
			       "what reads the certificates found a record that can't "
			       "be: nothing of it is used");
	if (blocker && !foreign->blocked)
		foreign->blocked = tell_blocked(s, blocker);
	if (stale && !foreign->stale)
		foreign->stale = tell_stale(s, stale);
	return 0;
}

/* Where all records are ours there is nothing to read a certificate for. */
static bool has_foreign(const struct scene *s)
{
	const struct env_rrset *set = set_of(s);
	size_t i;

	for (i = 0; i < set->count; i++)
		if (is_foreign_and_usable(s, &set->rr[i]))
			return true;
	return false;
}

static int judge_set(const struct scene *s, const struct material *m, struct foreign *f,
		     struct why *why)
{
	const struct task task = { s, m };
	struct why inner = { "" };
	struct buf facts;
	int rc;

	if (!has_foreign(s))
		return 0;
	rc = apart_run(find_harm, &task, APART_BOUNDS(FACTS_MAX), &facts, &inner);
	if (rc == 0)
		rc = take_harm(&facts, s, f, &inner);
	if (rc < 0)
		why_set(why, rc,
			"what the records of others at %s would make of %s's "
			"certificates isn't known: %s",
			set_of(s)->owner, s->lineage->name, inner.text);
	buf_clear(&facts);
	return rc;
}

/* Each set at the owner of each endpoint. */
static int judge_sets(struct scene *s, const struct material *m, struct foreign *f,
		      struct why *why)
{
	char *owner;
	int rc = 0;

	for (s->at_endpoint = 0; s->at_endpoint < s->wanted->endpoints.count && rc == 0;
	     s->at_endpoint++) {
		owner = NULL;
		rc = record_owner(target_of(s), &owner, why);
		for (s->at_set = 0; rc == 0 && s->at_set < s->dns->set_count; s->at_set++)
			if (!strcmp(set_of(s)->owner, owner))
				rc = judge_set(s, m, f, why);
		free(owner);
	}
	return rc;
}

int foreign_judge(const struct lineage *l, int64_t generation, const struct env_dns *dns,
		  const struct wanted *wanted, struct foreign *ret_foreign,
		  struct why *why)
{
	struct foreign f = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < l->conf.key_types && rc == 0; i++) {
		struct material material = { 0 };
		struct scene scene = { .lineage = l,
				       .generation = generation,
				       .dns = dns,
				       .wanted = wanted,
				       .type = l->conf.key_type[i] };

		rc = read_before(l, scene.type, &material, why);
		if (rc == 0)
			rc = read_after(l, generation, scene.type, &material, why);
		if (rc == 0)
			rc = judge_sets(&scene, &material, &f, why);
		clear_material(&material);
	}
	if (rc < 0)
		foreign_clear(&f);
	else
		*ret_foreign = f;
	return rc;
}
