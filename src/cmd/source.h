/* SPDX-License-Identifier: BSD-2-Clause */
/* The targets of a command: its arguments, then the lines of -f, one by one. */
#ifndef CMD_SOURCE_H
#define CMD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

struct run_item;
struct source;
struct why;

/* file NULL: none; "-": standard input. args are borrowed. DP_ENOENT or DP_EIO for a file
 * that can't be read. */
int source_new(const char *const *args, size_t count, const char *file,
	       struct source **ret_source, struct why *why);
void source_free(struct source *s);
/* The next target, parsed; blank lines and comments are passed over. A target that can't
 * be parsed is an item with good false; so is, as the last one, a file that can't be read
 * to its end. */
bool source_next(struct source *s, struct run_item *ret_item);
/* From the beginning again; DP_EIO for a pipe, which can't be. */
int source_rewind(struct source *s, struct why *why);

#endif
