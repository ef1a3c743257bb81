/* SPDX-License-Identifier: BSD-2-Clause */
/* Files with a secret by which records are published. */
#ifndef SETUP_SECRET_FILE_H
#define SETUP_SECRET_FILE_H

#include <stddef.h>

struct why;

/* what is the secret's name in messages: "the API key". Text on the heap; wipe it with
 * secret_file_clear(). DP_EINVAL for a file that everybody may read. */
int secret_file_read(const char *path, const char *what, char **ret_text,
		     struct why *why);
void secret_file_clear(char *text);

#endif
