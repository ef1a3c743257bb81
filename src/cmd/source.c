/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "probe/run.h"
#include "target/service.h"

struct source {
	const char *const *args; /* borrowed */
	size_t count, next;
	const char *file_name; /* borrowed */
	FILE *file;	       /* owned unless it's stdin; NULL none */
	char *line;	       /* owned; getline's */
	size_t line_size;
	long line_number;
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
	free(s->line);
	free(s);
}

int source_rewind(struct source *s, struct why *why)
{
	s->next = 0;
	s->line_number = 0;
	if (s->file == stdin)
		return why_set(why, DP_EIO, "--wait can't read standard input twice");
	if (s->file)
		rewind(s->file);
	return 0;
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* NULL at the end of the file. */
static char *next_line(struct source *s)
{
	ssize_t len;
	char *text;

	while (s->file && (len = getline(&s->line, &s->line_size, s->file)) >= 0) {
		s->line_number++;
		if (memchr(s->line, '\0', (size_t)len)) {
			char *nul = s->line;

			while ((nul = memchr(nul, '\0', (size_t)(s->line + len - nul))))
				*nul = '\1'; /* a control byte, refused as such */
		}
		text = trim(s->line);
		if (*text && *text != '#')
			return text;
	}
	return NULL;
}

static void parse(struct run_item *item)
{
	item->good = target_parse(item->text, &item->target, &item->why) == 0;
	if (!item->good)
		return;
	if (item->target.service->start == SERVICE_TLS_AT_ONCE &&
	    item->target.service->discovery == SERVICE_HOST)
		return;
	why_set(&item->why, DP_EINVAL, "this version can't check %s:// targets: that %s",
		item->target.service->name,
		item->target.service->discovery == SERVICE_HOST
			? "needs STARTTLS"
			: "needs a lookup of MX or SRV records");
	target_clear(&item->target);
	item->good = false;
}

bool source_next(struct source *s, struct run_item *ret_item)
{
	const char *text;

	if (s->next < s->count) {
		text = s->args[s->next++];
	} else {
		text = next_line(s);
		if (!text)
			return false;
		ret_item->line = s->line_number;
	}
	ret_item->text = mem_text(text);
	parse(ret_item);
	return true;
}
