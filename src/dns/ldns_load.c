/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/ldns_load.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/library.h"

LIBRARY_NOTE(LIBLDNS_SONAME, "update", "changes to a zone (RFC 2136)");

int ldns_load(const struct ldns_functions **ret_ldns, struct why *why)
{
	static const struct library_symbol symbols[] = {
		{ "ldns_version", offsetof(struct ldns_functions, version) },
		{ "ldns_get_errorstr_by_id",
		  offsetof(struct ldns_functions, get_errorstr_by_id) },
		{ "ldns_rr_new", offsetof(struct ldns_functions, rr_new) },
		{ "ldns_rr_set_owner", offsetof(struct ldns_functions, rr_set_owner) },
		{ "ldns_rr_set_type", offsetof(struct ldns_functions, rr_set_type) },
		{ "ldns_rr_set_class", offsetof(struct ldns_functions, rr_set_class) },
		{ "ldns_rr_set_ttl", offsetof(struct ldns_functions, rr_set_ttl) },
		{ "ldns_rr_push_rdf", offsetof(struct ldns_functions, rr_push_rdf) },
		{ "ldns_rr_rdf", offsetof(struct ldns_functions, rr_rdf) },
		{ "ldns_rr_list_new", offsetof(struct ldns_functions, rr_list_new) },
		{ "ldns_rr_list_push_rr",
		  offsetof(struct ldns_functions, rr_list_push_rr) },
		{ "ldns_rr_list_deep_free",
		  offsetof(struct ldns_functions, rr_list_deep_free) },
		{ "ldns_dname_new_frm_str",
		  offsetof(struct ldns_functions, dname_new_frm_str) },
		{ "ldns_rdf_new_frm_data",
		  offsetof(struct ldns_functions, rdf_new_frm_data) },
		{ "ldns_pkt_query_new", offsetof(struct ldns_functions, pkt_query_new) },
		{ "ldns_update_pkt_new",
		  offsetof(struct ldns_functions, update_pkt_new) },
		{ "ldns_pkt_set_random_id",
		  offsetof(struct ldns_functions, pkt_set_random_id) },
		{ "ldns_pkt_tsig_sign", offsetof(struct ldns_functions, pkt_tsig_sign) },
		{ "ldns_pkt_tsig_verify",
		  offsetof(struct ldns_functions, pkt_tsig_verify) },
		{ "ldns_pkt_tsig", offsetof(struct ldns_functions, pkt_tsig) },
		{ "ldns_pkt2wire", offsetof(struct ldns_functions, pkt2wire) },
		{ "ldns_wire2pkt", offsetof(struct ldns_functions, wire2pkt) },
		{ "ldns_pkt_get_rcode", offsetof(struct ldns_functions, pkt_get_rcode) },
		{ "ldns_pkt_free", offsetof(struct ldns_functions, pkt_free) },
	};
	static struct ldns_functions ldns;
	static bool loaded;
	int rc = 0;

	if (!loaded)
		rc = library_load(LIBLDNS_SONAME, symbols,
				  sizeof(symbols) / sizeof(symbols[0]), &ldns, why);
	if (rc < 0)
		return rc;
	loaded = true;
	*ret_ldns = &ldns;
	return 0;
}
