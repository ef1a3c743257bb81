/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dns/answer.h"
#include "dns/describe.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "verdict/facts.h"

/* One of the two questions for addresses, and its answer. */
struct half {
	bool asked, done;
	enum answer_kind kind;
	enum security security;
	bool nxdomain, denied;		    /* ANSWER_ABSENT: proven, or by an SOA */
	char *error;			    /* owned */
	struct resolver_question *question; /* owned */
};

struct address_lookup {
	struct resolver *resolver;  /* borrowed */
	struct facts_target *facts; /* borrowed */
	char *host;		    /* owned */
	bool addresses_given;
	address_fn *fn;
	void *arg;
	struct half half[2];	    /* A, AAAA */
	struct answer_alias *alias; /* owned; the links that an answer followed */
	size_t alias_count, alias_next;
	enum security first_alias;	 /* of the host's own CNAME */
	struct resolver_question *links; /* owned; the question for one link */
	struct address_result result;
};

static const uint16_t half_type[2] = { RRTYPE_A, RRTYPE_AAAA };

static void on_a(void *arg, const struct answer *answer);
static void on_aaaa(void *arg, const struct answer *answer);
static void ask_link(struct address_lookup *l);

static void hand_over(struct address_lookup *l, enum address_status status)
{
	struct address_result result = l->result;

	l->result = (struct address_result){ 0 };
	result.status = status;
	l->fn(l->arg, &result);
}

static void fail_half(struct address_lookup *l, enum address_status status, int half)
{
	l->result.error = mem_text(l->half[half].error);
	l->result.failed_type = half_type[half];
	hand_over(l, status);
}

/* The half that speaks for both: the first with data, else the first that was asked. */
static const struct half *deciding_half(const struct address_lookup *l)
{
	int i;

	for (i = 0; i < 2; i++)
		if (l->half[i].asked && l->half[i].kind == ANSWER_DATA)
			return &l->half[i];
	return l->half[0].asked ? &l->half[0] : &l->half[1];
}

/* Whether all RRsets of addresses that exist are secure. */
static bool all_secure(const struct address_lookup *l)
{
	bool any = false, secure = true;
	int i;

	for (i = 0; i < 2; i++) {
		if (!l->half[i].asked || l->half[i].kind != ANSWER_DATA)
			continue;
		any = true;
		secure = secure && l->half[i].security == SECURITY_SECURE;
	}
	return any ? secure : deciding_half(l)->security == SECURITY_SECURE;
}

static void decide_insecure(struct address_lookup *l)
{
	if (l->alias_count) {
		l->alias_next = 0;
		ask_link(l);
		return;
	}
	hand_over(l, ADDRESS_INSECURE);
}

/* Neither records nor an SOA: a referral, of which libunbound leaves nothing, or what a
 * broken server makes of a question. It tells nothing where no other address is known. */
static bool has_empty_half(struct address_lookup *l, int *ret_half)
{
	int i;

	for (i = 0; i < 2; i++)
		if (l->half[i].asked && !l->half[i].denied) {
			l->half[i].error = mem_printf(
				"the answer for %s %s has neither records nor the SOA "
				"that "
				"would deny them: a referral, or a broken server",
				l->host, rrtype_name(half_type[i]));
			*ret_half = i;
			return true;
		}
	return false;
}

static void hand_over_none(struct address_lookup *l)
{
	int half;

	if (has_empty_half(l, &half))
		fail_half(l, ADDRESS_FAILED, half);
	else
		hand_over(l, ADDRESS_NONE);
}

static void decide_status(struct address_lookup *l)
{
	int i;

	for (i = 0; i < 2; i++)
		if (l->half[i].asked && l->half[i].security == SECURITY_BOGUS) {
			fail_half(l, ADDRESS_BOGUS, i);
			return;
		}
	for (i = 0; i < 2; i++)
		if (l->half[i].asked && l->half[i].kind == ANSWER_FAILED) {
			fail_half(l, ADDRESS_FAILED, i);
			return;
		}
	if (deciding_half(l)->kind == ANSWER_ABSENT) {
		if (deciding_half(l)->nxdomain) {
			hand_over(l, ADDRESS_NXDOMAIN);
			return;
		}
		if (!l->addresses_given) {
			hand_over_none(l);
			return;
		}
	}
	if (l->alias_count)
		l->result.expanded = mem_text(l->alias[l->alias_count - 1].target);
	if (all_secure(l))
		hand_over(l, ADDRESS_SECURE);
	else
		decide_insecure(l);
}

/* What to ask for to learn the security of the link under way. libunbound calls a CNAME
 * that it synthesised itself bogus when asked for just that, so there the DNAME stands
 * for it. */
static const char *link_question(const struct address_lookup *l, uint16_t *ret_type)
{
	const struct answer_alias *link = &l->alias[l->alias_next];

	*ret_type = link->dname ? RRTYPE_DNAME : RRTYPE_CNAME;
	if (link->dname)
		return link->dname;
	return l->alias_next ? l->alias[l->alias_next - 1].target : l->host;
}

/* One answer has one security for all its aliases, so each link is asked for by itself
 * until the first that isn't secure. */
static void on_link(void *arg, const struct answer *answer)
{
	struct address_lookup *l = arg;
	uint16_t type;
	const char *name = link_question(l, &type);

	describe_answer(l->facts, name, type, answer);
	resolver_question_free(l->links);
	l->links = NULL;
	if (l->alias_next == 0) {
		l->first_alias = answer->security;
		if (answer->kind == ANSWER_FAILED) {
			l->result.error = mem_text(answer->error);
			l->result.failed_type = type;
			hand_over(l, answer->security == SECURITY_BOGUS ? ADDRESS_BOGUS
									: ADDRESS_FAILED);
			return;
		}
	}
	l->alias_next++;
	if (answer->security == SECURITY_SECURE && l->alias_next < l->alias_count) {
		ask_link(l);
		return;
	}
	hand_over(l, l->first_alias == SECURITY_SECURE ? ADDRESS_ALIAS_SECURE
						       : ADDRESS_INSECURE);
}

static void ask_link(struct address_lookup *l)
{
	uint16_t type;
	const char *name = link_question(l, &type);

	l->links = resolver_ask(l->resolver, name, type, on_link, l);
}

static void keep_aliases(struct address_lookup *l, const struct answer *answer)
{
	size_t i;

	if (l->alias_count || !answer->alias_count)
		return;
	l->alias = mem_array(answer->alias_count, sizeof(*l->alias));
	for (i = 0; i < answer->alias_count; i++) {
		l->alias[i].target = mem_text(answer->alias[i].target);
		l->alias[i].dname = mem_text(answer->alias[i].dname);
	}
	l->alias_count = answer->alias_count;
	if (answer->security == SECURITY_SECURE)
		describe_aliases(l->facts, l->host, answer);
}

static bool is_known(const struct address_result *r, const char *address)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (!strcmp(r->address[i], address))
			return true;
	return false;
}

/* Puts the last addresses, which came behind so many others, before these. */
static void move_to_front(struct address_result *r, size_t others)
{
	size_t count = r->count - others;
	char **all;

	if (!others || !count)
		return;
	all = mem_array(r->count, sizeof(*all));
	memcpy(all, r->address + others, count * sizeof(*all));
	memcpy(all + count, r->address, others * sizeof(*all));
	free(r->address);
	r->address = all;
}

static void keep_addresses(struct address_lookup *l, struct half *half, int family,
			   const struct answer *answer)
{
	struct address_result *r = &l->result;
	char text[INET6_ADDRSTRLEN];
	size_t i, want = family == AF_INET ? 4 : 16;

	for (i = 0; i < answer->rr_count; i++) {
		if (answer->rr[i].len != want ||
		    !inet_ntop(family, answer->rr[i].rdata, text, sizeof(text)) ||
		    is_known(r, text))
			continue;
		if (r->count == ADDRESS_MAX) {
			half->kind = ANSWER_FAILED;
			half->error = mem_printf("%s has more than %d addresses", l->host,
						 ADDRESS_MAX);
			return;
		}
		r->address = mem_grow(r->address, r->count, sizeof(*r->address));
		r->address[r->count++] = mem_text(text);
	}
}

static void on_half(struct address_lookup *l, int i, const struct answer *answer)
{
	struct half *half = &l->half[i];
	size_t others = l->result.count;

	resolver_question_free(half->question);
	half->question = NULL;
	half->done = true;
	half->kind = answer->kind;
	half->security = answer->security;
	half->nxdomain = answer->nxdomain;
	half->denied = answer->negative_ttl >= 0 || answer->security == SECURITY_SECURE;
	half->error = mem_text(answer->error);
	keep_aliases(l, answer);
	describe_answer(l->facts, answer_owner(answer, l->host), half_type[i], answer);
	keep_addresses(l, half, i == 0 ? AF_INET : AF_INET6, answer);
	if (i == 0 && l->half[1].done) { /* which answer comes first is chance */
		facts_swap_lookups(l->facts);
		move_to_front(&l->result, others);
	}
	if ((!l->half[0].asked || l->half[0].done) &&
	    (!l->half[1].asked || l->half[1].done))
		decide_status(l);
}

static void on_a(void *arg, const struct answer *answer)
{
	on_half(arg, 0, answer);
}

static void on_aaaa(void *arg, const struct answer *answer)
{
	on_half(arg, 1, answer);
}

struct address_lookup *address_lookup_new(const struct address_conf *conf, address_fn *fn,
					  void *arg)
{
	static resolver_fn *const on_type[2] = { on_a, on_aaaa };
	struct address_lookup *l = mem_zero(sizeof(*l));
	int i;

	l->resolver = conf->resolver;
	l->facts = conf->facts;
	l->host = mem_text(conf->host);
	l->addresses_given = conf->addresses_given;
	l->fn = fn;
	l->arg = arg;
	l->half[0].asked = conf->ipv4;
	l->half[1].asked = conf->ipv6;
	for (i = 0; i < 2; i++)
		if (l->half[i].asked)
			l->half[i].question = resolver_ask(l->resolver, l->host,
							   half_type[i], on_type[i], l);
	return l;
}

void address_result_clear(struct address_result *result)
{
	size_t i;

	for (i = 0; i < result->count; i++)
		free(result->address[i]);
	free(result->address);
	free(result->expanded);
	free(result->error);
	*result = (struct address_result){ 0 };
}

void address_lookup_free(struct address_lookup *l)
{
	size_t i;

	if (!l)
		return;
	for (i = 0; i < 2; i++) {
		resolver_question_free(l->half[i].question);
		free(l->half[i].error);
	}
	resolver_question_free(l->links);
	for (i = 0; i < l->alias_count; i++) {
		free(l->alias[i].target);
		free(l->alias[i].dname);
	}
	free(l->alias);
	address_result_clear(&l->result);
	free(l->host);
	free(l);
}
