/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of ldns that we call. Answers are read without it (dns/wire.h): it brings
 * a TLS library of its own along, which would slow every start. */
#ifndef DNS_LDNS_LOAD_H
#define DNS_LDNS_LOAD_H

#include <ldns/ldns.h>

struct why;

struct ldns_functions {
	const char *(*version)(void);
	const char *(*get_errorstr_by_id)(ldns_status status);
	ldns_rr *(*rr_new)(void);
	void (*rr_set_owner)(ldns_rr *rr, ldns_rdf *owner);
	void (*rr_set_type)(ldns_rr *rr, ldns_rr_type type);
	void (*rr_set_class)(ldns_rr *rr, ldns_rr_class class);
	void (*rr_set_ttl)(ldns_rr *rr, uint32_t ttl);
	bool (*rr_push_rdf)(ldns_rr *rr, const ldns_rdf *field);
	ldns_rdf *(*rr_rdf)(const ldns_rr *rr, size_t index);
	ldns_rr_list *(*rr_list_new)(void);
	bool (*rr_list_push_rr)(ldns_rr_list *list, const ldns_rr *rr);
	void (*rr_list_deep_free)(ldns_rr_list *list);
	ldns_rdf *(*dname_new_frm_str)(const char *text);
	ldns_rdf *(*rdf_new_frm_data)(ldns_rdf_type type, size_t size, const void *data);
	ldns_pkt *(*pkt_query_new)(ldns_rdf *name, ldns_rr_type type, ldns_rr_class class,
				   uint16_t flags);
	ldns_pkt *(*update_pkt_new)(ldns_rdf *zone, ldns_rr_class class,
				    const ldns_rr_list *before,
				    const ldns_rr_list *changes,
				    const ldns_rr_list *additional);
	void (*pkt_set_random_id)(ldns_pkt *pkt);
	ldns_status (*pkt_tsig_sign)(ldns_pkt *pkt, const char *name, const char *secret,
				     uint16_t fudge, const char *algorithm,
				     const ldns_rdf *mac);
	bool (*pkt_tsig_verify)(ldns_pkt *pkt, const uint8_t *wire, size_t len,
				const char *name, const char *secret,
				const ldns_rdf *mac);
	ldns_rr *(*pkt_tsig)(const ldns_pkt *pkt);
	ldns_status (*pkt2wire)(uint8_t **wire, const ldns_pkt *pkt, size_t *len);
	ldns_status (*wire2pkt)(ldns_pkt **pkt, const uint8_t *wire, size_t len);
	ldns_pkt_rcode (*pkt_get_rcode)(const ldns_pkt *pkt);
	void (*pkt_free)(ldns_pkt *pkt);
};

/* Loads ldns with the first call. *ret_ldns is borrowed and stays. */
int ldns_load(const struct ldns_functions **ret_ldns, struct why *why);

#endif
