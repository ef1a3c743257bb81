/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/update.h"

#include <ldns/ldns.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "dns/answer.h"
#include "dns/exchange.h"
#include "dns/ldns_load.h"
#include "dns/rrtype.h"
#include "dns/wire.h"
#include "setup/publish/tsig_key.h"

#define FUDGE_S 300 /* RFC 8945 section 10: recommended */
#define RECORD_HEAD_LEN 3

/* TSIG's field of the MAC, as ldns numbers them (RFC 8945 section 4.2): algorithm, time,
 * fudge, MAC, original ID, error. */
enum { TSIG_MAC = 3, TSIG_ERROR = 5, TSIG_OTHER = 6 };

/* Errors of TSIG (RFC 8945 section 3). */
enum { BADSIG = 16, BADKEY = 17, BADTIME = 18 };

static const struct {
	int code;
	const char *meaning;
} refusals[] = {
	{ LDNS_RCODE_REFUSED, "the key may not change that name (update policy)" },
	{ LDNS_RCODE_NOTAUTH, "it has no authority for that zone" },
	{ LDNS_RCODE_NOTZONE, "the name isn't in that zone" },
	{ LDNS_RCODE_FORMERR, "it doesn't understand updates" },
	{ LDNS_RCODE_NOTIMPL, "it doesn't do dynamic updates" },
	{ LDNS_RCODE_SERVFAIL, "it failed; its log says why" },
};

/* RFC 2136 section 4: what makes a requestor go on to the next server. */
static bool is_for_another(int rcode)
{
	return rcode == LDNS_RCODE_SERVFAIL || rcode == LDNS_RCODE_NOTIMPL;
}

static int refuse_rcode(const struct update_place *place, int rcode, struct why *why)
{
	const char *meaning = "";
	char name[16];
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].code == rcode)
			meaning = refusals[i].meaning;
	wire_rcode_text(rcode, name);
	return why_set(why, is_for_another(rcode) ? DP_ELATER : DP_EDNS,
		       "%s answers %s for %s%s%s", place->server, name, place->owner,
		       *meaning ? ": " : "", meaning);
}

static int fail_message(const struct ldns_functions *ldns, ldns_status status,
			struct why *why)
{
	return why_set(why, DP_EDNS, "can't make a DNS message: %s",
		       ldns->get_errorstr_by_id(status));
}

/* Makes an empty record of that name: a prerequisite, or the head of one with data. */
static ldns_rr *make_rr(const struct ldns_functions *ldns, const char *owner,
			ldns_rr_type type, ldns_rr_class class, uint32_t ttl)
{
	ldns_rr *rr = ldns->rr_new();

	if (!rr)
		mem_exhausted();
	ldns->rr_set_owner(rr, ldns->dname_new_frm_str(owner));
	ldns->rr_set_type(rr, type);
	ldns->rr_set_class(rr, class);
	ldns->rr_set_ttl(rr, ttl);
	return rr;
}

static void add_records(const struct ldns_functions *ldns, ldns_rr_list *list,
			const struct update_place *place, const struct tlsa *records,
			size_t count, ldns_rr_class class, uint32_t ttl)
{
	uint8_t *data;
	ldns_rr *rr;
	size_t i;

	for (i = 0; i < count; i++) {
		data = mem_zero(RECORD_HEAD_LEN + records[i].len);
		data[0] = records[i].usage;
		data[1] = records[i].selector;
		data[2] = records[i].mtype;
		if (records[i].len)
			memcpy(data + RECORD_HEAD_LEN, records[i].data, records[i].len);
		rr = make_rr(ldns, place->owner, LDNS_RR_TYPE_TLSA, class, ttl);
		(void)ldns->rr_push_rdf(
			rr,
			ldns->rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN,
					       RECORD_HEAD_LEN + records[i].len, data));
		(void)ldns->rr_list_push_rr(list, rr);
		free(data);
	}
}

/* RFC 2136 section 2.4: the RRset as it was (value dependent), or none; and no alias. */
static ldns_rr_list *make_prerequisites(const struct ldns_functions *ldns,
					const struct update_place *place,
					const struct update_change *c)
{
	ldns_rr_list *list = ldns->rr_list_new();

	if (c->before_count)
		add_records(ldns, list, place, c->before, c->before_count,
			    LDNS_RR_CLASS_IN, 0);
	else
		(void)ldns->rr_list_push_rr(list,
					    make_rr(ldns, place->owner, LDNS_RR_TYPE_TLSA,
						    LDNS_RR_CLASS_NONE, 0));
	(void)ldns->rr_list_push_rr(list, make_rr(ldns, place->owner, LDNS_RR_TYPE_CNAME,
						  LDNS_RR_CLASS_NONE, 0));
	return list;
}

/* RFC 2136 section 2.5: what goes has class NONE and TTL 0. */
static ldns_rr_list *make_changes(const struct ldns_functions *ldns,
				  const struct update_place *place,
				  const struct update_change *c)
{
	ldns_rr_list *list = ldns->rr_list_new();

	add_records(ldns, list, place, c->remove, c->remove_count, LDNS_RR_CLASS_NONE, 0);
	add_records(ldns, list, place, c->add, c->add_count, LDNS_RR_CLASS_IN, c->ttl);
	return list;
}

static const uint8_t *field_data(const struct ldns_functions *ldns, const ldns_rr *tsig,
				 size_t field, size_t len)
{
	const ldns_rdf *rdf = tsig ? ldns->rr_rdf(tsig, field) : NULL;

	return rdf && rdf->_data && rdf->_size >= len ? rdf->_data : NULL;
}

static int refuse_clocks(const struct update_place *place, const uint8_t *other,
			 struct why *why)
{
	char here[32], there[32] = "another time";
	int64_t seconds = 0;
	size_t i;

	/* Two octets of length, then the server's time in six (section 4.2). */
	for (i = 2; other && i < 8; i++)
		seconds = seconds << 8 | other[i];
	if (other)
		clock_rfc3339((time_t)seconds, there);
	return why_set(why, DP_EDNS,
		       "%s answers BADTIME: its clock says %s, this host's %s: set the "
		       "one that is wrong",
		       place->server, there, clock_rfc3339(clock_now(), here));
}

/* What a server says of our signature it mostly can't sign itself (section 5.2); it ends
 * the update, whoever said it. 0: nothing of the kind. */
static int refuse_tsig_error(const struct ldns_functions *ldns,
			     const struct update_place *place, const ldns_rr *tsig,
			     struct why *why)
{
	const uint8_t *error = field_data(ldns, tsig, TSIG_ERROR, 2);

	switch (error ? wire_get16(error) : 0) {
	case BADSIG:
		return why_set(why, DP_EDNS,
			       "%s answers BADSIG: its secret for the key %s is another "
			       "one",
			       place->server, place->key->name);
	case BADKEY:
		return why_set(
			why, DP_EDNS,
			"%s answers BADKEY: it doesn't know the key %s, or not for "
			"%s",
			place->server, place->key->name, place->key->algorithm);
	case BADTIME:
		return refuse_clocks(place, field_data(ldns, tsig, TSIG_OTHER, 8), why);
	}
	return 0;
}

static int check_reply(const struct ldns_functions *ldns,
		       const struct update_place *place, const ldns_pkt *query,
		       ldns_pkt *reply, const uint8_t *wire, size_t len, struct why *why)
{
	int rc = refuse_tsig_error(ldns, place, ldns->pkt_tsig(reply), why), rcode;

	if (rc < 0 ||
	    ldns->pkt_tsig_verify(reply, wire, len, place->key->name, place->key->secret,
				  ldns->rr_rdf(ldns->pkt_tsig(query), TSIG_MAC)))
		return rc;
	rcode = ldns->pkt_get_rcode(reply);
	return rcode != LDNS_RCODE_NOERROR
		       ? refuse_rcode(place, rcode, why)
		       : why_set(why, DP_EDNS,
				 "the answer of %s is not signed by the key %s",
				 place->server, place->key->name);
}

/* Signs the message, sends it, and takes the reply only if it is signed too. */
static int talk_signed(const struct ldns_functions *ldns,
		       const struct update_place *place, ldns_pkt *pkt,
		       uint8_t **ret_reply, size_t *ret_len, struct why *why)
{
	char *algorithm = mem_printf("%s.", place->key->algorithm);
	uint8_t *query = NULL;
	ldns_pkt *reply = NULL;
	ldns_status status;
	size_t len = 0;
	int rc;

	ldns->pkt_set_random_id(pkt);
	status = ldns->pkt_tsig_sign(pkt, place->key->name, place->key->secret, FUDGE_S,
				     algorithm, NULL);
	free(algorithm);
	if (status == LDNS_STATUS_OK)
		status = ldns->pkt2wire(&query, pkt, &len);
	if (status != LDNS_STATUS_OK)
		return fail_message(ldns, status, why);
	rc = exchange_tcp(place->server, query, len, place->timeout_ms, ret_reply,
			  ret_len, why);
	free(query);
	if (rc < 0)
		return rc;
	status = ldns->wire2pkt(&reply, *ret_reply, *ret_len);
	if (status != LDNS_STATUS_OK) {
		reply = NULL;
		rc = why_set(why, DP_EDNS, "%s sends a malformed answer", place->server);
	} else {
		rc = check_reply(ldns, place, pkt, reply, *ret_reply, *ret_len, why);
	}
	ldns->pkt_free(reply);
	if (rc < 0) {
		free(*ret_reply);
		*ret_reply = NULL;
	}
	return rc;
}

static int take_records(const struct update_place *place, const struct answer *answer,
			struct tlsa **ret_records, size_t *ret_count, struct why *why)
{
	struct tlsa *records;
	size_t i;
	int rc = 0;

	if (answer->kind == ANSWER_FAILED)
		return why_set(why, DP_EDNS, "%s answers %s for %s", place->server,
			       answer->error, place->owner);
	if (answer->referral)
		return why_set(
			why, DP_EDNS,
			"%s has no answer for %s, but a referral to the servers of %s",
			place->server, place->owner,
			*answer->referral ? answer->referral : "the root");
	if (answer->alias_count)
		return why_set(why, DP_EINVAL,
			       "%s is an alias of %s at %s: a TLSA record can't stand "
			       "beside it",
			       place->owner, answer->alias[0].target, place->server);
	records = mem_array(answer->rr_count, sizeof(*records));
	for (i = 0; i < answer->rr_count && rc == 0; i++)
		rc = tlsa_from_rdata(answer->rr[i].rdata, answer->rr[i].len, &records[i],
				     why);
	if (rc < 0) {
		update_free(records, answer->rr_count);
		return rc;
	}
	*ret_records = records;
	*ret_count = answer->rr_count;
	return 0;
}

/* What is too short to have one is no answer. */
static int read_rcode(const uint8_t *reply, size_t len)
{
	return len >= WIRE_HEADER_LEN ? wire_get16(reply + 2) & 15 : LDNS_RCODE_SERVFAIL;
}

int update_read(const struct update_place *place, struct tlsa **ret_records,
		size_t *ret_count, struct why *why)
{
	const struct ldns_functions *ldns;
	struct answer answer;
	uint8_t *reply = NULL;
	ldns_pkt *pkt;
	size_t len = 0;
	int rc = ldns_load(&ldns, why), rcode;

	if (rc < 0)
		return rc;
	pkt = ldns->pkt_query_new(ldns->dname_new_frm_str(place->owner),
				  LDNS_RR_TYPE_TLSA, LDNS_RR_CLASS_IN, 0);
	if (!pkt)
		return why_set(why, DP_EINVAL, "'%s' is not a domain name", place->owner);
	rc = talk_signed(ldns, place, pkt, &reply, &len, why);
	ldns->pkt_free(pkt);
	if (rc < 0)
		return rc;
	rcode = read_rcode(reply, len);
	if (is_for_another(rcode)) {
		free(reply);
		return refuse_rcode(place, rcode, why);
	}
	rc = answer_from_packet(reply, len, place->owner, RRTYPE_TLSA, &answer, why);
	free(reply);
	if (rc < 0)
		return rc;
	rc = take_records(place, &answer, ret_records, ret_count, why);
	answer_clear(&answer);
	return rc;
}

int update_send(const struct update_place *place, const struct update_change *change,
		struct why *why)
{
	const struct ldns_functions *ldns;
	ldns_rr_list *before, *after;
	uint8_t *reply = NULL;
	ldns_pkt *pkt;
	size_t len = 0;
	int rc = ldns_load(&ldns, why), rcode;

	if (rc < 0)
		return rc;
	before = make_prerequisites(ldns, place, change);
	after = make_changes(ldns, place, change);
	/* takes the zone's name, copies the lists */
	pkt = ldns->update_pkt_new(ldns->dname_new_frm_str(place->zone), LDNS_RR_CLASS_IN,
				   before, after, NULL);
	rc = pkt ? talk_signed(ldns, place, pkt, &reply, &len, why)
		 : why_set(why, DP_EINVAL, "'%s' is not a zone's name", place->zone);
	ldns->pkt_free(pkt);
	ldns->rr_list_deep_free(before);
	ldns->rr_list_deep_free(after);
	if (rc < 0)
		return rc;
	rcode = read_rcode(reply, len);
	free(reply);
	if (rcode == LDNS_RCODE_NXRRSET || rcode == LDNS_RCODE_YXRRSET)
		return why_set(why, DP_EEXIST,
			       "the records at %s changed while they were being updated",
			       place->owner);
	return rcode == LDNS_RCODE_NOERROR ? 0 : refuse_rcode(place, rcode, why);
}

void update_free(struct tlsa *records, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		tlsa_clear(&records[i]);
	free(records);
}
