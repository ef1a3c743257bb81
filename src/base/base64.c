/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/base64.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			       "0123456789+/";

char *base64_encode(const uint8_t *data, size_t len)
{
	char *text = mem_zero((len + 2) / 3 * 4 + 1), *out = text;
	size_t i, k;

	for (i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t group = (uint32_t)data[i] << 16;

		if (n > 1)
			group |= (uint32_t)data[i + 1] << 8;
		if (n > 2)
			group |= data[i + 2];
		for (k = 0; k < 4; k++)
			*out++ = k <= n ? alphabet[group >> (18 - 6 * k) & 63] : '=';
	}
	return text;
}

static int digit_value(char c)
{
	const char *p = c ? strchr(alphabet, c) : NULL;

	return p ? (int)(p - alphabet) : -1;
}

/* The octets of one group, 0 for one that is none. Bits that no octet takes are zero. */
static size_t decode_group(const char *text, uint8_t *out)
{
	uint32_t group = 0;
	size_t i, n = 4;
	int value;

	while (n > 2 && text[n - 1] == '=')
		n--;
	for (i = 0; i < 4; i++) {
		value = i < n ? digit_value(text[i]) : 0;
		if (value < 0)
			return 0;
		group = group << 6 | (uint32_t)value;
	}
	for (i = 0; i < n - 1; i++)
		out[i] = (uint8_t)(group >> (16 - 8 * i));
	return n == 4 || !(group & (n == 3 ? 0xffu : 0xffffu)) ? n - 1 : 0;
}

int base64_decode(const char *text, uint8_t **ret_data, size_t *ret_len, struct why *why)
{
	size_t len = strlen(text), at, got = 3, n = 0;
	uint8_t *data = mem_zero(len / 4 * 3 + 1);

	for (at = 0; at + 4 <= len && got == 3; at += 4) {
		got = decode_group(text + at, data + n);
		n += got;
	}
	if (!len || at != len || got == 0) {
		free(data);
		return why_set(why, DP_EFORMAT, "'%s' is not base64", text);
	}
	*ret_data = data;
	*ret_len = n;
	return 0;
}
