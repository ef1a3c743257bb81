/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fnv.h"

#define OFFSET_BASIS 0xcbf29ce484222325u
#define PRIME 0x100000001b3u

uint64_t fnv_text(const char *text)
{
	uint64_t hash = OFFSET_BASIS;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * PRIME;
	return hash;
}
