/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/chain.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_kind.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/der.h"
#include "dane/rdn.h"
#include "dane/tlsa.h"

/* What reading a certificate takes is some times its length, and more than this. */
#define PARSER_FACTOR 16
#define PARSER_OCTETS (1024 * 1024)

#define PEM_BEGIN "-----BEGIN "
#define PEM_END "-----END "
#define PEM_DASHES "-----"

/* A piece of PEM text: what stands between BEGIN and the dashes, and the whole. */
struct pem_block {
	char label[40];
	const char *text;
	size_t len;
};

static gnutls_datum_t copy_datum(const gnutls_datum_t *from)
{
	return der_view(mem_copy(from->data, from->size), from->size);
}

static void hash_octets(const gnutls_datum_t *of, uint8_t ret_sha256[32],
			uint8_t ret_sha512[64])
{
	if (why_had_memory(gnutls_hash_fast(GNUTLS_DIG_SHA256, of->data, of->size,
					    ret_sha256)) < 0)
		memset(ret_sha256, 0, 32);
	if (why_had_memory(gnutls_hash_fast(GNUTLS_DIG_SHA512, of->data, of->size,
					    ret_sha512)) < 0)
		memset(ret_sha512, 0, 64);
}

static gnutls_x509_crt_t try_import(const gnutls_datum_t *der)
{
	gnutls_x509_crt_t crt = NULL;

	if (why_had_memory(gnutls_x509_crt_init(&crt)) < 0)
		return NULL;
	if (why_had_memory(gnutls_x509_crt_import(crt, der, GNUTLS_X509_FMT_DER)) >= 0)
		return crt;
	gnutls_x509_crt_deinit(crt);
	return NULL;
}

/* Not every want of memory within GnuTLS's parser is told as one: what it can't read is
 * read once more, and then there must have been some. */
static gnutls_x509_crt_t import_cert(const gnutls_datum_t *der)
{
	gnutls_x509_crt_t crt = try_import(der);

	if (!crt)
		crt = try_import(der);
	if (!crt && !mem_has_room(der->size * PARSER_FACTOR + PARSER_OCTETS))
		mem_exhausted();
	return crt;
}

static void cert_set(struct chain_cert *cert, const gnutls_datum_t *der)
{
	struct der_cert parts;

	memset(cert, 0, sizeof(*cert));
	cert->not_before = cert->not_after = -1;
	cert->der = copy_datum(der);
	hash_octets(&cert->der, cert->cert_sha256, cert->cert_sha512);
	if (der_read_cert(&cert->der, &parts, NULL) < 0)
		return;
	cert->spki = copy_datum(&parts.spki);
	hash_octets(&cert->spki, cert->spki_sha256, cert->spki_sha512);
	rdn_digest(&parts.subject, cert->subject_id);
	rdn_digest(&parts.issuer, cert->issuer_id);
	cert->crt = import_cert(&cert->der);
	if (!cert->crt)
		return;
	cert->not_before = gnutls_x509_crt_get_activation_time(cert->crt);
	cert->not_after = gnutls_x509_crt_get_expiration_time(cert->crt);
}

static void cert_clear(struct chain_cert *cert)
{
	free(cert->der.data);
	free(cert->spki.data);
	if (cert->crt)
		gnutls_x509_crt_deinit(cert->crt);
	memset(cert, 0, sizeof(*cert));
}

int chain_from_ders(const gnutls_datum_t *ders, size_t count, struct chain *ret_chain,
		    struct why *why)
{
	struct chain chain = { 0 };
	size_t i;

	if (!count)
		return why_set(why, DP_EFORMAT, "no certificate");
	if (count > CHAIN_MAX)
		return why_set(why, DP_ELIMIT, "%zu certificates; %d are the most", count,
			       CHAIN_MAX);
	chain.cert = mem_array(count, sizeof(*chain.cert));
	for (i = 0; i < count; i++)
		cert_set(&chain.cert[i], &ders[i]);
	chain.count = count;
	*ret_chain = chain;
	return 0;
}

int chain_from_raw_key(const gnutls_datum_t *spki, struct chain *ret_chain,
		       struct why *why)
{
	struct chain chain = { .count = 1, .raw_key = true };

	if (!der_is_spki(spki->data, spki->size))
		return why_set(why, DP_EFORMAT, "not the DER form of a public key");
	chain.cert = mem_zero(sizeof(*chain.cert));
	chain.cert->not_before = chain.cert->not_after = -1;
	chain.cert->spki = copy_datum(spki);
	hash_octets(&chain.cert->spki, chain.cert->spki_sha256, chain.cert->spki_sha512);
	*ret_chain = chain;
	return 0;
}

static const char *find_text(const char *in, size_t len, const char *text)
{
	size_t want = strlen(text);

	for (; len >= want; in++, len--)
		if (!memcmp(in, text, want))
			return in;
	return NULL;
}

/* The next block in *data, which moves behind it; false when there is none that ends. */
static bool next_block(const char **data, size_t *len, struct pem_block *ret_block)
{
	const char *start, *label, *dashes, *end, *p = *data;
	size_t left = *len, n;

	while ((start = find_text(p, left, PEM_BEGIN))) {
		label = start + strlen(PEM_BEGIN);
		left -= (size_t)(label - p);
		p = label;
		dashes = find_text(p, left < 80 ? left : 80, PEM_DASHES);
		n = dashes ? (size_t)(dashes - label) : sizeof(ret_block->label);
		if (n >= sizeof(ret_block->label))
			continue;
		end = find_text(p, left, PEM_END);
		if (!end)
			return false;
		memcpy(ret_block->label, label, n);
		ret_block->label[n] = '\0';
		n += strlen(PEM_END) + strlen(PEM_DASHES);
		if ((size_t)(p + left - end) < n)
			return false;
		ret_block->text = start;
		ret_block->len = (size_t)(end + n - start);
		*data = end + n;
		*len = (size_t)(p + left - *data);
		return true;
	}
	return false;
}

static bool block_is_cert(const struct pem_block *block)
{
	return !strcmp(block->label, "CERTIFICATE") ||
	       !strcmp(block->label, "X509 CERTIFICATE");
}

/* The octets of block, to be freed with gnutls_free. */
static int block_decode(const struct pem_block *block, gnutls_datum_t *ret_der,
			struct why *why)
{
	gnutls_datum_t text = der_view(block->text, block->len);
	int rc = why_had_memory(gnutls_pem_base64_decode2(block->label, &text, ret_der));

	if (rc >= 0)
		return 0;
	why_gnutls(why, rc, "PEM block %s", block->label);
	return DP_EFORMAT; /* the fault is the text's, not the library's */
}

/* Appends a certificate; rc tells whether it could be parsed. */
static int append_der(struct chain_cert **certs, size_t *count, const gnutls_datum_t *der,
		      struct why *why)
{
	struct chain_cert cert;

	cert_set(&cert, der);
	if (!cert.spki.data) {
		cert_clear(&cert);
		return why_set(why, DP_EFORMAT, "certificate %zu can't be parsed",
			       *count + 1);
	}
	*certs = mem_grow(*certs, *count, sizeof(**certs));
	(*certs)[(*count)++] = cert;
	return 0;
}

static int append_block(struct chain_cert **certs, size_t *count,
			const struct pem_block *block, struct why *why)
{
	gnutls_datum_t der = { NULL, 0 };
	int rc = block_decode(block, &der, why);

	if (rc < 0)
		return rc;
	rc = append_der(certs, count, &der, why);
	gnutls_free(der.data);
	return rc;
}

static int chain_from_key_block(const struct pem_block *block, struct chain *ret_chain,
				struct why *why)
{
	gnutls_datum_t der = { NULL, 0 };
	int rc = block_decode(block, &der, why);

	if (rc < 0)
		return rc;
	rc = chain_from_raw_key(&der, ret_chain, why);
	gnutls_free(der.data);
	return rc;
}

/* What came instead of a certificate; otherwise says what is known of it. */
static int refuse_other_kind(const void *data, size_t len, const char *otherwise,
			     struct why *why)
{
	char *kind = file_kind_explain(data, len, "a certificate", NULL);
	int rc = kind ? why_set(why, DP_EFORMAT, "it is %s", kind)
		      : why_set(why, DP_EFORMAT, "%s", otherwise);

	free(kind);
	return rc;
}

static int chain_from_pem(const char *text, size_t len, struct chain *ret_chain,
			  struct why *why)
{
	struct pem_block block, key = { .text = NULL };
	const char *all = text;
	size_t all_len = len;
	struct chain chain = { 0 };
	int rc = 0;

	while (rc == 0 && next_block(&text, &len, &block)) {
		if (!strcmp(block.label, "PUBLIC KEY"))
			key = block;
		if (!block_is_cert(&block))
			continue;
		if (chain.count == CHAIN_MAX)
			rc = why_set(why, DP_ELIMIT, "more than %d certificates",
				     CHAIN_MAX);
		else
			rc = append_block(&chain.cert, &chain.count, &block, why);
	}
	if (rc == 0 && find_text(text, len, PEM_BEGIN))
		rc = why_set(why, DP_EFORMAT, "a PEM block has no end");
	if (rc == 0 && !chain.count && key.text)
		return chain_from_key_block(&key, ret_chain, why);
	if (rc == 0 && !chain.count)
		rc = refuse_other_kind(all, all_len,
				       "PEM text without certificate or public key", why);
	if (rc < 0)
		chain_clear(&chain);
	else
		*ret_chain = chain;
	return rc;
}

int chain_from_file(const void *data, size_t len, struct chain *ret_chain,
		    struct why *why)
{
	gnutls_datum_t der = der_view(data, len);
	struct chain chain = { 0 };
	int rc;

	if (!der.data || !len)
		return why_set(why, DP_EFORMAT, "no certificate: %s",
			       len ? "far too large" : "empty");
	rc = gnutls_global_init(); /* told here only: it is made at the program's start */
	if (rc < 0)
		return why_gnutls(why, rc, "GnuTLS could not start");
	if (find_text(data, len, PEM_BEGIN))
		return chain_from_pem(data, len, ret_chain, why);
	if (der_is_spki(data, len))
		return chain_from_raw_key(&der, ret_chain, why);
	rc = append_der(&chain.cert, &chain.count, &der, NULL);
	if (rc < 0)
		return refuse_other_kind(data, len,
					 "neither PEM nor the DER form of one "
					 "certificate or public key",
					 why);
	*ret_chain = chain;
	return 0;
}

void chain_clear(struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++)
		cert_clear(&chain->cert[i]);
	free(chain->cert);
	memset(chain, 0, sizeof(*chain));
}

bool chain_key_is_strong(gnutls_pubkey_t key)
{
	unsigned bits = 0;
	int algorithm = gnutls_pubkey_get_pk_algorithm(key, &bits);

	return algorithm > 0 &&
	       gnutls_pk_bits_to_sec_param((gnutls_pk_algorithm_t)algorithm, bits) >=
		       GNUTLS_SEC_PARAM_LOW;
}

static int check_strength(gnutls_pubkey_t key, struct why *why)
{
	unsigned bits = 0;
	int algorithm = gnutls_pubkey_get_pk_algorithm(key, &bits);

	if (chain_key_is_strong(key))
		return 0;
	return why_set(why, DP_ECRYPTO,
		       "the server's %s key has %u bits only: it can be broken, and most "
		       "clients refuse it",
		       gnutls_pk_get_name((gnutls_pk_algorithm_t)algorithm), bits);
}

int chain_check_key(const struct chain *chain, struct why *why)
{
	gnutls_pubkey_t key = NULL;
	int rc = why_had_memory(gnutls_pubkey_init(&key));

	if (rc >= 0)
		rc = why_had_memory(gnutls_pubkey_import(key, &chain->cert[0].spki,
							 GNUTLS_X509_FMT_DER));
	rc = rc < 0 ? why_gnutls(why, rc, "the server's key can't be read")
		    : check_strength(key, why);
	gnutls_pubkey_deinit(key);
	return rc;
}

bool chain_is_ca(const struct chain_cert *cert)
{
	return cert->crt && gnutls_x509_crt_get_ca_status(cert->crt, NULL) > 0;
}

bool chain_is_rsa(const struct chain_cert *cert)
{
	int algorithm =
		cert->crt ? gnutls_x509_crt_get_pk_algorithm(cert->crt, NULL) : -1;

	return algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS;
}

bool chain_serial(const struct chain_cert *cert, uint8_t *buf, size_t *len)
{
	return cert->crt && gnutls_x509_crt_get_serial(cert->crt, buf, len) >= 0;
}

bool chain_authority_key_id(const struct chain_cert *cert, uint8_t *buf, size_t *len)
{
	return cert->crt &&
	       gnutls_x509_crt_get_authority_key_id(cert->crt, buf, len, NULL) >= 0;
}

gnutls_datum_t chain_select(const struct chain_cert *cert, uint8_t selector)
{
	if (selector == TLSA_CERT)
		return cert->der;
	if (selector == TLSA_SPKI)
		return cert->spki;
	return der_view(NULL, 0);
}

const uint8_t *chain_digest(const struct chain_cert *cert, uint8_t selector,
			    uint8_t mtype, size_t *ret_len)
{
	if (!chain_select(cert, selector).data)
		return NULL;
	if (mtype == TLSA_SHA256) {
		*ret_len = sizeof(cert->cert_sha256);
		return selector == TLSA_CERT ? cert->cert_sha256 : cert->spki_sha256;
	}
	if (mtype == TLSA_SHA512) {
		*ret_len = sizeof(cert->cert_sha512);
		return selector == TLSA_CERT ? cert->cert_sha512 : cert->spki_sha512;
	}
	return NULL;
}

int chain_trust_from_pem(const void *data, size_t len, struct trust *ret_trust,
			 struct why *why)
{
	const char *text = data;
	struct trust trust = { 0 };
	struct pem_block block;

	(void)why; /* an unreadable bundle is an empty one */
	while (len && next_block(&text, &len, &block))
		if (block_is_cert(&block) &&
		    append_block(&trust.cert, &trust.count, &block, NULL) == 0 &&
		    !trust.cert[trust.count - 1].crt)
			cert_clear(&trust.cert[--trust.count]);
	*ret_trust = trust;
	return 0;
}

void chain_trust_clear(struct trust *trust)
{
	struct chain chain = { .cert = trust->cert, .count = trust->count };

	chain_clear(&chain);
	memset(trust, 0, sizeof(*trust));
}

char *chain_issuer(const struct chain_cert *cert)
{
	gnutls_datum_t name = { 0 };
	char *text = NULL;

	if (cert->crt && gnutls_x509_crt_get_issuer_dn3(cert->crt, &name, 0) == 0)
		text = mem_text_n((const char *)name.data, name.size);
	gnutls_free(name.data);
	return text;
}
