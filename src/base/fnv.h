/* SPDX-License-Identifier: BSD-2-Clause */
/* FNV-1a, 64 bits: the same on every machine, so that several can share work by it. Not
 * for data that someone may choose to collide. */
#ifndef BASE_FNV_H
#define BASE_FNV_H

#include <stddef.h>
#include <stdint.h>

uint64_t fnv_octets(const void *data, size_t len);
uint64_t fnv_text(const char *text);

#endif
