/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/dname.h"
#include "dns/rrtype.h"
#include "dns/wire.h"

#define RRSIG_FIXED_LEN 18 /* RFC 4034 section 3.1: up to the signer's name */
#define ALGORITHMS 256	   /* its algorithm is one octet */

static const struct answer_rrsig no_rrsig = { -1, -1, -1 };

static void begin_failed(struct answer *a)
{
	*a = (struct answer){
		.kind = ANSWER_FAILED, .ttl = -1, .negative_ttl = -1, .rrsig = no_rrsig
	};
}

void answer_failed(struct answer *ret_answer, enum security security, char *take_error)
{
	begin_failed(ret_answer);
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
	free(answer->referral);
	begin_failed(answer);
}

const char *answer_owner(const struct answer *answer, const char *qname)
{
	return answer->alias_count ? answer->alias[answer->alias_count - 1].target
				   : qname;
}

/* An answer that is being read. */
struct reading {
	const struct wire *wire; /* borrowed */
	uint16_t qtype;
	struct dname owner; /* of the records: qname, or where its aliases lead */
};

static bool owned_by(const struct wire *wire, const struct wire_rr *rr,
		     const struct dname *name)
{
	struct dname owner;

	return rr->section == WIRE_ANSWER && rr->class == WIRE_CLASS_IN &&
	       wire_name(wire, rr->owner, &owner, NULL, NULL) == 0 &&
	       dname_equal(&owner, name);
}

/* RRSIG times are serial numbers (RFC 4034 section 3.1.5): the one nearest to now is
 * meant. */
static time_t signature_time(const uint8_t *field)
{
	time_t now = clock_now();

	return now + (int32_t)(wire_get32(field) - (uint32_t)now);
}

/* RFC 4034 section 3.1: type covered, algorithm, labels, original TTL, expiration,
 * inception. */
static struct answer_rrsig read_rrsig(const uint8_t *sig)
{
	return (struct answer_rrsig){ .expires = signature_time(sig + 8),
				      .inception = signature_time(sig + 12),
				      .original_ttl = wire_get32(sig + 4) };
}

static bool sig_covers(const struct wire *wire, const struct wire_rr *rr, uint16_t qtype)
{
	return rr->type == RRTYPE_RRSIG && rr->rdata_len > RRSIG_FIXED_LEN &&
	       wire_get16(wire->data + rr->rdata) == qtype;
}

/* The signature over that RRset that validators go by. Of one algorithm the last to end
 * will do for all; one that knows a single algorithm has no use for another's, so of
 * those the first to end counts. */
static struct answer_rrsig find_rrsig(const struct wire *wire, const struct dname *owner,
				      uint16_t type)
{
	struct answer_rrsig latest[ALGORITHMS], found = no_rrsig, sig;
	uint8_t algorithm;
	size_t i;

	for (i = 0; i < ALGORITHMS; i++)
		latest[i] = no_rrsig;
	for (i = 0; i < wire->rr_count; i++) {
		if (!sig_covers(wire, &wire->rr[i], type) ||
		    !owned_by(wire, &wire->rr[i], owner))
			continue;
		sig = read_rrsig(wire->data + wire->rr[i].rdata);
		algorithm = wire->data[wire->rr[i].rdata + 2];
		if (sig.expires > latest[algorithm].expires)
			latest[algorithm] = sig;
	}
	for (i = 0; i < ALGORITHMS; i++)
		if (latest[i].expires != -1 &&
		    (found.expires == -1 || latest[i].expires < found.expires))
			found = latest[i];
	return found;
}

static const struct wire_rr *find_alias(const struct wire *wire, const struct dname *name)
{
	size_t i;

	for (i = 0; i < wire->rr_count; i++)
		if (wire->rr[i].type == RRTYPE_CNAME &&
		    owned_by(wire, &wire->rr[i], name))
			return &wire->rr[i];
	return NULL;
}

/* The owner of a DNAME above name, on the heap, and its signature; NULL when there is
 * none. */
static char *dname_above(const struct wire *wire, const struct dname *name,
			 struct answer_rrsig *ret_rrsig)
{
	struct dname owner;
	size_t i;

	for (i = 0; i < wire->rr_count; i++) {
		const struct wire_rr *rr = &wire->rr[i];

		if (rr->section == WIRE_ANSWER && rr->type == RRTYPE_DNAME &&
		    rr->class == WIRE_CLASS_IN &&
		    wire_name(wire, rr->owner, &owner, NULL, NULL) == 0 &&
		    dname_is_below(name, &owner)) {
			*ret_rrsig = find_rrsig(wire, &owner, RRTYPE_DNAME);
			return dname_text(owner.octet, owner.len);
		}
	}
	return NULL;
}

/* RFC 4034 section 3.1.3: fewer labels than the owner has mean that a wildcard's record
 * was expanded. */
static bool is_expanded(const uint8_t *sig, const struct dname *owner)
{
	size_t labels = 0, at;

	for (at = 0; at < owner->len && owner->octet[at]; at += owner->octet[at] + 1u)
		labels++;
	if (owner->len > 2 && owner->octet[0] == 1 && owner->octet[1] == '*')
		labels--;
	return sig[3] < labels;
}

/* Whether a signature over the owner's RRset of that type tells that it was expanded. */
static bool is_from_wildcard(const struct wire *wire, const struct dname *owner,
			     uint16_t type)
{
	size_t i;

	for (i = 0; i < wire->rr_count; i++)
		if (owned_by(wire, &wire->rr[i], owner) &&
		    sig_covers(wire, &wire->rr[i], type) &&
		    is_expanded(wire->data + wire->rr[i].rdata, owner))
			return true;
	return false;
}

/* Walks the CNAMEs from r->owner on, and leaves there where they lead. */
static int follow_aliases(struct answer *a, struct reading *r, struct why *why)
{
	struct answer_alias *alias;
	const struct wire_rr *rr;
	uint8_t *target;
	size_t len;
	int rc;

	while (r->qtype != RRTYPE_CNAME && (rr = find_alias(r->wire, &r->owner))) {
		if (a->alias_count == ANSWER_ALIAS_MAX)
			return why_set(why, DP_ELIMIT, "more than %d CNAMEs in a row",
				       ANSWER_ALIAS_MAX);
		rc = wire_rdata(r->wire, rr, &target, &len, why);
		if (rc < 0)
			return rc;
		a->alias = mem_grow(a->alias, a->alias_count, sizeof(*a->alias));
		alias = &a->alias[a->alias_count++];
		alias->rrsig = find_rrsig(r->wire, &r->owner, RRTYPE_CNAME);
		alias->wildcard = is_from_wildcard(r->wire, &r->owner, RRTYPE_CNAME);
		alias->dname = dname_above(r->wire, &r->owner, &alias->rrsig);
		alias->target = dname_text(target, len);
		memcpy(r->owner.octet, target, len);
		r->owner.len = len;
		free(target);
	}
	return 0;
}

static int add_rr(struct answer *a, const struct wire *wire, const struct wire_rr *rr,
		  struct why *why)
{
	struct answer_rr kept = { 0 };
	int rc;

	if (a->rr_count == ANSWER_RR_MAX)
		return why_set(why, DP_ELIMIT, "more than %d records in one RRset",
			       ANSWER_RR_MAX);
	rc = wire_rdata(wire, rr, &kept.rdata, &kept.len, why);
	if (rc < 0)
		return rc;
	a->rr = mem_grow(a->rr, a->rr_count, sizeof(*a->rr));
	a->rr[a->rr_count++] = kept;
	if (a->ttl < 0 || rr->ttl < a->ttl)
		a->ttl = rr->ttl;
	return 0;
}

/* RFC 2308 section 3: the smaller of the SOA's own TTL and its MINIMUM. */
static void take_negative_ttl(struct answer *a, const struct wire *wire)
{
	const struct wire_rr *rr;
	int64_t minimum;
	size_t i;

	for (i = 0; i < wire->rr_count; i++) {
		rr = &wire->rr[i];
		if (rr->section != WIRE_AUTHORITY || rr->type != RRTYPE_SOA ||
		    rr->class != WIRE_CLASS_IN || rr->rdata_len < 4)
			continue;
		minimum = wire_get32(wire->data + rr->rdata + rr->rdata_len - 4);
		a->negative_ttl = minimum < rr->ttl ? minimum : rr->ttl;
	}
}

/* RFC 5155 section 3.2: algorithm, flags, iterations. */
static void take_iterations(struct answer *a, const struct wire *wire)
{
	const struct wire_rr *rr;
	int iterations;
	size_t i;

	for (i = 0; i < wire->rr_count; i++) {
		rr = &wire->rr[i];
		if (rr->section != WIRE_AUTHORITY || rr->type != RRTYPE_NSEC3 ||
		    rr->class != WIRE_CLASS_IN || rr->rdata_len < 4)
			continue;
		iterations = wire_get16(wire->data + rr->rdata + 2);
		if (iterations > a->nsec3_iterations)
			a->nsec3_iterations = iterations;
	}
}

static int compare_rr(const void *a, const void *b)
{
	const struct answer_rr *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = len ? memcmp(x->rdata, y->rdata, len) : 0;

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int read_answer(struct answer *a, struct reading *r, struct why *why)
{
	const struct wire *wire = r->wire;
	int rc = follow_aliases(a, r, why);
	size_t i;

	for (i = 0; rc == 0 && i < wire->rr_count; i++) {
		const struct wire_rr *rr = &wire->rr[i];

		if (owned_by(wire, rr, &r->owner) && rr->type == r->qtype)
			rc = add_rr(a, wire, rr, why);
	}
	a->wildcard = is_from_wildcard(wire, &r->owner, r->qtype);
	a->rrsig = find_rrsig(wire, &r->owner, r->qtype);
	take_iterations(a, wire);
	if (!a->rr_count)
		take_negative_ttl(a, wire);
	/* Servers and caches rotate RRsets, and two runs shall show the same. */
	if (a->rr_count)
		qsort(a->rr, a->rr_count, sizeof(*a->rr), compare_rr);
	return rc;
}

/* The octets of an NSEC's next name, which is never compressed; len: it isn't one. */
static size_t next_name_len(const uint8_t *data, size_t len)
{
	size_t at = 0;

	while (at < len && data[at] && data[at] <= DNAME_LABEL_MAX)
		at += 1u + data[at];
	return at < len && !data[at] ? at + 1 : len;
}

/* Whether the type bit maps (RFC 4034 section 4.1.2) have that type. */
static bool has_type(const uint8_t *map, size_t len, uint16_t type)
{
	const uint8_t *end = map + len;
	size_t octet = (type & 0xff) / 8;

	for (; end - map >= 2 && end - map - 2 >= map[1]; map += 2 + map[1])
		if (map[0] == type >> 8)
			return octet < map[1] && map[2 + octet] & (0x80 >> (type & 7));
	return false;
}

/* Compact denial (RFC 9824): a server that signs as it answers says of a name that isn't
 * there that it has no such type, and says the truth by the type NXNAME in its NSEC. */
static bool denies_name(const struct wire *wire, const struct dname *name)
{
	const struct wire_rr *rr;
	struct dname owner;
	size_t i, skip;

	for (i = 0; i < wire->rr_count; i++) {
		rr = &wire->rr[i];
		if (rr->section != WIRE_AUTHORITY || rr->type != RRTYPE_NSEC ||
		    rr->class != WIRE_CLASS_IN ||
		    wire_name(wire, rr->owner, &owner, NULL, NULL) < 0 ||
		    !dname_equal(&owner, name))
			continue;
		skip = next_name_len(wire->data + rr->rdata, rr->rdata_len);
		if (has_type(wire->data + rr->rdata + skip, rr->rdata_len - skip,
			     RRTYPE_NXNAME))
			return true;
	}
	return false;
}

/* The zone whose servers an answer names that has neither records nor the SOA that would
 * deny them (RFC 2308 section 2.2 tells the two apart by that), on the heap; NULL: it is
 * no referral. */
static char *referral_in(const struct wire *wire)
{
	const struct wire_rr *rr;
	struct dname zone = { .len = 0 };
	size_t i;

	for (i = 0; i < wire->rr_count; i++) {
		rr = &wire->rr[i];
		if (rr->section != WIRE_AUTHORITY || rr->class != WIRE_CLASS_IN)
			continue;
		if (rr->type == RRTYPE_SOA)
			return NULL;
		if (rr->type == RRTYPE_NS &&
		    wire_name(wire, rr->owner, &zone, NULL, NULL) < 0)
			zone.len = 0;
	}
	return zone.len ? dname_text(zone.octet, zone.len) : NULL;
}

static void judge_rcode(struct answer *a, int rcode)
{
	char text[16];

	if (rcode == WIRE_NOERROR || rcode == WIRE_NXDOMAIN) {
		a->nxdomain = rcode == WIRE_NXDOMAIN;
		a->kind = a->rr_count && !a->nxdomain ? ANSWER_DATA : ANSWER_ABSENT;
		return;
	}
	wire_rcode_text(rcode, text);
	a->kind = ANSWER_FAILED;
	a->error = mem_text(text);
}

int answer_from_packet(const uint8_t *packet, size_t len, const char *qname,
		       uint16_t qtype, struct answer *ret_answer, struct why *why)
{
	struct reading r = { .qtype = qtype };
	struct why inner = { "" };
	struct wire wire;
	struct answer a;
	int rc = dname_from_text(qname, &r.owner, why);

	if (rc < 0)
		return rc;
	begin_failed(&a);
	rc = wire_parse(packet, len, &wire, &inner);
	if (rc == 0) {
		r.wire = &wire;
		rc = read_answer(&a, &r, &inner);
		if (rc == 0)
			judge_rcode(&a, wire_rcode(&wire));
		if (rc == 0 && a.kind == ANSWER_ABSENT && !a.nxdomain)
			a.nxdomain = denies_name(&wire, &r.owner);
		if (rc == 0 && a.kind == ANSWER_ABSENT && !a.nxdomain)
			a.referral = referral_in(&wire);
		wire_clear(&wire);
	}
	if (rc == 0) {
		*ret_answer = a;
		return 0;
	}
	answer_clear(&a);
	return why_set(why, rc, "%s DNS answer for %s: %s",
		       rc == DP_EFORMAT ? "malformed" : "unusable", qname, inner.text);
}
