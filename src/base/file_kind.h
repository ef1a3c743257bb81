/* SPDX-License-Identifier: BSD-2-Clause */
/* What a file is that was given in place of another, and how to make of it what is
 * wanted. */
#ifndef BASE_FILE_KIND_H
#define BASE_FILE_KIND_H

#include <stddef.h>

/* "PKCS#12 (...), not WANTED: openssl pkcs12 -in PATH ..." on the heap, to follow "it is"
 * or the like; NULL where nothing is recognized. A path of NULL is "FILE". It's asked
 * when data couldn't be read as what is wanted. */
char *file_kind_explain(const void *data, size_t len, const char *wanted,
			const char *path);

#endif
