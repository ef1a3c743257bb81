/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/world/secret_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"

#define FILE_MAX 65536 /* a line or two, or the keys of many accounts */

int secret_file_read(const char *path, const char *what, char **ret_text, struct why *why)
{
	struct stat st;
	size_t len;

	if (stat(path, &st) < 0)
		return why_errno(why, errno, "can't read %s %s", what, path);
	if (st.st_mode & S_IROTH)
		return why_set(why, DP_EINVAL,
			       "everybody may read %s %s: chmod o-r it, and make a new "
			       "one if others could have read it",
			       what, path);
	return text_file_read(path, FILE_MAX, ret_text, &len, why);
}

void secret_file_clear(char *text)
{
	if (text)
		mem_wipe(text, strlen(text));
	free(text);
}
