/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificate signing requests as ACME clients take them (RFC 8555 section 7.4): an empty
 * subject, all names in the SAN. */
#ifndef SETUP_CSR_H
#define SETUP_CSR_H

#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>

struct key;
struct why;

#define CSR_NAMES_MAX 1000 /* no CA takes as many; 100 are usual */

/* The DNS names of a request in A-labels, each once, in the order given. */
struct csr_names {
	char **item; /* owned */
	size_t count;
};

/* Adds a name as typed: U-labels and a wildcard as the first label are fine, addresses
 * are not. */
int csr_add_name(struct csr_names *names, const char *text, struct why *why);
void csr_names_clear(struct csr_names *names);
/* The request, signed with key, in PEM or DER; the caller gnutls_free()s ret_csr->data.
 * must_staple adds the TLS feature extension (RFC 7633) for status_request. */
int csr_make(const struct key *key, const struct csr_names *names, bool must_staple,
	     bool der, gnutls_datum_t *ret_csr, struct why *why);
/* Reads PEM or DER and checks its signature. ret_der is the request, ret_public the DER
 * of its SubjectPublicKeyInfo; the caller gnutls_free()s both. */
int csr_load(const char *path, gnutls_datum_t *ret_der, gnutls_datum_t *ret_public,
	     struct why *why);

/* The DNS names of a request. Undo with csr_names_clear(). */
int csr_read_names(const char *path, struct csr_names *ret_names, struct why *why);
/* Whether both have the same names, in any order. */
bool csr_same_names(const struct csr_names *a, const struct csr_names *b);

#endif
