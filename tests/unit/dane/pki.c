/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gnutls/x509-ext.h>

#include "base/hex.h"
#include "base/mem.h"
#include "dane/der.h"

#define DAY (24 * 3600)
#define P384 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1)
#define P521 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1)
#define WWW .dns = "www.example.com"

static const struct pki_def defs[] = {
	/* the ordinary tree: root, sub, leaf */
	{ .name = "root", .cn = "Root", .ca = PKI_CA },
	{ .name = "sub", .issuer = "root", .cn = "Sub", .ca = PKI_CA },
	{ .name = "leaf", .issuer = "sub", .cn = "leaf", WWW },
	{ .name = "leaf-renewed", .issuer = "sub", .key = "leaf", .cn = "leaf", WWW },
	{ .name = "leaf-other",
	  .issuer = "sub",
	  .cn = "other",
	  .dns = "mail.example.net" },
	{ .name = "leaf-wild", .issuer = "sub", .cn = "wild", .dns = "*.example.com" },
	{ .name = "leaf-cn", .issuer = "sub", .cn = "www.example.com" },
	{ .name = "leaf-cn-email",
	  .issuer = "sub",
	  .cn = "www.example.com",
	  .email = "a@example.com" },
	{ .name = "leaf-cn-san",
	  .issuer = "sub",
	  .cn = "www.example.com",
	  .dns = "other.example.com" },
	{ .name = "leaf-nameless", .issuer = "sub" },
	{ .name = "leaf-expired",
	  .issuer = "sub",
	  .cn = "leaf",
	  WWW,
	  .from_days = -90,
	  .to_days = -1 },
	{ .name = "leaf-early",
	  .issuer = "sub",
	  .cn = "leaf",
	  WWW,
	  .from_days = 1,
	  .to_days = 90 },
	{ .name = "leaf-other-expired",
	  .issuer = "sub",
	  .cn = "other",
	  .dns = "mail.example.net",
	  .from_days = -90,
	  .to_days = -1 },
	{ .name = "leaf-client",
	  .issuer = "sub",
	  .cn = "leaf",
	  WWW,
	  .purpose = GNUTLS_KP_TLS_WWW_CLIENT },
	{ .name = "leaf-server",
	  .issuer = "sub",
	  .cn = "leaf",
	  WWW,
	  .purpose = GNUTLS_KP_TLS_WWW_SERVER },
	{ .name = "leaf-critical",
	  .issuer = "sub",
	  .cn = "leaf",
	  WWW,
	  .critical_unknown = true },
	{ .name = "leaf-root", .issuer = "root", .cn = "leaf", WWW },
	{ .name = "leaf-no-ids", .issuer = "sub", .cn = "leaf", WWW, .no_key_ids = true },
	{ .name = "leaf-sha1",
	  .issuer = "sub",
	  .cn = "leaf",
	  WWW,
	  .hash = GNUTLS_DIG_SHA1 },
	/* has the name of its issuer, so that it looks self-signed to GnuTLS */
	{ .name = "leaf-sha1-selfish",
	  .issuer = "sub",
	  .cn = "Sub",
	  WWW,
	  .hash = GNUTLS_DIG_SHA1,
	  .no_key_ids = true },
	{ .name = "self", .cn = "www.example.com", WWW },
	{ .name = "self-ca",
	  .cn = "www.example.com",
	  WWW,
	  .ca = PKI_CA,
	  .key_usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_DIGITAL_SIGNATURE },
	{ .name = "self-sign-only",
	  .cn = "www.example.com",
	  WWW,
	  .ca = PKI_CA,
	  .key_usage = GNUTLS_KEY_KEY_CERT_SIGN },
	{ .name = "self-ca-twin",
	  .key = "self-ca",
	  .cn = "www.example.com",
	  WWW,
	  .ca = PKI_CA },
	/* the evil twin has the names of the ordinary tree */
	{ .name = "evil-root", .cn = "Root", .ca = PKI_CA },
	{ .name = "evil-sub", .issuer = "evil-root", .cn = "Sub", .ca = PKI_CA },
	{ .name = "evil-leaf", .issuer = "evil-sub", .cn = "leaf", WWW },
	{ .name = "evil-leaf-no-ids",
	  .issuer = "evil-sub",
	  .cn = "leaf",
	  WWW,
	  .no_key_ids = true },
	{ .name = "evil-other-leaf", .issuer = "evil-ca", .cn = "leaf", WWW },
	{ .name = "evil-ca", .cn = "Evil", .ca = PKI_CA },
	/* a leaf of the good CA that signs for somebody else */
	{ .name = "leaf-signed", .issuer = "leaf-other", .cn = "leaf", WWW },
	{ .name = "false-ca",
	  .issuer = "sub",
	  .cn = "False CA",
	  .ca = PKI_CA_FALSE,
	  .key_usage = GNUTLS_KEY_KEY_CERT_SIGN },
	{ .name = "false-ca-leaf", .issuer = "false-ca", .cn = "leaf", WWW },
	{ .name = "v1", .issuer = "sub", .cn = "V1", .version1 = true },
	{ .name = "v1-leaf", .issuer = "v1", .cn = "leaf", WWW },
	{ .name = "no-sign",
	  .issuer = "root",
	  .cn = "No Sign",
	  .ca = PKI_CA,
	  .key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE },
	{ .name = "no-sign-leaf", .issuer = "no-sign", .cn = "leaf", WWW },
	{ .name = "short-root", .cn = "Short Root", .ca = PKI_CA, .pathlen = 1 },
	{ .name = "short-sub", .issuer = "short-root", .cn = "Short Sub", .ca = PKI_CA },
	{ .name = "short-leaf", .issuer = "short-sub", .cn = "leaf", WWW },
	{ .name = "short-direct", .issuer = "short-root", .cn = "leaf", WWW },
	{ .name = "net-root",
	  .cn = "Net Root",
	  .ca = PKI_CA,
	  .permitted = "example.net" },
	{ .name = "net-leaf", .issuer = "net-root", .cn = "leaf", WWW },
	{ .name = "net-cn", .issuer = "net-root", .cn = "www.example.com" },
	{ .name = "net-sub",
	  .issuer = "root",
	  .cn = "Net Sub",
	  .ca = PKI_CA,
	  .permitted = "example.net" },
	{ .name = "net-sub-leaf", .issuer = "net-sub", .cn = "leaf", WWW },
	{ .name = "com-root",
	  .cn = "Com Root",
	  .ca = PKI_CA,
	  .permitted = "example.com" },
	{ .name = "com-leaf", .issuer = "com-root", .cn = "leaf", WWW },
	{ .name = "mail-sub",
	  .issuer = "root",
	  .cn = "Mail Sub",
	  .ca = PKI_CA,
	  .purpose = GNUTLS_KP_EMAIL_PROTECTION },
	{ .name = "mail-sub-leaf", .issuer = "mail-sub", .cn = "leaf", WWW },
	{ .name = "old-root",
	  .cn = "Old Root",
	  .ca = PKI_CA,
	  .from_days = -900,
	  .to_days = -2 },
	{ .name = "old-root-leaf", .issuer = "old-root", .cn = "leaf", WWW },
	{ .name = "old-sub",
	  .issuer = "root",
	  .key = "sub",
	  .cn = "Sub",
	  .ca = PKI_CA,
	  .from_days = -900,
	  .to_days = -2 },
	{ .name = "sub-false",
	  .issuer = "root",
	  .key = "sub",
	  .cn = "Sub",
	  .ca = PKI_CA_FALSE,
	  .key_usage = GNUTLS_KEY_KEY_CERT_SIGN },
	/* cross-signs: sub's key by another root */
	{ .name = "root2", .cn = "Root 2", .ca = PKI_CA },
	{ .name = "cross", .issuer = "root2", .key = "sub", .cn = "Sub", .ca = PKI_CA },
	/* algorithms */
	{ .name = "rsa-root",
	  .cn = "RSA Root",
	  .ca = PKI_CA,
	  .type = GNUTLS_PK_RSA,
	  .bits = 2048 },
	{ .name = "rsa-leaf", .issuer = "rsa-root", .cn = "leaf", WWW },
	{ .name = "huge-root",
	  .cn = "Huge Root",
	  .ca = PKI_CA,
	  .type = GNUTLS_PK_RSA,
	  .bits = 2048,
	  .exponent_bits = 100000 },
	{ .name = "huge-leaf", .issuer = "huge-root", .cn = "leaf", WWW },
	{ .name = "leaf-huge",
	  .issuer = "sub",
	  .cn = "leaf",
	  WWW,
	  .type = GNUTLS_PK_RSA,
	  .bits = 2048,
	  .exponent_bits = 65 },
	{ .name = "leaf-ends-now",
	  .issuer = "sub",
	  .cn = "leaf",
	  WWW,
	  .from_days = -10,
	  .to_days = 0 },
	{ .name = "leaf-begins-now",
	  .issuer = "sub",
	  .cn = "leaf",
	  WWW,
	  .from_days = 0,
	  .to_days = 10 },
	{ .name = "rsa-pss-leaf", .issuer = "rsa-root", .cn = "leaf", WWW, .pss = true },
	{ .name = "v1-root", .cn = "V1 Root", .version1 = true },
	{ .name = "v1-root-leaf", .issuer = "v1-root", .cn = "leaf", WWW },
	{ .name = "sign-root", .cn = "Sign Root", .key_usage = GNUTLS_KEY_KEY_CERT_SIGN },
	{ .name = "sign-root-leaf", .issuer = "sign-root", .cn = "leaf", WWW },
	{ .name = "sha1-root",
	  .cn = "SHA-1 Root",
	  .ca = PKI_CA,
	  .hash = GNUTLS_DIG_SHA1 },
	{ .name = "sha1-root-leaf", .issuer = "sha1-root", .cn = "leaf", WWW },
	{ .name = "tight-sub",
	  .issuer = "root",
	  .cn = "Tight Sub",
	  .ca = PKI_CA,
	  .pathlen = 1 },
	{ .name = "tight-leaf", .issuer = "tight-sub", .cn = "leaf", WWW },
	{ .name = "short-same",
	  .issuer = "short-root",
	  .cn = "Short Root",
	  .ca = PKI_CA },
	{ .name = "short-same-leaf", .issuer = "short-same", .cn = "leaf", WWW },
	{ .name = "client-root",
	  .cn = "Client Root",
	  .ca = PKI_CA,
	  .purpose = GNUTLS_KP_TLS_WWW_CLIENT },
	{ .name = "client-root-leaf", .issuer = "client-root", .cn = "leaf", WWW },
	{ .name = "any-leaf",
	  .issuer = "sub",
	  .cn = "leaf",
	  WWW,
	  .purpose = GNUTLS_KP_ANY },
	{ .name = "weak-root",
	  .cn = "Weak Root",
	  .ca = PKI_CA,
	  .type = GNUTLS_PK_RSA,
	  .bits = 768 },
	{ .name = "weak-leaf", .issuer = "weak-root", .cn = "leaf", WWW },
	{ .name = "pss-root",
	  .cn = "PSS Root",
	  .ca = PKI_CA,
	  .type = GNUTLS_PK_RSA_PSS,
	  .bits = 2048 },
	{ .name = "pss-leaf", .issuer = "pss-root", .cn = "leaf", WWW },
	{ .name = "ed25519-root",
	  .cn = "Ed25519 Root",
	  .ca = PKI_CA,
	  .type = GNUTLS_PK_EDDSA_ED25519 },
	{ .name = "ed25519-leaf",
	  .issuer = "ed25519-root",
	  .cn = "leaf",
	  WWW,
	  .type = GNUTLS_PK_EDDSA_ED25519 },
	{ .name = "ed448-root",
	  .cn = "Ed448 Root",
	  .ca = PKI_CA,
	  .type = GNUTLS_PK_EDDSA_ED448 },
	{ .name = "ed448-leaf",
	  .issuer = "ed448-root",
	  .cn = "leaf",
	  WWW,
	  .type = GNUTLS_PK_EDDSA_ED448 },
	{ .name = "p384-root", .cn = "P384 Root", .ca = PKI_CA, .bits = P384 },
	{ .name = "p384-leaf",
	  .issuer = "p384-root",
	  .cn = "leaf",
	  WWW,
	  .bits = P521,
	  .hash = GNUTLS_DIG_SHA384 },
	/* unrelated */
	{ .name = "stranger", .cn = "Stranger", .ca = PKI_CA },
};

#define DEF_COUNT (sizeof(defs) / sizeof(defs[0]))
static struct pki_cert *made[DEF_COUNT];
static unsigned serial;

static gnutls_x509_privkey_t new_key(const struct pki_def *def)
{
	gnutls_pk_algorithm_t type = def->type ? def->type : GNUTLS_PK_ECDSA;
	unsigned bits = def->bits;
	gnutls_x509_privkey_t key;

	if (!bits && type == GNUTLS_PK_ECDSA)
		bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
	if (!bits)
		bits = gnutls_sec_param_to_pk_bits(type, GNUTLS_SEC_PARAM_HIGH);
	assert_return_code(gnutls_x509_privkey_init(&key), 0);
	assert_return_code(gnutls_x509_privkey_generate(key, type, bits, 0), 0);
	return key;
}

static void set_constraint(gnutls_x509_crt_t crt, const char *suffix)
{
	gnutls_datum_t name = der_view(suffix, strlen(suffix));
	gnutls_x509_name_constraints_t nc;

	assert_return_code(gnutls_x509_name_constraints_init(&nc), 0);
	assert_return_code(
		gnutls_x509_name_constraints_add_permitted(nc, GNUTLS_SAN_DNSNAME, &name),
		0);
	assert_return_code(gnutls_x509_crt_set_name_constraints(crt, nc, 1), 0);
	gnutls_x509_name_constraints_deinit(nc);
}

static void set_san(gnutls_x509_crt_t crt, const struct pki_def *def)
{
	const char *p = def->dns ? def->dns : "";
	size_t len;

	for (; *p; p += len) {
		p += strspn(p, " ");
		len = strcspn(p, " ");
		assert_return_code(gnutls_x509_crt_set_subject_alt_name(
					   crt, GNUTLS_SAN_DNSNAME, p, (unsigned)len,
					   GNUTLS_FSAN_APPEND),
				   0);
	}
	if (def->email)
		assert_return_code(gnutls_x509_crt_set_subject_alt_name(
					   crt, GNUTLS_SAN_RFC822NAME, def->email,
					   (unsigned)strlen(def->email),
					   GNUTLS_FSAN_APPEND),
				   0);
}

static void set_key_ids(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer)
{
	unsigned char id[64];
	size_t len = sizeof(id);

	assert_return_code(gnutls_x509_crt_get_key_id(crt, 0, id, &len), 0);
	assert_return_code(gnutls_x509_crt_set_subject_key_id(crt, id, len), 0);
	len = sizeof(id);
	assert_return_code(gnutls_x509_crt_get_key_id(issuer, 0, id, &len), 0);
	assert_return_code(gnutls_x509_crt_set_authority_key_id(crt, id, len), 0);
}

static void set_extensions(gnutls_x509_crt_t crt, const struct pki_def *def,
			   gnutls_x509_crt_t issuer)
{
	unsigned usage = def->ca == PKI_CA ? GNUTLS_KEY_KEY_CERT_SIGN
					   : GNUTLS_KEY_DIGITAL_SIGNATURE;

	if (def->key_usage)
		usage = def->key_usage;
	if (usage != ~0u)
		assert_return_code(gnutls_x509_crt_set_key_usage(crt, usage), 0);
	if (def->ca != PKI_LEAF)
		assert_return_code(gnutls_x509_crt_set_basic_constraints(
					   crt, def->ca == PKI_CA, def->pathlen - 1),
				   0);
	if (def->purpose)
		assert_return_code(
			gnutls_x509_crt_set_key_purpose_oid(crt, def->purpose, 0), 0);
	if (def->permitted)
		set_constraint(crt, def->permitted);
	if (def->critical_unknown)
		assert_return_code(gnutls_x509_crt_set_extension_by_oid(
					   crt, "1.3.6.1.4.1.99999.1", "\x05\x00", 2, 1),
				   0);
	if (!def->no_key_ids)
		set_key_ids(crt, issuer);
	set_san(crt, def);
}

/* The key with another exponent: 2^(bits-1) + 1. */
static void set_exponent(struct pki_cert *cert, unsigned bits)
{
	gnutls_datum_t m, e, d, p, q, u, odd = { mem_zero(bits / 8 + 1), bits / 8 + 1 };
	gnutls_pubkey_t key;

	odd.data[bits % 8 ? 0 : 1] = (unsigned char)(1u << ((bits + 7) % 8));
	odd.data[odd.size - 1] |= 1;
	assert_return_code(
		gnutls_x509_privkey_export_rsa_raw(cert->key, &m, &e, &d, &p, &q, &u), 0);
	assert_return_code(gnutls_pubkey_init(&key), 0);
	assert_return_code(gnutls_pubkey_import_rsa_raw(key, &m, &odd), 0);
	assert_return_code(gnutls_x509_crt_set_pubkey(cert->crt, key), 0);
	gnutls_pubkey_deinit(key);
	free(odd.data);
	gnutls_free(m.data);
	gnutls_free(e.data);
	gnutls_free(d.data);
	gnutls_free(p.data);
	gnutls_free(q.data);
	gnutls_free(u.data);
}

static void set_fields(struct pki_cert *cert, const struct pki_def *def,
		       const struct pki_cert *issuer)
{
	bool usual = !def->from_days && !def->to_days;
	unsigned char number[4];

	serial++;
	number[0] = 1;
	number[1] = (unsigned char)(serial >> 16);
	number[2] = (unsigned char)(serial >> 8);
	number[3] = (unsigned char)serial;
	gnutls_x509_crt_set_version(cert->crt, def->version1 ? 1 : 3);
	gnutls_x509_crt_set_serial(cert->crt, number, sizeof(number));
	gnutls_x509_crt_set_activation_time(
		cert->crt, PKI_NOW + (usual ? -10 : def->from_days) * DAY);
	gnutls_x509_crt_set_expiration_time(cert->crt,
					    PKI_NOW + (usual ? 80 : def->to_days) * DAY);
	assert_return_code(gnutls_x509_crt_set_key(cert->crt, cert->key), 0);
	if (def->exponent_bits)
		set_exponent(cert, def->exponent_bits);
	if (def->cn)
		assert_return_code(gnutls_x509_crt_set_dn_by_oid(
					   cert->crt, GNUTLS_OID_X520_COMMON_NAME, 0,
					   def->cn, (unsigned)strlen(def->cn)),
				   0);
	if (!def->version1)
		set_extensions(cert->crt, def, issuer->crt);
}

static gnutls_digest_algorithm_t sign_hash(const struct pki_def *def,
					   gnutls_x509_privkey_t key)
{
	int type = gnutls_x509_privkey_get_pk_algorithm(key);

	if (type == GNUTLS_PK_EDDSA_ED25519)
		return GNUTLS_DIG_SHA512;
	if (type == GNUTLS_PK_EDDSA_ED448)
		return GNUTLS_DIG_SHAKE_256;
	return def->hash ? def->hash : GNUTLS_DIG_SHA256;
}

struct pki_cert *pki_make(const struct pki_def *def, const struct pki_cert *issuer,
			  const struct pki_cert *key_of)
{
	struct pki_cert *cert = mem_zero(sizeof(*cert));
	struct der_cert parts;
	int rc;

	cert->def = def;
	cert->key = key_of ? key_of->key : new_key(def);
	cert->key_is_shared = key_of != NULL;
	assert_return_code(gnutls_x509_crt_init(&cert->crt), 0);
	if (!issuer)
		issuer = cert;
	set_fields(cert, def, issuer);
	rc = gnutls_x509_crt_sign2(cert->crt, issuer->crt, issuer->key,
				   sign_hash(def, issuer->key),
				   def->pss ? GNUTLS_PRIVKEY_SIGN_FLAG_RSA_PSS : 0);
	if (rc < 0)
		fail_msg("%s: signing: %s", def->name, gnutls_strerror(rc));
	assert_return_code(
		gnutls_x509_crt_export2(cert->crt, GNUTLS_X509_FMT_DER, &cert->der), 0);
	assert_return_code(der_read_cert(&cert->der, &parts, NULL), 0);
	cert->spki = parts.spki;
	return cert;
}

const struct pki_cert *pki_get(const char *name)
{
	const struct pki_def *def;
	size_t i;

	for (i = 0; i < DEF_COUNT; i++)
		if (!strcmp(defs[i].name, name))
			break;
	if (i == DEF_COUNT)
		fail_msg("no certificate '%s' in the table", name);
	def = &defs[i];
	if (!made[i])
		made[i] = pki_make(def, def->issuer ? pki_get(def->issuer) : NULL,
				   def->key ? pki_get(def->key) : NULL);
	return made[i];
}

void pki_free(struct pki_cert *cert)
{
	if (!cert)
		return;
	gnutls_x509_crt_deinit(cert->crt);
	if (!cert->key_is_shared)
		gnutls_x509_privkey_deinit(cert->key);
	gnutls_free(cert->der.data);
	free(cert);
}

void pki_free_all(void)
{
	size_t i;

	for (i = 0; i < DEF_COUNT; i++) {
		pki_free(made[i]);
		made[i] = NULL;
	}
}

/* Takes the next word, up to a blank or comma, out of *text. */
static bool next_word(const char **text, char *word, size_t size)
{
	size_t len;

	*text += strspn(*text, " ");
	len = strcspn(*text, " ,");
	if (!len || len >= size)
		return false;
	memcpy(word, *text, len);
	word[len] = '\0';
	*text += len;
	return true;
}

void pki_chain(const char *names, struct chain *ret_chain)
{
	gnutls_datum_t ders[CHAIN_MAX];
	size_t count = 0;
	char name[40];

	while (count < CHAIN_MAX && next_word(&names, name, sizeof(name)))
		ders[count++] = pki_get(name)->der;
	assert_return_code(chain_from_ders(ders, count, ret_chain, NULL), 0);
}

static void make_record(uint8_t u, uint8_t s, uint8_t m, const char *what,
			struct tlsa *ret_rr)
{
	const struct pki_cert *cert;
	gnutls_datum_t octets;

	*ret_rr = (struct tlsa){ .usage = u, .selector = s, .mtype = m };
	if (!strcmp(what, "none"))
		return;
	if (!strncmp(what, "hex:", 4)) {
		assert_return_code(
			hex_decode(what + 4, &ret_rr->data, &ret_rr->len, NULL), 0);
		return;
	}
	if (!strcmp(what, "junk")) {
		ret_rr->len = m == TLSA_SHA512 ? 64 : 32;
		ret_rr->data = mem_zero(ret_rr->len);
		return;
	}
	cert = pki_get(what);
	octets = s == TLSA_CERT ? cert->der : cert->spki;
	assert_return_code(
		tlsa_from_octets(u, s, m, octets.data, octets.size, ret_rr, NULL), 0);
}

size_t pki_records(const char *text, struct tlsa **ret_rr)
{
	struct tlsa *rr = NULL;
	size_t count = 0;
	unsigned u, s, m;
	char what[200];
	int n;

	for (; *text; text += strspn(text, ", ")) {
		if (sscanf(text, "%u %u %u %n", &u, &s, &m, &n) != 3)
			fail_msg("bad record '%s'", text);
		text += n;
		if (!next_word(&text, what, sizeof(what)))
			fail_msg("record without a name");
		rr = mem_grow(rr, count, sizeof(*rr));
		make_record((uint8_t)u, (uint8_t)s, (uint8_t)m, what, &rr[count++]);
	}
	*ret_rr = rr;
	return count;
}

void pki_records_free(struct tlsa *rr, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		tlsa_clear(&rr[i]);
	free(rr);
}

char *pki_pem(const char *names)
{
	char *all = mem_text(""), *longer;
	gnutls_datum_t pem;
	char name[40];

	while (next_word(&names, name, sizeof(name))) {
		assert_return_code(gnutls_x509_crt_export2(pki_get(name)->crt,
							   GNUTLS_X509_FMT_PEM, &pem),
				   0);
		longer = mem_printf("%s%.*s", all, (int)pem.size, (const char *)pem.data);
		gnutls_free(pem.data);
		free(all);
		all = longer;
	}
	return all;
}
