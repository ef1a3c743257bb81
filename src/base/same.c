/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/same.h"

#include <string.h>

static unsigned char in_lower_case(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}

bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool same_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && same_in_any_case(text, word, len);
}

bool same_in_any_case(const void *a, const void *b, size_t len)
{
	const unsigned char *p = a, *q = b;
	size_t i;

	for (i = 0; i < len; i++)
		if (in_lower_case(p[i]) != in_lower_case(q[i]))
			return false;
	return true;
}
