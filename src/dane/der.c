/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/der.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/why.h"

gnutls_datum_t der_view(const void *data, size_t len)
{
	gnutls_datum_t view = { NULL, 0 };

	if (data && len <= UINT32_MAX) {
		view.data = (unsigned char *)(uintptr_t)data;
		view.size = (unsigned)len;
	}
	return view;
}

struct der_reader der_reader(const gnutls_datum_t *octets)
{
	return (struct der_reader){ octets->data, octets->data ? octets->size : 0 };
}

gnutls_datum_t der_rest(const struct der_reader *r)
{
	return der_view(r->at, r->left);
}

bool der_next_is(const struct der_reader *r, unsigned tag)
{
	return r->left && r->at[0] == tag;
}

/* Length octets at r->at: definite and minimal, as DER wants them. */
static bool read_length(struct der_reader *r, size_t *ret_len)
{
	size_t len, count;

	if (!r->left)
		return false;
	len = *r->at++;
	r->left--;
	if (len < 0x80) {
		*ret_len = len;
		return len <= r->left;
	}
	count = len & 0x7f;
	if (!count || count > 3 || count > r->left || !r->at[0])
		return false;
	for (len = 0; count; count--, r->left--)
		len = len << 8 | *r->at++;
	if (len < 0x80)
		return false;
	*ret_len = len;
	return len <= r->left;
}

bool der_take(struct der_reader *r, unsigned tag, gnutls_datum_t *ret_whole,
	      struct der_reader *ret_inside)
{
	const unsigned char *start = r->at;
	struct der_reader after;
	size_t len;

	if (!der_next_is(r, tag))
		return false;
	after = (struct der_reader){ r->at + 1, r->left - 1 };
	if (!read_length(&after, &len))
		return false;
	if (ret_inside)
		*ret_inside = (struct der_reader){ after.at, len };
	after.at += len;
	after.left -= len;
	if (ret_whole)
		*ret_whole = der_view(start, (size_t)(after.at - start));
	*r = after;
	return true;
}

bool der_take_any(struct der_reader *r, unsigned *ret_tag, gnutls_datum_t *ret_whole,
		  struct der_reader *ret_inside)
{
	/* one octet of tag: the multi-octet form has all five low bits set */
	if (!r->left || (r->at[0] & 0x1f) == 0x1f)
		return false;
	if (ret_tag)
		*ret_tag = r->at[0];
	return der_take(r, r->at[0], ret_whole, ret_inside);
}

bool der_take_number(struct der_reader *r, unsigned tag, long *ret_number)
{
	struct der_reader inside;
	long number = 0;

	if (!der_take(r, tag, NULL, &inside) || !inside.left || inside.left > 4 ||
	    inside.at[0] >= 0x80)
		return false;
	for (; inside.left; inside.left--)
		number = number << 8 | *inside.at++;
	*ret_number = number;
	return true;
}

static bool read_version(struct der_reader *tbs, unsigned *ret_version)
{
	struct der_reader wrapped;
	long number = 0;

	if (der_next_is(tbs, DER_CONSTRUCTED) &&
	    (!der_take(tbs, DER_CONSTRUCTED, NULL, &wrapped) ||
	     !der_take_number(&wrapped, DER_INTEGER, &number)))
		return false;
	*ret_version = (unsigned)number + 1;
	return true;
}

/* The optional end: identifiers [1] and [2] of issuer and subject, extensions [3]. */
static void read_end(struct der_reader *tbs, struct der_cert *ret_cert)
{
	struct der_reader wrapped;
	unsigned tag;

	while (tbs->left) {
		ret_cert->end_broken = !der_take_any(tbs, &tag, NULL, &wrapped);
		if (ret_cert->end_broken)
			return;
		if (tag != DER_CONSTRUCTED + 3)
			continue;
		ret_cert->end_broken =
			ret_cert->has_extensions ||
			!der_take(&wrapped, DER_SEQUENCE, NULL, &ret_cert->extensions) ||
			wrapped.left;
		ret_cert->has_extensions = true;
		if (ret_cert->end_broken)
			return;
	}
}

static bool read_tbs(struct der_reader *tbs, struct der_cert *ret_cert)
{
	bool whole;

	whole = read_version(tbs, &ret_cert->version) &&
		der_take_any(tbs, NULL, &ret_cert->serial, NULL) &&
		der_take(tbs, DER_SEQUENCE, &ret_cert->inner, NULL) &&
		der_take(tbs, DER_SEQUENCE, &ret_cert->issuer, NULL) &&
		der_take(tbs, DER_SEQUENCE, &ret_cert->validity, NULL) &&
		der_take(tbs, DER_SEQUENCE, &ret_cert->subject, NULL) &&
		der_take(tbs, DER_SEQUENCE, &ret_cert->spki, NULL);
	if (whole)
		read_end(tbs, ret_cert);
	return whole;
}

static bool read_signature(struct der_reader *cert, struct der_cert *ret_cert)
{
	struct der_reader bits;

	if (!der_take(cert, DER_SEQUENCE, &ret_cert->outer, NULL) ||
	    !der_take(cert, DER_BIT_STRING, NULL, &bits) || !bits.left)
		return false;
	if (!bits.at[0])
		ret_cert->signature = der_view(bits.at + 1, bits.left - 1);
	return true;
}

int der_read_cert(const gnutls_datum_t *der, struct der_cert *ret_cert, struct why *why)
{
	struct der_reader all = der_reader(der), cert, tbs;
	struct der_cert found;

	memset(&found, 0, sizeof(found));
	if (!der_take(&all, DER_SEQUENCE, NULL, &cert) ||
	    !der_take(&cert, DER_SEQUENCE, &found.tbs, &tbs) || !read_tbs(&tbs, &found) ||
	    !read_signature(&cert, &found))
		return why_set(why, DP_EFORMAT, "not the DER form of a certificate");
	if (cert.left || all.left)
		return why_set(why, DP_EFORMAT, "%zu octets behind the certificate",
			       cert.left ? cert.left : all.left);
	*ret_cert = found;
	return 0;
}

bool der_next_extension(struct der_reader *r, struct der_extension *ret_ext)
{
	struct der_reader ext, oid, critical;

	if (!der_take(r, DER_SEQUENCE, NULL, &ext) ||
	    !der_take(&ext, DER_OID, NULL, &oid))
		return false;
	ret_ext->oid = der_rest(&oid);
	ret_ext->critical = false;
	if (der_next_is(&ext, DER_BOOLEAN)) {
		if (!der_take(&ext, DER_BOOLEAN, NULL, &critical) || critical.left != 1)
			return false;
		ret_ext->critical = critical.at[0] != 0;
	}
	return der_take(&ext, DER_OCTET_STRING, NULL, &ret_ext->value) && !ext.left;
}

bool der_oid_is(const gnutls_datum_t *oid, const void *octets, size_t len)
{
	return oid->size == len && len && !memcmp(oid->data, octets, len);
}

void der_oid_text(const gnutls_datum_t *oid, char *text, size_t size)
{
	unsigned long arc = 0;
	size_t i, len = 0;

	for (i = 0; i < oid->size && len < size && arc <= ULONG_MAX >> 7; i++) {
		arc = arc << 7 | (oid->data[i] & 0x7f);
		if (oid->data[i] & 0x80)
			continue;
		if (!len)
			len = (size_t)snprintf(text, size, "%lu.%lu",
					       arc < 80 ? arc / 40 : 2,
					       arc < 80 ? arc % 40 : arc - 80);
		else
			len += (size_t)snprintf(text + len, size - len, ".%lu", arc);
		arc = 0;
	}
	if (!len || len >= size || i < oid->size || arc)
		snprintf(text, size, "?");
}

gnutls_datum_t der_key_bits(const gnutls_datum_t *spki, gnutls_datum_t *ret_algorithm)
{
	struct der_reader all = der_reader(spki), key, algorithm, oid, bits;

	if (!der_take(&all, DER_SEQUENCE, NULL, &key) || all.left ||
	    !der_take(&key, DER_SEQUENCE, NULL, &algorithm) ||
	    !der_take(&algorithm, DER_OID, NULL, &oid) ||
	    !der_take(&key, DER_BIT_STRING, NULL, &bits) || key.left || bits.left < 2 ||
	    bits.at[0])
		return der_view(NULL, 0);
	if (ret_algorithm)
		*ret_algorithm = der_rest(&oid);
	return der_view(bits.at + 1, bits.left - 1);
}

bool der_is_spki(const void *data, size_t len)
{
	gnutls_datum_t view = der_view(data, len);

	return view.data && der_key_bits(&view, NULL).data;
}
