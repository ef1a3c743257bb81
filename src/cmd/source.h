/* SPDX-License-Identifier: BSD-2-Clause */
/* The targets of a command: its arguments, then the lines of -f, one by one. */
#ifndef CMD_SOURCE_H
#define CMD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/run.h"

struct loop;
struct source;
struct why;

/* file NULL: none; "-": standard input. args are borrowed. DP_ENOENT or DP_EIO for a file
 * that can't be opened. */
int source_new(const char *const *args, size_t count, const char *file,
	       struct source **ret_source, struct why *why);
void source_free(struct source *s);
/* The next target, parsed; blank lines and comments are passed over. A target that can't
 * be parsed is an item with good false; so is, as the last one, a file that can't be read
 * to its end. RUN_LATER where a pipe has nothing yet: it never waits. */
enum run_step source_next(struct source *s, struct run_item *ret_item);
/* From now on, after each RUN_LATER, fn is called once from the loop when there is more
 * to read; fn NULL: no longer. */
typedef void source_ready_fn(void *arg);
void source_watch(struct source *s, struct loop *loop, source_ready_fn *fn, void *arg);
/* To be called after RUN_LATER where there is no loop: waits until there is more. */
void source_wait(const struct source *s);
/* From now on only targets for which fn is true come; the others are passed over. A
 * list that can't be read is told in any case. */
typedef bool source_wanted_fn(void *arg, const struct run_item *item);
void source_want(struct source *s, source_wanted_fn *fn, void *arg);
/* How much of the list is read, from 0 to 1, and 1 only at its end; -1 unknown (a pipe).
 */
double source_share(const struct source *s);
/* Whether it came to its end without a failure. */
bool source_ended(const struct source *s);
/* Goes back to the beginning; DP_EIO for a pipe, where that can't be. */
int source_rewind(struct source *s, struct why *why);

#endif
