/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/der.h"

#include <stdint.h>
#include <string.h>

#include "base/why.h"

enum { DER_BIT_STRING = 0x03, DER_OID = 0x06, DER_SEQUENCE = 0x30, DER_VERSION = 0xa0 };

/* What is left to read. */
struct reader {
	unsigned char *at;
	size_t left;
};

gnutls_datum_t der_view(const void *data, size_t len)
{
	gnutls_datum_t view = { NULL, 0 };

	if (data && len <= UINT32_MAX) {
		view.data = (unsigned char *)(uintptr_t)data;
		view.size = (unsigned)len;
	}
	return view;
}

/* Length octets at r->at: definite and minimal, as DER wants them. */
static bool read_length(struct reader *r, size_t *ret_len)
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

/* Takes one element with this tag; whole has its header, inside is what it holds. */
static bool take_element(struct reader *r, unsigned char tag, gnutls_datum_t *whole,
			 struct reader *inside)
{
	unsigned char *start = r->at;
	size_t len;

	if (!r->left || r->at[0] != tag)
		return false;
	r->at++;
	r->left--;
	if (!read_length(r, &len))
		return false;
	if (inside)
		*inside = (struct reader){ r->at, len };
	r->at += len;
	r->left -= len;
	if (whole)
		*whole = der_view(start, (size_t)(r->at - start));
	return true;
}

static bool take_any(struct reader *r, gnutls_datum_t *whole)
{
	/* one octet of tag: the multi-octet form has all five low bits set */
	if (!r->left || (r->at[0] & 0x1f) == 0x1f)
		return false;
	return take_element(r, r->at[0], whole, NULL);
}

static bool read_tbs(struct reader *tbs, struct der_cert *ret_cert)
{
	gnutls_datum_t serial, signature, validity;

	if (tbs->left && tbs->at[0] == DER_VERSION &&
	    !take_element(tbs, DER_VERSION, NULL, NULL))
		return false;
	return take_any(tbs, &serial) &&
	       take_element(tbs, DER_SEQUENCE, &signature, NULL) &&
	       take_element(tbs, DER_SEQUENCE, &ret_cert->issuer, NULL) &&
	       take_element(tbs, DER_SEQUENCE, &validity, NULL) &&
	       take_element(tbs, DER_SEQUENCE, &ret_cert->subject, NULL) &&
	       take_element(tbs, DER_SEQUENCE, &ret_cert->spki, NULL);
}

int der_read_cert(const gnutls_datum_t *der, struct der_cert *ret_cert, struct why *why)
{
	struct reader all = { der->data, der->size }, cert, tbs;
	struct der_cert found;

	memset(&found, 0, sizeof(found));
	if (!take_element(&all, DER_SEQUENCE, NULL, &cert) ||
	    !take_element(&cert, DER_SEQUENCE, &found.tbs, &tbs) ||
	    !read_tbs(&tbs, &found) || !take_element(&cert, DER_SEQUENCE, NULL, NULL) ||
	    !take_element(&cert, DER_BIT_STRING, NULL, NULL))
		return why_set(why, DP_EFORMAT, "not the DER form of a certificate");
	if (cert.left || all.left)
		return why_set(why, DP_EFORMAT, "%zu octets behind the certificate",
			       cert.left ? cert.left : all.left);
	*ret_cert = found;
	return 0;
}

gnutls_datum_t der_key_bits(const gnutls_datum_t *spki)
{
	struct reader all = { spki->data, spki->size }, key, algorithm, bits;

	if (!take_element(&all, DER_SEQUENCE, NULL, &key) || all.left ||
	    !take_element(&key, DER_SEQUENCE, NULL, &algorithm) ||
	    !take_element(&algorithm, DER_OID, NULL, NULL) ||
	    !take_element(&key, DER_BIT_STRING, NULL, &bits) || key.left ||
	    bits.left < 2 || bits.at[0])
		return der_view(NULL, 0);
	return der_view(bits.at + 1, bits.left - 1);
}

bool der_is_spki(const void *data, size_t len)
{
	gnutls_datum_t view = der_view(data, len);

	return view.data && der_key_bits(&view).data;
}
