/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates for the tests of dane/, made in the test process: a table of named ones,
 * each made when a row first asks for it, and words for chains and records of them. */
#ifndef TESTS_PKI_H
#define TESTS_PKI_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "dane/chain.h"
#include "dane/tlsa.h"

#define PKI_NOW ((time_t)1795046400) /* 2026-11-19T00:00:00Z */

enum pki_ca { PKI_LEAF, PKI_CA, PKI_CA_FALSE };

/* What a certificate is to be; zero is the usual. */
struct pki_def {
	const char *name;
	const char *issuer; /* name of another; NULL: self-signed */
	const char *key;    /* name of the one whose key it shares; NULL: a new one */
	const char *cn;	    /* NULL: empty subject */
	const char *dns;    /* SAN DNS names, separated by blanks */
	const char *email;  /* SAN of another kind */
	enum pki_ca ca;
	int pathlen;	    /* of a CA, counted from 1; 0 none */
	unsigned key_usage; /* 0: keyCertSign for a CA, digitalSignature else; ~0: none */
	const char *purpose;		/* extended key usage; NULL none */
	const char *permitted;		/* name constraint: DNS suffix */
	int from_days, to_days;		/* from PKI_NOW; both 0: -10 and 80 */
	gnutls_pk_algorithm_t type;	/* 0: ECDSA P-256 */
	unsigned bits;			/* or GNUTLS_CURVE_TO_BITS() */
	gnutls_digest_algorithm_t hash; /* with which the issuer signs; 0 SHA-256 */
	unsigned exponent_bits; /* of an RSA key, which then is no real one; 0: usual */
	bool version1, critical_unknown, no_key_ids;
	bool pss; /* an RSA issuer signs it by RSA-PSS */
};

struct pki_cert {
	const struct pki_def *def;
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
	bool key_is_shared;
	gnutls_datum_t der, spki;
};

/* The one of that name in the table; fails the test when there is none. */
const struct pki_cert *pki_get(const char *name);
/* One that isn't in the table, signed by issuer (NULL: itself), with the key of "key of"
 * when that isn't NULL. */
struct pki_cert *pki_make(const struct pki_def *def, const struct pki_cert *issuer,
			  const struct pki_cert *key_of);
void pki_free(struct pki_cert *cert);
void pki_free_all(void);

/* "leaf sub root" as a presented chain. */
void pki_chain(const char *names, struct chain *ret_chain);
/* "3 1 1 leaf, 2 0 0 root": the last word is a certificate's name, or "junk" (octets of
 * the right length that fit nothing) or "hex:..." or "none"; returns how many. */
size_t pki_records(const char *text, struct tlsa **ret_rr);
void pki_records_free(struct tlsa *rr, size_t count);
/* The certificates of these names as a PEM bundle; the caller frees it. */
char *pki_pem(const char *names);

#endif
