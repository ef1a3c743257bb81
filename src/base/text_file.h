/* SPDX-License-Identifier: BSD-2-Clause */
/* Text files, whatever system and editor wrote them: a byte order mark at the beginning
 * is left out; CR LF, CR, NEL (U+0085), U+2028 and U+2029 end a line as LF does. */
#ifndef BASE_TEXT_FILE_H
#define BASE_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct why;

#define TEXT_FILE_MARK "\xef\xbb\xbf" /* U+FEFF */
#define TEXT_FILE_STEP_MAX 3	      /* octets that come out at one step */

/* A text that comes octet by octet; all zero at its beginning. */
struct text_file_filter {
	char held[TEXT_FILE_STEP_MAX]; /* what may become a mark or a line's end */
	size_t held_count;
	unsigned seen; /* octets; not counted beyond the first few */
	bool after_cr;
	char first;
	bool is_utf16; /* then what comes out is no text */
};

/* Returns the number of octets in out; of these LF can only be the last. */
size_t text_file_step(struct text_file_filter *f, char c, char out[TEXT_FILE_STEP_MAX]);
/* The same for what is held back when the text ends. */
size_t text_file_end(struct text_file_filter *f, char out[TEXT_FILE_STEP_MAX]);
/* Says what to do about a file in UTF-16; returns DP_EFORMAT. */
int text_file_refuse_utf16(const char *path, struct why *why);

/* As file_read(), for a text: without a mark, LF alone ends its lines, and no NUL stands
 * in it. DP_EFORMAT: it is no text, or UTF-16. */
int text_file_read(const char *path, size_t max, char **ret_text, size_t *ret_len,
		   struct why *why);
/* The same as file_read_itself(). */
int text_file_read_itself(const char *path, size_t max, char **ret_text, size_t *ret_len,
			  struct why *why);

#endif
