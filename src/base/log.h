/* SPDX-License-Identifier: BSD-2-Clause */
/* Diagnostics on standard error, one line each, with remote bytes escaped. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>

/* How much is said: 0 errors, 1 warnings too (the default), 2 info, 3 debug. */
void log_set_level(int level);
/* From now on lines are kept, as far as they fit, until log_release() writes them: where
 * both streams go into one pipe, what is on stdout comes first. */
void log_hold(void);
void log_release(void);
/* fn is called before each line that is written at once: where something else stands on
 * the terminal. NULL: no longer. */
void log_set_before(void (*fn)(void *arg), void *arg);
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A copy on the heap in which control bytes, DEL, bytes that are not valid UTF-8, and
 * characters that show nothing are written \xHH: what may go to a terminal. */
char *log_escape(const char *text, size_t len);
/* A text on the heap in which only NUL is written so: where data has one, the rest of it
 * must not be out of sight. */
char *log_show_nul(const char *data, size_t len);

#endif
