/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/counts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

#define FILE_MODE 0644
#define FILE_MAX 8192

/* Best first, as in texts. */
static const enum state order[] = { STATE_OK, STATE_WARNING, STATE_CRITICAL,
				    STATE_UNKNOWN };

void counts_add(struct counts *s, enum state state, enum code code)
{
	s->count[state][code]++;
}

uint64_t counts_of_state(const struct counts *s, enum state state)
{
	uint64_t n = 0;
	size_t code;

	for (code = 0; code < CODE_COUNT; code++)
		n += s->count[state][code];
	return n;
}

static uint64_t of_code(const struct counts *s, size_t code)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < COUNTS_STATES; i++)
		n += s->count[i][code];
	return n;
}

uint64_t counts_total(const struct counts *s)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < COUNTS_STATES; i++)
		n += counts_of_state(s, order[i]);
	return n;
}

enum state counts_worst(const struct counts *s)
{
	enum state worst = STATE_OK;
	size_t i;

	if (!counts_total(s))
		return STATE_UNKNOWN;
	for (i = 0; i < COUNTS_STATES; i++)
		if (counts_of_state(s, order[i]))
			worst = state_worse(worst, order[i]);
	return worst;
}

static void print_code(const struct counts *s, size_t code, FILE *out)
{
	size_t i;

	for (i = 0; i < COUNTS_STATES; i++)
		if (s->count[order[i]][code])
			fprintf(out, "  %-17s %-8s %9" PRIu64 "\n",
				code_name((enum code)code), state_name(order[i]),
				s->count[order[i]][code]);
}

void counts_print(const struct counts *s, FILE *out)
{
	uint64_t total = counts_total(s);
	size_t i;

	fprintf(out, "%" PRIu64 " target%s", total, total == 1 ? "" : "s");
	for (i = 0; i < COUNTS_STATES; i++)
		fprintf(out, "%s %" PRIu64 " %s", i ? "," : ":",
			counts_of_state(s, order[i]), state_name(order[i]));
	if (s->resumed)
		fprintf(out, " (%" PRIu64 " from an earlier run)", s->resumed);
	fputc('\n', out);
	for (i = 0; i < CODE_COUNT; i++)
		print_code(s, i, out);
}

char *counts_json(const struct counts *s, bool complete)
{
	struct buf b;
	char *text;
	size_t i;

	buf_init(&b, FILE_MAX);
	buf_printf(&b,
		   "{\"version\":1,\"complete\":%s,\"targets\":%" PRIu64
		   ",\"resumed\":%" PRIu64 ",\"states\":{",
		   complete ? "true" : "false", counts_total(s), s->resumed);
	for (i = 0; i < COUNTS_STATES; i++)
		buf_printf(&b, "%s\"%s\":%" PRIu64, i ? "," : "", state_name(order[i]),
			   counts_of_state(s, order[i]));
	buf_printf(&b, "},\"codes\":{");
	for (i = 0; i < CODE_COUNT; i++)
		buf_printf(&b, "%s\"%s\":%" PRIu64, i ? "," : "", code_name((enum code)i),
			   of_code(s, i));
	buf_printf(&b, "}}\n");
	text = mem_text_n(b.data, b.len);
	buf_clear(&b);
	return text;
}

int counts_write(const struct counts *s, bool complete, const char *path, struct why *why)
{
	char *text = counts_json(s, complete);
	int rc =
		file_replace(NULL, path, FILE_ACCESS(FILE_MODE), text, strlen(text), why);

	free(text);
	return rc;
}
