/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that is always there: on exhaustion the program ends with exit status 3. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Says so and ends the program with exit status 3. */
_Noreturn void mem_exhausted(void);
/* Sets what it writes to stdout before: the status line that a plugin owes. A constant;
 * NULL: nothing. */
void mem_set_last_words(const char *constant);

/* Whether so many octets could be had now. */
bool mem_has_room(size_t size);

void *mem_zero(size_t size);
/* Zeroed, the same in this process and in those made by fork(2) later. */
void *mem_shared(size_t size);
void mem_shared_free(void *data, size_t size); /* also NULL */ /* zeroed; size may be 0 */
void *mem_array(size_t count, size_t size);	/* zeroed, overflow checked */
void *mem_copy(const void *data, size_t len);	/* NULL for len 0 */
char *mem_text(const char *text);		/* strdup; NULL stays NULL */
char *mem_text_n(const char *text, size_t len); /* a copy with a final NUL */
/* A copy of at most max octets: what is left out of a longer text is in its middle, since
 * the cause stands at its end. */
char *mem_shorten(const char *text, size_t max);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *mem_vprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));
void *mem_resize(void *data, size_t size); /* realloc */
/* Room for one more element at items[count]; grows by doubling. The new one is not
 * cleared. Use: v = mem_grow(v, n, sizeof(*v)); v[n++] = x; */
void *mem_grow(void *items, size_t count, size_t size);
/* Overwrite with zeros in a way that the compiler keeps. */
void mem_wipe(void *data, size_t len);

#endif
