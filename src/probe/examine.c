/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/examine.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"
#include "dane/chain.h"
#include "dane/defect.h"
#include "dane/match.h"
#include "dane/policy.h"
#include "dane/story.h"
#include "verdict/facts.h"

#define SAN_MAX 1000 /* names kept of one certificate, for showing */
#define DN_MAX 1024  /* octets shown of a name by its parts */
#define NAME_COST 32 /* what a name takes beside its octets */
#define STORY_MAX 8
#define STORY_TEXT_MAX 1200

/* Cuts what nobody reads to its end, between two characters of UTF-8. */
static char *cut_dn(char *take_text)
{
	size_t len = strlen(take_text);
	char *cut;

	if (len <= DN_MAX)
		return take_text;
	for (len = DN_MAX; len && ((unsigned char)take_text[len] & 0xc0) == 0x80;)
		len--;
	cut = mem_printf("%.*s...", (int)len, take_text);
	free(take_text);
	return cut;
}

static char *dn_text(gnutls_x509_crt_t crt, bool issuer)
{
	gnutls_datum_t text = { 0 };
	char *copy;
	int rc = issuer ? gnutls_x509_crt_get_issuer_dn3(crt, &text, 0)
			: gnutls_x509_crt_get_dn3(crt, &text, 0);

	if (rc < 0)
		return mem_text("");
	copy = log_show_nul((const char *)text.data, text.size);
	gnutls_free(text.data);
	return cut_dn(copy);
}

static char *common_name(gnutls_x509_crt_t crt)
{
	char name[256];
	size_t size = sizeof(name);

	if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name,
					  &size) < 0)
		return NULL;
	return log_show_nul(name, size);
}

static char *prefixed_text(const char *prefix, const char *data, size_t size)
{
	char *shown = log_show_nul(data, size);
	char *text = mem_printf("%s%s", prefix, shown);

	free(shown);
	return text;
}

static char *san_text(unsigned type, const char *data, size_t size)
{
	char text[INET6_ADDRSTRLEN];
	int family = size == 4 ? AF_INET : AF_INET6;

	switch (type) {
	case GNUTLS_SAN_DNSNAME:
		return log_show_nul(data, size);
	case GNUTLS_SAN_IPADDRESS:
		if ((size != 4 && size != 16) ||
		    !inet_ntop(family, data, text, sizeof(text)))
			return NULL;
		return mem_printf("IP:%s", text);
	case GNUTLS_SAN_RFC822NAME:
		return prefixed_text("email:", data, size);
	case GNUTLS_SAN_URI:
		return prefixed_text("URI:", data, size);
	default:
		return NULL;
	}
}

static void fill_san(struct facts_target *t, struct facts_cert *f, gnutls_x509_crt_t crt)
{
	unsigned i, type;
	char data[1024], *text;
	size_t size;
	int rc;

	for (i = 0; i < SAN_MAX; i++) {
		size = sizeof(data);
		rc = gnutls_x509_crt_get_subject_alt_name2(crt, i, data, &size, &type,
							   NULL);
		if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return;
		text = rc < 0 ? NULL : san_text(type, data, size);
		if (!text)
			continue;
		if (!facts_take_room(t, strlen(text) + NAME_COST)) {
			free(text);
			return;
		}
		f->san = mem_grow(f->san, f->san_count, sizeof(*f->san));
		f->san[f->san_count++] = text;
	}
}

static const char *curve_text(gnutls_ecc_curve_t curve)
{
	switch (curve) {
	case GNUTLS_ECC_CURVE_SECP256R1:
		return "P-256";
	case GNUTLS_ECC_CURVE_SECP384R1:
		return "P-384";
	case GNUTLS_ECC_CURVE_SECP521R1:
		return "P-521";
	default:
		return gnutls_ecc_curve_get_name(curve);
	}
}

static char *key_text(const gnutls_datum_t *spki)
{
	gnutls_pubkey_t key = NULL;
	gnutls_ecc_curve_t curve;
	unsigned bits = 0;
	char *text = NULL;
	int algorithm;

	if (!spki->data || gnutls_pubkey_init(&key) < 0)
		return NULL;
	if (gnutls_pubkey_import(key, spki, GNUTLS_X509_FMT_DER) < 0)
		goto out;
	algorithm = gnutls_pubkey_get_pk_algorithm(key, &bits);
	if (algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS)
		text = mem_printf("RSA %u", bits);
	else if (algorithm == GNUTLS_PK_EDDSA_ED25519)
		text = mem_text("Ed25519");
	else if (algorithm == GNUTLS_PK_EDDSA_ED448)
		text = mem_text("Ed448");
	else if (algorithm == GNUTLS_PK_ECDSA &&
		 gnutls_pubkey_export_ecc_raw2(key, &curve, NULL, NULL, 0) == 0)
		text = mem_printf("ECDSA %s", curve_text(curve));
	else
		text = mem_printf("%s %u", gnutls_pk_get_name(algorithm), bits);
out:
	gnutls_pubkey_deinit(key);
	return text;
}

static void fill_digest(char *text, const uint8_t *digest)
{
	char *hex = hex_encode(digest, 32);

	memcpy(text, hex, 65);
	free(hex);
}

static void fill_cert(struct facts_target *t, struct facts_cert *f,
		      const struct chain_cert *cert)
{
	f->not_before = cert->not_before;
	f->not_after = cert->not_after;
	f->has_cert = cert->crt != NULL;
	f->key = key_text(&cert->spki);
	if (cert->spki.data)
		fill_digest(f->spki_sha256, cert->spki_sha256);
	if (cert->der.data)
		fill_digest(f->cert_sha256, cert->cert_sha256);
	if (!cert->crt) {
		f->subject = mem_text("");
		f->issuer = mem_text("");
		return;
	}
	f->subject = dn_text(cert->crt, false);
	f->issuer = dn_text(cert->crt, true);
	f->common_name = common_name(cert->crt);
	fill_san(t, f, cert->crt);
}

static enum code code_of(enum match_code code)
{
	switch (code) {
	case MATCH_OK:
		return CODE_MATCH;
	case MATCH_NAME:
		return CODE_NAME_MISMATCH;
	case MATCH_EXPIRED:
		return CODE_EXPIRED;
	case MATCH_PKIX:
		return CODE_PKIX_FAILED;
	case MATCH_MISMATCH:
		return CODE_MISMATCH;
	case MATCH_UNUSABLE:
		return CODE_UNUSABLE;
	}
	return CODE_MISMATCH;
}

static void mark_records(struct facts_endpoint *e, const struct match *match)
{
	size_t i;

	for (i = 0; i < e->record_count; i++) {
		const struct match_record *rec = &match->rec[i];

		e->record[i].usable = rec->usable && !rec->superseded;
		e->record[i].superseded = rec->superseded;
		free(e->record[i].reason);
		e->record[i].reason =
			e->record[i].usable ? NULL : mem_text(match->reason[i].text);
	}
}

static const char *auth_text(const struct facts_cert *leaf)
{
	if (!leaf->key)
		return NULL;
	if (!strncmp(leaf->key, "RSA", 3))
		return "RSA";
	return !strncmp(leaf->key, "Ed", 2) ? "EdDSA" : "ECDSA";
}

/* A client need not know SHA2-512. For one that doesn't, digest agility leaves the
 * other records. */
static void judge_without_sha512(struct facts_endpoint *e, struct facts_peer *peer,
				 struct match_input *in)
{
	struct tlsa *rr = mem_array(e->record_count, sizeof(*rr));
	struct match match;
	size_t i, n = 0;

	for (i = 0; i < e->record_count; i++) {
		if (e->record[i].rr.mtype != TLSA_SHA512)
			rr[n++] = e->record[i].rr;
		else
			peer->has_sha512 = peer->has_sha512 || e->record[i].usable;
	}
	if (peer->has_sha512) {
		in->rr = rr;
		in->rr_count = n;
		match_chain(in, &match);
		peer->without_sha512 = n ? match.code : MATCH_UNUSABLE;
		match_clear(&match);
		in->rr = NULL;
	}
	free(rr);
}

/* Its names aren't among them: they take their own room. */
static size_t cost_of_cert(const struct chain_cert *cert)
{
	return sizeof(struct facts_cert) + NAME_COST +
	       (cert->der.size < DN_MAX ? cert->der.size : DN_MAX);
}

static void fill_chain(struct facts_target *t, struct facts_peer *peer,
		       const struct chain *chain)
{
	size_t i;

	peer->chain = mem_array(chain->count, sizeof(*peer->chain));
	for (i = 0; i < chain->count; i++) {
		if (!facts_take_room(t, cost_of_cert(&chain->cert[i])) && i)
			break;
		fill_cert(t, &peer->chain[i], &chain->cert[i]);
	}
	peer->chain_count = i;
	if (chain->count)
		peer->tls.auth = mem_text(auth_text(&peer->chain[0]));
}

static void judge_records(const struct facts_endpoint *e, struct match *ret_match,
			  const struct chain *chain, struct match_input *in)
{
	struct tlsa *rr = facts_rrset(e);

	in->rr = rr;
	in->rr_count = e->record_count;
	in->chain = chain;
	match_chain(in, ret_match);
	in->rr = NULL;
	free(rr);
}

bool examine_matches(const struct facts_endpoint *e, const struct chain *chain,
		     struct match_input *in)
{
	struct match match;
	bool matches;

	judge_records(e, &match, chain, in);
	matches = match.code == MATCH_OK;
	match_clear(&match);
	return matches;
}

void examine_chain(struct facts_target *t, struct facts_endpoint *e, size_t index,
		   const struct chain *chain, struct match_input *in)
{
	struct facts_peer *peer = &e->peer[index];

	judge_records(e, &peer->match, chain, in);
	peer->has_match = true;
	peer->code = code_of(peer->match.code);
	if (peer->code != CODE_MATCH)
		peer->error = mem_text(peer->match.why);
	mark_records(e, &peer->match);
	judge_without_sha512(e, peer, in);
	if (!facts_take_room(t, peer->match.rec_count * sizeof(*peer->match.reason)))
		match_forget_reasons(&peer->match);
	fill_chain(t, peer, chain);
}

/* What is wrong with a certificate of chain, on the heap. */
static char *explain_defect(const struct facts_endpoint *e, const struct chain *chain,
			    const struct defect *defect)
{
	struct tlsa *rr = facts_rrset(e);
	char *text = defect_explain(defect, chain, rr, e->record_count);

	free(rr);
	return text;
}

bool examine_defect(struct facts_target *t, struct facts_endpoint *e, size_t index,
		    const struct chain *chain, struct match_input *in)
{
	struct facts_peer *peer = &e->peer[index];
	struct defect defect;
	struct match match;

	if (!defect_find(chain, &defect) || defect.kind == DEFECT_USAGE)
		return false;
	peer->code = CODE_TLS_FAILED;
	peer->error = explain_defect(e, chain, &defect);
	judge_records(e, &match, chain, in);
	mark_records(e, &match);
	match_clear(&match);
	fill_chain(t, peer, chain);
	return true;
}

bool examine_usage_is_odd(const struct chain *chain)
{
	struct defect defect;

	return defect_find(chain, &defect) && defect.kind == DEFECT_USAGE;
}

void examine_tell_story(struct facts_endpoint *e, const struct chain *chain,
			const void *csr, size_t csr_len)
{
	struct story story[STORY_MAX];
	struct tlsa *rr = facts_rrset(e);
	struct buf text;
	size_t i, n;

	n = story_tell(rr, e->record_count, chain, csr, csr_len, story, STORY_MAX);
	free(rr);
	if (!n || e->story)
		return;
	buf_init(&text, STORY_TEXT_MAX);
	for (i = 0; i < n; i++)
		buf_printf(&text, "%s%s", i ? " " : "", story[i].text);
	e->story = text.data;
}
