/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fnv.h"

#include <string.h>

#define OFFSET_BASIS 0xcbf29ce484222325u
#define PRIME 0x100000001b3u

uint64_t fnv_octets(const void *data, size_t len)
{
	const unsigned char *octet = data;
	uint64_t hash = OFFSET_BASIS;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ octet[i]) * PRIME;
	return hash;
}

uint64_t fnv_text(const char *text)
{
	return fnv_octets(text, strlen(text));
}
