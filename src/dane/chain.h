/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificates (or the raw public key, RFC 7250) that a server presents, parsed once.
 * No I/O. */
#ifndef DANE_CHAIN_H
#define DANE_CHAIN_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct why;

#define CHAIN_MAX 256 /* certificates kept of one presented chain */

/* One certificate. Octets are always there, the rest only if GnuTLS can parse them. */
struct chain_cert {
	gnutls_datum_t der;    /* owned */
	gnutls_x509_crt_t crt; /* owned; NULL: can't be parsed */
	gnutls_datum_t
		spki; /* owned DER of SubjectPublicKeyInfo; data NULL: can't be had */
	/* made once, since hundreds of records may ask; zero where the octets are missing
	 */
	uint8_t cert_sha256[32], spki_sha256[32], cert_sha512[64], spki_sha512[64];
	uint8_t subject_id[32], issuer_id[32]; /* rdn_digest() of its names */
	time_t not_before, not_after;	       /* -1 unknown */
};

struct chain {
	struct chain_cert *cert; /* owned; cert[0] is the leaf */
	size_t count;
	bool raw_key; /* no certificate: cert[0].spki is the raw public key */
};

/* Takes copies. DP_ELIMIT past CHAIN_MAX, DP_EFORMAT when there is none at all. A
 * certificate that can't be parsed is kept as octets. Undo with chain_clear(). */
int chain_from_ders(const gnutls_datum_t *ders, size_t count, struct chain *ret_chain,
		    struct why *why);
int chain_from_raw_key(const gnutls_datum_t *spki, struct chain *ret_chain,
		       struct why *why);
/* A certificate that GnuTLS can't parse is kept where its octets show its key. PEM (any
 * number of certificates, text between them ignored, private keys skipped) or one DER
 * certificate, or a public key in PEM or DER: what verify --chain reads. */
int chain_from_file(const void *data, size_t len, struct chain *ret_chain,
		    struct why *why);
void chain_clear(struct chain *chain);
/* Whether a key is as strong as RSA with 1024 bits, the least that TLS libraries take by
 * default. */
bool chain_key_is_strong(gnutls_pubkey_t key);
/* The same of the leaf's key; else DP_ECRYPTO with a sentence. It says nothing about
 * matching. */
int chain_check_key(const struct chain *chain, struct why *why);
/* The issuer's name of a certificate, "CN=R3,O=...", on the heap; NULL unknown. */
char *chain_issuer(const struct chain_cert *cert);
/* A CA by its basic constraints (RFC 5280 section 4.2.1.9). */
bool chain_is_ca(const struct chain_cert *cert);
/* An RSA key, RSASSA-PSS included. */
bool chain_is_rsa(const struct chain_cert *cert);
/* The serial number, and the key identifier that names the issuer's key (RFC 5280
 * sections 4.1.2.2 and 4.2.1.1). *len is the room in buf, then what it holds; false: it
 * can't be had, or there is no room. */
bool chain_serial(const struct chain_cert *cert, uint8_t *buf, size_t *len);
bool chain_authority_key_id(const struct chain_cert *cert, uint8_t *buf, size_t *len);
/* What selector covers of cert (RFC 6698 section 2.1.2), borrowed; data NULL where it
 * can't be had. */
gnutls_datum_t chain_select(const struct chain_cert *cert, uint8_t selector);

/* Its digest, borrowed; NULL where the octets can't be had, or mtype is no digest. */
const uint8_t *chain_digest(const struct chain_cert *cert, uint8_t selector,
			    uint8_t mtype, size_t *ret_len);

/* CA certificates for PKIX usages, from a PEM bundle. */
struct trust {
	struct chain_cert *cert; /* owned */
	size_t count;
};
/* Certificates that can't be parsed are left out; an empty bundle is no error. */
int chain_trust_from_pem(const void *data, size_t len, struct trust *ret_trust,
			 struct why *why);
void chain_trust_clear(struct trust *trust);

#endif
