/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64 text (RFC 4648 section 4). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

struct why;

/* Padded, without line breaks; a heap string, the caller frees it. */
char *base64_encode(const uint8_t *data, size_t len);
/* Padded text without blanks, at least one octet, the unused bits zero; else DP_EFORMAT.
 * The result is on the heap. */
int base64_decode(const char *text, uint8_t **ret_data, size_t *ret_len, struct why *why);

#endif
