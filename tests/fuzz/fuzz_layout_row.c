/* SPDX-License-Identifier: BSD-2-Clause */
/* Any octets into lines: none of them moves the cursor, and no line is too long for a
 * reason that a blank could mend. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "render/layout.h"

#define TEXT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_safe(const char *text)
{
	const unsigned char *p;

	for (p = (const unsigned char *)text; *p; p++)
		if ((*p < 0x20 && *p != '\n') || *p == 0x7f)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t half = size / 2;
	char *cell, *text, *shown;
	struct layout_row row;
	struct buf out;

	if (size > TEXT_MAX)
		return 0;
	cell = mem_text_n((const char *)data, half);
	text = mem_text_n((const char *)data + half, size - half);
	row = (struct layout_row){
		.label = "dns", .cell = cell, .cell_width = size % 60, .text = text
	};
	buf_init(&out, 64 * TEXT_MAX);
	layout_row(&out, &row);
	layout_paragraph(&out, 60 + size % 41, "  Do: ", size % 20, text);
	check_safe(buf_str(&out));
	shown = log_show_nul((const char *)data, size);
	free(log_escape(shown, strlen(shown)));
	free(shown);
	buf_clear(&out);
	free(cell);
	free(text);
	return 0;
}
