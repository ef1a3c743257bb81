/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of records in any of their forms: what is taken can be printed and taken again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/why.h"
#include "cmd/tlsa_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size), *printed;
	struct tlsa_text list = { 0 };
	struct tlsa again;
	struct why why;
	size_t i;

	tlsa_text_add_file(&list, text, &why);
	for (i = 0; i < list.count; i++) {
		printed = tlsa_to_text(&list.rr[i]);
		/* the generic form alone can hold a record without data */
		if (!list.rr[i].len) {
			free(printed);
			continue;
		}
		if (tlsa_parse(printed, &again, NULL) < 0 ||
		    !tlsa_equal(&list.rr[i], &again))
			abort();
		tlsa_clear(&again);
		free(printed);
	}
	tlsa_text_clear(&list);
	free(text);
	return 0;
}
