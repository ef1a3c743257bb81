/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/tlsa.h"

#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"

#define BLANKS " \t\r\n\f\v"
/* In the short text: longer data is cut to this many octets at its start and end. */
#define SHORT_ALL 16
#define SHORT_START 8
#define SHORT_END 4

static int set_data(struct tlsa *rr, const void *data, size_t len, struct why *why)
{
	if (len > TLSA_DATA_MAX)
		return why_set(why, DP_ELIMIT,
			       "%zu octets of association data; a record holds %d", len,
			       TLSA_DATA_MAX);
	rr->data = mem_copy(data, len);
	rr->len = len;
	return 0;
}

int tlsa_from_rdata(const uint8_t *rdata, size_t len, struct tlsa *ret_rr,
		    struct why *why)
{
	struct tlsa rr = { 0 };
	int rc;

	if (len < 3)
		return why_set(why, DP_EFORMAT, "TLSA data of %zu octets; 3 is the least",
			       len);
	rr.usage = rdata[0];
	rr.selector = rdata[1];
	rr.mtype = rdata[2];
	rc = set_data(&rr, rdata + 3, len - 3, why);
	if (rc < 0)
		return rc;
	*ret_rr = rr;
	return 0;
}

struct acronym {
	const char *name; /* NULL ends the list */
	uint8_t value;
};

/* One of the three numbers that a record begins with. */
struct field {
	const char *name;
	struct acronym acronyms[6];
};

/* RFC 7218 section 2 */
static const struct field fields[] = {
	{ "usage",
	  { { "PKIX-TA", 0 },
	    { "PKIX-EE", 1 },
	    { "DANE-TA", 2 },
	    { "DANE-EE", 3 },
	    { "PrivCert", 255 } } },
	{ "selector", { { "Cert", 0 }, { "SPKI", 1 }, { "PrivSel", 255 } } },
	{ "matching type",
	  { { "Full", 0 }, { "SHA2-256", 1 }, { "SHA2-512", 2 }, { "PrivMatch", 255 } } },
};

static bool find_acronym(const struct field *f, const char *word, size_t len,
			 uint8_t *ret_value)
{
	const struct acronym *a;

	for (a = f->acronyms; a->name; a++)
		if (strlen(a->name) == len && !strncasecmp(a->name, word, len)) {
			*ret_value = a->value;
			return true;
		}
	return false;
}

/* A field with the blanks before it; *text moves behind it. */
static int parse_field(const char **text, const struct field *f, uint8_t *ret_value,
		       struct why *why)
{
	const char *p = *text + strspn(*text, BLANKS);
	size_t len = strcspn(p, BLANKS), digits = strspn(p, "0123456789");
	unsigned value = 0;
	size_t i;

	*text = p + len;
	if (!len)
		return why_set(why, DP_EFORMAT, "no %s: a record is 'U S M HEX'",
			       f->name);
	if (find_acronym(f, p, len, ret_value))
		return 0;
	if (digits != len || digits > 3)
		return why_set(why, DP_EFORMAT, "%s is not a number from 0 to 255",
			       f->name);
	for (i = 0; i < digits; i++)
		value = value * 10 + (unsigned)(p[i] - '0');
	if (value > 255)
		return why_set(why, DP_EFORMAT, "%s is %u; 255 is the most", f->name,
			       value);
	*ret_value = (uint8_t)value;
	return 0;
}

bool tlsa_is_record_text(const char *text)
{
	uint8_t value;
	size_t i, len;

	for (i = 0; i < 3; i++) {
		text += strspn(text, BLANKS);
		len = strcspn(text, BLANKS);
		if (!len || (!find_acronym(&fields[i], text, len, &value) &&
			     (len > 3 || strspn(text, "0123456789") != len)))
			return false;
		text += len;
	}
	return !text[strspn(text, "0123456789abcdefABCDEF" BLANKS)];
}

int tlsa_parse(const char *text, struct tlsa *ret_rr, struct why *why)
{
	struct tlsa rr = { 0 };
	uint8_t *data = NULL;
	size_t len;
	int rc;

	rc = parse_field(&text, &fields[0], &rr.usage, why);
	if (rc == 0)
		rc = parse_field(&text, &fields[1], &rr.selector, why);
	if (rc == 0)
		rc = parse_field(&text, &fields[2], &rr.mtype, why);
	if (rc < 0)
		return rc;
	if (!text[strspn(text, BLANKS)])
		return why_set(why, DP_EFORMAT, "no data: a record is 'U S M HEX'");
	rc = hex_decode(text, &data, &len, why);
	if (rc < 0)
		return rc;
	rc = set_data(&rr, data, len, why);
	free(data);
	if (rc < 0)
		return rc;
	*ret_rr = rr;
	return 0;
}

int tlsa_from_octets(uint8_t usage, uint8_t selector, uint8_t mtype, const void *octets,
		     size_t len, struct tlsa *ret_rr, struct why *why)
{
	struct tlsa rr = { .usage = usage, .selector = selector, .mtype = mtype };
	bool sha256 = mtype == TLSA_SHA256;
	uint8_t digest[64];
	int rc;

	if (mtype > TLSA_SHA512)
		return why_set(why, DP_EINVAL, "matching type %u is unknown",
			       (unsigned)mtype);
	if (mtype == TLSA_FULL) {
		rc = set_data(&rr, octets, len, why);
		if (rc < 0)
			return rc;
		*ret_rr = rr;
		return 0;
	}
	rc = why_had_memory(gnutls_hash_fast(
		sha256 ? GNUTLS_DIG_SHA256 : GNUTLS_DIG_SHA512, octets, len, digest));
	if (rc < 0)
		return why_gnutls(why, rc, "hash of %zu octets", len);
	rr.len = sha256 ? 32 : 64;
	rr.data = mem_copy(digest, rr.len);
	*ret_rr = rr;
	return 0;
}

void tlsa_clear(struct tlsa *rr)
{
	free(rr->data);
	memset(rr, 0, sizeof(*rr));
}

int tlsa_copy(const struct tlsa *rr, struct tlsa *ret_rr)
{
	struct tlsa copy = *rr;

	copy.data = mem_copy(rr->data, rr->len);
	*ret_rr = copy;
	return 0;
}

bool tlsa_same_parameters(const struct tlsa *a, const struct tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector && a->mtype == b->mtype;
}

bool tlsa_equal(const struct tlsa *a, const struct tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector &&
	       a->mtype == b->mtype && a->len == b->len &&
	       (!a->len || !memcmp(a->data, b->data, a->len));
}

bool tlsa_is_among(const struct tlsa *rr, const struct tlsa *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (tlsa_equal(rr, &list[i]))
			return true;
	return false;
}

char *tlsa_to_text(const struct tlsa *rr)
{
	char *hex = hex_encode(rr->data, rr->len);
	char *text =
		mem_printf("%u %u %u%s%s", (unsigned)rr->usage, (unsigned)rr->selector,
			   (unsigned)rr->mtype, rr->len ? " " : "", hex);

	free(hex);
	return text;
}

char *tlsa_to_short_text(const struct tlsa *rr)
{
	char *start, *end, *text;

	if (rr->len <= SHORT_ALL)
		return tlsa_to_text(rr);
	start = hex_encode(rr->data, SHORT_START);
	end = hex_encode(rr->data + rr->len - SHORT_END, SHORT_END);
	text = mem_printf("%u %u %u %s...%s", (unsigned)rr->usage, (unsigned)rr->selector,
			  (unsigned)rr->mtype, start, end);
	free(start);
	free(end);
	return text;
}
