/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64 text (RFC 4648 section 4). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Padded, without line breaks; a heap string, the caller frees it. */
char *base64_encode(const uint8_t *data, size_t len);

#endif
