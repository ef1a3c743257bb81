/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/world/complaint.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

#define LINES_MAX 3	   /* those who want more have the log */
#define LINE_READ_MAX 2000 /* octets of one that are looked at ... */
#define LINE_SHOWN_MAX 300 /* ... and shown, escaped: its cause stands at its end */
#define TEXT_MAX (LINES_MAX * (LINE_SHOWN_MAX + 2))

/* Words with which ACME clients, their tools and shells tell that something goes
 * wrong. */
static const char *const error_words[] = {
	"error",
	"fail",
	"refused",
	"denied",
	"cannot",
	"can't",
	"could not",
	"couldn't",
	"unable",
	"invalid",
	"unauthorized",
	"no such",
	"not found",
	"not valid",
	"detail:",
	"problem",
	"another instance",
	"lock file",
	"timed out",
	"expired",
	"rejected",
	"forbidden",
	"unexpected",
	"not exist",
	"not a directory",
};

/* Lines with such a word that lead away from the cause. */
static const char *const empty_words[] = {
	"some challenges have failed",
	"ask for help",
	"see the logfile",
	"debug log",
	"[info]",
	"traceback",
	"an unexpected error occurred:",
};

static bool has_word(const char *line, size_t len, const char *word)
{
	size_t word_len = strlen(word), i;

	for (i = 0; i + word_len <= len; i++)
		if (!strncasecmp(line + i, word, word_len))
			return true;
	return false;
}

static bool has_any(const char *line, size_t len, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (has_word(line, len, words[i]))
			return true;
	return false;
}

static bool tells_error(const char *line, size_t len)
{
	return has_any(line, len, error_words,
		       sizeof(error_words) / sizeof(error_words[0])) &&
	       !has_any(line, len, empty_words,
			sizeof(empty_words) / sizeof(empty_words[0]));
}

static void append_line(struct buf *b, const char *line, size_t len)
{
	char *safe = log_escape(line, len > LINE_READ_MAX ? LINE_READ_MAX : len);
	char *shown = mem_shorten(safe, LINE_SHOWN_MAX);

	(void)buf_text(b, b->len ? "; " : "");
	(void)buf_text(b, shown);
	free(shown);
	free(safe);
}

/* The line at p, without the blanks around it; returns where the next one begins. */
static const char *take_line(const char *p, const char **ret_line, size_t *ret_len)
{
	size_t whole = strcspn(p, "\r\n"), skip = strspn(p, " \t"), len;

	skip = skip < whole ? skip : whole;
	for (len = whole - skip; len && strchr(" \t", p[skip + len - 1]); len--)
		;
	*ret_line = p + skip;
	*ret_len = len;
	p += whole;
	return p + strspn(p, "\r\n");
}

char *complaint_find(const char *text)
{
	const char *line, *last = "";
	size_t len, last_len = 0, lines = 0;
	struct buf b;
	char *found;

	buf_init(&b, TEXT_MAX);
	while (*text && lines < LINES_MAX) {
		text = take_line(text, &line, &len);
		if (!len)
			continue;
		last = line;
		last_len = len;
		if (tells_error(line, len)) {
			append_line(&b, line, len);
			lines++;
		}
	}
	if (!lines)
		append_line(&b, last, last_len);
	found = mem_text(buf_str(&b));
	buf_clear(&b);
	return found;
}
