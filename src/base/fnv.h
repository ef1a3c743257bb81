/* SPDX-License-Identifier: BSD-2-Clause */
/* FNV-1a, 64 bits: the same on every machine, so that several can share work by it. Not
 * for data that someone may choose to collide. */
#ifndef BASE_FNV_H
#define BASE_FNV_H

#include <stdint.h>

uint64_t fnv_text(const char *text);

#endif
