/* SPDX-License-Identifier: BSD-2-Clause */
/* Records against chains of certificates that are there before the first run, so that a
 * run costs some 30 microseconds: an octet of flags, one with the number of certificates
 * in the chain, one for each that says which; then records, of four octets and their
 * data: usage, selector, matching type, and what the data begin as: a digest of a
 * certificate, or nothing. Octets that follow up to the next 0xff are added up into the
 * data, or make them longer. Certificates as octets, and the story of a mismatch, which
 * takes a hundred times as long: fuzz_chain_from_ders. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "base/fnv.h"
#include "dane/chain.h"
#include "dane/match.h"
#include "dane/policy.h"
#include "dane/tlsa.h"

#define NOW 1795046400 /* 2026-11-19 */
#define DAY 86400
#define CHAIN_LEN_MAX 8
#define RECORDS_MAX 12
#define DATA_MAX 1024
#define KNOWN_MAX 4096 /* signatures whose verdict is kept; a power of two */

enum { FLAG_MTA = 1, FLAG_EE_NAMES = 2, FLAG_TRUST = 4, FLAG_RAW_KEY = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- certificates ------------------------------------------------------------------- */

static const struct plan {
	const char *cn, *dns;
	int issuer; /* its index; -1: itself */
	bool is_ca;
	int from_days, to_days;
	gnutls_digest_algorithm_t hash;
} plans[] = {
	{ "root", NULL, -1, true, -10, 90, GNUTLS_DIG_SHA256 },
	{ "sub", NULL, 0, true, -10, 90, GNUTLS_DIG_SHA256 },
	{ "leaf", "www.example.com", 1, false, -10, 90, GNUTLS_DIG_SHA256 },
	{ "other", "www.example.org", 1, false, -10, 90, GNUTLS_DIG_SHA384 },
	{ "wild", "*.example.net", 0, false, -10, 90, GNUTLS_DIG_SHA256 },
	{ "old", "www.example.com", 1, false, -90, -10, GNUTLS_DIG_SHA256 },
	{ "alone", "mail.example.net", -1, false, -10, 90, GNUTLS_DIG_SHA256 },
	{ "sub", NULL, 0, true, -90, -10, GNUTLS_DIG_SHA256 },
	{ "no-ca", NULL, 0, false, -10, 90, GNUTLS_DIG_SHA256 },
	{ "under", "www.example.com", 8, false, -10, 90, GNUTLS_DIG_SHA256 },
	{ "root", NULL, -1, true, -10, 90, GNUTLS_DIG_SHA512 },
	{ "www.example.com", NULL, 1, false, -10, 90, GNUTLS_DIG_SHA1 },
};
#define CERTS (sizeof(plans) / sizeof(*plans))

static struct chain certs[CERTS], raw_keys[CERTS]; /* never freed; one in each */

static void want(int rc)
{
	if (rc < 0)
		abort();
}

static void make_cert(size_t i, gnutls_x509_crt_t crt[], gnutls_x509_privkey_t key[])
{
	const struct plan *p = &plans[i];
	size_t issuer = p->issuer < 0 ? i : (size_t)p->issuer;
	uint8_t serial = (uint8_t)(i + 1);
	gnutls_datum_t der;

	want(gnutls_x509_privkey_init(&key[i]));
	want(gnutls_x509_privkey_generate(
		key[i], GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
		0));
	want(gnutls_x509_crt_init(&crt[i]));
	want(gnutls_x509_crt_set_version(crt[i], 3));
	want(gnutls_x509_crt_set_serial(crt[i], &serial, 1));
	want(gnutls_x509_crt_set_key(crt[i], key[i]));
	want(gnutls_x509_crt_set_dn_by_oid(crt[i], GNUTLS_OID_X520_COMMON_NAME, 0, p->cn,
					   (unsigned)strlen(p->cn)));
	want(gnutls_x509_crt_set_activation_time(crt[i], NOW + p->from_days * DAY));
	want(gnutls_x509_crt_set_expiration_time(crt[i], NOW + p->to_days * DAY));
	want(gnutls_x509_crt_set_basic_constraints(crt[i], p->is_ca, -1));
	want(gnutls_x509_crt_set_key_usage(crt[i],
					   p->is_ca ? GNUTLS_KEY_KEY_CERT_SIGN
						    : GNUTLS_KEY_DIGITAL_SIGNATURE));
	if (p->dns)
		want(gnutls_x509_crt_set_subject_alt_name(
			crt[i], GNUTLS_SAN_DNSNAME, p->dns, (unsigned)strlen(p->dns),
			GNUTLS_FSAN_SET));
	want(gnutls_x509_crt_sign2(crt[i], crt[issuer], key[issuer], p->hash, 0));
	want(gnutls_x509_crt_export2(crt[i], GNUTLS_X509_FMT_DER, &der));
	want(chain_from_ders(&der, 1, &certs[i], NULL));
	want(chain_from_raw_key(&certs[i].cert[0].spki, &raw_keys[i], NULL));
	gnutls_free(der.data);
}

static void make_certs(void)
{
	static gnutls_x509_privkey_t key[CERTS];
	static gnutls_x509_crt_t crt[CERTS];
	size_t i;

	for (i = 0; i < CERTS; i++)
		make_cert(i, crt, key);
	for (i = 0; i < CERTS; i++) {
		gnutls_x509_crt_deinit(crt[i]);
		gnutls_x509_privkey_deinit(key[i]);
	}
}

/* --- a signature is verified once, whoever asks ---------------------------------------
 */

static struct known {
	uint64_t id;
	int rc;
	bool is_there;
} known[KNOWN_MAX];

static gnutls_datum_t imported; /* borrowed; the key that was read last */

int gnutls_pubkey_import(gnutls_pubkey_t key, const gnutls_datum_t *data,
			 gnutls_x509_crt_fmt_t format)
{
	static int (*own)(gnutls_pubkey_t, const gnutls_datum_t *, gnutls_x509_crt_fmt_t);

	if (!own)
		*(void **)&own = dlsym(RTLD_NEXT, "gnutls_pubkey_import");
	imported = *data;
	return own(key, data, format);
}

int gnutls_pubkey_verify_data2(gnutls_pubkey_t key, gnutls_sign_algorithm_t algorithm,
			       unsigned flags, const gnutls_datum_t *data,
			       const gnutls_datum_t *signature)
{
	static int (*own)(gnutls_pubkey_t, gnutls_sign_algorithm_t, unsigned,
			  const gnutls_datum_t *, const gnutls_datum_t *);
	uint64_t id = fnv_octets(imported.data, imported.size) * 3 ^
		      fnv_octets(signature->data, signature->size);
	struct known *k = &known[id % KNOWN_MAX];

	if (k->is_there && k->id == id)
		return k->rc;
	if (!own)
		*(void **)&own = dlsym(RTLD_NEXT, "gnutls_pubkey_verify_data2");
	k->is_there = true;
	k->id = id;
	k->rc = own(key, algorithm, flags, data, signature);
	return k->rc;
}

/* --- a run -------------------------------------------------------------------------- */

struct input {
	const uint8_t *at;
	size_t left;
};

static uint8_t next_octet(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

/* What the record says of that certificate; 0: octets that are of none. */
static size_t begin_data(const struct tlsa *rr, uint8_t which, uint8_t octets[DATA_MAX])
{
	const struct chain_cert *cert = &certs[which % CERTS].cert[0];
	gnutls_datum_t whole = chain_select(cert, rr->selector);
	size_t len = 0;
	const uint8_t *digest;

	if (which >= 128)
		return 0;
	digest = chain_digest(cert, rr->selector, rr->mtype, &len);
	if (!digest && rr->mtype == TLSA_FULL && whole.size <= DATA_MAX) {
		digest = whole.data;
		len = whole.size;
	}
	if (digest)
		memcpy(octets, digest, len);
	return digest ? len : 0;
}

static void make_record(struct input *in, struct tlsa *rr, uint8_t octets[DATA_MAX])
{
	size_t i;
	uint8_t more;

	rr->usage = next_octet(in);
	rr->selector = next_octet(in);
	rr->mtype = next_octet(in);
	rr->len = begin_data(rr, next_octet(in), octets);
	rr->data = octets;
	for (i = 0; in->left && i < DATA_MAX && (more = next_octet(in)) != 0xff; i++) {
		if (i >= rr->len)
			octets[rr->len++] = 0;
		octets[i] = (uint8_t)(octets[i] + more);
	}
}

static void judge(const struct match_input *in)
{
	struct match match;
	size_t stale[4];

	match_chain(in, &match);
	if ((match.code == MATCH_OK) != (match.record >= 0) ||
	    (match.code == MATCH_OK) != !match.why[0])
		abort();
	if (match.code == MATCH_OK &&
	    (!match.rec[match.record].usable || match.rec[match.record].superseded))
		abort();
	(void)policy_stale_combinations(in->rr, &match, stale, 4);
	match_clear(&match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "www.example.com", "mail.example.net" };
	static uint8_t octets[RECORDS_MAX][DATA_MAX];
	struct chain_cert cert[CHAIN_LEN_MAX];
	struct chain chain = { .cert = cert };
	struct trust trust = { .count = 1 };
	struct tlsa rr[RECORDS_MAX];
	struct input in = { data, size };
	struct match_input match = {
		.names = names, .name_count = 2, .now = NOW, .rr = rr, .chain = &chain
	};
	uint8_t flags, count;

	if (!certs[0].count)
		make_certs();
	trust.cert = certs[0].cert;
	flags = next_octet(&in);
	count = next_octet(&in) % CHAIN_LEN_MAX + 1;
	chain.raw_key = flags & FLAG_RAW_KEY;
	while (chain.count < (chain.raw_key ? 1 : count)) {
		uint8_t which = next_octet(&in) % CERTS;

		cert[chain.count++] =
			chain.raw_key ? raw_keys[which].cert[0] : certs[which].cert[0];
	}
	while (in.left && match.rr_count < RECORDS_MAX) {
		make_record(&in, &rr[match.rr_count], octets[match.rr_count]);
		match.rr_count++;
	}
	match.mta_relay = flags & FLAG_MTA;
	match.ee_name_check = flags & FLAG_EE_NAMES;
	match.trust = flags & FLAG_TRUST ? &trust : NULL;
	judge(&match);
	return 0;
}
