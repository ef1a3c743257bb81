/* SPDX-License-Identifier: BSD-2-Clause */
/* Thresholds as typed, once where a percentage may stand and once where it may not. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/why.h"
#include "verdict/threshold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);
	struct threshold t = { 0 };
	struct why why;

	(void)threshold_parse(text, true, &t, &why);
	(void)threshold_parse(text, false, &t, &why);
	free(text);
	return 0;
}
