/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/story.h"

#include <gnutls/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "dane/chain.h"
#include "dane/der.h"
#include "dane/judge.h"
#include "dane/rules.h"
#include "dane/tlsa.h"

#define STORY_DEPTH_MAX 8 /* certificates looked at: a chain is seldom longer */
#define STORY_OCTETS_MAX                                                                 \
	16384 /* of a certificate: larger ones would be hashed in fifty forms for        \
	       * nothing, since no person handles them */
#define DIGEST_CUT_MIN 16 /* fewer octets of a digest could be chance */

static const struct hash {
	gnutls_digest_algorithm_t id;
	const char *name;
	size_t len;
} hashes[] = {
	{ GNUTLS_DIG_SHA256, "SHA-256", 32 }, { GNUTLS_DIG_SHA512, "SHA-512", 64 },
	{ GNUTLS_DIG_SHA1, "SHA-1", 20 },     { GNUTLS_DIG_MD5, "MD5", 16 },
	{ GNUTLS_DIG_SHA384, "SHA-384", 48 }, { GNUTLS_DIG_SHA224, "SHA-224", 28 },
};
#define HASH_COUNT (sizeof(hashes) / sizeof(hashes[0]))

struct teller {
	const struct tlsa *rr; /* borrowed */
	size_t rr_count;
	const struct chain *chain; /* borrowed */
	bool *told;		   /* owned; one a record: has its story, or needs none */
	struct story *ret_story;
	size_t count, max;
};

/* What a digest may have been made from. */
struct source {
	enum story_kind kind;
	size_t depth;
	const char *what; /* "the PEM text of the leaf" */
	const char *advice;
};

/* The next story, to be filled; NULL when there is no room. */
static struct story *begin_story(struct teller *teller, size_t record,
				 enum story_kind kind, size_t depth)
{
	const struct tlsa *rr = &teller->rr[record];
	struct story *story;

	teller->told[record] = true;
	if (teller->count == teller->max)
		return NULL;
	story = &teller->ret_story[teller->count++];
	memset(story, 0, sizeof(*story));
	story->kind = kind;
	story->record = record;
	story->depth = depth;
	story->fix_usage = rr->usage;
	story->fix_selector = rr->selector;
	story->fix_mtype = rr->mtype;
	return story;
}

/* The usage that a certificate at this depth asks for, PKIX staying PKIX. */
static uint8_t usage_at(uint8_t usage, size_t depth)
{
	bool pkix = usage <= TLSA_PKIX_EE;

	if (depth)
		return pkix ? TLSA_PKIX_TA : TLSA_DANE_TA;
	return pkix ? TLSA_PKIX_EE : TLSA_DANE_EE;
}

static enum story_kind kind_of_fix(const struct tlsa *rr, const struct tlsa *right)
{
	bool usage = rr->usage != right->usage,
	     selector = rr->selector != right->selector;
	bool mtype = rr->mtype != right->mtype;

	if (usage + selector + mtype > 1)
		return STORY_OTHER_BOTH;
	if (usage)
		return STORY_OTHER_USAGE;
	return selector ? STORY_OTHER_SELECTOR : STORY_OTHER_MTYPE;
}

static void tell_fix(struct teller *teller, size_t record, const struct tlsa *right,
		     size_t depth)
{
	static const char *const forms[] = { "the whole", "the SHA2-256",
					     "the SHA2-512" };
	const struct tlsa *rr = &teller->rr[record];
	struct story *story = begin_story(teller, record, kind_of_fix(rr, right), depth);
	char who[40];

	if (!story)
		return;
	story->fix_usage = right->usage;
	story->fix_selector = right->selector;
	story->fix_mtype = right->mtype;
	rules_name_cert(depth, who, sizeof(who));
	snprintf(story->text, sizeof(story->text),
		 "record %zu is %s of %s of %s, but says %u %u %u: publish its data as "
		 "%u %u %u",
		 record + 1, forms[right->mtype],
		 right->selector == TLSA_CERT ? "the certificate" : "the public key", who,
		 (unsigned)rr->usage, (unsigned)rr->selector, (unsigned)rr->mtype,
		 (unsigned)right->usage, (unsigned)right->selector,
		 (unsigned)right->mtype);
}

/* Whether some selector and matching type make the data right for this certificate. */
static bool try_fields(struct teller *teller, size_t record, size_t depth)
{
	struct tlsa right = teller->rr[record]; /* shares the data */
	uint8_t s, m;

	right.usage = usage_at(right.usage, depth);
	for (s = TLSA_CERT; s <= TLSA_SPKI; s++)
		for (m = TLSA_FULL; m <= TLSA_SHA512; m++) {
			right.selector = s;
			right.mtype = m;
			if (!judge_record_names(&right, &teller->chain->cert[depth]))
				continue;
			if (tlsa_equal(&right, &teller->rr[record]))
				teller->told[record] = true;
			else
				tell_fix(teller, record, &right, depth);
			return true;
		}
	return false;
}

static size_t depth_count(const struct teller *teller)
{
	size_t count = teller->chain->count;

	return count < STORY_DEPTH_MAX ? count : STORY_DEPTH_MAX;
}

/* A record that is right is skipped, wherever in the chain; only then wrong fields count.
 */
static void tell_fields(struct teller *teller)
{
	size_t i, depth, n = depth_count(teller);

	for (i = 0; i < teller->rr_count; i++) {
		const struct tlsa *rr = &teller->rr[i];

		for (depth = 0; depth < teller->chain->count; depth++)
			if (rr->usage == usage_at(rr->usage, depth) &&
			    judge_record_names(rr, &teller->chain->cert[depth]))
				teller->told[i] = true;
		for (depth = 0; !teller->told[i] && depth < n; depth++)
			if (try_fields(teller, i, depth))
				break;
	}
}

static bool data_is(const struct tlsa *rr, const void *data, size_t len)
{
	return rr->data && rr->len == len && !memcmp(rr->data, data, len);
}

static void tell_digest(struct teller *teller, size_t record, const struct source *source,
			const char *form)
{
	struct story *story = begin_story(teller, record, source->kind, source->depth);

	if (!story)
		return;
	snprintf(story->text, sizeof(story->text), "record %zu is %s of %s: %s",
		 record + 1, form, source->what, source->advice);
}

/* Compares one digest, whole, cut off, or written as text, with the records left. */
static void offer_digest(struct teller *teller, const struct source *source,
			 const struct hash *hash, const uint8_t *digest)
{
	char *text = hex_encode(digest, hash->len), form[80];
	struct source as_text = *source;
	size_t i;

	as_text.kind = STORY_HEX_TEXT;
	as_text.advice = "publish the digest itself, not the codes of its digits";
	for (i = 0; i < teller->rr_count; i++) {
		const struct tlsa *rr = &teller->rr[i];

		if (teller->told[i] || !rr->data)
			continue;
		if (data_is(rr, digest, hash->len)) {
			snprintf(form, sizeof(form), "the %s", hash->name);
			tell_digest(teller, i, source, form);
		} else if (rr->len >= DIGEST_CUT_MIN && rr->len < hash->len &&
			   !memcmp(rr->data, digest, rr->len)) {
			snprintf(form, sizeof(form), "the first %zu octets of the %s",
				 rr->len, hash->name);
			tell_digest(teller, i, source, form);
		} else if (data_is(rr, text, 2 * hash->len)) {
			snprintf(form, sizeof(form), "the hexadecimal text of the %s",
				 hash->name);
			tell_digest(teller, i, &as_text, form);
		}
	}
	free(text);
}

static void offer_octets(struct teller *teller, const struct source *source,
			 const void *octets, size_t len)
{
	uint8_t digest[64];
	size_t i;

	for (i = 0; i < HASH_COUNT; i++)
		if (gnutls_hash_fast(hashes[i].id, octets, len, digest) >= 0)
			offer_digest(teller, source, &hashes[i], digest);
}

/* Text as it stands, and without its last newline. */
static void offer_text(struct teller *teller, const struct source *source,
		       const char *text)
{
	size_t len = strlen(text);

	offer_octets(teller, source, text, len);
	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (text[len])
		offer_octets(teller, source, text, len);
}

/* text with "\r\n" for "\n", or with no newline at all; the caller frees it. */
static char *change_newlines(const char *text, const char *newline)
{
	char *changed = mem_zero(2 * strlen(text) + 1), *to = changed;
	size_t n = strlen(newline);

	for (; *text; text++) {
		if (*text != '\n') {
			*to++ = *text;
			continue;
		}
		memcpy(to, newline, n);
		to += n;
	}
	return changed;
}

static void offer_newlines(struct teller *teller, const struct source *source,
			   const char *text)
{
	char *other = change_newlines(text, "\r\n");

	offer_text(teller, source, text);
	offer_text(teller, source, other);
	free(other);
}

/* The base64 lines between the dashes; the caller frees it. */
static char *pem_body(const char *pem)
{
	const char *start = strchr(pem, '\n'), *end = strstr(pem, "\n-----END");

	if (!start || !end || end < start)
		return mem_text("");
	return mem_text_n(start + 1, (size_t)(end - start));
}

static void offer_pem(struct teller *teller, const struct source *source,
		      const gnutls_datum_t *der, const char *label)
{
	gnutls_datum_t pem = { NULL, 0 };
	char *text, *body, *line;

	if (gnutls_pem_base64_encode2(label, der, &pem) < 0)
		return;
	text = mem_text_n((const char *)pem.data, pem.size);
	gnutls_free(pem.data);
	body = pem_body(text);
	line = change_newlines(body, "");
	offer_newlines(teller, source, text);
	offer_newlines(teller, source, body);
	offer_text(teller, source, line);
	free(text);
	free(body);
	free(line);
}

/* Hexadecimal text of the octets, in both cases, with a newline or without. */
static void offer_hex(struct teller *teller, const struct source *source,
		      const void *octets, size_t len)
{
	char *hex = hex_encode(octets, len), *line = mem_printf("%s\n", hex), *p;

	offer_text(teller, source, line);
	for (p = line; *p; p++)
		if (*p >= 'a' && *p <= 'f')
			*p = (char)(*p - 'a' + 'A');
	offer_text(teller, source, line);
	free(line);
	free(hex);
}

static void offer_hex_of_digests(struct teller *teller, const struct source *source,
				 const gnutls_datum_t *octets)
{
	uint8_t digest[64];
	size_t i;

	for (i = 0; i < 2; i++) { /* SHA-256, SHA-512 */
		if (gnutls_hash_fast(hashes[i].id, octets->data, octets->size, digest) <
		    0)
			continue;
		offer_hex(teller, source, digest, hashes[i].len);
		offer_octets(teller, source, digest, hashes[i].len);
	}
}

/* Everything that is made by mistake from one object of a certificate. */
static void tell_object(struct teller *teller, size_t depth, uint8_t selector)
{
	gnutls_datum_t octets = chain_select(&teller->chain->cert[depth], selector);
	bool key = selector == TLSA_SPKI;
	struct source source = { .depth = depth };
	char who[40], what[120];

	if (!octets.data || !octets.size || octets.size > STORY_OCTETS_MAX)
		return;
	rules_name_cert(depth, who, sizeof(who));
	source.what = what;
	source.kind = STORY_WRONG_HASH;
	source.advice = "only SHA2-256 (1) and SHA2-512 (2), whole, are matching types";
	snprintf(what, sizeof(what), "%s of %s",
		 key ? "the public key" : "the certificate", who);
	offer_octets(teller, &source, octets.data, octets.size);

	source.kind = STORY_PEM;
	source.advice = "hash the DER form";
	snprintf(what, sizeof(what), "the PEM text of %s%s",
		 key ? "the public key of " : "", who);
	offer_pem(teller, &source, &octets, key ? "PUBLIC KEY" : "CERTIFICATE");

	source.kind = STORY_HEX_TEXT;
	source.advice = "hash the octets, and once only";
	snprintf(what, sizeof(what), "the hexadecimal text of %s%s",
		 key ? "the public key of " : "", who);
	offer_hex(teller, &source, octets.data, octets.size);
	snprintf(what, sizeof(what), "a digest of %s%s", key ? "the public key of " : "",
		 who);
	offer_hex_of_digests(teller, &source, &octets);
}

static void tell_key_bits(struct teller *teller, size_t depth)
{
	gnutls_datum_t spki = chain_select(&teller->chain->cert[depth], TLSA_SPKI);
	gnutls_datum_t bits = der_key_bits(&spki, NULL);
	struct source source = { .kind = STORY_KEY_BITS, .depth = depth };
	char who[40], what[80];

	if (!bits.data)
		return;
	rules_name_cert(depth, who, sizeof(who));
	snprintf(what, sizeof(what), "the bare key bits of %s", who);
	source.what = what;
	source.advice = "hash the whole SubjectPublicKeyInfo (selector 1)";
	offer_octets(teller, &source, bits.data, bits.size);
}

static void tell_empty(struct teller *teller)
{
	const struct source source = {
		.kind = STORY_EMPTY,
		.what = "nothing",
		.advice = "the command that made it read no data; make it again",
	};
	const struct source newline = {
		.kind = STORY_EMPTY,
		.what = "an empty line",
		.advice = "the command that made it read no data; make it again",
	};

	offer_octets(teller, &source, "", 0);
	offer_octets(teller, &newline, "\n", 1);
}

static void tell_csr(struct teller *teller, const void *csr, size_t len)
{
	struct source source = {
		.kind = STORY_CSR,
		.what = "the signing request",
		.advice = "hash the certificate (selector 0) or its public key (selector "
			  "1)",
	};
	gnutls_datum_t der = der_view(csr, len);

	if (!der.data || !len)
		return;
	offer_octets(teller, &source, csr, len);
	offer_pem(teller, &source, &der, "CERTIFICATE REQUEST");
	offer_pem(teller, &source, &der, "NEW CERTIFICATE REQUEST");
}

size_t story_tell(const struct tlsa *rr, size_t rr_count, const struct chain *chain,
		  const void *csr, size_t csr_len, struct story *ret_story, size_t max)
{
	struct teller teller = { rr, rr_count, chain, NULL, ret_story, 0, max };
	size_t depth;

	teller.told = mem_array(rr_count, sizeof(*teller.told));
	tell_fields(&teller);
	tell_empty(&teller);
	for (depth = 0; depth < depth_count(&teller); depth++) {
		tell_object(&teller, depth, TLSA_SPKI);
		tell_object(&teller, depth, TLSA_CERT);
		tell_key_bits(&teller, depth);
	}
	tell_csr(&teller, csr, csr_len);
	free(teller.told);
	return teller.count;
}
