/* SPDX-License-Identifier: BSD-2-Clause */
#include "asn1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"

void asn1_add(struct asn1 *to, const void *data, size_t len)
{
	assert_true(to->len + len <= sizeof(to->data));
	memcpy(to->data + to->len, data, len);
	to->len += len;
}

void asn1_put(struct asn1 *to, uint8_t tag, const void *data, size_t len)
{
	uint8_t head[4] = { tag, (uint8_t)len };
	size_t n = 2;

	if (len > 0x7f) {
		head[1] = 0x82;
		head[2] = (uint8_t)(len >> 8);
		head[3] = (uint8_t)len;
		n = 4;
	}
	if (len > 0x7f && len < 0x100) {
		head[1] = 0x81;
		head[2] = (uint8_t)len;
		n = 3;
	}
	asn1_add(to, head, n);
	asn1_add(to, data, len);
}

void asn1_wrap(struct asn1 *all, uint8_t tag)
{
	struct asn1 whole = { .len = 0 };

	asn1_put(&whole, tag, all->data, all->len);
	*all = whole;
}

struct der_reader asn1_reader(const struct asn1 *all)
{
	return (struct der_reader){ all->data, all->len };
}

/* "CN=leaf" up to len. */
static void put_pair(struct asn1 *to, const char *text, size_t len, uint8_t type)
{
	static const struct {
		const char *key;
		uint8_t oid[9];
		size_t oid_len;
	} keys[] = {
		{ "CN=", { 0x55, 4, 3 }, 3 },
		{ "C=", { 0x55, 4, 6 }, 3 },
		{ "OU=", { 0x55, 4, 11 }, 3 },
		{ "O=", { 0x55, 4, 10 }, 3 },
		{ "M=", { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 }, 9 },
	};
	struct asn1 pair = { .len = 0 };
	size_t i, skip;

	for (i = 0; strncmp(text, keys[i].key, strlen(keys[i].key)); i++)
		assert_true(i + 1 < sizeof(keys) / sizeof(keys[0]));
	skip = strlen(keys[i].key);
	asn1_put(&pair, DER_OID, keys[i].oid, keys[i].oid_len);
	asn1_put(&pair, type, text + skip, len - skip);
	asn1_put(to, DER_SEQUENCE, pair.data, pair.len);
}

void asn1_put_name(struct asn1 *to, const char *text, uint8_t type)
{
	struct asn1 parts = { .len = 0 }, set = { .len = 0 };
	size_t len;

	for (; *text; text += len + (text[len] != '\0')) {
		len = strcspn(text, ",+");
		put_pair(&set, text, len, type);
		if (text[len] == '+')
			continue;
		asn1_put(&parts, DER_SET, set.data, set.len);
		set.len = 0;
	}
	asn1_put(to, DER_SEQUENCE, parts.data, parts.len);
}

static void put_hex(struct asn1 *to, uint8_t tag, const char *text)
{
	uint8_t *octets = NULL;
	size_t len = 0;

	if (*text)
		assert_return_code(hex_decode(text, &octets, &len, NULL), 0);
	asn1_put(to, tag, octets ? octets : (const uint8_t *)"", len);
	free(octets);
}

static void put_word(struct asn1 *to, const char *word)
{
	const char *value = strchr(word, ':') + 1;
	struct asn1 inside = { .len = 0 };

	if (!strncmp(word, "dns:", 4)) {
		asn1_put(to, DER_CONTEXT + 2, value, strlen(value));
	} else if (!strncmp(word, "mail:", 5)) {
		asn1_put(to, DER_CONTEXT + 1, value, strlen(value));
	} else if (!strncmp(word, "uri:", 4)) {
		asn1_put(to, DER_CONTEXT + 6, value, strlen(value));
	} else if (!strncmp(word, "ip:", 3)) {
		put_hex(to, DER_CONTEXT + 7, value);
	} else if (!strncmp(word, "id:", 3)) {
		put_hex(to, DER_CONTEXT + 8, value);
	} else if (!strncmp(word, "x400:", 5)) {
		put_hex(to, DER_CONSTRUCTED + 3, value);
	} else if (!strncmp(word, "dn:", 3)) {
		asn1_put_name(&inside, value, 0x0c);
		asn1_put(to, DER_CONSTRUCTED + 4, inside.data, inside.len);
	} else {
		assert_false(strncmp(word, "other:", 6));
		put_hex(&inside, DER_OID, value);
		asn1_put(&inside, DER_CONSTRUCTED, "", 0);
		asn1_put(to, DER_CONSTRUCTED, inside.data, inside.len);
	}
}

void asn1_put_names(struct asn1 *to, const char *words)
{
	char word[300];
	size_t len;

	for (; *words; words += len + strspn(words + len, " ")) {
		len = strcspn(words, " ");
		assert_true(len < sizeof(word));
		memcpy(word, words, len);
		word[len] = '\0';
		put_word(to, word);
	}
}
