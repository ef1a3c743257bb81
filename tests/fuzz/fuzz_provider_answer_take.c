/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes from the child that has read a DNS provider's answer. */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "setup/provider/provider_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct provider_answer answer = { 0 };
	struct buf facts;

	buf_init(&facts, size + 1);
	buf_add(&facts, data, size);
	if (provider_answer_take(&facts, &answer, NULL) == 0)
		provider_answer_clear(&answer);
	buf_clear(&facts);
	return 0;
}
