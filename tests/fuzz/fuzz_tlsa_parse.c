/* SPDX-License-Identifier: BSD-2-Clause */
/* A record as text, as an operator types it: what is taken reads the same when printed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "dane/tlsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size), *printed;
	struct tlsa rr, again;

	if (tlsa_parse(text, &rr, NULL) == 0) {
		printed = tlsa_to_text(&rr);
		if (tlsa_parse(printed, &again, NULL) < 0 || !tlsa_equal(&rr, &again))
			abort();
		free(printed);
		tlsa_clear(&again);
		tlsa_clear(&rr);
	}
	free(text);
	return 0;
}
