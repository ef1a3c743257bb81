/* SPDX-License-Identifier: BSD-2-Clause */
/* A target as typed: what is taken has a normalized form that is taken again, unchanged.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "target/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);
	struct target t, again;
	struct why why;

	if (target_parse(text, &t, &why) == 0) {
		if (target_parse(t.normalized, &again, NULL) < 0 ||
		    strcmp(t.normalized, again.normalized) || t.service != again.service)
			abort();
		target_clear(&again);
		target_clear(&t);
	}
	free(text);
	return 0;
}
