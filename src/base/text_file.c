/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/kept.h"
#include "base/mem.h"
#include "base/why.h"

#define FIRST_FEW 4 /* more than the mark has */

static const char *const line_ends[] = {
	"\xc2\x85",	/* NEL */
	"\xe2\x80\xa8", /* LINE SEPARATOR */
	"\xe2\x80\xa9", /* PARAGRAPH SEPARATOR */
};

enum likeness { NOTHING_LIKE, BEGINS_LIKE, IS_WHOLE };

static enum likeness compare_held(const struct text_file_filter *f, const char *sequence)
{
	if (memcmp(f->held, sequence, f->held_count) != 0)
		return NOTHING_LIKE;
	return sequence[f->held_count] ? BEGINS_LIKE : IS_WHOLE;
}

static enum likeness compare_with_mark(const struct text_file_filter *f)
{
	return f->seen == f->held_count ? compare_held(f, TEXT_FILE_MARK) : NOTHING_LIKE;
}

static enum likeness compare_with_line_ends(const struct text_file_filter *f)
{
	enum likeness likeness = NOTHING_LIKE;
	size_t i;

	for (i = 0; i < sizeof(line_ends) / sizeof(line_ends[0]); i++)
		if (likeness == NOTHING_LIKE)
			likeness = compare_held(f, line_ends[i]);
	return likeness;
}

/* Two octets tell: they are the mark of UTF-16, or there is a NUL, which each ASCII
 * character has there and no text has. */
static void look_for_utf16(struct text_file_filter *f, char c)
{
	if (f->seen == 1)
		f->first = c;
	if (f->seen <= 2 && !c)
		f->is_utf16 = true;
	if (f->seen == 2 &&
	    ((f->first == '\xff' && c == '\xfe') || (f->first == '\xfe' && c == '\xff')))
		f->is_utf16 = true;
}

static size_t put_octet(struct text_file_filter *f, char c, char *out)
{
	bool is_rest = c == '\n' && f->after_cr;

	f->after_cr = c == '\r';
	*out = f->after_cr ? '\n' : c;
	return is_rest ? 0 : 1;
}

static size_t put_first_held(struct text_file_filter *f, char *out)
{
	char c = f->held[0];

	f->held_count--;
	memmove(f->held, f->held + 1, f->held_count);
	return put_octet(f, c, out);
}

size_t text_file_step(struct text_file_filter *f, char c, char out[TEXT_FILE_STEP_MAX])
{
	enum likeness mark, line_end;
	size_t n = 0;

	f->seen += f->seen < FIRST_FEW;
	look_for_utf16(f, c);
	f->held[f->held_count++] = c;
	while (f->held_count) {
		mark = compare_with_mark(f);
		line_end = compare_with_line_ends(f);
		if (mark == IS_WHOLE || line_end == IS_WHOLE) {
			f->held_count = 0;
			return line_end == IS_WHOLE ? n + put_octet(f, '\n', out + n) : n;
		}
		if (mark == BEGINS_LIKE || line_end == BEGINS_LIKE)
			return n;
		n += put_first_held(f, out + n);
	}
	return n;
}

size_t text_file_end(struct text_file_filter *f, char out[TEXT_FILE_STEP_MAX])
{
	size_t n = 0;

	while (f->held_count)
		n += put_first_held(f, out + n);
	return n;
}

int text_file_refuse_utf16(const char *path, struct why *why)
{
	return why_set(why, DP_EFORMAT,
		       "%s is written in UTF-16: save it as UTF-8 (iconv -f UTF-16 "
		       "-t UTF-8 %s)",
		       path, path);
}

/* In place, since no step gives more than was taken in before it. */
static size_t filter_all(char *text, size_t len, bool *ret_utf16)
{
	struct text_file_filter f = { 0 };
	char out[TEXT_FILE_STEP_MAX];
	size_t i, n, kept = 0;

	for (i = 0; i < len; i++) {
		n = text_file_step(&f, text[i], out);
		memcpy(text + kept, out, n);
		kept += n;
	}
	n = text_file_end(&f, out);
	memcpy(text + kept, out, n);
	*ret_utf16 = f.is_utf16;
	return kept + n;
}

static int refuse_nul(const char *path, const char *text, struct why *why)
{
	size_t line = 1;

	for (; *text; text++)
		line += *text == '\n';
	return why_set(why, DP_EFORMAT, "%s is no text: line %zu has a NUL octet", path,
		       line);
}

/* Takes the text, which is changed in place. */
static int make_text(const char *path, char *text, size_t len, char **ret_text,
		     size_t *ret_len, struct why *why)
{
	bool utf16;
	size_t kept = filter_all(text, len, &utf16);
	int rc = 0;

	/* It may be a key: nothing of it stays behind the end. */
	mem_wipe(text + kept, len - kept);
	text[kept] = '\0';
	if (utf16)
		rc = text_file_refuse_utf16(path, why);
	else if (strlen(text) != kept)
		rc = refuse_nul(path, text, why);
	if (rc < 0) {
		mem_wipe(text, kept);
		free(text);
		return rc;
	}
	*ret_text = text;
	*ret_len = kept;
	return 0;
}

int text_file_read(const char *path, size_t max, char **ret_text, size_t *ret_len,
		   struct why *why)
{
	char *text = NULL;
	size_t len = 0;
	int rc = kept_read(path, max, &text, &len, why);

	return rc < 0 ? rc : make_text(path, text, len, ret_text, ret_len, why);
}

int text_file_read_itself(const char *path, size_t max, char **ret_text, size_t *ret_len,
			  struct why *why)
{
	char *text = NULL;
	size_t len = 0;
	int rc = file_read_itself(path, max, &text, &len, why);

	return rc < 0 ? rc : make_text(path, text, len, ret_text, ret_len, why);
}
