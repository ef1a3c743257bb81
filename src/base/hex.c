/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hex.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"

static const char digits[] = "0123456789abcdef";

char *hex_encode(const uint8_t *data, size_t len)
{
	char *text = mem_zero(2 * len + 1);
	size_t i;

	for (i = 0; i < len; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	return text;
}

static int digit_value(unsigned char c)
{
	const char *p = c ? strchr(digits, tolower(c)) : NULL;

	return p ? (int)(p - digits) : -1;
}

int hex_decode(const char *text, uint8_t **ret_data, size_t *ret_len, struct why *why)
{
	uint8_t *data = mem_zero(strlen(text) / 2 + 1);
	size_t n = 0;
	int value;

	for (; *text; text++) {
		if (isspace((unsigned char)*text))
			continue;
		value = digit_value((unsigned char)*text);
		if (value < 0) {
			free(data);
			return why_set(why, DP_EFORMAT,
				       "character 0x%02x is not a hexadecimal digit",
				       (unsigned)(unsigned char)*text);
		}
		data[n / 2] = (uint8_t)(data[n / 2] << 4 | value);
		n++;
	}
	if (n % 2) {
		free(data);
		return why_set(why, DP_EFORMAT, "%zu hexadecimal digits: an odd number",
			       n);
	}
	if (!n) {
		free(data);
		data = NULL;
	}
	*ret_data = data;
	*ret_len = n / 2;
	return 0;
}
