/* SPDX-License-Identifier: BSD-2-Clause */
/* "name = value" lines of the files in which clients of OVH and AWS keep their keys. */
#ifndef SETUP_PROVIDER_KEY_LINES_H
#define SETUP_PROVIDER_KEY_LINES_H

/* The value of the first such line in the section "[section]" (NULL: in any), without the
 * blanks around it; on the heap, NULL: there is none, or it is empty. */
char *key_lines_find(const char *text, const char *section, const char *name);

#endif
