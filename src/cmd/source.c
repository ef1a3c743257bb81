/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
	bool told;		  /* that the file can't be read on */
	bool ended;		  /* nothing is left */
	off_t size;		  /* of a plain file; 0: of none */
	source_wanted_fn *wanted; /* NULL: all are */
	void *wanted_arg;
};

static off_t plain_size(FILE *file)
{
	struct stat st;

	return fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
}

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
	if (file)
		s->size = plain_size(s->file);
	*ret_source = s;
	return 0;
}

void source_want(struct source *s, source_wanted_fn *fn, void *arg)
{
	s->wanted = fn;
	s->wanted_arg = arg;
}

double source_share(const struct source *s)
{
	off_t at;

	if (s->ended)
		return 1;
	if (!s->size)
		return -1;
	at = ftello(s->file);
	return at < 0 ? -1 : at < s->size ? (double)at / (double)s->size : 1;
}

bool source_ended(const struct source *s)
{
	return s->ended && !s->told;
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
	s->told = s->ended = false;
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

/* Whatever there is next, wanted or not. */
static bool next_item(struct source *s, struct run_item *ret_item)
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

static void clear_item(struct run_item *item)
{
	if (item->good)
		target_clear(&item->target);
	free(item->text);
	*item = (struct run_item){ 0 };
}

bool source_next(struct source *s, struct run_item *ret_item)
{
	while (next_item(s, ret_item)) {
		if (!s->wanted || s->told || s->wanted(s->wanted_arg, ret_item))
			return true;
		clear_item(ret_item);
	}
	s->ended = true;
	return false;
}
