/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"

static void add_records(ldns_pkt *pkt, const char *text)
{
	ldns_pkt_section section = LDNS_SECTION_ANSWER;
	size_t len;

	for (; text && *text; text += len + 1) {
		char *line;
		ldns_rr *rr;

		len = strcspn(text, "\n");
		line = mem_text_n(text, len);
		if (!strcmp(line, "--"))
			section = LDNS_SECTION_AUTHORITY;
		else if (ldns_rr_new_frm_str(&rr, line, 300, NULL, NULL) !=
			 LDNS_STATUS_OK)
			abort();
		else
			ldns_pkt_push_rr(pkt, section, rr);
		free(line);
	}
}

static void add_options(ldns_pkt *pkt, const char *hex)
{
	uint8_t *data;
	size_t len;

	if (hex_decode(hex, &data, &len, NULL) < 0)
		abort();
	ldns_pkt_set_edns_udp_size(pkt, 1232);
	ldns_pkt_set_edns_data(pkt,
			       ldns_rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN, len, data));
	free(data);
}

uint8_t *packet_make(const char *name, int type, int rcode, unsigned flags,
		     const char *records, const char *ede, size_t *ret_len)
{
	ldns_pkt *pkt = ldns_pkt_query_new(ldns_dname_new_frm_str(name),
					   (ldns_rr_type)type, LDNS_RR_CLASS_IN, LDNS_RD);
	uint8_t *wire;

	if (!pkt)
		abort();
	if (flags & PACKET_NO_QUESTION) {
		ldns_rr_free(ldns_rr_list_pop_rr(ldns_pkt_question(pkt)));
		ldns_pkt_set_qdcount(pkt, 0);
	}
	ldns_pkt_set_qr(pkt, !(flags & PACKET_IS_QUERY));
	ldns_pkt_set_aa(pkt, (flags & PACKET_AA) != 0);
	ldns_pkt_set_tc(pkt, (flags & PACKET_TC) != 0);
	ldns_pkt_set_rcode(pkt, (uint8_t)rcode);
	add_records(pkt, records);
	if (ede)
		add_options(pkt, ede);
	if (ldns_pkt2wire(&wire, pkt, ret_len) != LDNS_STATUS_OK)
		abort();
	ldns_pkt_free(pkt);
	return wire;
}
