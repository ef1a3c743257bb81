/* SPDX-License-Identifier: BSD-2-Clause */
/* A text file of any system: octet by octet it comes to no more octets than it had, none
 * of them CR, with LF only as the last of a step; and what came out is as good as plain.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t filter_text(const char *in, size_t len, char *out)
{
	struct text_file_filter f = { 0 };
	size_t i, n, kept = 0;

	for (i = 0; i < len; i++) {
		n = text_file_step(&f, in[i], out + kept);
		if (n > TEXT_FILE_STEP_MAX || (n > 1 && memchr(out + kept, '\n', n - 1)))
			abort();
		kept += n;
		if (kept > i + 1)
			abort();
	}
	kept += text_file_end(&f, out + kept);
	if (kept > len || (kept && memchr(out, '\r', kept)))
		abort();
	return kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *once = mem_zero(size + TEXT_FILE_STEP_MAX);
	char *twice = mem_zero(size + TEXT_FILE_STEP_MAX);
	size_t len = filter_text((const char *)data, size, once);
	bool marked = len >= 3 && !memcmp(once, TEXT_FILE_MARK, 3);

	if (!marked &&
	    (filter_text(once, len, twice) != len || memcmp(once, twice, len) != 0))
		abort();
	free(once);
	free(twice);
	return 0;
}
