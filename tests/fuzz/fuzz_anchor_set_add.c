/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of trust anchors: what is taken is taken again from what was made of it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dns/anchor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);
	struct anchor_set set = { 0 }, again = { 0 };
	size_t i;

	anchor_set_add(&set, text);
	for (i = 0; i < set.count; i++)
		anchor_set_add(&again, set.text[i]);
	if (again.count != set.count)
		abort();
	for (i = 0; i < set.count; i++)
		if (strcmp(set.text[i], again.text[i]) || set.tag[i] != again.tag[i])
			abort();
	anchor_set_clear(&set);
	anchor_set_clear(&again);
	free(text);
	return 0;
}
