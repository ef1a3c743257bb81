/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/rdn.h"

#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "dane/der.h"

#define VALUES_MAX 16 /* of one relative distinguished name; more than 2 are unseen */

enum string_type {
	STRING_UTF8 = 0x0c,
	STRING_PRINTABLE = 0x13,
	STRING_TELETEX = 0x14,
	STRING_IA5 = 0x16,
	STRING_VISIBLE = 0x1a,
	STRING_UNIVERSAL = 0x1c,
	STRING_BMP = 0x1e
};

static void append_octets(struct rdn_name *to, const void *octets, size_t len)
{
	if (!len)
		return;
	if (to->len + len > to->size) {
		to->size = 2 * (to->len + len);
		to->data = mem_resize(to->data, to->size);
	}
	memcpy(to->data + to->len, octets, len);
	to->len += len;
}

static void append_count(struct rdn_name *to, size_t count)
{
	unsigned char octets[4] = { (unsigned char)(count >> 24),
				    (unsigned char)(count >> 16),
				    (unsigned char)(count >> 8), (unsigned char)count };

	append_octets(to, octets, sizeof(octets));
}

static void append_utf8(struct rdn_name *to, unsigned long c)
{
	unsigned char octets[4];
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;

	for (i = len - 1; i > 0; i--, c >>= 6)
		octets[i] = (unsigned char)(0x80 | (c & 0x3f));
	octets[0] = (unsigned char)(len == 1 ? c : (0xf00 >> len) | c);
	append_octets(to, octets, len);
}

static size_t unit_of(unsigned type)
{
	if (type == STRING_BMP)
		return 2;
	return type == STRING_UNIVERSAL ? 4 : 1;
}

static bool is_string(unsigned type)
{
	switch (type) {
	case STRING_UTF8:
	case STRING_PRINTABLE:
	case STRING_TELETEX:
	case STRING_IA5:
	case STRING_VISIBLE:
	case STRING_UNIVERSAL:
	case STRING_BMP:
		return true;
	default:
		return false;
	}
}

static bool is_blank(unsigned long c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The text in UTF-8 and lower case, a single blank for each run of them, none outside. */
static bool append_text(struct rdn_name *to, unsigned type, struct der_reader in)
{
	size_t unit = unit_of(type), i, start = to->len;
	unsigned long c;
	bool blank = false;

	for (; in.left >= unit; in.left -= unit, in.at += unit) {
		for (c = 0, i = 0; i < unit; i++)
			c = c << 8 | in.at[i];
		if (is_blank(c)) {
			blank = true;
			continue;
		}
		if (blank && to->len > start)
			append_octets(to, " ", 1);
		blank = false;
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (type == STRING_UTF8)
			append_octets(to, &(unsigned char){ (unsigned char)c }, 1);
		else
			append_utf8(to, c & 0x1fffff);
	}
	return !in.left;
}

/* One type and value. */
static bool append_value(struct rdn_name *to, struct der_reader pair)
{
	gnutls_datum_t oid, whole;
	struct der_reader value;
	unsigned type;

	if (!der_take(&pair, DER_OID, &oid, NULL) ||
	    !der_take_any(&pair, &type, &whole, &value) || pair.left)
		return false;
	append_octets(to, oid.data, oid.size);
	if (is_string(type))
		return append_text(to, type, value);
	append_octets(to, whole.data, whole.size);
	return true;
}

static int compare_values(const void *a, const void *b)
{
	const struct rdn_name *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = len ? memcmp(x->data, y->data, len) : 0;

	if (order)
		return order;
	return x->len < y->len ? -1 : x->len > y->len;
}

/* One SET of them, sorted by the form that is compared. */
static bool append_part(struct rdn_name *to, struct der_reader set)
{
	struct rdn_name value[VALUES_MAX];
	struct der_reader pair;
	size_t count = 0, i;
	bool valid = set.left > 0;

	while (valid && set.left && count < VALUES_MAX) {
		value[count] = (struct rdn_name){ 0 };
		valid = der_take(&set, DER_SEQUENCE, NULL, &pair) &&
			append_value(&value[count], pair);
		count++;
	}
	qsort(value, count, sizeof(value[0]), compare_values);
	append_count(to, count);
	for (i = 0; i < count; i++) {
		append_count(to, value[i].len);
		append_octets(to, value[i].data, value[i].len);
		rdn_clear(&value[i]);
	}
	return valid && !set.left;
}

void rdn_init(struct rdn_name *ret_name, const gnutls_datum_t *name)
{
	struct der_reader all = der_reader(name), parts, set;

	*ret_name = (struct rdn_name){ .size = 2 * (size_t)name->size + 64 };
	ret_name->data = mem_zero(ret_name->size);
	ret_name->valid = der_take(&all, DER_SEQUENCE, NULL, &parts) && !all.left;
	while (ret_name->valid && parts.left)
		ret_name->valid = der_take(&parts, DER_SET, NULL, &set) &&
				  append_part(ret_name, set);
}

void rdn_clear(struct rdn_name *name)
{
	free(name->data);
	*name = (struct rdn_name){ 0 };
}

bool rdn_is_empty(const struct rdn_name *name)
{
	return name->valid && !name->len;
}

/* Every part begins with its number of values, so that a prefix ends between parts. */
bool rdn_within(const struct rdn_name *name, const struct rdn_name *base)
{
	return name->valid && base->valid && name->len >= base->len &&
	       (!base->len || !memcmp(name->data, base->data, base->len));
}

void rdn_digest(const gnutls_datum_t *name, uint8_t ret_sha256[32])
{
	struct rdn_name form;
	gnutls_datum_t octets = *name;

	rdn_init(&form, name);
	if (form.valid)
		octets = der_view(form.data ? (const void *)form.data : "", form.len);
	if (why_had_memory(gnutls_hash_fast(GNUTLS_DIG_SHA256, octets.data, octets.size,
					    ret_sha256)) < 0)
		memset(ret_sha256, 0, 32);
	rdn_clear(&form);
}
