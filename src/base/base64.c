/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/base64.h"

#include "base/mem.h"

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
