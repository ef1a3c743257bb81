/* SPDX-License-Identifier: BSD-2-Clause */
/* What DNS providers' APIs answer: the first octet says whose, the second which of its
 * answers. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "setup/provider/provider.h"
#include "setup/provider/providers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct provider *p = size > 2 ? providers_at(data[0] % 6) : NULL;
	struct provider_answer answer = { 0 };
	size_t count = 0;
	char *text;

	if (!p)
		return 0;
	while (p->readers[count])
		count++;
	text = mem_text_n((const char *)data + 2, size - 2);
	p->readers[data[1] % count](text, "_443._tcp.a.example", &answer, NULL);
	provider_answer_clear(&answer);
	free(text);
	return 0;
}
