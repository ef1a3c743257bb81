/* SPDX-License-Identifier: BSD-2-Clause */
/* What a command complained of: the lines of its output that tell an error. */
#ifndef SETUP_COMPLAINT_H
#define SETUP_COMPLAINT_H

/* The first lines of text that tell an error, with "; " between them, else its last line;
 * escaped, "" where there is none. On the heap. */
char *complaint_find(const char *text);

#endif
