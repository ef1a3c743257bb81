/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/answer.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/dname.h"

static void init(struct answer *a)
{
	*a = (struct answer){ .kind = ANSWER_FAILED,
			      .ttl = -1,
			      .rrsig_expires = -1,
			      .rrsig_inception = -1,
			      .rrsig_original_ttl = -1 };
}

void answer_failed(struct answer *ret_answer, enum security security, char *take_error)
{
	init(ret_answer);
	ret_answer->security = security;
	ret_answer->error = take_error;
}

void answer_clear(struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->alias_count; i++) {
		free(answer->alias[i].target);
		free(answer->alias[i].dname);
	}
	for (i = 0; i < answer->rr_count; i++)
		free(answer->rr[i].rdata);
	free(answer->alias);
	free(answer->rr);
	free(answer->error);
	init(answer);
}

const char *answer_owner(const struct answer *answer, const char *qname)
{
	return answer->alias_count ? answer->alias[answer->alias_count - 1].target
				   : qname;
}

static bool owned_by(const ldns_rr *rr, const ldns_rdf *name)
{
	return ldns_dname_compare(ldns_rr_owner(rr), name) == 0;
}

static const ldns_rr *find_rr(const ldns_rr_list *list, const ldns_rdf *name,
			      ldns_rr_type type)
{
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) == type && owned_by(rr, name))
			return rr;
	}
	return NULL;
}

/* The owner of a DNAME above name, on the heap; NULL when there is none. */
static char *dname_above(const ldns_rr_list *list, const ldns_rdf *name)
{
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DNAME &&
		    ldns_dname_is_subdomain(name, ldns_rr_owner(rr)))
			return dname_text(ldns_rr_owner(rr));
	}
	return NULL;
}

/* Walks the CNAMEs from name on; *ret_name is borrowed from list or is name. */
static int follow_aliases(struct answer *a, const ldns_rr_list *list, uint16_t qtype,
			  const ldns_rdf *name, const ldns_rdf **ret_name,
			  struct why *why)
{
	struct answer_alias *alias;
	const ldns_rr *rr;

	while (qtype != LDNS_RR_TYPE_CNAME &&
	       (rr = find_rr(list, name, LDNS_RR_TYPE_CNAME))) {
		if (a->alias_count == ANSWER_ALIAS_MAX)
			return why_set(why, DP_ELIMIT, "more than %d CNAMEs in a row",
				       ANSWER_ALIAS_MAX);
		a->alias = mem_grow(a->alias, a->alias_count, sizeof(*a->alias));
		alias = &a->alias[a->alias_count++];
		alias->dname = dname_above(list, name);
		name = ldns_rr_rdf(rr, 0);
		alias->target = dname_text(name);
	}
	*ret_name = name;
	return 0;
}

static void take_ttl(struct answer *a, const ldns_rr *rr)
{
	int64_t ttl = ldns_rr_ttl(rr);

	if (a->ttl < 0 || ttl < a->ttl)
		a->ttl = ttl;
}

static int add_rr(struct answer *a, const ldns_rr *rr, struct why *why)
{
	struct answer_rr kept = { 0 };
	size_t i;

	if (a->rr_count == ANSWER_RR_MAX)
		return why_set(why, DP_ELIMIT, "more than %d records in one RRset",
			       ANSWER_RR_MAX);
	for (i = 0; i < ldns_rr_rd_count(rr); i++)
		kept.len += ldns_rdf_size(ldns_rr_rdf(rr, i));
	kept.rdata = mem_zero(kept.len);
	kept.len = 0;
	for (i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *field = ldns_rr_rdf(rr, i);

		memcpy(kept.rdata + kept.len, ldns_rdf_data(field), ldns_rdf_size(field));
		kept.len += ldns_rdf_size(field);
	}
	a->rr = mem_grow(a->rr, a->rr_count, sizeof(*a->rr));
	a->rr[a->rr_count++] = kept;
	take_ttl(a, rr);
	return 0;
}

/* RRSIG times are serial numbers (RFC 4034 section 3.1.5): taken as near to now. */
static time_t signature_time(const ldns_rdf *field)
{
	uint32_t wire = ldns_rdf2native_int32(field);
	time_t now = clock_now();

	return now + (int32_t)(wire - (uint32_t)now);
}

static void take_rrsig(struct answer *a, const ldns_rr *sig)
{
	time_t expires = signature_time(ldns_rr_rrsig_expiration(sig));

	if (a->rrsig_expires != -1 && expires >= a->rrsig_expires)
		return;
	a->rrsig_expires = expires;
	a->rrsig_inception = signature_time(ldns_rr_rrsig_inception(sig));
	a->rrsig_original_ttl = ldns_rdf2native_int32(ldns_rr_rrsig_origttl(sig));
}

static bool covers(const ldns_rr *rr, uint16_t qtype)
{
	return ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG && ldns_rr_rd_count(rr) >= 9 &&
	       ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(rr)) == qtype;
}

static int compare_rr(const void *a, const void *b)
{
	const struct answer_rr *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = len ? memcmp(x->rdata, y->rdata, len) : 0;

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int read_answer(struct answer *a, const ldns_pkt *pkt, const ldns_rdf *qname,
		       uint16_t qtype, struct why *why)
{
	const ldns_rr_list *list = ldns_pkt_answer(pkt);
	const ldns_rdf *owner = NULL;
	size_t i;
	int rc = follow_aliases(a, list, qtype, qname, &owner, why);

	for (i = 0; rc == 0 && i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (!owned_by(rr, owner))
			continue;
		if (ldns_rr_get_type(rr) == (ldns_rr_type)qtype)
			rc = add_rr(a, rr, why);
		else if (covers(rr, qtype))
			take_rrsig(a, rr);
	}
	/* Servers and caches rotate RRsets: two runs shall tell the same. */
	if (a->rr_count)
		qsort(a->rr, a->rr_count, sizeof(*a->rr), compare_rr);
	return rc;
}

static int judge_rcode(struct answer *a, const ldns_pkt *pkt)
{
	ldns_pkt_rcode rcode = ldns_pkt_get_rcode(pkt);
	char *text;

	if (rcode == LDNS_RCODE_NOERROR || rcode == LDNS_RCODE_NXDOMAIN) {
		a->nxdomain = rcode == LDNS_RCODE_NXDOMAIN;
		a->kind = a->rr_count && !a->nxdomain ? ANSWER_DATA : ANSWER_ABSENT;
		return 0;
	}
	text = ldns_pkt_rcode2str(rcode);
	a->kind = ANSWER_FAILED;
	a->error = mem_text(text ? text : "an unknown RCODE");
	free(text);
	return 0;
}

int answer_from_packet(const uint8_t *packet, size_t len, const char *qname,
		       uint16_t qtype, struct answer *ret_answer, struct why *why)
{
	ldns_rdf *name = ldns_dname_new_frm_str(qname);
	ldns_pkt *pkt = NULL;
	struct answer a;
	ldns_status status;
	int rc;

	init(&a);
	if (!name)
		return why_set(why, DP_EINVAL, "'%s' is not a domain name", qname);
	status = ldns_wire2pkt(&pkt, packet, len);
	if (status != LDNS_STATUS_OK) {
		pkt = NULL;
		rc = why_set(why, DP_EFORMAT, "malformed DNS answer for %s: %s", qname,
			     ldns_get_errorstr_by_id(status));
		goto out;
	}
	rc = read_answer(&a, pkt, name, qtype, why);
	if (rc == 0)
		rc = judge_rcode(&a, pkt);
out:
	ldns_pkt_free(pkt);
	ldns_rdf_deep_free(name);
	if (rc < 0) {
		answer_clear(&a);
		return rc;
	}
	*ret_answer = a;
	return 0;
}
