/* SPDX-License-Identifier: BSD-2-Clause */
/* What a CA answers about a renewal: a window that is taken has a moment, and the
 * explanation is a line of plain text. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/cert/ari.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);
	struct ari_answer a = { 0 };
	struct why why;
	time_t at;
	const char *p;

	if (ari_read(text, &a, &why) == 0) {
		at = ari_draw(a.start, a.end);
		if (a.start <= 0 || at < a.start || at >= a.end)
			abort();
		for (p = a.explanation; p && *p; p++)
			if (*p <= ' ' || *p > '~')
				abort();
		ari_answer_clear(&a);
	} else if (a.explanation || !*why.text) {
		abort();
	}
	free(text);
	return 0;
}
