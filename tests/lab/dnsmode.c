/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnsmode.h"

#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEADER_LEN = 12,
};

static struct {
	bool strip, tc, no_tcp;
	ldns_rr_type rcode_type, drop, lie, garbage, question, cut, refer;
	ldns_pkt_rcode rcode;
	unsigned int delay_ms;
	uint16_t ede_code;
	const char *ede_text;
	const char *refer_owner;
} mode;

static bool type_is(ldns_rr_type wanted, ldns_rr_type type)
{
	return wanted != 0 && (wanted == LDNS_RR_TYPE_ANY || wanted == type);
}

static bool stripped_type(ldns_rr_type type)
{
	return type == LDNS_RR_TYPE_RRSIG || type == LDNS_RR_TYPE_NSEC ||
	       type == LDNS_RR_TYPE_NSEC3;
}

static ldns_rr_list *list_change(ldns_rr_list *list)
{
	ldns_rr_list *kept = ldns_rr_list_new();
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (type_is(mode.lie, ldns_rr_get_type(rr))) {
			ldns_rdf *last = ldns_rr_rdf(rr, ldns_rr_rd_count(rr) - 1);

			ldns_rdf_data(last)[ldns_rdf_size(last) - 1] ^= 1;
		}
		if (!mode.strip || !stripped_type(ldns_rr_get_type(rr)))
			ldns_rr_list_push_rr(kept, rr);
	}
	return kept;
}

static void reply_change(ldns_pkt *reply)
{
	ldns_rr_list *answer = list_change(ldns_pkt_answer(reply));
	ldns_rr_list *authority = list_change(ldns_pkt_authority(reply));

	ldns_pkt_set_answer(reply, answer);
	ldns_pkt_set_ancount(reply, (uint16_t)ldns_rr_list_rr_count(answer));
	ldns_pkt_set_authority(reply, authority);
	ldns_pkt_set_nscount(reply, (uint16_t)ldns_rr_list_rr_count(authority));
	if (mode.strip)
		ldns_pkt_set_ad(reply, false);
}

static void reply_add_ede(ldns_pkt *reply)
{
	const size_t text_len = strlen(mode.ede_text);
	uint8_t option[512] = { 0, 15 };

	if (text_len > sizeof(option) - 6)
		return;
	ldns_write_uint16(option + 2, (uint16_t)(2 + text_len));
	ldns_write_uint16(option + 4, mode.ede_code);
	memcpy(option + 6, mode.ede_text, text_len);
	ldns_pkt_set_edns_udp_size(reply, 1232);
	ldns_pkt_set_edns_data(
		reply, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_NONE, 6 + text_len, option));
}

/* A reply with nothing but the question. */
static ldns_pkt *reply_empty(const ldns_pkt *query, ldns_pkt_rcode rcode)
{
	ldns_pkt *reply = ldns_pkt_clone(query);

	ldns_pkt_set_qr(reply, true);
	ldns_pkt_set_ra(reply, true);
	ldns_pkt_set_rcode(reply, rcode);
	return reply;
}

/* A delegation where an answer is due, as if the servers of that zone knew more. */
static ldns_pkt *reply_refer(const ldns_pkt *query)
{
	ldns_pkt *reply = reply_empty(query, LDNS_RCODE_NOERROR);
	char text[300];
	ldns_rr *ns;

	snprintf(text, sizeof(text), "%s 3600 IN NS a.nic.example.", mode.refer_owner);
	if (ldns_rr_new_frm_str(&ns, text, 0, NULL, NULL) == LDNS_STATUS_OK)
		ldns_pkt_push_rr(reply, LDNS_SECTION_AUTHORITY, ns);
	return reply;
}

static void reply_ask_other(ldns_pkt *reply)
{
	ldns_rr *question = ldns_rr_list_rr(ldns_pkt_question(reply), 0);

	ldns_rdf_data(ldns_rr_owner(question))[1] ^= 1;
}

uint8_t *dnsmode_answer(const uint8_t *query_wire, size_t query_len, bool udp,
			dnsmode_ask *ask, size_t *ret_len)
{
	ldns_pkt *query, *reply;
	ldns_rr_type type;
	uint8_t *wire;
	size_t limit, i;

	if (ldns_wire2pkt(&query, query_wire, query_len) != LDNS_STATUS_OK ||
	    ldns_pkt_qdcount(query) != 1)
		return NULL;
	type = ldns_rr_get_type(ldns_rr_list_rr(ldns_pkt_question(query), 0));
	limit = ldns_pkt_edns_udp_size(query) > 512 ? ldns_pkt_edns_udp_size(query) : 512;
	if (mode.delay_ms > 0)
		poll(NULL, 0, (int)mode.delay_ms);
	if (type_is(mode.drop, type) || (mode.no_tcp && !udp))
		return NULL;
	if (type_is(mode.rcode_type, type))
		reply = reply_empty(query, mode.rcode);
	else if (type_is(mode.refer, type))
		reply = reply_refer(query);
	else
		reply = ask(query_wire, query_len);
	if (reply == NULL)
		return NULL;
	reply_change(reply);
	if (mode.ede_text != NULL && ldns_pkt_get_rcode(reply) == LDNS_RCODE_SERVFAIL)
		reply_add_ede(reply);
	if (type_is(mode.question, type))
		reply_ask_other(reply);
	if (ldns_pkt2wire(&wire, reply, ret_len) != LDNS_STATUS_OK)
		return NULL;
	if (udp && (mode.tc || type_is(mode.cut, type) || *ret_len > limit)) {
		reply = reply_empty(query, ldns_pkt_get_rcode(reply));
		ldns_pkt_set_tc(reply, true);
		if (ldns_pkt2wire(&wire, reply, ret_len) != LDNS_STATUS_OK)
			return NULL;
	}
	for (i = HEADER_LEN; type_is(mode.garbage, type) && i < *ret_len; i++)
		wire[i] = (uint8_t)(0xc0 ^ (i * 37));
	return wire;
}

/* What follows the first colon, which ends the text; NULL for none. */
static char *cut_at_colon(char *text)
{
	char *colon = strchr(text, ':');

	if (colon == NULL)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

bool dnsmode_parse(char *text)
{
	const char *what = text;
	char *first = cut_at_colon(text);
	char *second = first == NULL ? NULL : cut_at_colon(first);
	const ldns_lookup_table *rcode;

	if (strcmp(what, "strip") == 0) {
		mode.strip = true;
	} else if (strcmp(what, "tc") == 0) {
		mode.tc = true;
	} else if (strcmp(what, "notcp") == 0) {
		mode.no_tcp = true;
	} else if (first == NULL) {
		return false;
	} else if (strcmp(what, "rcode") == 0) {
		rcode = second == NULL ? NULL : ldns_lookup_by_name(ldns_rcodes, second);
		if (rcode == NULL)
			return false;
		mode.rcode_type = ldns_get_rr_type_by_name(first);
		mode.rcode = (ldns_pkt_rcode)rcode->id;
	} else if (strcmp(what, "refer") == 0 && second != NULL) {
		mode.refer = ldns_get_rr_type_by_name(first);
		mode.refer_owner = second;
	} else if (strcmp(what, "drop") == 0) {
		mode.drop = ldns_get_rr_type_by_name(first);
	} else if (strcmp(what, "lie") == 0) {
		mode.lie = ldns_get_rr_type_by_name(first);
	} else if (strcmp(what, "cut") == 0) {
		mode.cut = ldns_get_rr_type_by_name(first);
	} else if (strcmp(what, "garbage") == 0) {
		mode.garbage = ldns_get_rr_type_by_name(first);
	} else if (strcmp(what, "question") == 0) {
		mode.question = ldns_get_rr_type_by_name(first);
	} else if (strcmp(what, "delay") == 0) {
		mode.delay_ms = (unsigned int)strtoul(first, NULL, 10);
	} else if (strcmp(what, "ede") == 0 && second != NULL) {
		mode.ede_code = (uint16_t)strtoul(first, NULL, 10);
		mode.ede_text = second;
	} else {
		return false;
	}
	return true;
}
