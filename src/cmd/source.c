/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "probe/run.h"

struct source {
	const char *const *args; /* borrowed */
	size_t count, next;
	const char *file_name;		/* borrowed */
	FILE *file;			/* owned unless it's stdin; NULL none */
	char line[TARGET_TEXT_MAX + 2]; /* of it, blanks trimmed */
	size_t line_len;
	long line_number;
	bool told; /* that the file can't be read on */
};

int source_new(const char *const *args, size_t count, const char *file,
	       struct source **ret_source, struct why *why)
{
	struct source *s = mem_zero(sizeof(*s));

	s->args = args;
	s->count = count;
	s->file_name = file;
	if (file) {
		s->file = strcmp(file, "-") ? fopen(file, "re") : stdin;
		if (!s->file) {
			free(s);
			return why_errno(why, errno, "can't open %s", file);
		}
	}
	*ret_source = s;
	return 0;
}

void source_free(struct source *s)
{
	if (!s)
		return;
	if (s->file && s->file != stdin)
		fclose(s->file);
	free(s);
}

int source_rewind(struct source *s, struct why *why)
{
	s->next = 0;
	s->line_number = 0;
	s->told = false;
	if (s->file && fseeko(s->file, 0, SEEK_SET) < 0)
		return why_errno(why, errno,
				 "--wait reads the targets anew for each attempt, and %s "
				 "can't be",
				 s->file_name);
	return 0;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Reads on to the end of the line, but keeps no more of it than fits: what is longer is
 * no target anyway. False at the end of the file. */
static bool read_line(struct source *s)
{
	int c = getc(s->file);

	s->line_len = 0;
	if (c == EOF)
		return false;
	for (; c != EOF && c != '\n'; c = getc(s->file)) {
		if (!s->line_len && is_blank(c))
			continue;
		if (s->line_len < TARGET_TEXT_MAX + 1)
			s->line[s->line_len++] = c ? (char)c : '\1'; /* refused as such */
	}
	while (s->line_len && is_blank(s->line[s->line_len - 1]))
		s->line_len--;
	s->line[s->line_len] = '\0';
	s->line_number++;
	return true;
}

/* NULL at the end of the file. */
static const char *next_line(struct source *s)
{
	while (s->file && read_line(s))
		if (s->line[0] && s->line[0] != '#')
			return s->line;
	return NULL;
}

/* A list that can't be read to its end is no list of good targets. */
static bool tell_failure(struct source *s, int failed, struct run_item *ret_item)
{
	if (!s->file || !ferror(s->file) || s->told)
		return false;
	s->told = true;
	ret_item->text = mem_text(s->file_name);
	ret_item->line = s->line_number + 1;
	why_errno(&ret_item->why, failed, "can't read %s", s->file_name);
	return true;
}

bool source_next(struct source *s, struct run_item *ret_item)
{
	const char *text;

	if (s->next < s->count) {
		text = s->args[s->next++];
	} else {
		text = next_line(s);
		if (!text)
			return tell_failure(s, errno, ret_item);
		ret_item->line = s->line_number;
	}
	ret_item->text = mem_text(text);
	ret_item->good =
		target_parse(ret_item->text, &ret_item->target, &ret_item->why) == 0;
	return true;
}
