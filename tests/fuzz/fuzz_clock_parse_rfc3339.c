/* SPDX-License-Identifier: BSD-2-Clause */
/* A time as typed: what is taken reads the same when printed. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size), printed[32];
	time_t t, again;

	/* An offset may lead out of the years that can be written. */
	if (clock_parse_rfc3339(text, &t, NULL) == 0 && t >= 0 && t < 253402300800) {
		clock_rfc3339(t, printed);
		if (clock_parse_rfc3339(printed, &again, NULL) < 0 || again != t)
			abort();
	}
	free(text);
	return 0;
}
