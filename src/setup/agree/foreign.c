/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/agree/foreign.h"

#include <stdlib.h>
#include <string.h>

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

/* One key type, before and after the switch. */
struct change {
	struct chain before; /* owned; count 0: nothing of the lineage is live */
	struct chain after;  /* owned; a bare key where it has no certificate yet */
};

/* What is looked at; all borrowed. */
struct scene {
	const struct lineage *lineage;
	int64_t generation;
	const struct wanted *wanted;
	const struct target *target;
	const struct env_rrset *set;
	const struct change *change;
	enum key_type type;
};

void foreign_clear(struct foreign *f)
{
	free(f->blocked);
	free(f->stale);
	*f = (struct foreign){ 0 };
}

static int read_before(const struct lineage *l, enum key_type type, struct chain *ret,
		       struct why *why)
{
	char *path;
	int rc;

	if (!l->state.view)
		return 0;
	path = lineage_path(l, "views/%s/%s/fullchain.pem",
			    lineage_number(l->state.view).text, key_type_name(type));
	rc = chain_file_read(path, ret, why);
	free(path);
	return rc;
}

static int read_bare_key(const struct lineage *l, int64_t generation, enum key_type type,
			 struct chain *ret, struct why *why)
{
	char *path = lineage_key_path(l, generation, type, "request.csr");
	struct record_source source = { 0 };
	gnutls_datum_t spki;
	int rc = record_source_csr(path, &source, why);

	spki = (gnutls_datum_t){ source.key, (unsigned)source.key_len };
	if (rc == 0)
		rc = chain_from_raw_key(&spki, ret, why);
	record_source_clear(&source);
	free(path);
	return rc;
}

static int read_after(const struct lineage *l, int64_t generation, enum key_type type,
		      struct chain *ret, struct why *why)
{
	struct certificate c = { 0 };
	char *certs, *path;
	int rc = certificate_newest(l, generation, type, &c, why);

	if (rc < 0 || !c.number)
		return rc < 0 ? rc : read_bare_key(l, generation, type, ret, why);
	certs = lineage_key_path(l, generation, type, "certs");
	path = mem_printf("%s/%s/fullchain.pem", certs, lineage_number(c.number).text);
	rc = chain_file_read(path, ret, why);
	free(path);
	free(certs);
	return rc;
}

static void change_clear(struct change *c)
{
	chain_clear(&c->before);
	chain_clear(&c->after);
}

/* Judges by the rules of a check, but for CAs: no bundle says here which are trusted. */
static bool is_accepted(const struct scene *s, const struct tlsa *rr, size_t count,
			const struct chain *chain)
{
	const char *const names[] = { s->target->host };
	const struct match_input in = { .rr = rr,
					.rr_count = count,
					.chain = chain,
					.names = names,
					.name_count = 1,
					.now = env_now(s->lineage->env),
					.mta_relay = s->target->service->mta_relay };
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

	return !record_is_among(s->set->owner, rr, w->want, w->want_count) &&
	       !record_is_among(s->set->owner, rr, w->dead, w->dead_count);
}

/* A set that lacks records of ours is told as such, and not judged here. */
static bool has_all_wanted(const struct scene *s)
{
	const struct wanted *w = s->wanted;
	size_t i, k;
	bool has = true;

	for (i = 0; i < w->want_count && has; i++) {
		if (strcmp(w->want[i].owner, s->set->owner) != 0)
			continue;
		for (k = 0, has = false; k < s->set->count && !has; k++)
			has = tlsa_equal(&w->want[i].rr, &s->set->rr[k]);
	}
	return has;
}

/* The first record of others that clients may go by and that the new chain doesn't
 * match. */
static const struct tlsa *find_blocker(const struct scene *s)
{
	char reason[POLICY_REASON_SIZE];
	const struct tlsa *rr;
	size_t i;

	for (i = 0; i < s->set->count; i++) {
		rr = &s->set->rr[i];
		if (is_foreign(s, rr) &&
		    policy_record_usable(rr, s->target->service->mta_relay, reason) &&
		    !is_accepted(s, rr, 1, &s->change->after))
			return rr;
	}
	return NULL;
}

static bool is_renewal(const struct scene *s)
{
	return s->generation == s->lineage->state.view_generation;
}

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
			  rr->mtype, path, s->target->text);
	free(path);
	return text;
}

static char *tell_blocked(const struct scene *s, const struct tlsa *rr)
{
	char *record = tlsa_to_short_text(rr), *what = tell_what(s);
	char *remedy = tell_remedy(s, rr), *text;

	text = mem_printf("the record '%s' at %s is not %s's, and beside it clients "
			  "would refuse %s: %s",
			  record, s->set->owner, s->lineage->name, what, remedy);
	free(record);
	free(what);
	free(remedy);
	return text;
}

static void judge_block(const struct scene *s, struct foreign *f)
{
	const struct env_rrset *set = s->set;
	bool counts = is_renewal(s)
			      ? is_accepted(s, set->rr, set->count, &s->change->before)
			      : has_all_wanted(s);
	const struct tlsa *rr;

	if (f->blocked || !counts ||
	    is_accepted(s, set->rr, set->count, &s->change->after))
		return;
	rr = find_blocker(s);
	if (rr)
		f->blocked = tell_blocked(s, rr);
}

/* While a key has no certificate nobody can say what such a record will make of it. */
static bool is_undecided(const struct scene *s, const struct tlsa *rr)
{
	return s->change->after.raw_key &&
	       (rr->selector == TLSA_CERT || rr->usage == TLSA_PKIX_TA ||
		rr->usage == TLSA_DANE_TA);
}

/* Whether no record of its usage, selector and matching type names anything any more. */
static bool goes_stale(const struct scene *s, const struct tlsa *rr)
{
	const struct change *c = s->change;
	char reason[POLICY_REASON_SIZE];
	size_t i;

	if (!is_foreign(s, rr) || is_undecided(s, rr) ||
	    !policy_record_usable(rr, s->target->service->mta_relay, reason) ||
	    (c->before.count && !does_name(s, rr, &c->before)))
		return false;
	for (i = 0; i < s->set->count; i++)
		if (tlsa_same_parameters(&s->set->rr[i], rr) &&
		    does_name(s, &s->set->rr[i], &c->after))
			return false;
	return true;
}

static void judge_stale(const struct scene *s, struct foreign *f)
{
	char *record, *what;
	size_t i;

	for (i = 0; i < s->set->count && !f->stale; i++) {
		if (!goes_stale(s, &s->set->rr[i]))
			continue;
		record = tlsa_to_short_text(&s->set->rr[i]);
		what = tell_what(s);
		f->stale = mem_printf("the record '%s' at %s is not %s's and doesn't fit "
				      "%s: with that in use, clients that know only "
				      "records of its form fail: take it out or "
				      "replace it",
				      record, s->set->owner, s->lineage->name, what);
		free(record);
		free(what);
	}
}

/* Calls both judges for each set at the owner of each endpoint. */
static int judge_sets(struct scene *s, const struct env_dns *dns, struct foreign *f,
		      struct why *why)
{
	const struct endpoints *e = &s->wanted->endpoints;
	char *owner;
	size_t i, k;
	int rc = 0;

	for (i = 0; i < e->count && rc == 0; i++) {
		owner = NULL;
		s->target = &e->ours[i];
		rc = record_owner(s->target, &owner, why);
		for (k = 0; rc == 0 && k < dns->set_count; k++) {
			s->set = &dns->set[k];
			if (strcmp(s->set->owner, owner) != 0)
				continue;
			judge_block(s, f);
			judge_stale(s, f);
		}
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
		struct change change = { 0 };
		struct scene scene = { .lineage = l,
				       .generation = generation,
				       .wanted = wanted,
				       .change = &change,
				       .type = l->conf.key_type[i] };

		rc = read_before(l, scene.type, &change.before, why);
		if (rc == 0)
			rc = read_after(l, generation, scene.type, &change.after, why);
		if (rc == 0)
			rc = judge_sets(&scene, dns, &f, why);
		change_clear(&change);
	}
	if (rc < 0)
		foreign_clear(&f);
	else
		*ret_foreign = f;
	return rc;
}
