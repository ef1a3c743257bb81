/* SPDX-License-Identifier: BSD-2-Clause */
/* Hexadecimal text. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

struct why;

/* Lower case, two digits a byte; a heap string, the caller frees it. */
char *hex_encode(const uint8_t *data, size_t len);
/* Digits of either case, blanks between them allowed (as zone files have them). The
 * result is on the heap (NULL when there are no digits). DP_EFORMAT names the
 * offending character or the odd number of digits. */
int hex_decode(const char *text, uint8_t **ret_data, size_t *ret_len, struct why *why);

#endif
