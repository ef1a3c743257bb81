/* SPDX-License-Identifier: BSD-2-Clause */
/* Libraries that are loaded when they are first needed, not at every start. */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stddef.h>

struct why;

struct library_symbol {
	const char *name;
	size_t offset; /* of the function pointer in the table */
};

/* Loads soname for the rest of the process and fills the table's pointers. DP_EIO names
 * what is missing. */
int library_load(const char *soname, const struct library_symbol *symbol, size_t count,
		 void *ret_table, struct why *why);

#endif
