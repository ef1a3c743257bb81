/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of ldns that we call. Answers are read without it (dns/wire.h): it brings
 * a TLS library of its own along, which would slow every start. */
#ifndef DNS_LDNS_LOAD_H
#define DNS_LDNS_LOAD_H

struct why;

struct ldns_functions {
	const char *(*version)(void);
};

/* Loads ldns with the first call. *ret_ldns is borrowed and stays. */
int ldns_load(const struct ldns_functions **ret_ldns, struct why *why);

#endif
