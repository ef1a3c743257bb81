/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of results that an earlier run left, or somebody made. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/counts.h"
#include "cmd/resume.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *file;
	struct counts counts = { 0 };
	struct resume *resume;
	char path[64];

	if (!file)
		file = tmpfile();
	if (!file || ftruncate(fileno(file), 0) < 0 ||
	    pwrite(fileno(file), data, size, 0) != (ssize_t)size)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
	if (resume_new(path, -1, true, &counts, &resume, NULL) == 0) {
		(void)resume_take(resume, "https://a.example:443");
		resume_free(resume);
	}
	return 0;
}
