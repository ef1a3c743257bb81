/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers and times as people type them. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

struct why;

/* Decimal digits only (no sign, no blank), min <= value <= max; else DP_EINVAL. */
int number_parse(const char *text, int64_t min, int64_t max, int64_t *ret_value,
		 struct why *why);
/* "90s", "1.5m", "250ms", "2h", "7d" in milliseconds; a bare number is seconds unless
 * unit_needed. At most ten years. DP_EINVAL names what is wrong. */
int number_parse_time(const char *text, bool unit_needed, int64_t *ret_ms,
		      struct why *why);

#endif
