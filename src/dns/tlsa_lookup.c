/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/tlsa_lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dane/tlsa.h"
#include "dns/answer.h"
#include "dns/describe.h"
#include "dns/dname.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "verdict/facts.h"

struct tlsa_lookup {
	struct resolver *resolver;		 /* borrowed */
	struct facts_target *facts;		 /* borrowed */
	char *candidate[TLSA_LOOKUP_CANDIDATES]; /* owned */
	size_t next;				 /* index of the candidate being asked */
	int port;
	const char *protocol; /* constant */
	tlsa_lookup_fn *fn;
	void *arg;
	char *owner;			    /* owned; of the question under way */
	struct resolver_question *question; /* owned */
	/* from the deciding answer, owned */
	enum security security;
	int64_t ttl;
	time_t rrsig_expires;
	char *error;
	struct tlsa *rr;
	size_t rr_count;
	bool empty, wildcard;
};

static void ask_candidate(struct tlsa_lookup *l);

/* "*._tcp" with records of its own, or as an alias of a name that has them. */
static bool is_by_wildcard(const struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->alias_count; i++)
		if (answer->alias[i].wildcard)
			return true;
	return answer->wildcard;
}

static void keep_answer(struct tlsa_lookup *l, const struct answer *answer)
{
	size_t i;

	l->security = answer->security;
	l->ttl = answer->ttl;
	l->rrsig_expires = answer->rrsig.expires;
	l->error = mem_text(answer->error);
	l->empty = answer->kind == ANSWER_ABSENT;
	l->wildcard = is_by_wildcard(answer);
	if (answer->security != SECURITY_SECURE)
		return;
	for (i = 0; i < answer->rr_count; i++) {
		struct tlsa rr;

		if (tlsa_from_rdata(answer->rr[i].rdata, answer->rr[i].len, &rr, NULL) <
		    0)
			rr = (struct tlsa){ .usage = 255, .selector = 255, .mtype = 255 };
		l->rr = mem_grow(l->rr, l->rr_count, sizeof(*l->rr));
		l->rr[l->rr_count++] = rr;
	}
}

static enum tlsa_lookup_status status_of(const struct answer *answer)
{
	if (answer->security == SECURITY_BOGUS)
		return TLSA_LOOKUP_BOGUS;
	if (answer->kind == ANSWER_FAILED || answer->security == SECURITY_INDETERMINATE)
		return TLSA_LOOKUP_FAILED;
	if (answer->security == SECURITY_INSECURE)
		return TLSA_LOOKUP_INSECURE;
	return answer->kind == ANSWER_DATA ? TLSA_LOOKUP_FOUND : TLSA_LOOKUP_ABSENT;
}

static bool is_last(const struct tlsa_lookup *l)
{
	return l->next + 1 == TLSA_LOOKUP_CANDIDATES || !l->candidate[l->next + 1];
}

static void on_tlsa(void *arg, const struct answer *answer)
{
	struct tlsa_lookup *l = arg;
	enum tlsa_lookup_status status = status_of(answer);

	resolver_question_free(l->question);
	l->question = NULL;
	if (answer->security == SECURITY_SECURE)
		describe_aliases(l->facts, l->owner, answer);
	describe_answer(l->facts, l->owner, RRTYPE_TLSA, answer);
	/* A bogus answer or none ends it: the records may be there, and be hidden. */
	if ((status == TLSA_LOOKUP_ABSENT || status == TLSA_LOOKUP_INSECURE) &&
	    !is_last(l)) {
		l->next++;
		ask_candidate(l);
		return;
	}
	keep_answer(l, answer);
	l->fn(l->arg, status, l->candidate[l->next], l->owner, l->error);
}

static void ask_candidate(struct tlsa_lookup *l)
{
	free(l->owner);
	l->owner = dname_tlsa_owner(l->candidate[l->next], l->port, l->protocol);
	l->question = resolver_ask(l->resolver, l->owner, RRTYPE_TLSA, on_tlsa, l);
}

struct tlsa_lookup *tlsa_lookup_new(const struct tlsa_lookup_conf *conf,
				    tlsa_lookup_fn *fn, void *arg)
{
	struct tlsa_lookup *l = mem_zero(sizeof(*l));
	size_t i;

	l->resolver = conf->resolver;
	l->facts = conf->facts;
	l->port = conf->port;
	l->protocol = conf->protocol;
	l->fn = fn;
	l->arg = arg;
	l->ttl = -1;
	l->rrsig_expires = -1;
	for (i = 0; i < TLSA_LOOKUP_CANDIDATES && conf->candidate[i]; i++)
		l->candidate[i] = mem_text(conf->candidate[i]);
	ask_candidate(l);
	return l;
}

const char *tlsa_lookup_owner(const struct tlsa_lookup *l)
{
	return l->owner;
}

bool tlsa_lookup_is_empty(const struct tlsa_lookup *l)
{
	return l->empty;
}

bool tlsa_lookup_is_wildcard(const struct tlsa_lookup *l)
{
	return l->wildcard;
}

void tlsa_lookup_fill(const struct tlsa_lookup *l, struct facts_endpoint *e)
{
	size_t i;

	e->base_domain = mem_text(l->candidate[l->next]);
	e->tlsa_name = mem_text(l->owner);
	e->tlsa_security = l->security;
	e->tlsa_ttl = l->ttl;
	e->tlsa_rrsig_expires = l->rrsig_expires;
	if (l->security == SECURITY_BOGUS)
		e->tlsa_why_bogus = mem_text(l->error);
	e->record = mem_array(l->rr_count, sizeof(*e->record));
	e->record_count = l->rr_count;
	for (i = 0; i < l->rr_count; i++)
		tlsa_copy(&l->rr[i], &e->record[i].rr);
}

void tlsa_lookup_free(struct tlsa_lookup *l)
{
	size_t i;

	if (!l)
		return;
	resolver_question_free(l->question);
	for (i = 0; i < TLSA_LOOKUP_CANDIDATES; i++)
		free(l->candidate[i]);
	for (i = 0; i < l->rr_count; i++)
		tlsa_clear(&l->rr[i]);
	free(l->rr);
	free(l->owner);
	free(l->error);
	free(l);
}
